"""Gold in JSON objects: what is marked in a text, as nertag and the tools that people annotate with
write it.

The fields are those of nertag's own JSONL, doccano (github.com/doccano/doccano, "JSONL" and
"JSONL(relation)"), Prodigy (prodi.gy/docs/api-interfaces#ner), Label Studio
(labelstud.io/guide/export, "JSON"), GLiNER (github.com/urchade/GLiNER) and `to_json` of the
datasets library.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from export.corpora.tags import LabelRow
from tagcli.errors import DataError
from tagcli.readers.base import token_offsets
from tagcli.writers.jsonl import OFFSETS
from tagcli.writers.offsets import BYTES, UTF_16, to_code_points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tagcli.records import Document
    from tagcli.schemes import Span

_DATASET_INFO = "dataset_info.json"
_SPAN_FIELDS = ("entities", "spans", "label", "labels")
_TAG_FIELDS = ("ner_tags", "tags", "labels", "label")
_START_NAMES, _END_NAMES = ("start", "start_offset"), ("end", "end_offset")
_WRITTEN_NAMES = ("text", "word", "surface", "form", "mention")
GOLD_FIELDS = frozenset((*_SPAN_FIELDS, *_TAG_FIELDS, "ner", "annotations", "answer", OFFSETS))
"""The fields that gold is read from."""
MARK_FIELDS = frozenset((*_START_NAMES, *_END_NAMES, *_WRITTEN_NAMES, "label", "labels"))
"""What is read of a mark."""

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


class _Mark(NamedTuple):
    """Something marked: its place as its object counts it, and what it says its text is."""

    start: int
    end: int
    label: str
    written: str | None


class Marked(NamedTuple):
    """What is marked in a document, by code points of its text, how many marks of length 0 were
    left out, since they say nothing, and how many begin or end inside a word."""

    spans: list[Span]
    empty: int
    inside_words: int


def with_tokens(document: Document) -> Document:
    """The document of an object that has text, tokens and tags for these with the tokens found in
    its text; otherwise as it is."""
    tokens = document.fields.get("tokens")
    is_tagged = any(_is_flat(document.fields.get(name)) for name in _TAG_FIELDS)
    if document.tokens is not None or not is_tagged or not isinstance(tokens, list):
        return document
    offsets, at = [], 0
    for token in tokens:
        start = document.text.find(token, at) if isinstance(token, str) else -1
        if start < 0:
            return document
        at = start + len(token)
        offsets.append((start, at))
    return replace(document, tokens=np.array(offsets, np.int32).reshape(-1, 2))


def class_names(path: Path) -> dict[str, list[str]]:
    """The names of the tags that a file has as numbers, by field, as the datasets library writes
    them beside it."""
    try:
        features = json.loads((path.parent / _DATASET_INFO).read_text("utf-8"))["features"]
        kinds = {name: feature.get("feature", {}) for name, feature in features.items()}
        return {name: kind["names"] for name, kind in kinds.items() if "names" in kind}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}  # another's file, or none: numbers without names are told of where they stand


def tag_row(document: Document, names_of: Mapping[str, Sequence[str]]) -> LabelRow | None:
    """The tags that a JSON object has for its tokens, those that are numbers by the names of their
    field; None where it has none. Raises DataError where they are not as many as the tokens, or
    have no name."""
    fields = document.fields
    if document.tokens is None or "entities" in fields:
        return None
    name = next((one for one in _TAG_FIELDS if _is_flat(fields.get(one))), None)
    if name is None:
        return None
    tags = fields[name]
    if len(tags) != len(document.tokens):
        problem = f"{len(document.tokens)} tokens, but {len(tags)} {name}"
        raise DataError(document.source, document.line, problem)
    known = dict(enumerate(names_of.get(name, ())))
    tags = [known.get(tag, tag) if type(tag) is int else tag for tag in tags]
    if odd := [tag for tag in tags if not isinstance(tag, str)]:
        where = f"disk:PATH knows the names, or {_DATASET_INFO} beside the file"
        problem = f"{name} has {odd[0]!r:.40}, no name of a tag; {where}"
        raise DataError(document.source, document.line, problem)
    return LabelRow(tags, document.source, [document.line] * len(tags))


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str | int) for one in value)


def marked(document: Document) -> Marked | None:
    """What is marked in a document; nothing where it has no text, None where it says of itself that
    it is no gold: rejected, or not annotated.

    Raises DataError with file and line for what marks no part of the text, or another part than it
    says.
    """
    marks = _marks(document)
    if marks is None:
        return None
    marks = _in_code_points(document, marks)
    _check(document, marks)
    place = _places_in_text(document)
    spans = [(place(m.start), place(m.end), m.label) for m in marks if m.start < m.end]
    empty = sum(m.start == m.end for m in marks)
    return Marked(spans, empty, sum(_cuts_word(document.text, span) for span in spans))


def _marks(document: Document) -> list[_Mark] | None:
    fields = document.fields
    if fields.get("answer", "accept") != "accept":
        return None
    if "answer" in fields and fields.get("spans") is None:
        return []  # Prodigy's, accepted as it is
    if _is_task(document):
        return _of_label_studio(document)
    if isinstance(fields.get("ner"), list) and document.tokens is not None:
        return [_of_tokens(document, one) for one in fields["ner"]]
    for name in _SPAN_FIELDS:
        if isinstance(fields.get(name), list):
            return [_mark(document, one) for one in fields[name]]
    if not document.text:
        return []
    has = f"; it has {', '.join(fields)}" if fields else " (CoNLL: --input-format conll)"
    problem = f"no gold: no 'entities' with start, end and label{has}"
    raise DataError(document.source, document.line, problem)


def _of_label_studio(document: Document) -> list[_Mark] | None:
    """The spans of the first annotation that was not cancelled."""
    for annotation in document.fields["annotations"]:
        if isinstance(annotation, dict) and not annotation.get("was_cancelled"):
            values = [one.get("value", {}) for one in annotation.get("result", ())]
            return [_mark(document, value) for value in values if "start" in value]
    return None


def _of_tokens(document: Document, one: Any) -> _Mark:
    """GLiNER's first token, last token and type."""
    assert document.tokens is not None
    starts = _joined_starts(document)
    try:
        first, last, label = one
        good = isinstance(label, str) and label and 0 <= first <= last < len(starts)
        start, (before, end) = starts[first], document.tokens[last].tolist()
    except (TypeError, ValueError, IndexError):
        good = False
    if not good:
        raise _odd(document, one, "first token, last token and label")
    return _Mark(start, starts[last] + end - before, label, None)


