"""What is no text, seen by its first bytes."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

NUL_PROBLEM = "has a NUL character, which no text has: is it in another --encoding, utf-16-le?"

_TAR_MARK = slice(257, 262)
_LOOKED_AT_BYTES = 1 << 12


class _Kind(NamedTuple):
    """What begins so, and a way to its text, if there is a common one."""

    beginning: re.Pattern[bytes]
    name: str
    way: str = ""


_KINDS = (
    _Kind(re.compile(rb"%PDF-\d"), "a PDF", "pdftotext FILE -"),
    _Kind(re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), "a ZIP archive, as DOCX and EPUB are"),
    _Kind(re.compile(rb"FEA1"), "a Feather file of version 1"),
    _Kind(re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P)"), "bzip2 data, compressed twice"),
    _Kind(re.compile(rb"\xfd7zXZ\x00"), "xz data, compressed twice"),
    _Kind(re.compile(rb"\x28\xb5\x2f\xfd"), "zstd data, compressed twice"),
    _Kind(re.compile(rb"\x04\x22\x4d\x18"), "lz4 data", "lz4cat FILE"),
    _Kind(re.compile(rb"\x1f\x8b\x08"), "gzip data, compressed twice"),
    _Kind(re.compile(rb"\x1f\x9d"), "compressed data", "zcat FILE"),
    _Kind(re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7z archive"),
    _Kind(re.compile(rb"Rar!\x1a\x07"), "a RAR archive"),
    _Kind(re.compile(rb"\x89PNG\r\n\x1a\n"), "a PNG image"),
    _Kind(re.compile(rb"\xff\xd8\xff"), "a JPEG image"),
    _Kind(re.compile(rb"GIF8[79]a[\x00-\xff]{2}[\x00-\xff]{2}[\x80-\xff]"), "a GIF image"),
    _Kind(re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Office file"),
    _Kind(re.compile(rb"SQLite format 3\x00"), "an SQLite database"),
    _Kind(re.compile(rb"\x7fELF"), "a program"),
    _Kind(re.compile(rb"\{\\rtf\d"), "an RTF file"),
)


class _TableKind(NamedTuple):
    """A table that begins so, by its format's name."""

    beginning: re.Pattern[bytes]
    name: str
    input_format: str


_TABLES = (
    _TableKind(re.compile(rb"PAR1[\x00-\x1f]"), "a Parquet file", "parquet"),
    _TableKind(re.compile(rb"ARROW1\x00\x00"), "an Arrow file", "arrow"),
    _TableKind(re.compile(rb"\xff{4}[\x00-\xff]{3}\x00"), "an Arrow stream", "arrow"),
)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def table_at(beginning: bytes) -> _TableKind | None:
    """The kind of table of Arrow that begins so."""
    return next((kind for kind in _TABLES if kind.beginning.match(beginning)), None)


def problem_of(beginning: bytes, encoding: str) -> str | None:
    """Why bytes that begin so are no text in an encoding, and what to do; None for what may be."""
    for kind in _KINDS:
        if kind.beginning.match(beginning):
            return _problem(kind.name, kind.way)
    if beginning[_TAR_MARK] == b"ustar":
        return _problem("a tar archive", "tar -xOf FILE")
    if "\n".encode(encoding) != b"\n":  # UTF-16 and UTF-32, as was said
        return None
    for mark, name in _MARKS:
        if beginning.startswith(mark):
            return f"is in {name.upper()}: --encoding {name}"
    if named := _wide_encoding(beginning[:_LOOKED_AT_BYTES]):
        return f"looks like {named.upper()}: --encoding {named}"
    return None


def _problem(name: str, way: str) -> str:
    return f"is {name}, no text" + (f": {way} | nertag" if way else "")


def _wide_encoding(data: bytes) -> str | None:
    """The encoding of text that has NUL bytes where these have them; None where they have few."""
    count = len(data) // 4
    if count < 2 or data.count(0) < 3:
        return None
    nuls = [data[i::4].count(0) / count for i in range(4)]
    if nuls[1] > 0.9 and nuls[2] > 0.9 and nuls[3] > 0.9 and nuls[0] < 0.5:
        return "utf-32-le"
    if nuls[0] > 0.9 and nuls[1] > 0.9 and nuls[2] > 0.9 and nuls[3] < 0.5:
        return "utf-32-be"
    even, odd = (nuls[0] + nuls[2]) / 2, (nuls[1] + nuls[3]) / 2
    if odd > 0.1 and even < 0.05:
        return "utf-16-le"
    if even > 0.1 and odd < 0.05:
        return "utf-16-be"
    return None
