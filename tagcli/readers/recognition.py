"""Which format an input is in, by as many of its first lines as that takes."""

from __future__ import annotations

import json
import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from tagcli.readers.columns import (
    BLANKS,
    are_quoted,
    columns_with_tags,
    filled,
    is_header,
    split_columns,
    taken_apart,
    without_blanks,
    without_field,
    without_quotes,
)
from tagcli.readers.layout import find_layout, is_lone_mark, is_markup, may_be_comment
from tagcli.readers.universal import names_in
from tagcli.records import is_separator
from tagcli.spellings import BARE, TYPE_FIRST, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.readers.layout import Layout
    from tagcli.spellings import Parts

MOST_ROWS = 50
"""How many rows are looked at: prose has shown by then that it is none."""

_MOST_ASIDES = 200
_LONGEST_ROW = 10_000
"""Characters: a longer line is prose, and not cut into columns to see that."""
_FEW_ROWS = 10
_FEWEST_BARE = 6
_LONGEST_HEADER = 3
_MOST_AWAITED = 4
_MOST_WITH_BLANKS = 1 / 3
"""The share of tokens that may hold a blank: those of a table do."""
_CONLLU_COLUMNS = 10
_UPOS = re.compile(r"[A-Z]+|_")
_HEAD = re.compile(r"[0-9]+|_")
_PLAIN_TAG = re.compile(r"O|[BIES]-[A-Z]{2}[\w-]*")
_PREFIXED = re.compile(r"([BIESLUM])[-_](\S+)", re.IGNORECASE)
_FORMAT_MARKS = ("#begin document (", "#FORMAT=WebAnno TSV")
"""What OntoNotes and WebAnno begin with."""
_COMMENT_OF_CONLL = re.compile(r"#+ *[\w.]+ *=")
_KNOWN_TYPE = re.compile(
    r"(?:PER|PERS|PERSON|PS|LOC|LOCATION|LC|ORG|ORGANI[SZ]ATION|OG|MISC|OTH|OTHER|GPE|NORP|FAC|"
    r"DAT|DATE|DT|TIM|TIME|TI|NUM|QT|CORPORATION|GROUP|PRODUCT|PROD|EVENT|EVT|WORK|CW|CORP|GRP)"
    r"(?![A-Z])|\w+(?:PER|LOC|ORG)",
    re.IGNORECASE,
)
_NO_PROSE = (
    (re.compile(r"\{\s*'[^']*'\s*:"), "a dict of Python, where JSONL has JSON"),
    (
        re.compile(r"<\?xml\b|<!DOCTYPE\b|<html\b", re.IGNORECASE),
        "XML or HTML, whose tags are text, too",
    ),
)
_JSON_OBJECT = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*:')
_JSON_ARRAY = re.compile(r'\[\s*(?:\{\s*"|"(?:[^"\\]|\\.)*"\s*,$)')


class NoText(ValueError):  # noqa: N818 - it says what was found
    """What the input is in place of text, and what to do about it."""


class Verdict(NamedTuple):
    """A format, how many rows show it, one where all of them say O, and whether that is sure by
    more than columns."""

    input_format: str
    rows: int = 0
    is_sure: bool = False


def recognised(lines: Sequence[str], is_all: bool) -> Verdict | None:
    """The format that the first lines of an input show, None where more lines may tell; `is_all`:
    no more are there at the moment. Raises NoText for JSON that is no JSONL of texts."""
    content = [line.strip(BLANKS) for line in lines if line.strip(BLANKS)]
    if not content:
        return None
    if content[0].startswith(_FORMAT_MARKS):
        return Verdict("conll", MOST_ROWS, is_sure=True)
    if content[0][0] in "{[":
        found = _json_or_text(content, is_all)
        if found is None or found.input_format != "text":
            return found
    if names_in(content[:1]):
        return Verdict("conll", MOST_ROWS, is_sure=True)
    rows = list(_rows(lines))
    if not rows:
        waits = not is_all or _COMMENT_OF_CONLL.match(content[-1])
        return None if waits and len(content) < _MOST_ASIDES else Verdict("text")
    if is_separator(rows[0]):
        return Verdict("conll", MOST_ROWS, is_sure=True)
    rows = [row for row in rows if not is_separator(row)]
    if not _may_be_rows(rows):
        return Verdict("text")
    return _verdict(rows, lines) if is_all or len(rows) >= MOST_ROWS else None


def awaits_more(lines: Sequence[str]) -> bool:
    """Whether a pause behind these lines decides nothing yet: they may be the first of CoNLL, and
    are few."""
    content = [line.strip(BLANKS) for line in lines if line.strip(BLANKS)]
    if not content or len(content) >= _MOST_AWAITED or not lines[-1].strip(BLANKS):
        return False
    rows = [line for line in content if not (may_be_comment(line) or is_markup(line))]
    if not rows or is_lone_mark(rows[-1]):
        return True
    if "\t" in rows[0] or len(rows[0]) >= _LONGEST_ROW:
        return "\t" in rows[0]
    cells = split_columns(rows[0])
    tag = _PREFIXED.fullmatch(cells[-1])
    return len(cells) > 1 and tag is not None and _KNOWN_TYPE.fullmatch(tag[2]) is not None


