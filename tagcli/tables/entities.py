"""Entities as a column of Arrow."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from tagcli.errors import UsageError
from tagcli.optional_packages import needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tagcli.records import Entity, TaggedDocument

pa = needed("pyarrow", "parquet", "a table of Arrow or Parquet")

ENTITIES = "entities"
ENTITY = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("label", pa.string()),
        ("text", pa.string()),
        ("score", pa.float64()),
    ]
)
SCHEMA = pa.schema([(ENTITIES, pa.list_(ENTITY))])
"""What a table gets: offsets in code points, a score from 0 to 1; null where the text is null."""


def with_entities(schema: Any, source: str) -> Any:
    """The schema with the column of entities; raises UsageError where there is one already."""
    if ENTITIES in schema.names:
        problem = f"{source} has a column {ENTITIES!r} already"
        raise UsageError(f"{problem}, where the entities are to stand: rename it, or drop it")
    return schema.append(SCHEMA.field(ENTITIES))


def entity_fields(entity: Entity) -> dict[str, Any]:
    """An entity as a value of ENTITY."""
    return {
        "start": entity.start,
        "end": entity.end,
        "label": entity.label,
        "text": entity.text,
        "score": float(entity.score),
    }


def tagged_batches(tagged: Iterable[TaggedDocument], schema: Any) -> Iterator[Any]:
    """Record batches of the rows that the documents are, with their entities: a batch for all that
    come from one, one after the other. `schema` is that of `with_entities`."""
    for _, rows in groupby(tagged, key=lambda one: id(_row(one).batch)):
        held = list(rows)
        columns = [*_taken(held).columns, _entities(held)]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _row(tagged: TaggedDocument) -> Any:
    return tagged.document.fields


def _taken(tagged: list[TaggedDocument]) -> Any:
    """The rows of a batch, not copied where none is left out."""
    batch, first = _row(tagged[0]).batch.batch, _row(tagged[0]).index
    if _row(tagged[-1]).index - first + 1 == len(tagged):
        return batch.slice(first, len(tagged))
    return batch.take(pa.array([_row(one).index for one in tagged]))


def _entities(tagged: list[TaggedDocument]) -> Any:
    values = [
        None if one.document.is_null else [entity_fields(entity) for entity in one.entities]
        for one in tagged
    ]
    return pa.array(values, SCHEMA.field(ENTITIES).type)
