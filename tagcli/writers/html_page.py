"""The html format: one page that needs nothing else, with the entities marked in the text.

The text is written while it is tagged; the list of entities and the filter are made from the marks
by the page's own script, so that nothing is held here but where the page stands.
"""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect_right
from heapq import merge
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from tagcli.control_characters import visible
from tagcli.writers.palette import COLOURS, slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.records import Entity, TaggedDocument
    from tagcli.writers.base import State, WriterOptions

# what is not in sight a browser lays out block by block (content-visibility), so that a long record
# is cut into several; page.css has the height of as many rows
_ROWS_A_BLOCK = 60
_CHARS_A_ROW = 80

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src '{script_hash}'; style-src '{style_hash}'">
<title>{title}</title>
<style>{style}</style>
<script>{script}</script>
</head>
<body>
<header>
<h1>{title}</h1>
<div>{about}</div>
</header>
<nav aria-label="Entities"><noscript>The list of entities needs JavaScript.</noscript></nav>
<main lang="">
"""
_BLOCK = "<section>\n"
_BLOCK_END = "</section>\n"
_TAIL = "</main>\n</body>\n</html>\n"


class HtmlWriter:
    """Writes a page: a paragraph a record, of a long one several, under a heading a file where
    sources are shown."""

    def __init__(self, options: WriterOptions) -> None:
        self._options = options
        self._source: str | None = None
        self._rows: int | None = None  # of the open block
        self._entities = 0

    def head(self) -> str:
        """The page as far as its first record; the only style and script that may ever run are
        those in it, whatever the text holds."""
        style = _resource("page.css") + _colour_rules()
        script = _resource("page.js")
        about = ("nertag", self._options.model, self._options.date)
        return _HEAD.format(
            title=_text(self._options.title),
            about=_text(" · ".join(filter(None, about))),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )

    def record(self, tagged: TaggedDocument) -> str:
        """Its paragraphs, with what has to stand before them."""
        document = tagged.document
        if document.holds_only_comments:
            return ""
        parts = [self._heading(document.source) if self._options.show_source else ""]
        korean = any(sentence.language == "ko" for sentence in tagged.sentences)
        opening = '<p lang="ko">' if korean else "<p>"
        for entities, start, end in _stretches(tagged):
            parts.append(self._block())
            self._rows = (self._rows or 0) + _rows(tagged.text[start:end])
            parts.append(f"{opening}{self._marked(tagged.text, entities, start, end)}</p>\n")
        return "".join(parts)

    def tail(self) -> str:
        """The end of the page."""
        return self._block_end() + _TAIL

    def state(self) -> State:
        """Where the page stands."""
        return (self._source, self._rows, self._entities)

    def restore(self, state: State) -> None:
        """Go on where a page stood."""
        self._source, self._rows, self._entities = state  # type: ignore[assignment]

    def _heading(self, source: str) -> str:
        if source == self._source:
            return ""
        self._source = source
        return f"{self._block_end()}<h2>{_text(source)}</h2>\n"

    def _block(self) -> str:
        if self._rows is not None and self._rows < _ROWS_A_BLOCK:
            return ""
        return self._block_end() + _BLOCK

    def _block_end(self) -> str:
        ended = "" if self._rows is None else _BLOCK_END
        self._rows = None
        return ended

    def _marked(self, text: str, entities: Sequence[Entity], start: int, end: int) -> str:
        """text[start:end], in which the entities are."""
        parts = []
        for entity in entities:
            self._entities += 1
            parts += [_text(text[start : entity.start]), _mark(entity, self._entities)]
            start = entity.end
        return "".join([*parts, _text(text[start:end])])


def _stretches(tagged: TaggedDocument) -> Iterator[tuple[Sequence[Entity], int, int]]:
    """The text from its first to its last character in stretches of a block or so, with the
    entities of each: cut behind a line end, between sentences where that makes two blocks, or at a
    blank where it makes three, but never in an entity."""
    text, entities = tagged.text, tagged.entities
    ends = [entity.end for entity in entities]
    start = first = last = lines = 0
    for cut, needed in _cuts(tagged):
        lines += text.count("\n", last, cut)
        last = cut
        if lines + (cut - start) // _CHARS_A_ROW < needed or cut == len(text):
            continue
        following = bisect_right(ends, cut, first)
        if following == len(entities) or entities[following].start >= cut:
            yield entities[first:following], start, cut
            start, first, lines = cut, following, 0
    yield entities[first:], start, len(text)


def _cuts(tagged: TaggedDocument) -> Iterable[tuple[int, int]]:
    """Where a text may be cut, and how many rows the stretch before has to have for that."""
    if _rows(tagged.text) < _ROWS_A_BLOCK:
        return ()
    blocks = {"\n": 1, " ": 3}
    blanks = re.finditer("[\n ]", tagged.text)
    return merge(
        ((found.end(), blocks[found[0]] * _ROWS_A_BLOCK) for found in blanks),
        ((one.start, 2 * _ROWS_A_BLOCK) for one in tagged.sentences),
    )


def _mark(entity: Entity, number: int) -> str:
    label = escape(visible(entity.label))
    return (
        f'<mark id="e{number}" class="c{slot(entity.label)}" data-label="{label}" '
        f'title="{label}, score {float(entity.score):.2f}">{_text(entity.text)}</mark>'
    )


def _text(text: str) -> str:
    return escape(visible(text), quote=False)


def _rows(text: str) -> int:
    return 1 + text.count("\n") + len(text) // _CHARS_A_ROW


def _resource(name: str) -> str:
    return files("tagcli.writers").joinpath(name).read_text(encoding="utf-8")


def _colour_rules() -> str:
    rules = (f".c{i} {{ --c: {colour.rgb}; }}\n" for i, colour in enumerate(COLOURS))
    return "".join(rules)


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")
