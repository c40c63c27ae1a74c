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
    record: dict[str, Any] = {"source": document.source} if options.show_source else {}
    record["text"] = tagged.text
    unit = options.offsets
    says_unit = unit != CODE_POINTS or document.fields.get(OFFSETS) in OFFSET_UNITS
    add_fields(record, document.fields, {"entities", *record, *([OFFSETS] if says_unit else [])})
    if unit != CODE_POINTS:
        record[OFFSETS] = unit
    places = unit_places(tagged.text, unit) if tagged.entities else ()
    record["entities"] = [_entity_fields(entity, places) for entity in tagged.entities]
    return json_of(record, document) + "\n"


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
    return fields


def json_of(record: dict[str, Any], document: Document) -> str:
    """A record of the document on one line; raises DataError where it is nested too deeply."""
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except RecursionError as error:  # reading had a little more room
        raise DataError(document.source, document.line, "nested too deeply") from error
    except UnicodeEncodeError:  # half a surrogate pair in a field that travels through
        return json.dumps(record, allow_nan=False)
    return text
