"""Records that are no rows of a table, as rows of one: its columns are found by the first ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError, reason_of
from tagcli.tables.entities import ENTITIES, ENTITY, entity_fields, pa
from tagcli.writers.jsonl import dumps, record_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.records import Entity, TaggedDocument
    from tagcli.writers.base import WriterOptions

_TOKEN_FIELDS = ("start_token", "end_token")
_MISFITS = (pa.ArrowException, OverflowError, ValueError, TypeError)


class Records:
    """Records as JSON has them; given tokens give entities the numbers of theirs. A field whose
    values no one type can hold becomes text, JSON, which is told."""

    def __init__(self, options: WriterOptions) -> None:
        self._options = options
        self._schema: Any = None
        self._as_json: set[str] = set()

    def size(self, tagged: TaggedDocument) -> int:
        """The length of the record, about; raises DataError for one that no column of those before
        it can hold."""
        record = self._record(tagged)
        if self._schema is not None and (problem := self._misfit(record)):
            problem = f"does not fit the columns of the records before it: {problem}"
            raise DataError(tagged.document.source, tagged.document.line, problem)
        return len(repr(record))

    def schema(self, tagged: list[TaggedDocument]) -> Any:
        """The columns, found by these if none were before."""
        if self._schema is None:
            records = list(map(self._record, tagged))
            names = dict.fromkeys(name for record in records for name in record) or ["text"]
            fields = [(name, self._type_of(name, records)) for name in names]
            has_tokens = any(one.document.tokens is not None for one in tagged)
            more = [(name, pa.int32()) for name in _TOKEN_FIELDS] if has_tokens else []
            entity = pa.struct([*ENTITY, *(pa.field(*one) for one in more)])
            self._schema = pa.schema([*fields, (ENTITIES, pa.list_(entity))])
        return self._schema

    def batches(self, tagged: list[TaggedDocument]) -> Iterator[Any]:
        """A batch of the records and their entities."""
        records = [
            self._record(one)
            | {ENTITIES: None if one.document.is_null else list(map(_entity, one.entities))}
            for one in tagged
        ]
        yield pa.RecordBatch.from_pylist(records, self._schema)

    def _record(self, tagged: TaggedDocument) -> dict[str, Any]:
        record = record_of(tagged.document, self._options)
        for name in self._as_json.intersection(record):
            record[name] = dumps(record[name])
        return record

    def _type_of(self, name: str, records: list[dict[str, Any]]) -> Any:
        if name == "text":
            return pa.string()
        try:
            found = pa.array([record.get(name) for record in records]).type
        except _MISFITS as error:
            reason = reason_of(error)
        else:
            if not _is_empty(found):
                return found
            reason = "its objects are empty"
        self._options.note(f"field {name!r} is written as text, JSON ({reason})")
        self._as_json.add(name)
        return pa.string()

    def _misfit(self, record: dict[str, Any]) -> str | None:
        """What of the record would be lost, or is of another type."""
        if new := next((name for name in record if name not in self._schema.names), None):
            return f"field {new!r} is new"
        for name, value in record.items():
            try:
                (held,) = pa.array([value], self._schema.field(name).type).to_pylist()
            except _MISFITS as error:
                return f"field {name!r}: {reason_of(error)}"
            if _without_nulls(held) != _without_nulls(value):
                return f"field {name!r} would not come out as it is"
        return None


def _is_empty(kind: Any) -> bool:
    """Whether there is a struct without fields in a type, which Parquet cannot hold."""
    if pa.types.is_list(kind):
        return _is_empty(kind.value_type)
    if not pa.types.is_struct(kind):
        return False
    return kind.num_fields == 0 or any(_is_empty(field.type) for field in kind)


def _entity(entity: Entity) -> dict[str, Any]:
    tokens = (entity.start_token, entity.end_token)
    return entity_fields(entity) | dict(zip(_TOKEN_FIELDS, tokens, strict=True))


def _without_nulls(value: Any) -> Any:
    """The value as it is equal to another that differs in fields that are null, or not there."""
    if isinstance(value, dict):
        pairs = ((name, _without_nulls(one)) for name, one in value.items())
        return {name: one for name, one in pairs if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