def _mark(document: Document, one: Any) -> _Mark:
    """A mark as an object with start, end and label or as a list of the three."""
    if isinstance(one, list) and len(one) == 3:
        start, end, label, written = *one, None
    elif isinstance(one, dict):
        start, end = (_first(one, names) for names in (_START_NAMES, _END_NAMES))
        label, written = one.get("label", one.get("labels")), _first(one, _WRITTEN_NAMES)
        if isinstance(label, list) and len(label) == 1:
            (label,) = label
    else:
        raise _odd(document, one)
    is_place = type(start) is int and type(end) is int
    if not is_place or not isinstance(label, str) or not label:
        raise _odd(document, one)
    return _Mark(start, end, label, written if isinstance(written, str) else None)


def _first(one: dict[str, Any], names: Sequence[str]) -> Any:
    return next((one[name] for name in names if name in one), None)


def _odd(document: Document, one: Any, needed: str = "start, end, label") -> DataError:
    problem = f"{one!r:.80} is no entity of this text: {needed}"
    return DataError(document.source, document.line, problem)


def _in_code_points(document: Document, marks: list[_Mark]) -> list[_Mark]:
    """The marks of an object that counts otherwise: it says so, or is a task of Label Studio. Its
    front end counts UTF-16 units, but what a script brought into it may be in code points."""
    unit, text = _said_unit(document), _counted_text(document)
    if unit is None:
        return marks
    moved = _moved(text, marks, unit)
    is_other = _is_task(document) and _all_fit(text, marks) and not _all_fit(text, moved)
    return marks if is_other else moved


def _said_unit(document: Document) -> str | None:
    """What an object says that its offsets count; None where it says nothing: code points."""
    unit = UTF_16 if _is_task(document) else document.fields.get(OFFSETS)
    return unit if unit in (UTF_16, BYTES) else None


