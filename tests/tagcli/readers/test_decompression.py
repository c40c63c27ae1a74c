"""Compressed bytes as they come."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError, UsageError
from tagcli.readers.decompression import BrokenDataError, decompressed, without_ending
from tagcli.readers.inputs import Input

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

zstandard = pytest.importorskip("zstandard")

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}
every_kind = pytest.mark.parametrize("name", COMPRESS)


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


@given(
    st.sampled_from(sorted(COMPRESS)),
    st.lists(st.binary(max_size=40), min_size=1, max_size=4),
    st.integers(1, 60),
    st.integers(0, 9),
)
def test_members_in_pieces_of_any_size(
    name: str, members: list[bytes], size: int, zeros: int
) -> None:
    data = (b"\0" * zeros).join(COMPRESS[name](member) for member in members)
    assert b"".join(decompressed(iter(in_pieces(data, size)))) == b"".join(members)


@given(st.binary(max_size=9), st.integers(1, 3))
def test_other_bytes_stay(data: bytes, size: int) -> None:
    data = b"Anna" + data
    assert b"".join(decompressed(iter(in_pieces(data, size)))) == data


@every_kind
@pytest.mark.parametrize("cut", [-1, -5, 20])
def test_what_is_cut_short_is_broken_behind_what_is_whole(name: str, cut: int) -> None:
    chunks = decompressed(iter([COMPRESS[name](b"a\nb\n" * 1000)[:cut]]))
    with pytest.raises(BrokenDataError, match=f"broken {name} data"):
        list(chunks)


@every_kind
def test_what_follows_and_is_something_else_is_not_dropped(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(COMPRESS[name](b"a\nb\n") + b"what follows is something else")
    lines, seen = Input(path).lines(), []
    with pytest.raises(DataError, match=rf":3: broken {name} data"):
        seen.extend(line.text for line in lines)
    assert seen == ["a", "b"]


@every_kind
def test_a_line_is_out_when_its_bytes_are_there(name: str) -> None:
    taken = 0

    def pieces() -> object:
        nonlocal taken
        for piece in in_pieces(COMPRESS[name](b"Anna") + COMPRESS[name](b"Max"), 8):
            taken += len(piece)
            yield piece

    assert next(decompressed(pieces())) == b"Anna"  # type: ignore[arg-type]
    assert taken < len(COMPRESS[name](b"Anna")) + 8


@pytest.mark.parametrize("text", [b"BZh9 steht da", b"BZh", b"B", b"", b"("])
def test_words_that_begin_so_are_text(text: bytes) -> None:
    assert b"".join(decompressed(iter([text]))) == text


def test_a_frame_that_is_to_be_skipped_is_no_text() -> None:
    skipped = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"abcd"
    data = skipped + zstandard.compress(b"Anna")
    assert b"".join(decompressed(iter([data]))) == b"Anna"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="zstd is in the standard library")
def test_without_its_package_one_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    data = b"\x28\xb5\x2f\xfd\x04\x00A\x00\x00Anna"
    with pytest.raises(UsageError, match=r"needs: pip install 'nertag\[zstd\]'$"):
        list(decompressed(iter([data])))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.TXT.gz", "a.txt"), ("a.csv.zst", "a.csv"), ("a.xz", "a"), ("a.bz2.gz", "a.bz2")],
)
def test_names_without_their_ending(name: str, expected: str) -> None:
    assert without_ending(name) == expected
