"""JSONL: an object a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError

if TYPE_CHECKING:
    from tagcli.records import Document, Entity, TaggedDocument
    from tagcli.writers.base import WriterOptions


def write_jsonl(tagged: TaggedDocument, options: WriterOptions) -> str:
    """One JSON object: the text, what else the record carried, and the entities."""
    document = tagged.document
    if document.holds_only_comments:
        return ""
    record = record_of(document, options)
    entities = [_entity_fields(entity) for entity in tagged.entities]
    record["entities"] = None if document.is_null else entities
    try:
        return dumps(record) + "\n"
    except RecursionError as error:  # reading had a little more room
        raise DataError(document.source, document.line, "nested too deeply") from error


def record_of(document: Document, options: WriterOptions) -> dict[str, Any]:
    """The text and what else the record carried, by names that leave room for the entities."""
    record: dict[str, Any] = {"source": document.source} if options.show_source else {}
    record["text"] = None if document.is_null else document.text
    taken = {"entities", *record}
    for name, value in document.fields.items():
        while name in taken:
            name = f"input_{name}"
        taken.add(name)
        record[name] = value
    return record


def _entity_fields(entity: Entity) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "start": entity.start,
        "end": entity.end,
        "label": entity.label,
        "text": entity.text,
        "score": round(float(entity.score), 4),
    }
    if entity.start_token is not None:
        fields |= {"start_token": entity.start_token, "end_token": entity.end_token}
    if entity.source is not None:
        fields["source"] = entity.source
    return fields


def dumps(value: Any) -> str:
    """The value on one line that UTF-8 can hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair in a field that travels through
        return json.dumps(value, allow_nan=False)
    return text
