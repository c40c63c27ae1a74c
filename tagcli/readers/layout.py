"""How the rows of a CoNLL file are laid out, found by looking at its first lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tagcli.readers.characters import stand_on_characters
from tagcli.readers.columns import (
    BLANKS,
    are_quoted,
    are_tags,
    columns_with_tags,
    filled,
    is_header,
    is_plain_tag,
    named_token_column,
    names_tags,
    split_columns,
    without_blanks,
    without_quotes,
)
from tagcli.readers.leading import (
    MOST_ODD,
    columns_in_front,
    form_of_ids,
    is_number,
    no_word,
    tagged_at,
)
from tagcli.readers.universal import NO_WORD, names_in, names_of_rows
from tagcli.records import is_separator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COMMENT_MARKS = frozenset("#;$%/")
"""What lines begin with that may be comments and may be tokens."""
ODD_STARTS = COMMENT_MARKS | frozenset("\ufeff <")
"""What the lines begin with that need a second look."""

_MARKUP = re.compile(r"</?[A-Za-z][^<>\t]*>")
_BOUNDARY = re.compile(r"</?(?:doc|document|text|p|s|sentence)(?: [^<>\t]*)?>", re.IGNORECASE)
_LONE_MARK = re.compile(
    r"[-\[<=* ]*DOC[-_ ]?(?:START|END)[-\]>=*]*(?:[ \t]+(?:-?X-?|O|-|_|\([^()]*\)))*[ \t]*",
    re.IGNORECASE,
)
_ONTONOTES = "#begin document ("
_FEWEST_ROWS = 3
_LANGUAGE = re.compile(r"[a-z]{2,3}:(?!//)")
_FEWEST_ONTONOTES = 12


def may_be_comment(line: str) -> bool:
    """Whether a line begins as comments do."""
    line = line.lstrip("\ufeff")
    return line[0] in COMMENT_MARKS and (line[0] != "/" or line.startswith("//"))


def is_markup(line: str) -> bool:
    """Whether a line is a tag of XML, such as <doc id=1> or <g/>, and nothing else."""
    return line[:1] in ("<", "\ufeff", " ") and _MARKUP.fullmatch(line.strip(BLANKS)) is not None


def ends_sentence(line: str) -> bool:
    """Whether a line that is no blank one separates documents or sentences."""
    return is_separator(line) or (
        line[:1] == "<" and _BOUNDARY.fullmatch(line.strip(BLANKS)) is not None
    )


def is_lone_mark(line: str) -> bool:
    """Whether the only line of a sentence separates documents, as [DOCSTART] and DOCSTART O do;
    among others they would be tokens."""
    return _LONE_MARK.fullmatch(line.lstrip("\ufeff")) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """`width` columns, or, where it `varies`, others in all rows of a sentence; those of the
    token and of the tags counted from 0; whether they are apart by tabs and in quotes, whether the
    first one counts the tokens, or `has_numbers` alone; what ids look like of rows that are no
    words; whether the tokens are characters; the row with the columns' names; the tags that were
    seen, and how many sentences fit; the columns' names if it is CoNLL-U; the language that all
    tokens begin with, to be `cut` off."""

    width: int
    is_tabbed: bool
    is_quoted: bool
    has_index: bool
    token_column: int
    tag_columns: tuple[int, ...]
    tags: frozenset[str]
    by_character: bool
    sentences: int
    varies: bool
    has_numbers: bool
    no_word: re.Pattern[str] | None
    header: str | None
    is_header_named: bool
    cut: str
    names: tuple[str, ...]

    @property
    def plain_width(self) -> int:
        """How many tabs and one a row has of which nothing is in question, 0 where all need a
        second look."""
        is_plain = self.is_tabbed and self.token_column == 0 and not self.is_quoted
        return self.width if is_plain else 0

    def cells(self, line: str) -> list[str]:
        """The cells of a line: `width` of them if it is a row, else as many as it has."""
        cells = split_columns(line)
        if self.is_tabbed and len(cells) < 3 and line[-1] in " \t" and "\t" in line:
            by_tabs = [cell.strip(" ") for cell in line.lstrip("\ufeff").split("\t")]
            if len(by_tabs) >= self.width > filled(by_tabs) and not is_plain_tag(cells[-1]):
                cells = by_tabs  # the last cell is empty
        if self.is_quoted:
            cells = without_quotes(cells)
        while len(cells) > self.width and not cells[-1]:
            cells.pop()
        if (
            line[0] == " "
            and "\t" not in line
            and len(cells) == self.width - 1
            and is_plain_tag(cells[-1])
        ):
            cells.insert(0, "")  # apart by blanks, and the token is empty
        return cells

    def is_token(self, line: str, cells: Sequence[str], is_inside: bool) -> bool:
        """Whether a line is a token's row, or what is wrong with one, rather than a comment, the
        names of the columns or a row of CoNLL-U that has no word; `is_inside`: behind a
        sentence's first token."""
        if line[0] in ODD_STARTS:  # few do
            if may_be_comment(line) and not self._takes(line, cells, is_inside):
                return line.lstrip("\ufeff")[0] != "#" and is_inside
            if is_markup(line):
                return False
        if not is_inside and line == self.header:
            return False
        first = cells[0]
        if self.no_word and not first.isdecimal() and self.no_word.fullmatch(first):
            return False
        if len(cells) > self.token_column and is_separator(cells[self.token_column]):
            return False
        return is_inside or not is_header(cells)

    def _takes(self, line: str, cells: Sequence[str], is_inside: bool) -> bool:
        """Whether a line that may be a comment has the columns of a token."""
        has_tab = "\t" in line.rstrip(" \t")
        if len(cells) != self.width or (self.is_tabbed and not has_tab):
            return False
        if self.tag_columns:
            found = [cells[column].strip() for column in self.tag_columns]
            return all(cell in self.tags or are_tags(Counter((cell,))) for cell in found)
        return is_inside or self.is_tabbed or not line.startswith(("# ", "## "))


