"""JSONL: an object a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError
from tagcli.writers.offsets import CODE_POINTS, OFFSET_UNITS, unit_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.records import Entity, TaggedDocument
    from tagcli.writers.base import WriterOptions

OFFSETS = "offsets"
"""The field that says in what unit the offsets are, if not in code points."""


def write_jsonl(tagged: TaggedDocument, options: WriterOptions) -> str:
    """One JSON object: the text, what else the record carried, and the entities."""
    document = tagged.document
    if document.holds_only_comments:
        return ""
    record: dict[str, Any] = {"source": document.source} if options.show_source else {}
    record["text"] = tagged.text
    unit = options.offsets
    says_unit = unit != CODE_POINTS or document.fields.get(OFFSETS) in OFFSET_UNITS
    taken = {"entities", *record, *([OFFSETS] if says_unit else [])}
    for name, value in document.fields.items():
        while name in taken:
            name = f"input_{name}"
        taken.add(name)
        record[name] = value
    if unit != CODE_POINTS:
        record[OFFSETS] = unit
    places = unit_places(tagged.text, unit) if tagged.entities else ()
    record["entities"] = [_entity_fields(entity, places) for entity in tagged.entities]
    try:
        return _dumps(record) + "\n"
    except RecursionError as error:  # reading had a little more room
        raise DataError(document.source, document.line, "nested too deeply") from error


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
    return fields


def _dumps(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair in a field that travels through
        return json.dumps(record, allow_nan=False)
    return text
