"""Compressed input, known by its first bytes: gzip, bzip2, xz and zstd, several members too."""

from __future__ import annotations

import sys
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from tagcli.optional_packages import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDINGS = (".gz", ".bz2", ".xz", ".zst")
"""How the names of compressed files end."""

_STEP_BYTES = 1 << 14
"""How much is decompressed at once: what comes of it may be a hundred times as much, and more."""


class BrokenDataError(ValueError):
    """What is wrong with compressed data."""


class _Kind(NamedTuple):
    """What begins in one of these ways; `open` gives what makes a decompressor of a member, and
    the errors that it raises."""

    name: str
    beginnings: tuple[bytes, ...]
    open: Callable[[], tuple[Callable[[], Any], tuple[type[Exception], ...]]]


def _gzip() -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    return lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS), (zlib.error,)


def _bzip2() -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    import bz2

    return bz2.BZ2Decompressor, (OSError, ValueError)


def _xz() -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    import lzma

    return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ), (lzma.LZMAError,)


def _zstd() -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.ZstdDecompressor, (zstd.ZstdError,)
    zstandard = needed("zstandard", "zstd", "zstd data")
    return lambda: zstandard.ZstdDecompressor().decompressobj(), (zstandard.ZstdError,)


_BZIP2 = tuple(
    b"BZh%d%s" % (level, block)
    for level in range(1, 10)
    for block in (b"1AY&SY", b"\x17rE8P")  # that of no bytes at all
)
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + i, 0x2A, 0x4D, 0x18)) for i in range(16)))
_KINDS = (
    _Kind("gzip", (b"\x1f\x8b",), _gzip),
    _Kind("bzip2", _BZIP2, _bzip2),
    _Kind("xz", (b"\xfd7zXZ\0",), _xz),
    _Kind("zstd", _ZSTD, _zstd),
)


def without_ending(name: str) -> str:
    """A file's name in small letters, without what says that it is compressed."""
    name = name.lower()
    return next((name.removesuffix(end) for end in ENDINGS if name.endswith(end)), name)


def decompressed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes as they come, decompressed if they begin as compressed ones do.

    Raises BrokenDataError where they are not whole, UsageError where a package is missing.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if not any(begins.startswith(head) for kind in _KINDS for begins in kind.beginnings):
            break
    chunks = chain([head] if head else [], chunks)
    for kind in _KINDS:
        if head.startswith(kind.beginnings):
            yield from _decompressed(kind, chunks)
            return
    yield from chunks


def _decompressed(kind: _Kind, chunks: Iterator[bytes]) -> Iterator[bytes]:
    new, errors = kind.open()
    member: Any = None
    for left in _steps(chunks):
        while left:
            if member is None:
                left = left.lstrip(b"\0")  # members may be apart by them, to fill blocks
                member = new() if left else None
                continue
            try:
                data = member.decompress(left)
            except errors as error:
                raise BrokenDataError(f"broken {kind.name} data: {error}") from error
            left = b""
            if member.eof:
                left, member = member.unused_data, None
            if data:
                yield data
    if member is not None:
        raise BrokenDataError(f"broken {kind.name} data: its end is missing")


def _steps(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield from (chunk[i : i + _STEP_BYTES] for i in range(0, len(chunk), _STEP_BYTES))