def find_layout(lines: Sequence[str], token_column: int | None) -> Layout | None:
    """The layout that most sentences of these lines fit; None where there is no row. The token
    stands in `token_column`, from 1, or where the rows themselves say."""
    blocks = list(_blocks(lines))
    rows = _rows_of(blocks)
    if not rows:
        return None
    split = [[without_blanks(split_columns(line)) for line in block] for block in rows]
    if is_quoted := are_quoted(list(chain.from_iterable(split))):
        split = [[without_quotes(cells) for cells in block] for block in split]
    named, header = _named_column(blocks), None
    if named is None and _has_names(split):
        header = rows[0][0]
        split = [block for block in (split[0][1:], *split[1:]) if block]
    width = _width(split)
    good = [block for block in split if all(_fits(cells, width) for cells in block)] or split
    good = [[cells[:width] for cells in block] for block in good]
    flat = list(chain.from_iterable(good))
    is_tabbed, tagged = _are_tabbed(chain.from_iterable(rows)), columns_with_tags(flat)
    names = _universal_names(lines, good, tagged) if is_tabbed else ()
    in_front = 0 if token_column == 1 else columns_in_front(good, tagged)
    column = named if named is not None else in_front or int(_tags_come_first(tagged, flat))
    if names:
        column = names.index("FORM")
    if token_column is not None:
        column = token_column - 1
    has_ids = "ID" in names[:1] and token_column != 1
    form = "0" if has_ids else form_of_ids(good) if in_front else ""
    tagged = tuple(one for one in tagged if one != column)
    tokens = [[cells[column] or " " for cells in block if column < len(cells)] for block in good]
    cut = _language_in_front(list(chain.from_iterable(tokens)))
    tokens = [[token.removeprefix(cut) for token in block] for block in tokens]
    return Layout(
        width=width,
        is_tabbed=is_tabbed,
        is_quoted=is_quoted,
        has_index=form == "0",
        token_column=column,
        tag_columns=tagged,
        tags=frozenset(cells[one] for cells in flat for one in tagged if one < len(cells)),
        by_character=stand_on_characters(tokens),
        sentences=len(good),
        names=names if names[column : column + 1] == ("FORM",) else (),
        varies=_is_ontonotes(lines, width),
        has_numbers=not tagged_at(tagged, 0) and _has_numbers(flat),
        no_word=no_word(form),
        header=header,
        is_header_named=named is not None,
        cut=cut,
    )


def _is_ontonotes(lines: Sequence[str], width: int) -> bool:
    """Whether a sentence has a column more for every predicate in it."""
    return width >= _FEWEST_ONTONOTES - 1 and any(line.startswith(_ONTONOTES) for line in lines)


def _language_in_front(tokens: Sequence[str]) -> str:
    """The language that all tokens begin with, as in de:Anna, if they do."""
    found = _LANGUAGE.match(tokens[0]) if len(tokens) >= _FEWEST_ROWS else None
    are_all = found is not None and all(token.startswith(found[0]) for token in tokens)
    return found[0] if found is not None and are_all else ""


