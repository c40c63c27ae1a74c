"""Plain text: a line is a document, and so is a paragraph of wrapped lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.readers.inputs import Line
from tagcli.records import IDLE, Document
from tagcli.segmentation.paragraphs import ParagraphFinder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.readers.base import Lines, ReaderOptions

_GUESS = "{}: lines are read together as wrapped paragraphs (--paragraphs lines keeps them apart)"


def read_text(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    """Every line that is no part of a wrapped paragraph is a document, blank ones too."""
    finder, held = ParagraphFinder(options.paragraphs), list[Line]()
    was_told = False
    for line in _until_error(lines):
        if isinstance(line, DataError):
            yield from _documents(held, finder.end(), source)
            raise line
        if line is IDLE:
            yield from _documents(held, finder.pause(), source)
            yield IDLE
        elif line.bad:
            yield from _documents(held, finder.end(), source)
        else:
            text = line.text.lstrip("\ufeff")
            held.append(line._replace(text=text))
            yield from _documents(held, finder.add(text), source)
            if finder.found_wrapped and not was_told:
                options.guess(_GUESS.format(source))
                was_told = True
    yield from _documents(held, finder.end(), source)
    if finder.found_wrapped and not was_told:
        options.guess(_GUESS.format(source))


def _until_error(lines: Lines) -> Iterator[Line | DataError | None]:
    """The lines, and the error in which they end, so that what came before it can be made whole."""
    try:
        yield from lines
    except DataError as error:
        yield error


def _documents(held: list[Line], sizes: Sequence[int], source: str) -> Iterator[Document]:
    """The documents of the first lines that are held, which then are not; each of so many lines."""
    for size in sizes:
        text = "\n".join(line.text for line in held[:size])
        ends = tuple(line.end for line in held[:size])
        ends = () if set(ends) == {"\n"} else ends
        yield Document(text, source, held[0].number, wrapped=size > 1, line_ends=ends)
        del held[:size]
