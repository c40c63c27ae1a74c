"""CoNLL: a token a line, columns, a blank line after a sentence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tagcli.errors import DataError
from tagcli.readers.base import Lines, ReaderOptions, first_lines, token_offsets
from tagcli.readers.characters import are_mostly_characters, joined
from tagcli.readers.columns import BLANKS, is_plain_tag, split_columns
from tagcli.readers.layout import ODD_STARTS, Layout, ends_sentence, find_layout, is_lone_mark
from tagcli.readers.universal import (
    NO_WORD,
    names_columns,
    running_text,
    tag_place,
    tokens_of_words,
)
from tagcli.records import IDLE, ConllRows, Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.readers.inputs import Line

_HEAD_LINES = 400
_BLANK_STARTS = frozenset(("", *BLANKS))
_SEPARATOR_STARTS = frozenset("-<\ufeff")
_LONE_RETURNS = "its lines end in lone carriage returns: tr '\\r' '\\n' <FILE | nertag"
_CUT = "{}: all tokens begin with {!r}, which is cut off (--input-format text keeps it)"
_HEADER = "{}: its first row, {!r:.60}, names the columns (--input-format text reads all of it)"
_NUMBERS = "{}: column 1 holds numbers only, and is taken for the tokens (--token-column 2?)"
_GUESS = "{}: the tokens are taken from column {}, {} (--token-column says it outright)"


def read_conll(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    """Every sentence is a document whose tokens are taken as they are."""
    head, lines = yield from first_lines(lines, _shows_layout)
    reader = _SentenceReader([line.text for line in head if not line.bad], source, options)
    before: list[str] = []
    rows: list[Line] = []
    for line in lines:
        if line is IDLE:
            yield IDLE
            continue
        text = line.text
        first = text[:1]  # of most lines it says enough
        is_blank = first in _BLANK_STARTS and not text.strip(BLANKS) and not line.bad
        if not is_blank and not (first in _SEPARATOR_STARTS and ends_sentence(text)):
            rows.append(line)
            continue
        if rows:
            yield from reader.documents(before, rows, text if is_blank else None)
            rows = []
            if is_blank:
                continue
        before.append(text)
    if rows:
        yield from reader.documents(before, rows, "", is_last=True)
    if before:
        yield Document("", source, tokens=token_offsets([]), conll=ConllRows(tuple(before), ()))


def _shows_layout(head: list[Line], pauses: bool) -> bool:
    """Whether the lines are many, or have a whole sentence where they pause."""
    if not pauses:
        return len(head) == _HEAD_LINES
    texts = [line.text for line in head]
    ends = [i for i, text in enumerate(texts) if not text.strip(BLANKS)]
    return bool(ends) and find_layout(texts[: ends[-1]], None) is not None


class _Parts(NamedTuple):
    """The lines of a sentence: those of its tokens, each with its cells, and others with how many
    of the former stand in front of them; among these `words` that are parts of a token."""

    tokens: list[tuple[Line, list[str]]]
    words: list[tuple[Line, list[str]]]
    others: list[tuple[int, str]]


class _SentenceReader:
    """Makes documents of sentences that are laid out as the first lines of their file are, or, if
    those were the odd ones, as most have been so far."""

    def __init__(self, head: Sequence[str], source: str, options: ReaderOptions) -> None:
        self._source = source
        self._options = options
        self._has_returns = any("\r" in line for line in head)
        self._layout: Layout | None = None
        self._fitting = 0  # sentences so far
        self._others = Counter[int]()  # that do not, by width
        self._look_at(head)

    def _look_at(self, lines: Sequence[str]) -> None:
        options = self._options
        self._layout = layout = find_layout(lines, options.token_column)
        if layout is None:
            return
        if layout.cut:
            options.guess(_CUT.format(self._source, layout.cut))
        if layout.header is not None:
            options.guess(_HEADER.format(self._source, layout.header))
        if options.token_column is not None or layout.names:
            return
        if layout.token_column:
            options.guess(_GUESS.format(self._source, layout.token_column + 1, _reason(layout)))
        elif layout.has_numbers:
            options.guess(_NUMBERS.format(self._source))

    def documents(
        self, before: list[str], block: list[Line], after: str | None, is_last: bool = False
    ) -> Iterator[Document]:
        """The document of a sentence's lines, or none if it is bad. Lines without a token stay
        `before` the next one; the line `after` those that are the last of all is none of theirs."""
        held, before[:] = tuple(before), ()
        if any(line.bad for line in block):
            return
        if self._has_returns and (found := next(filter(_has_lone_returns, block), None)):
            error = DataError(self._source, found.number, _LONE_RETURNS)
            self._options.report(error, "\n".join(line.text for line in block))
            return
        if self._layout is None:
            self._look_at([line.text for line in block])
        parts = self._parts(block)
        if not parts.tokens:
            ended = () if after is None or is_last else (after,)
            before[:] = (*held, *(line.text for line in block), *ended)
            return
        try:
            parts = self._checked(parts, block)
        except DataError as error:
            self._options.report(error, "\n".join(line.text for line in block))
            before[:] = [line for line in (*held, *_texts(parts)) if names_columns(line)]
            return
        yield self._document(held, parts, after)

    def _parts(self, block: list[Line]) -> _Parts:
        parts, layout = _Parts([], [], []), self._layout
        if len(block) == 1 and is_lone_mark(block[0].text):
            parts.others.append((0, block[0].text))
            return parts
        tokens, width = parts.tokens, 0 if layout is None else layout.plain_width
        wholes, words = self._tokens_of_words(block)
        for number, line in enumerate(block):
            text = line.text
            # most rows: nothing about them is in question
            if tokens and text[0] not in ODD_STARTS and len(cells := text.split("\t")) == width:
                tokens.append((line, cells))
                continue
            cells = [] if layout is None else layout.cells(text)
            if number in words:
                parts.words.append((line, cells))
            elif number in wholes or (layout and layout.is_token(text, cells, bool(tokens))):
                tokens.append((line, cells))
                continue
            parts.others.append((len(tokens), text))
        return parts

    def _tokens_of_words(self, block: list[Line]) -> tuple[set[int], set[int]]:
        """Which of the lines are tokens of several words, and which are these words."""
        if self._layout is None or not self._layout.has_index:
            return set(), set()
        return tokens_of_words([line.text.replace("\t", " ").split(" ", 1)[0] for line in block])

    def _checked(self, parts: _Parts, block: list[Line]) -> _Parts:
        """The parts, by another layout if most sentences fit that; raises DataError for a row
        that fits none."""
        if self._fits(parts):
            return parts
        if self._is_like_most(parts):
            self._look_at([line.text for line in block])
            parts = self._parts(block)
        assert self._layout is not None
        width, column = self._layout.width, self._layout.token_column
        for line, cells in (*parts.tokens, *parts.words):
            if len(cells) != width or width < 2:
                raise DataError(self._source, line.number, _problem(cells, width))
            if self._layout.has_index and not _has_id(cells):
                problem = f"column 1 is {cells[0]!r:.40}, where other rows have a number"
                raise DataError(self._source, line.number, problem)
            if column >= width:
                problem = f"--token-column {column + 1}, but the line has {width} columns"
                raise DataError(self._source, line.number, problem)
        return parts

    def _fits(self, parts: _Parts) -> bool:
        assert self._layout is not None
        layout = self._layout
        widths = {len(cells) for _, cells in (*parts.tokens, *parts.words)}
        if layout.varies:
            return len(widths) == 1 and min(widths) >= layout.token_column + 2
        if widths != {layout.width}:
            return False
        if layout.has_index and not all(_has_id(cells) for _, cells in parts.tokens):
            return False
        self._fitting += 1
        return layout.width > max(1, layout.token_column)

    def _is_like_most(self, parts: _Parts) -> bool:
        """Whether more sentences are like one that does not fit than fit."""
        assert self._layout is not None
        widths = {len(cells) for _, cells in parts.tokens}
        if len(widths) > 1 or min(widths) in (1, self._layout.width):
            return False
        own = widths.pop()
        self._others[own] += 1
        if self._others[own] <= max(self._fitting, self._layout.sentences):
            return False
        self._fitting = self._others.pop(own)
        return True

    def _document(self, before: tuple[str, ...], parts: _Parts, after: str | None) -> Document:
        layout = self._layout
        assert layout is not None
        column = layout.token_column
        tokens = [cells[column].strip(" ") for _, cells in parts.tokens]
        if layout.cut:
            tokens = [token.removeprefix(layout.cut) for token in tokens]
        by_character = layout.by_character and are_mostly_characters(tokens)
        if by_character:
            tokens = [token or " " for token in tokens]
        if layout.has_index and not by_character:
            misc = layout.names.index("MISC") if "MISC" in layout.names else None
            cells_of_misc = [] if misc is None else [cells[misc] for _, cells in parts.tokens]
            text, offsets = running_text(tokens, _texts(parts), cells_of_misc)
        else:
            text, offsets = joined(tokens, by_character)
        conll = ConllRows(
            (*before, *(text for at, text in parts.others if not at)),
            tuple(
                [
                    line.text
                    if line.text[-1] not in " \t"
                    else _row(line.text, layout.width, layout.is_tabbed)
                    for line, _ in parts.tokens
                ]
            ),
            after,
            tuple((at, text) for at, text in parts.others if at),
            layout.token_column,
            layout.is_quoted,
            tag_place(layout.names),
        )
        number = parts.tokens[0][0].number
        return Document(text, self._source, number, offsets, conll=conll, by_character=by_character)


def _texts(parts: _Parts) -> list[str]:
    return [text for _, text in parts.others]


def _has_id(cells: Sequence[str]) -> bool:
    """Whether a token's row begins with its number, or with those of its words."""
    return cells[0].isdecimal() or NO_WORD.fullmatch(cells[0]) is not None