def _has_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether nearly all first cells are numbers, in front of others."""
    count = sum(is_number(cells[0]) for cells in rows)
    return len(rows) >= _FEWEST_ROWS and count >= (1 - MOST_ODD) * len(rows)


def _has_names(blocks: Sequence[Sequence[Sequence[str]]]) -> bool:
    """Whether the first row has names where all others have tags."""
    rows = list(chain.from_iterable(blocks))
    first, rows = rows[0], [cells for cells in rows[1:] if len(cells) == len(rows[0])]
    if len(rows) < _FEWEST_ROWS:
        return False
    tagged = [one for one in columns_with_tags(rows) if one]
    return bool(tagged) and all(
        names_tags(first[one], Counter(cells[one] for cells in rows)) for one in tagged
    )


def _rows_of(blocks: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows of the sentences that have any, or, where none surely are, of those that may be."""
    rows = [found for block in blocks if (found := _sure_rows(block))]
    return rows or [found for block in blocks if (found := _likely_rows(block))]


def _are_tabbed(rows: Iterable[str]) -> bool:
    """Whether tabs stand between the columns of at least half of the rows that have several."""
    several = [line for line in rows if len(split_columns(line)) > 1]
    return sum("\t" in line.rstrip(BLANKS) for line in several) * 2 >= max(1, len(several))


def _universal_names(
    lines: Sequence[str], blocks: Sequence[Sequence[Sequence[str]]], tagged: Sequence[int]
) -> tuple[str, ...]:
    """The names of the columns, if these are the rows of CoNLL-U or CoNLL-U Plus."""
    width = len(blocks[0][0])
    names = names_in(lines)
    if names:
        return names if len(names) == width else ()
    is_begun = [cells[0] for cells in blocks[0] if not NO_WORD.fullmatch(cells[0])][:1] == ["1"]
    is_counted = is_begun or columns_in_front(blocks, tagged) > 0
    return names_of_rows(blocks) if is_counted and width - 1 not in tagged else ()


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines between blank lines and document separators."""
    block: list[str] = []
    for line in lines:
        if line.strip(BLANKS) and not ends_sentence(line):
            block.append(line)
        elif block:
            if len(block) > 1 or not is_lone_mark(block[0]):
                yield block
            block = []
    if block:
        yield block


def _named_column(blocks: Sequence[Sequence[str]]) -> int | None:
    """Where the names of columns in front of the first rows, if there are any, have the token."""
    rows = _rows(blocks[0])
    return named_token_column(split_columns(rows[0])) if rows else None


def _rows(block: Sequence[str]) -> list[str]:
    """The lines of a sentence without what may be comments."""
    return [line for line in block if not (may_be_comment(line) or is_markup(line))]


def _sure_rows(block: Sequence[str]) -> list[str]:
    """The rows of a sentence, without what may be comments and names of columns."""
    rows = _rows(block)
    return rows[1:] if rows and is_header(split_columns(rows[0])) else rows


def _likely_rows(block: Sequence[str]) -> list[str]:
    """The rows among what may be comments: those with a tag at the end."""
    found = [line for line in block if "\t" in line or not line.startswith("# ")]
    rows = [(line, split_columns(line)) for line in found]
    rows = [(line, cells[: filled(cells)]) for line, cells in rows]
    return [line for line, cells in rows if len(cells) > 1 and is_plain_tag(cells[-1])]


def _width(blocks: Sequence[Sequence[Sequence[str]]]) -> int:
    """The number of columns that most sentences have; of equals that of the first one, and of
    those the least."""
    possible = {len(cells) for block in blocks for cells in block}
    possible |= {filled(cells) for block in blocks for cells in block}

    def rank(width: int) -> tuple[int, int, bool, int]:
        whole = [all(_fits(cells, width) for cells in block) for block in blocks]
        rows = sum(_fits(cells, width) for block in blocks for cells in block)
        return sum(whole), rows, _fits(blocks[0][0], width), -width

    return max(possible, key=rank)


def _fits(cells: Sequence[str], width: int) -> bool:
    return filled(cells) <= width <= len(cells)


def _tags_come_first(tags: Sequence[int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows are tag and token, as MIT's corpora have them."""
    return tuple(tags) == (0,) and any(len(cells[0]) > 1 for cells in rows)
