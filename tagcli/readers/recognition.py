"""Which format an input is in, by as many of its first lines as that takes."""

from __future__ import annotations

import json
import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from tagcli.readers.columns import BLANKS, columns_with_tags, filled, is_header, split_columns
from tagcli.readers.layout import COMMENT_MARKS, find_layout
from tagcli.records import is_separator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS = 50
"""How many rows are looked at: prose has shown by then that it is none."""

_MOST_ASIDES = 200
_LONGEST_ROW = 10_000
"""Characters: a longer line is prose, and not cut into columns to see that."""
_FEW_ROWS = 10
_CONLLU_COLUMNS = 10
_TAG = re.compile(r"O|[BIESLUM][-_]\S+")
_PLAIN_TAG = re.compile(r"O|[BIES]-[A-Z]{2}[\w-]*")
_PREFIXED = re.compile(r"([BIESLUM])[-_](\S+)", re.IGNORECASE)
_COMMENT_OF_CONLL = re.compile(r"#+ *[\w.]+ *=")
_KNOWN_TYPE = re.compile(
    r"(?:PER|PERS|PERSON|PS|LOC|LOCATION|LC|ORG|ORGANI[SZ]ATION|OG|MISC|OTH|OTHER|GPE|NORP|FAC|"
    r"DAT|DATE|DT|TIM|TIME|TI|NUM|QT|CORPORATION|GROUP|PRODUCT|PROD|EVENT|EVT|WORK|CW|CORP|GRP)"
    r"(?![A-Z])|\w+(?:PER|LOC|ORG)",
    re.IGNORECASE,
)
_JSON_OBJECT = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*:')
_JSON_ARRAY = re.compile(r'\[\s*(?:\{\s*"|"(?:[^"\\]|\\.)*"\s*,$)')


class NoText(ValueError):  # noqa: N818 - it says what was found
    """What the input is in place of text, and what to do about it."""


class Verdict(NamedTuple):
    """A format, and how many rows show it: one where all of them say O."""

    input_format: str
    rows: int = 0


def recognised(lines: Sequence[str], is_all: bool) -> Verdict | None:
    """The format that the first lines of an input show, None where more lines may tell; `is_all`:
    no more are there at the moment. Raises NoText for JSON that is no JSONL of texts."""
    content = [line.strip(BLANKS) for line in lines if line.strip(BLANKS)]
    if not content:
        return None
    if content[0][0] in "{[":
        return _json_or_text(content, is_all)
    rows = list(_rows(lines))
    if not rows:
        waits = not is_all or _COMMENT_OF_CONLL.match(content[-1])
        return None if waits and len(content) < _MOST_ASIDES else Verdict("text")
    if is_separator(rows[0]):
        return Verdict("conll", MOST_ROWS)
    rows = [row for row in rows if not is_separator(row)]
    if not _may_be_rows(rows):
        return Verdict("text")
    return _verdict(rows, lines) if is_all or len(rows) >= MOST_ROWS else None


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
    """Whether a line may be a comment, or the names of columns, of CoNLL."""
    if line[0] in COMMENT_MARKS and (starts_sentence or line[0] == "#"):
        return True
    return starts_sentence and len(line) < _LONGEST_ROW and is_header(split_columns(line))


def _may_be_rows(lines: Sequence[str]) -> bool:
    """Whether nearly all lines have the columns of the first, and where they are apart by blanks a
    tag at the end."""
    if len(lines[-1]) >= _LONGEST_ROW:
        return False
    first = split_columns(lines[0])
    if len(first) < 2:
        return False
    width, is_tabbed, odd = filled(first), "\t" in lines[0].rstrip(), 0
    for line in lines:
        cells = split_columns(line)
        has_width = filled(cells) == width or len(cells) == len(first)
        if not has_width or not (is_tabbed or _TAG.fullmatch(cells[-1])):
            odd += 1
    return odd * 10 <= len(lines)


def _verdict(lines: Sequence[str], all_lines: Sequence[str]) -> Verdict:
    rows = [split_columns(line) for line in lines]
    rows = [cells for cells in rows if len(cells) == len(rows[0])]
    layout = find_layout(all_lines, None)
    has_index = layout is not None and layout.has_index
    if not _are_rows(rows, "\t" in lines[0].rstrip(), has_index):
        return Verdict("text")
    is_sure = has_index or any(map(_COMMENT_OF_CONLL.match, all_lines))
    is_sure = is_sure or any(map(_has_type, chain.from_iterable(rows)))
    return Verdict("conll", len(rows) if is_sure else 1)


def _has_type(cell: str) -> bool:
    return _PREFIXED.fullmatch(cell) is not None or _KNOWN_TYPE.search(cell) is not None


def _are_rows(rows: Sequence[Sequence[str]], is_tabbed: bool, has_index: bool) -> bool:
    if not is_tabbed:
        return has_index or _are_tags_after_blanks([cells[-1] for cells in rows])
    if len(rows) == 1:
        return _PLAIN_TAG.fullmatch(rows[0][-1]) is not None
    tagged = columns_with_tags(rows)
    if any(_are_tags_after_tabs([cells[i] for cells in rows]) for i in tagged):
        return 0 not in tagged or len(tagged) > 1 or len(rows[0]) == 2
    return has_index and len(rows[0]) == _CONLLU_COLUMNS


def _are_tags_after_tabs(tags: Sequence[str]) -> bool:
    """Whether a column that looks like tags is more than the words and numbers of a table, such as
    E-Mail and E-Post."""
    typed = [tag for tag in tags if tag not in ("O", "o", "-", "0")]
    if not typed:
        return True
    found = [one for tag in typed if (one := _PREFIXED.fullmatch(tag))]
    if len(found) < len(typed):
        return all(map(_KNOWN_TYPE.search, typed))
    if "O" in tags or "o" in tags or _has_entity(tags):
        return _are_in_order(tags)
    return all(one[1] in "BI" and one[2].isupper() for one in found)


def _are_tags_after_blanks(tags: Sequence[str]) -> bool:
    """Whether the last words of lines are tags: prose, too, may end in O, B-VG or S-BAHN."""
    if _has_entity(tags):
        return _are_in_order(tags)
    found = [one for tag in tags if (one := _PREFIXED.fullmatch(tag))]
    if len(tags) < 3 or "O" not in tags or any(one[1] not in "BI" for one in found):
        return False
    return any(_KNOWN_TYPE.match(one[2]) for one in found) or len(tags) >= _FEW_ROWS


def _has_entity(tags: Sequence[str]) -> bool:
    """Whether one tag goes on with what the tag before it begins."""
    found = [_PREFIXED.fullmatch(tag) for tag in tags]
    return any(
        one and two and one[1] in "BI" and two[1] in "IELM" and one[2] == two[2]
        for one, two in pairwise(found)
    )


def _are_in_order(tags: Sequence[str]) -> bool:
    """Whether no E- or M- stands where nothing is to be ended or gone on with."""
    before: re.Match[str] | None = None
    for tag in tags:
        found = _PREFIXED.fullmatch(tag)
        is_open = before is not None and found is not None and before[2] == found[2]
        if found and found[1] in "EML" and not (is_open and before and before[1] in "BIM"):
            return False
        before = found
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


def _is_array(line: str) -> bool:
    """Whether a line is a list of strings, lists or objects; [1] is a footnote."""
    try:
        items = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return '"' in line and all(isinstance(item, str | list | dict) for item in items)


def _array() -> NoText:
    return NoText("a JSON array: JSONL has an object a line (jq -c '.[]')")
