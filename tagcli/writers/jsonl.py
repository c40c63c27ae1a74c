"""JSONL: an object a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError
from tagcli.writers.offsets import CODE_POINTS, OFFSET_UNITS, unit_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tagcli.records import Document, Entity, TaggedDocument
    from tagcli.writers.base import WriterOptions

OFFSETS = "offsets"
"""The field that says in what unit the offsets are, if not in code points."""


def write_jsonl(tagged: TaggedDocument, options: WriterOptions) -> str:
    """One JSON object: the text, what else the record carried, and the entities."""
    document = tagged.document
    if document.holds_only_comments:
        return ""
    record = record_of(document, options)
    if options.offsets != CODE_POINTS:
        record[OFFSETS] = options.offsets
    places = unit_places(tagged.text, options.offsets) if tagged.entities else ()
    entities = [_entity_fields(entity, places) for entity in tagged.entities]
    record["entities"] = None if document.is_null else entities
    return json_of(record, document) + "\n"


def record_of(document: Document, options: WriterOptions) -> dict[str, Any]:
    """The text and what else the record carried, by names that leave room for the entities."""
    record: dict[str, Any] = {"source": document.source} if options.show_source else {}
    record["text"] = None if document.is_null else document.text
    says_unit = options.offsets != CODE_POINTS or document.fields.get(OFFSETS) in OFFSET_UNITS
    add_fields(record, document.fields, {"entities", *record, *([OFFSETS] if says_unit else [])})
    return record


def add_fields(record: dict[str, Any], fields: Mapping[str, Any], taken: set[str]) -> None:
    """Add the fields that an input carried; one of a name that is taken gets `input_` in front."""
    for name, value in fields.items():
        while name in taken:
            name = f"input_{name}"
        taken.add(name)
        record[name] = value


def _entity_fields(entity: Entity, places: Sequence[int]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "start": places[entity.start],
        "end": places[entity.end],
        "label": entity.label,
        "text": entity.text,
        "score": round(float(entity.score), 4),
    }
    if entity.start_token is not None:
        fields |= {"start_token": entity.start_token, "end_token": entity.end_token}
    if entity.source is not None:
        fields["source"] = entity.source
    return fields


def json_of(value: Any, document: Document) -> str:
    """The record of a document, or a part of it, on one line; raises DataError where it is nested
    too deeply."""
    try:
        return dumps(value)
    except RecursionError as error:  # reading had a little more room
        raise DataError(document.source, document.line, "nested too deeply") from error


def dumps(value: Any) -> str:
    """The value on one line that UTF-8 can hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair in a field that travels through
        return json.dumps(value, allow_nan=False)
    return text
