"""The html format: one page that needs nothing else, with the entities marked in the text.

The text is written while it is tagged; the list of entities and the filter are made from the marks
by the page's own script, so that nothing is held here but where the page stands.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files

from tagcli.controls import visible
from tagcli.palette import COLOURS, slot
from tagcli.records import Entity, TaggedDocument
from tagcli.writing import State, WriterOptions

# what is not in sight a browser lays out block by block (content-visibility); page.css has the
# height of as many rows
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
<nav aria-label="Entities"><noscript>The list of entities needs JavaScript.</noscript></nav>
<main lang="">
"""
_BLOCK = "<section>\n"
_BLOCK_END = "</section>\n"
_TAIL = "</main>\n</body>\n</html>\n"


class HtmlWriter:
    """Writes a page: a paragraph a record, under a heading a file where sources are shown."""

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
        return _HEAD.format(
            title=_text(self._options.title),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )

    def record(self, tagged: TaggedDocument) -> str:
        """A paragraph, with what has to stand before it."""
        document = tagged.document
        if document.holds_only_comments:
            return ""
        before = self._heading(document.source) if self._options.show_source else ""
        before += self._block()
        self._rows = (self._rows or 0) + _rows(tagged.text)
        korean = any(sentence.language == "ko" for sentence in tagged.sentences)
        opening = '<p lang="ko">' if korean else "<p>"
        return f"{before}{opening}{self._marked(tagged)}</p>\n"

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

    def _marked(self, tagged: TaggedDocument) -> str:
        parts = []
        at = 0
        for entity in tagged.entities:
            self._entities += 1
            parts += [_text(tagged.text[at : entity.start]), _mark(entity, self._entities)]
            at = entity.end
        return "".join([*parts, _text(tagged.text[at:])])


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
    return files("tagcli").joinpath(name).read_text(encoding="utf-8")


def _colour_rules() -> str:
    rules = (f".c{i} {{ --c: {colour.rgb}; }}\n" for i, colour in enumerate(COLOURS))
    return "".join(rules)


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")
