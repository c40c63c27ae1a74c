"""What travels through the tagger: documents in, tagged documents out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt

    Spans = npt.NDArray[np.int32]
    """Offsets, shape (n, 2): start and end of each unit in Unicode code points."""


IDLE = None
"""In a stream: nothing more is there at the moment; in the output: all before it is out."""


class _ComparedByContent:
    """A dataclass with arrays: equal to another of its kind where all fields are, arrays by what is
    in them."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return _contents(self) == _contents(other)

    __hash__ = None  # type: ignore[assignment]


def _contents(record: Any) -> list[Any]:
    """The fields that count, arrays as lists."""
    values = (getattr(record, one.name) for one in fields(record) if one.compare)
    return [value.tolist() if hasattr(value, "tolist") else value for value in values]


_MARK = r"-{1,2}DOC(?:START|END)-{1,2}"
_SEPARATOR = re.compile(
    rf"\ufeff*{_MARK}(?:[ \t]+(?:-?X-?|O|-|_|{_MARK}|\([^()]*\)))*[ \t]*", re.ASCII
)


def is_separator(line: str) -> bool:
    """Whether a CoNLL line is no token, but what separates documents: -DOCSTART- and its like,
    alone or with cells that say nothing, as a sentence about it has not."""
    return "-DOC" in line and _SEPARATOR.fullmatch(line) is not None


_RANGE = re.compile(r"[0-9]{1,9}-([0-9]{1,9})[ \t]")
_WORD = re.compile(r"([0-9]{1,9})[ \t]")


@dataclass(frozen=True, slots=True)
class UniversalColumns:
    """Where CoNLL-U has the tags, by columns from 0: among the attributes of `misc`, or CoNLL-U
    Plus in a column of their own, `tags`; where it has neither, a column is to be added."""

    misc: int | None = None
    tags: int | None = None


@dataclass(frozen=True, slots=True)
class ConllRows:
    """The lines of one CoNLL sentence as they were read, without line ends."""

    before: tuple[str, ...]
    """Blank lines, comments and document separators in front of the first token."""
    tokens: tuple[str, ...]
    """The row of every token, without empty columns behind the last one."""
    after: str | None = ""
    """The line that ends it, which may hold blanks; None where none stands there."""
    between: tuple[tuple[int, str], ...] = ()
    """Lines among the rows that are no tokens, each with the number of rows in front of it."""
    token_column: int = 0
    """Where the token stands, from 0."""
    is_quoted: bool = False
    """Whether all cells of the file stand in quotes, which are no part of them."""
    universal: UniversalColumns | None = None
    """Where the tags stand, if the file is CoNLL-U."""

    def lines(self) -> Iterator[tuple[str, int | None]]:
        """The rows and the lines among them in order, each with the index of the token whose tag it
        has: where CoNLL-U has a token of several words (`1-2`), these have it. None for what has no
        tag: the line of such a token, empty nodes, comments."""
        between = dict[int, list[str]]()
        for at, line in self.between:
            between.setdefault(at, []).append(line)
        yield from ((line, None) for line in between.get(0, ()))
        for token, row in enumerate(self.tokens):
            following = between.get(token + 1, ())
            last = _RANGE.match(row) if self.token_column and following else None
            are_words = [last is not None and _is_word_to(line, int(last[1])) for line in following]
            yield row, None if any(are_words) else token
            for line, is_word in zip(following, are_words, strict=True):
                yield line, token if is_word else None


def _is_word_to(line: str, last: int) -> bool:
    """Whether a line is that of a word whose id is no higher than `last`."""
    found = _WORD.match(line)
    return found is not None and int(found[1]) <= last


@dataclass(frozen=True, slots=True, eq=False)
class Document(_ComparedByContent):
    """One record of the input: a line of text, a CoNLL sentence or a JSON object.

    `tokens` holds the offsets of given tokens, shape (n, 2), and is None where the text is to be
    cut into words; `fields` holds what else a JSON object carried. The lines of a `wrapped` text
    are one paragraph; in any other text that is to be found. The tokens of a text `by_character`
    are its characters, blanks among them. A row of a table that has no text `is_null`; its text is
    "".

    How it was written is no part of what it is: `line_ends` of its lines, () where all are "\\n",
    and the names of the `members` of a JSON object in their order, of which one that is none of
    `fields` had the text.
    """

    text: str
    source: str = "<text>"
    line: int = 1
    tokens: Spans | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    conll: ConllRows | None = None
    wrapped: bool = False
    by_character: bool = False
    is_null: bool = False
    line_ends: tuple[str, ...] = field(default=(), compare=False)
    members: tuple[str, ...] = field(default=(), compare=False)

    @property
    def given_words(self) -> Spans | None:
        """The tokens, if they are words: characters are for the tagger to make words of."""
        return None if self.by_character else self.tokens

    @property
    def holds_only_comments(self) -> bool:
        """Whether this is what stands after the last sentence of a CoNLL file."""
        return self.conll is not None and not self.conll.tokens


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity: `text` is the document's text[start:end], offsets in code points.

    `score` is the mean, over the entity's words, of the probability of its label. `start_token`
    and `end_token` (one past the last) index the tokens of a document that came with tokens. The
    `source` of one that the model did not find is "list", its score 1.
    """

    start: int
    end: int
    label: str
    text: str
    score: float
    start_token: int | None = None
    end_token: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sentence(_ComparedByContent):
    """A sentence of a tagged document: its span, its language ("" if only the script is known),
    what the model read, shape (n, 2), and its unit: one of UNITS or given "tokens"."""

    start: int
    end: int
    language: str
    words: Spans
    word_unit: str


@dataclass(frozen=True, slots=True)
class TaggedDocument:
    """A document with its entities and sentences, both in text order."""

    document: Document
    entities: tuple[Entity, ...]
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The document's text, as it was read."""
        return self.document.text