def _is_task(document: Document) -> bool:
    return isinstance(document.fields.get("annotations"), list)


def _moved(text: str, marks: Sequence[_Mark], unit: str) -> list[_Mark]:
    """The marks in code points. One that is in no place of the text is left to the check, and to
    its hint."""
    places = to_code_points(text, unit)
    moved = [(places(one.start), places(one.end), one) for one in marks]
    return [
        one if start is None or end is None else one._replace(start=start, end=end)
        for start, end, one in moved
    ]


def _all_fit(text: str, marks: Sequence[_Mark]) -> bool:
    """Whether all marks say what the text has there, by code points."""
    return all(m.written is not None and m.written == text[m.start : m.end] for m in marks)


def _check(document: Document, marks: Sequence[_Mark]) -> None:
    """Raise DataError for the first mark that is outside the text or says another one than is
    there, blanks apart; or where marks cut words that they would not cut if they counted otherwise.
    """
    text = _counted_text(document)
    for mark in marks:
        if not 0 <= mark.start <= mark.end <= len(text):
            place = f"{mark.label} {mark.start} {mark.end}"
            problem = f"{place} is no entity of this text, which has {len(text)} code points"
            raise DataError(document.source, document.line, problem)
        there = text[mark.start : mark.end]
        if mark.written is not None and not _same(mark.written, there):
            where = f"at {mark.start} to {mark.end} the text has {there!r:.80}"
            problem = f"{mark.label} is {mark.written!r:.80}, but {where}{_hint(text, marks)}"
            raise DataError(document.source, document.line, problem)
    unsaid = [mark for mark in marks if mark.written is None and not _said_unit(document)]
    if not text.isascii() and any(_cuts_word(text, mark) for mark in unsaid):
        _check_unit(document, text, marks)


def _check_unit(document: Document, text: str, marks: Sequence[_Mark]) -> None:
    """Raise DataError where all marks are whole words in UTF-16 units and not in code points."""
    whole = text.encode("utf-16-le")
    if len(whole) == 2 * len(text):
        return
    moved = []
    for mark in marks:
        start, end = (len(whole[: 2 * at].decode("utf-16-le", "ignore")) for at in mark[:2])
        moved.append(mark._replace(start=start, end=end))
    if not any(_cuts_word(text, mark) for mark in moved):
        problem = "the entities cut words; their offsets count UTF-16 units, not code points"
        raise DataError(document.source, document.line, problem)


def _cuts_word(text: str, mark: _Mark | Span) -> bool:
    """Whether an entity begins or ends between two letters of a word; Korean ones may do so, in
    front of a particle."""
    return any(
        0 < at < len(text)
        and text[at - 1].isalnum()
        and text[at].isalnum()
        and not _HANGUL.match(text[at])
        for at in mark[:2]
    )


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _hint(text: str, marks: Sequence[_Mark]) -> str:
    """In what else the offsets are right, if in anything."""
    for name, encoding, width in (("UTF-16 units", "utf-16-le", 2), ("bytes of UTF-8", "utf-8", 1)):
        units = text.encode(encoding)
        said = [(units[m.start * width : m.end * width], m.written) for m in marks if m.written]
        if all(_same(unit.decode(encoding, "replace"), written) for unit, written in said):
            return f"; the offsets count {name}, not code points"
    return ""


def _counted_text(document: Document) -> str:
    """The text that offsets count in: of tokens, with a blank between any two."""
    return " ".join(_tokens(document)) if document.tokens is not None else document.text


def _tokens(document: Document) -> list[str]:
    assert document.tokens is not None
    return [document.text[start:end] for start, end in document.tokens.tolist()]


def _joined_starts(document: Document) -> list[int]:
    return token_offsets(_tokens(document))[:, 0].tolist()  # type: ignore[no-any-return]


def _places_in_text(document: Document) -> Callable[[int], int]:
    """From offsets as an object counts them to those in the text, which has no blanks between
    tokens that are its characters."""
    if document.tokens is None or _counted_text(document) == document.text:
        return lambda offset: offset
    starts, tokens = _joined_starts(document), document.tokens.tolist()

    def place(offset: int) -> int:
        token = max(bisect_right(starts, offset) - 1, 0)
        return int(min(tokens[token][0] + offset - starts[token], tokens[token][1]))

    return place
