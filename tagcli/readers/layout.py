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
    split_columns,
    without_quotes,
)
from tagcli.records import is_separator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMENT_MARKS = frozenset("#;$")
"""What lines begin with that may be comments and may be tokens."""
ODD_STARTS = COMMENT_MARKS | frozenset("\ufeff ")
"""What the lines begin with that need a second look."""

_INDEX = re.compile(r"[0-9]{1,9}")
_NO_TOKEN = re.compile(r"[0-9]+(?:-[0-9]+|\.[0-9]+)")  # CoNLL-U: several words in one, empty nodes


@dataclass(frozen=True, slots=True)
class Layout:
    """`width` columns, those of the token and of the tags counted from 0; whether they are apart by
    tabs and in quotes, whether the first one counts the tokens, and whether these are characters;
    the tags that were seen, and how many sentences fit."""

    width: int
    is_tabbed: bool
    is_quoted: bool
    has_index: bool
    token_column: int
    tag_columns: tuple[int, ...]
    tags: frozenset[str]
    by_character: bool
    sentences: int

    @property
    def plain_width(self) -> int:
        """How many tabs and one a row has of which nothing is in question, 0 where all need a
        second look."""
        is_plain = self.is_tabbed and self.token_column == 0 and not self.is_quoted
        return self.width if is_plain else 0

    def cells(self, line: str) -> list[str]:
        """The cells of a line: `width` of them if it is a row, else as many as it has."""
        cells = split_columns(line)
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
        mark = line.lstrip("\ufeff")[0]
        if mark in COMMENT_MARKS and not self._takes(line, cells, is_inside):
            return mark != "#" and is_inside
        if self.has_index and _NO_TOKEN.fullmatch(cells[0]):
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
            found = (cells[column] for column in self.tag_columns)
            return all(cell in self.tags or are_tags(Counter((cell,))) for cell in found)
        return is_inside or self.is_tabbed or not line.startswith(("# ", "## "))


def find_layout(lines: Sequence[str], token_column: int | None) -> Layout | None:
    """The layout that most sentences of these lines fit; None where there is no row. The token
    stands in `token_column`, from 1, or where the rows themselves say."""
    blocks = list(_blocks(lines))
    rows = [found for block in blocks if (found := _sure_rows(block))]
    if not rows:
        rows = [found for block in blocks if (found := _likely_rows(block))]
    if not rows:
        return None
    split = [[split_columns(line) for line in block] for block in rows]
    if is_quoted := are_quoted(list(chain.from_iterable(split))):
        split = [[without_quotes(cells) for cells in block] for block in split]
    width = _width(split)
    good = [block for block in split if all(_fits(cells, width) for cells in block)]
    flat = [cells[:width] for cells in chain.from_iterable(good or split)]
    tabbed = sum("\t" in line.rstrip(BLANKS) for line in chain.from_iterable(rows))
    tagged = columns_with_tags(flat)
    has_index = token_column != 1 and 1 not in tagged and _counts(good or split)
    column = int(has_index or _tags_come_first(tagged, flat)) or _named_column(blocks)
    if token_column is not None:
        column = token_column - 1
    tagged = tuple(one for one in tagged if one != column)
    tokens = [cells[column] or " " for cells in flat if column < len(cells)]
    return Layout(
        width=width,
        is_tabbed=tabbed * 2 > sum(map(len, rows)),
        is_quoted=is_quoted,
        has_index=has_index,
        token_column=column,
        tag_columns=tagged,
        tags=frozenset(cells[one] for cells in flat for one in tagged if one < len(cells)),
        by_character=stand_on_characters([tokens]),
        sentences=len(good),
    )


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines between blank lines and document separators."""
    block: list[str] = []
    for line in lines:
        if line.strip(BLANKS) and not is_separator(line):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _named_column(blocks: Sequence[Sequence[str]]) -> int:
    """Where the names of columns in front of the first rows, if there are any, have the token."""
    rows = [line for line in blocks[0] if line.lstrip("\ufeff")[0] not in COMMENT_MARKS]
    return (named_token_column(split_columns(rows[0])) or 0) if rows else 0


def _sure_rows(block: Sequence[str]) -> list[str]:
    """The rows of a sentence, without what may be comments and names of columns."""
    rows = [line for line in block if line.lstrip("\ufeff")[0] not in COMMENT_MARKS]
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


def _counts(blocks: Sequence[Sequence[Sequence[str]]]) -> bool:
    """Whether the first column counts the words of every sentence from 0 or 1, or goes on where the
    sentence before ended, in steps of one or none. The first one may have lost its beginning."""
    counted: list[int] = []
    for block in blocks:
        expected = {0, 1, counted[-1] + 1} if counted else set[int]()
        for cells in block:
            if _NO_TOKEN.fullmatch(cells[0]):
                continue
            if not _INDEX.fullmatch(cells[0]) or (expected and int(cells[0]) not in expected):
                return False
            counted.append(int(cells[0]))
            expected = {counted[-1], counted[-1] + 1}
    words = {cells[1] for block in blocks for cells in block if len(cells) > 1}
    numbers = set(counted)
    is_whole = min(numbers, default=2) < 2
    return (
        len(words) > 1 and (len(blocks) > 1 or len(numbers) > 1) and (is_whole or len(numbers) > 2)
    )


def _tags_come_first(tags: Sequence[int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows are tag and token, as MIT's corpora have them."""
    return tuple(tags) == (0,) and any(len(cells[0]) > 1 for cells in rows)
