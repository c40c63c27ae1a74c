"""Compressed output."""

from __future__ import annotations

import gzip
import io
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import UsageError
from tagcli.output import compression
from tagcli.output.compression import MemberWriter, compressor, is_compressed
from tagcli.output.destination import Output
from tagcli.readers.decompression import decompressed

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("zstandard")
NAMES = ("a.gz", "a.zst")


class Memory(io.BytesIO):
    """A file that notes where each write began."""

    def __init__(self) -> None:
        super().__init__()
        self.starts: list[int] = []

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Write all."""
        self.starts.append(self.tell())
        return super().write(data)


def read(data: bytes) -> bytes:
    return b"".join(decompressed(iter([data])))


def written(name: str, records: list[bytes]) -> Memory:
    memory = Memory()
    compress = compressor(name)
    assert compress is not None
    writer = MemberWriter(memory, compress)
    for record in records:
        writer.write(record)
    writer.end_member()
    assert writer.holds_nothing
    return memory


@given(st.sampled_from(NAMES), st.lists(st.binary(max_size=9)), st.integers(1, 20))
def test_members_are_whole_records_and_go_on_from_any(
    name: str, records: list[bytes], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compression, "_MEMBER_BYTES", size)
        whole = written(name, records)
        assert read(whole.getvalue()) == b"".join(records)
        done = 0
        for start in whole.starts:  # another run goes on there, and makes the same bytes
            before = read(whole.getvalue()[:start])
            while len(b"".join(records[:done])) < len(before):
                done += 1
            assert b"".join(records[:done]) == before
            again = whole.getvalue()[:start] + written(name, records[done:]).getvalue()
            assert again == whole.getvalue()


@pytest.mark.parametrize("name", ["out.jsonl.gz", "OUT.GZ", "out.zst"])
def test_output_that_is_called_so_is_compressed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with Output(path) as output:
        output.write("Berlin\n")
        assert not output.holds_nothing
    assert read(path.read_bytes()) == b"Berlin\n"
    if name.lower().endswith("gz"):
        assert path.read_bytes()[4:8] == b"\0\0\0\0"  # no time: the same input, the same bytes
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_other_output_is_not(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with Output(path) as output:
        output.write("Berlin\n")
        assert output.holds_nothing
    assert path.read_bytes() == b"Berlin\n"


def test_what_an_error_leaves_can_be_read(tmp_path: Path) -> None:
    output = Output(tmp_path / "out.gz")
    output.write("Berlin\n")
    output.__exit__(ValueError, ValueError(), None)
    partial = tmp_path / "out.gz.partial"
    assert read(partial.read_bytes()) == b"Berlin\n"


def test_nothing_is_an_empty_file_as_without_compression(tmp_path: Path) -> None:
    path = tmp_path / "out.gz"
    with Output(path):
        pass
    assert path.read_bytes() == gzip.compress(b"", mtime=0)


@pytest.mark.parametrize(
    ("name", "expected"), [("a.gz", True), ("a.ZST", True), ("a.gz.txt", False), ("zst", False)]
)
def test_what_the_name_says(name: str, expected: bool) -> None:
    assert is_compressed(name) == expected
    assert (compressor(name) is not None) == expected


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="zstd is in the standard library")
def test_without_its_package_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UsageError, match=r"pip install 'nertag\[zstd\]'$"):
        Output(tmp_path / "out.zst")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", [".bz2", ".xz", ".gzip", ".tgz", ".zip", ".7Z"])
def test_a_name_of_what_is_not_written_is_refused(end: str) -> None:
    with pytest.raises(UsageError, match=r"what is compressed is called \.gz or \.zst"):
        compressor(f"out.jsonl{end}")