def _rows(lines: Sequence[str]) -> Iterator[str]:
    """The lines that are no blank ones and no comments, if this is CoNLL."""
    starts_sentence = True
    for line in lines:
        if not line.strip(BLANKS):
            starts_sentence = True
        elif not _is_aside(line.lstrip("\ufeff"), starts_sentence):
            yield line
            starts_sentence = False


def _is_aside(line: str, starts_sentence: bool) -> bool:
    """Whether a line may be a comment, a mark or the names of columns, of CoNLL."""
    if may_be_comment(line) and (starts_sentence or line[0] == "#"):
        return True
    if len(line) >= _LONGEST_ROW:
        return False
    if is_markup(line):
        return True
    return starts_sentence and (
        is_header(split_columns(line)) or (is_lone_mark(line) and not is_separator(line))
    )


def _cells(line: str) -> list[str]:
    return without_quotes(without_blanks(split_columns(line)))


def _may_be_rows(lines: Sequence[str]) -> bool:
    """Whether nearly all lines have the columns of the first, and where they are apart by blanks a
    tag at the end; then the first may have names."""
    if len(lines[-1]) >= _LONGEST_ROW:
        return False
    first = _cells(lines[0])
    if len(first) < 2:
        return False
    width, is_tabbed, odd = filled(first), "\t" in lines[0].rstrip(), 0
    if not is_tabbed and not _may_be_tag(first[-1]):
        if len(lines) == 1:
            return len(first) <= _LONGEST_HEADER
        lines = lines[1:]
    for line in lines:
        cells = _cells(line)
        has_width = filled(cells) == width or len(cells) == len(first)
        if not has_width or not (is_tabbed or _may_be_tag(cells[-1])):
            odd += 1
    return odd * 10 <= len(lines)


def _may_be_tag(cell: str) -> bool:
    cell = cell.rpartition("=")[2]
    if USUAL.parts(cell) or (cell.isupper() and TYPE_FIRST.parts(cell)):
        return True
    return cell.isupper() and _KNOWN_TYPE.fullmatch(cell) is not None


def _verdict(lines: Sequence[str], all_lines: Sequence[str]) -> Verdict:
    layout = find_layout(all_lines, None)
    if layout is None:
        return Verdict("text")
    if layout.names:
        return Verdict("conll", MOST_ROWS, is_sure=True)
    lines = [line for line in lines if line != layout.header]
    rows = [without_blanks(split_columns(line)) for line in lines]
    if are_quoted(rows):
        rows = [without_quotes(cells) for cells in rows]
    rows = [cells for cells in rows if len(cells) == len(rows[0])]
    is_closed = not all_lines[-1].strip(BLANKS)
    if not _are_rows(rows, "\t" in lines[0].rstrip(), layout, is_closed):
        return Verdict("text")
    is_sure = any(map(_COMMENT_OF_CONLL.match, all_lines))
    shows = is_sure or layout.has_index or any(map(_has_type, chain.from_iterable(rows)))
    return Verdict("conll", len(rows) if shows else 1, is_sure)


def _has_type(cell: str) -> bool:
    return _PREFIXED.fullmatch(cell) is not None or _KNOWN_TYPE.search(cell) is not None


def _are_rows(
    rows: Sequence[Sequence[str]], is_tabbed: bool, layout: Layout, is_closed: bool
) -> bool:
    if not is_tabbed:
        if layout.has_index and _are_words_with_tags(rows):
            return True
        return _are_tags_after_blanks(rows, is_closed)
    tokens = [cells[layout.token_column] for cells in rows if layout.token_column < len(cells)]
    if sum(" " in token for token in tokens) > len(tokens) * _MOST_WITH_BLANKS:
        return False
    if len(rows) == 1:
        return _PLAIN_TAG.fullmatch(rows[0][-1]) is not None
    columns = list(zip(*rows, strict=True))
    tagged = columns_with_tags(list(zip(*map(without_field, columns), strict=True)))
    if any(_are_tags_after_tabs(columns[i]) for i in tagged):
        return 0 not in tagged or len(tagged) > 1 or len(rows[0]) == 2
    return layout.has_index and _are_conllu(rows)


def _are_words_with_tags(rows: Sequence[Sequence[str]]) -> bool:
    """Whether counted rows have a word and nothing but tags, and no list of names."""
    return len(rows[0]) > 2 and all(all(map(str.isupper, cells[2:])) for cells in rows)


