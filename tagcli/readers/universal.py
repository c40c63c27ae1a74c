"""CoNLL-U and CoNLL-U Plus: their columns, words that are one token of the text, and that text.

Source: universaldependencies.org/format.html and universaldependencies.org/ext-format.html.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tagcli.readers.base import token_offsets
from tagcli.records import UniversalColumns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tagcli.records import Spans

NO_WORD = re.compile(r"[0-9]+(?:-[0-9]+|\.[0-9]+)")
"""The id of a token that is several words, and that of an empty node."""

_COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
_GLOBAL_COLUMNS = re.compile(r"# *global\.columns *=(.*)")
_TEXT = re.compile(r"# *text *= ?(.*)")
_OF_TAGS = re.compile(r"(?:\S+:)?(?:ner?|entit(?:y|ies)|named_entit(?:y|ies))", re.IGNORECASE)
_ID = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_NO_SPACE = "SpaceAfter=No"


def names_columns(line: str) -> bool:
    """Whether a comment says what the columns of CoNLL-U Plus are."""
    return _GLOBAL_COLUMNS.match(line) is not None


def names_in(lines: Iterable[str]) -> tuple[str, ...]:
    """The columns' names that CoNLL-U Plus says in front of its rows; () where nothing says any,
    or none is that of the token."""
    for line in lines:
        if found := _GLOBAL_COLUMNS.match(line):
            names = tuple(found[1].split())
            return names if "FORM" in names else ()
    return ()


def names_of_rows(blocks: Sequence[Sequence[Sequence[str]]]) -> tuple[str, ...]:
    """The names of CoNLL-U's ten columns, if these sentences have them: ids in the first, heads in
    the seventh, and no bare tag at the end; otherwise ()."""
    for block in blocks:
        for cells in block:
            is_id = _ID.fullmatch(cells[0]) or NO_WORD.fullmatch(cells[0])
            if not is_id or len(cells) != len(_COLUMNS):
                return ()
            if cells[6] != "_" and not cells[6].isdigit():
                return ()
    return _COLUMNS


def tag_place(names: Sequence[str]) -> UniversalColumns | None:
    """Where columns of these names have the tags; None where they have no names."""
    if not names:
        return None
    if tuple(names) == _COLUMNS:
        return UniversalColumns(misc=_COLUMNS.index("MISC"))
    found = (column for column, name in enumerate(names) if _OF_TAGS.fullmatch(name))
    return UniversalColumns(tags=next(found, None))


def tokens_of_words(ids: Sequence[str]) -> tuple[set[int], set[int]]:
    """Which rows, by their ids, are tokens of several words, and which are these words.

    The model is to read what stands in the text: `zum`, not `zu` and `dem`.
    """
    tokens, words = set[int](), set[int]()
    token, last = 0, -1
    for row, cell in enumerate(ids):
        if found := _RANGE.fullmatch(cell):
            token, last = row, int(found[2])
        elif _ID.fullmatch(cell) and int(cell) <= last:
            tokens.add(token)
            words.add(row)
        elif _ID.fullmatch(cell):
            last = -1
    return tokens, words


def running_text(
    tokens: Sequence[str], comments: Iterable[str], misc: Sequence[str]
) -> tuple[str, Spans]:
    """The text of a sentence and the offsets of its tokens in it: what a comment says, if the
    tokens are all that it holds; otherwise tokens with a blank between any two, but where the cells
    of `misc`, as many or none, say SpaceAfter=No."""
    said = (found[1] for comment in comments if (found := _TEXT.match(comment)))
    text = next(said, None)
    spans = None if text is None else _places(tokens, text)
    if spans is None:
        text, spans = _as_spaced(tokens, [_NO_SPACE in cell.split("|") for cell in misc])
    assert text is not None
    if _run_together(text, spans):
        return " ".join(tokens), token_offsets(tokens)
    import numpy as np

    return text, np.array(spans, np.int32).reshape(-1, 2)


def _places(tokens: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where the tokens stand in the text, with nothing but blanks between them; None where they do
    not."""
    spans, end = [], 0
    for token in tokens:
        start = end
        while not text.startswith(token, start) and text[start : start + 1].isspace():
            start += 1
        if not token or not text.startswith(token, start):
            return None
        end = start + len(token)
        spans.append((start, end))
    return None if text[end:].strip() else spans


def _as_spaced(
    tokens: Sequence[str], is_joined: Sequence[bool]
) -> tuple[str, list[tuple[int, int]]]:
    text, spans = "", []
    for number, token in enumerate(tokens):
        joins = number == 0 or (bool(is_joined) and is_joined[number - 1])
        text += "" if joins else " "
        spans.append((len(text), len(text) + len(token)))
        text += token
    return text, spans


def _run_together(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether two tokens without a blank between have letters that are one: a token's first may be
    the accent of the last before it."""
    if unicodedata.is_normalized("NFC", text):
        return False
    pairs = [text[start - 1 : start + 1] for start, _ in spans if start]
    return any(_composed(pair) != "".join(map(_composed, pair)) for pair in pairs)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
