"""Tables of Arrow: Parquet files, and what Arrow writes to files (Feather, too) and pipes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError, UsageError, reason_of
from tagcli.optional_packages import needed
from tagcli.tables.rows import ROWS, check_text_column, documents_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.readers.base import ReaderOptions
    from tagcli.readers.inputs import Input, TableFound
    from tagcli.records import Document

_FILE_MARK = b"ARROW1\0\0"
_BATCH_BYTES = 1 << 24


def read_table(found: TableFound, source: Input, options: ReaderOptions) -> Iterator[Document]:
    """Every row is a document: the text of the column that is called as the text field, and all
    its other columns."""
    pa = needed("pyarrow", "parquet", f"{source.name} (Parquet or Arrow)")
    try:
        schema, batches = _opened(found, source)
        _check(schema, options, source)
        for one in documents_of(batches, options.text_field, source.name, options.guess):
            if isinstance(one, DataError):
                options.report(one)
            else:
                yield one
    except (pa.ArrowException, OSError) as error:
        options.report(DataError(source.name, None, f"broken table: {reason_of(error)}"))


def _opened(found: TableFound, source: Input) -> tuple[Any, Iterator[Any]]:
    """The schema, and the batches one by one."""
    if found.input_format == "parquet":
        return _parquet(source)
    file = io.BufferedReader(_Bytes(found.chunks))
    if file.peek(len(_FILE_MARK)).startswith(_FILE_MARK):
        file.read(len(_FILE_MARK))  # what follows is a stream, and then a list of its parts
    reader = needed("pyarrow.ipc", "parquet", source.name).open_stream(file)
    return reader.schema, reader


def _parquet(source: Input) -> tuple[Any, Iterator[Any]]:
    path = source.path
    if path is None or not _begins_as_parquet(path):
        problem = f"{source.name} is Parquet, of which the end says where all else is"
        raise UsageError(f"{problem}: give the file by its name, uncompressed")
    # buffered ahead, the columns of all row groups would be held to the end
    module = needed("pyarrow.parquet", "parquet", source.name)
    file = module.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    return file.schema_arrow, _counted(file, source)


def _begins_as_parquet(path: Any) -> bool:
    with path.open("rb") as file:
        return bool(file.read(4) == b"PAR1")


def _counted(file: Any, source: Input) -> Iterator[Any]:
    rows, size, about = 0, source.size or 0, file.metadata
    groups = map(about.row_group, range(about.num_row_groups))
    row_bytes = sum(group.total_byte_size for group in groups) // max(1, about.num_rows)
    batch_rows = min(ROWS, 1 + _BATCH_BYTES // max(1, row_bytes))
    for batch in file.iter_batches(batch_size=batch_rows, use_threads=False):
        rows += batch.num_rows
        source.position = size * rows // about.num_rows
        yield batch


def _check(schema: Any, options: ReaderOptions, source: Input) -> None:
    try:
        check_text_column(schema, options.text_field, source.name)
    except UsageError as error:
        raise UsageError(f"{error} (--text-field names the one with the text)") from None
    if options.on_table is not None:
        options.on_table(schema, source.name)


class _Bytes(io.RawIOBase):
    """Chunks as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What is there, as far as there is room for it."""
        held = self._held or next(self._chunks, b"")
        size = min(len(buffer), len(held))
        buffer[:size], self._held = held[:size], held[size:]
        return size