def _are_conllu(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows that are counted are no other table: its UPOS and HEAD are such."""
    return len(rows[0]) == _CONLLU_COLUMNS and all(
        _UPOS.fullmatch(cells[3]) and _HEAD.fullmatch(cells[6]) for cells in rows
    )


def _are_tags_after_tabs(tags: Sequence[str]) -> bool:
    """Whether a column that looks like tags is more than the words and numbers of a table, such as
    E-Mail and E-Post."""
    if (found := taken_apart(tags)) is None:
        return False
    spelling, parts = found
    types = [name for _, name in parts if name]
    if not types:
        return set(tags) <= {"O", "o", "-", "_"} and bool({"O", "o"} & set(tags))
    known = sum(_KNOWN_TYPE.match(name) is not None for name in types)
    if spelling is BARE:
        known = sum(_KNOWN_TYPE.search(name) is not None for name in types)
        are_few = len(tags) > 2 and 2 * len(types) <= len(tags)
        return known == len(types) or (known > 0 and are_few)
    if not all(name[0].isalpha() for name in types):
        return False
    if known == len(types):
        return _are_in_order(parts)
    prefixes = {prefix for prefix, name in parts if name}
    if spelling is TYPE_FIRST:
        return len(types) < len(tags) and all(map(str.isupper, types)) and _are_in_order(parts)
    if "O" in tags or "o" in tags or _has_entity(parts):
        return bool(prefixes & {"B", "I"}) and _are_in_order(parts)
    return prefixes <= {"B", "I"} and all(map(str.isupper, types))


def _are_tags_after_blanks(rows: Sequence[Sequence[str]], is_closed: bool) -> bool:
    """Whether the last words of lines are tags: prose, too, may end in O, B-VG or S-BAHN; less so
    where a blank line has `is_closed` them."""
    tags = [cells[-1] for cells in rows]
    if (found := taken_apart(tags)) is None:
        return False
    spelling, parts = found
    types = [name for _, name in parts if name]
    outside = len(parts) - len(types)
    if not types:
        are_tags = all(all(map(str.isupper, cells[1:])) for cells in rows)
        return len(tags) >= _FEW_ROWS and are_tags and set(tags) == {"O"}
    if not all(name[0].isalpha() for name in types):
        return False
    are_known = all(map(_KNOWN_TYPE.fullmatch, types))
    if spelling is BARE:
        has_most = len(tags) >= _FEWEST_BARE and 2 * outside >= len(tags)
        return has_most and are_known and all(map(str.isupper, types))
    if _has_entity(parts):
        do_differ = len({cells[0] for cells in rows}) > 1
        return (are_known or do_differ) and _are_in_order(parts)
    if are_known and outside:
        return (len(tags) > 2 or is_closed) and _are_in_order(parts)
    if len(tags) < 3 or "O" not in tags or any(prefix in "ES" for prefix, name in parts if name):
        return False
    is_any_known = any(map(_KNOWN_TYPE.match, types))
    return is_any_known or (len(tags) >= _FEW_ROWS and 4 * outside >= len(tags))


def _has_entity(tags: Sequence[Parts]) -> bool:
    """Whether one tag goes on with what the tag before it begins."""
    return any(
        one[0] in "BI" and two[0] in "IE" and one[1] == two[1] != "" for one, two in pairwise(tags)
    )


def _are_in_order(tags: Sequence[Parts]) -> bool:
    """Whether no E- stands where nothing is to be ended."""
    before = ("O", "")
    for prefix, name in tags:
        if prefix == "E" and not (before[0] in "BI" and before[1] == name):
            return False
        before = (prefix, name)
    return True


def _json_or_text(content: Sequence[str], is_all: bool) -> Verdict | None:
    first = content[0]
    if first in ("{", "["):
        if len(content) == 1:
            return Verdict("text") if is_all else None
        if first == "{" and content[1].startswith('"'):
            raise NoText("a JSON object over several lines: JSONL has one a line (jq -c .)")
        if first == "[" and content[1][0] in '{"[':
            raise _array()
        return Verdict("text")
    if first[0] == "[":
        if _JSON_ARRAY.match(first) or _is_array(first):
            raise _array()
        return Verdict("text")
    if not _JSON_OBJECT.match(first):
        return Verdict("text")
    return Verdict("jsonl")  # whose reader says what is wrong with it


def no_prose(line: str) -> str | None:
    """What a first line that is read as text looks like instead."""
    line = line.strip(BLANKS)
    return next((name for pattern, name in _NO_PROSE if pattern.match(line)), None)


def _is_array(line: str) -> bool:
    """Whether a line is a list of strings, lists or objects; [1] is a footnote."""
    try:
        items = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return '"' in line and all(isinstance(item, str | list | dict) for item in items)


def _array() -> NoText:
    return NoText("a JSON array: JSONL has an object a line (jq -c '.[]')")