def _has_lone_returns(line: Line) -> bool:
    """Whether a line is several, of rows, to who wrote it; a comment may repeat a text that has
    such returns, without tabs and tags."""
    if "\r" not in line.text:
        return False
    rows = [one for one in line.text.split("\r") if len(split_columns(one)) > 1]
    if line.text.startswith("#"):
        rows = [one for one in rows if "\t" in one or is_plain_tag(split_columns(one)[-1])]
    return len(rows) > 1


def _reason(layout: Layout) -> str:
    """Why the token is not in the first column."""
    if layout.is_header_named:
        return "as its name says"
    if 0 in layout.tag_columns:
        return "the first one has the tags"
    if layout.token_column == 1 and layout.has_index:
        return "the first one counts them"
    return "what stands in front of them is numbers, ids or always the same"


def _problem(cells: list[str], width: int) -> str:
    if len(cells) < 2:
        return "a CoNLL line needs two or more columns, this has one"
    return f"{len(cells)} columns where most rows have {width}"


def _row(line: str, width: int, is_tabbed: bool) -> str:
    """The line without empty columns behind the last one."""
    if "\t" not in line:
        return line
    if "\t" not in line.rstrip(" \t") and not is_tabbed:
        return line.rstrip(" \t")
    return "\t".join(line.split("\t")[:width])
