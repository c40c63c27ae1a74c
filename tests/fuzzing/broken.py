"""Inputs that are broken in some way, each of them made from a number alone."""

from __future__ import annotations

import functools
import gzip
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FORMATS = ("text", "conll", "jsonl")
_SUFFIXES = {"text": ".txt", "conll": ".conll", "jsonl": ".jsonl"}
_ENCODINGS = ("latin-1", "cp949", "utf-16", "utf-16-le", "utf-32", "utf-7")

# What some splitter takes for a blank or a line end, what has no width, what is no text at all
_CHARACTERS = (
    "\0", "\t", "\r", "\x0b", "\x0c", "\x1a", "\x1b[31m", "\x1c", "\x1e", "\x7f", "\x85", "\xa0",
    "\xad", "\u0301", "\u200b", "\u200d", "\u2028", "\u2029", "\u202e", "\ufe0f", "\ufeff",
    "\uffff", "\U0010ffff", "\ud800", "\udfff", "\U0001f468\u200d\U0001f469",
)  # fmt: skip
_WORDS = (
    "Berlin", "Angela Merkel", "이순신은", "서울에서", "Zu\u0308rich", "\u1100\u1161\u11a8",
    "O", "B-PER", "I-", "-DOCSTART-", "#", "# ", "# text = a", "``", "[", "]", "<b>", "&amp;",
    "...", "z. B.", "3.", "www.a.de)", "don't", "a" * 450, "", " ", "{", '{"text": "a"}', "None",
    *_CHARACTERS,
)  # fmt: skip
_TAGS = ("O", "B-PER", "I-PER", "S-LOC", "E-LOC", "B-", "-PER", "B-PER|B-LOC", "o", "X", "_", "")
_NAMES = ("text", "tokens", "entities", "id", "source", "input_text", "body", "", "\\ud800", "t\\n")
_VALUES = (
    '"Angela Merkel in Berlin."', '"이순신은 서울에서"', '""', '" "', '"a\\nb\\u0000"', '"\\ud800"',
    '"\\ud83d\\ude00"', '"\\udfff\\ud800"', '"Zu\u0308rich"', '"\t"', '"\\x"', "'a'", "a", "",
    "null", "true", "0", "-0", "1.0", "-1e-400", "1e400", "1e999999", "NaN", "-Infinity", "0123",
    "Infinity", "1.", "9" * 400, "9" * 4300, "9" * 4301, "[]", "[1, 2", '["a", "b"]',
    '["New York", "", " ", "a\\tb"]', '["a", 1]', '["\\udc00"]', '[["a"]]', "{}",
    '{"a": 1, "a": 2}', '{"text": "a"}',
    '[{"start": -1, "end": 99999999999999999999, "label": "PER"}]',
    '[{"start": 5, "end": 2, "label": null}]',
)  # fmt: skip
_BAD_BYTES = (
    b"\xff", b"\xfe\xff", b"\xc3", b"\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\x80",
    b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\x1f\x8b", b"\0" * 3,
)  # fmt: skip
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb", b"\xef\xbb\xbf" * 2)
_LINE_ENDS = ("\r\n", "\r", "\n\r", "\x0b", "\x0c", "\x85", "\u2028", "\r\r\n", "\n\n", "\n \t\n")


@dataclass(frozen=True, slots=True)
class BrokenInput:
    """A file and how nertag is told to read it.

    `kind` is what it was, `damage` what befell it; `input_format` None leaves the choice to nertag.
    """

    seed: int
    kind: str
    damage: str
    suffix: str
    data: bytes
    encoding: str
    input_format: str | None
    text_field: str
    token_column: int


def broken_input(seed: int) -> BrokenInput:
    """The input of this number: the same wherever and whenever it is made."""
    rng = random.Random(seed)
    kind = rng.choice(list(_KINDS))
    natural = kind if kind in _FORMATS else rng.choice(_FORMATS)
    data = _KINDS[kind](rng)
    encoding = rng.choice(_ENCODINGS) if rng.random() < 0.08 else "utf-8"
    if encoding != "utf-8":
        data = data.decode("utf-8", "ignore").encode(encoding, "replace")
    damage = rng.choice(list(_DAMAGES))
    data = _DAMAGES[damage](rng, data)
    if rng.random() < 0.3:
        damage = rng.choice(list(_CONTAINERS))
        data = _CONTAINERS[damage](rng, data)
    suffix = rng.choice(("", "", _SUFFIXES[natural], _SUFFIXES[natural], ".txt", ".gz"))
    asked = rng.choice((None, None, natural, natural, rng.choice(_FORMATS)))
    return BrokenInput(
        seed,
        kind,
        damage,
        suffix,
        data,
        encoding,
        asked,
        text_field="body" if rng.random() < 0.05 else "text",
        token_column=rng.choice((2, 3, 1000)) if rng.random() < 0.05 else 1,
    )


# What they were


def _random_bytes(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(200))


def _sample(rng: random.Random) -> bytes:
    lines = _sample_lines(rng.choice(("de.txt", "ko.txt", "panx.conll", "records.jsonl")))
    first = rng.randrange(len(lines))
    return b"".join(lines[first : first + rng.randrange(1, 12)])


@functools.cache
def _sample_lines(name: str) -> list[bytes]:
    return (SAMPLES / name).read_bytes().splitlines(keepends=True)


def _text(rng: random.Random) -> bytes:
    return _bytes(rng, [_line(rng) for _ in range(rng.randrange(8))])


def _line(rng: random.Random) -> str:
    return rng.choice(("", " ", ". ")).join(rng.choices(_WORDS, k=rng.randrange(9)))


def _conll(rng: random.Random) -> bytes:
    blank = rng.choice(("\t", "\t", " ", "  "))
    width = rng.choice((1, 2, 2, 2, 3, 4))
    return _bytes(rng, [_row(rng, blank, width) for _ in range(rng.randrange(16))])


def _row(rng: random.Random, blank: str, width: int) -> str:
    if rng.random() < 0.25:
        return rng.choice(("", "", "", " ", "\t", "# id = 1", "# ", "#\tO", "-DOCSTART- -X- O"))
    if rng.random() < 0.1:
        width = rng.choice((0, 1, 2, 3, 5, 10_000 if rng.random() < 0.02 else 10))
    word = rng.choice(_WORDS) if rng.random() < 0.3 else rng.choice(("Angela", "in", "서울", "."))
    return blank.join([word, *rng.choices(_TAGS, k=width - 1)]) if width else ""


def _jsonl(rng: random.Random) -> bytes:
    return _bytes(rng, [_json_line(rng) for _ in range(rng.randrange(6))])


def _json_line(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return rng.choice((" ", "", "[]", "null", "{}", "{", '{"text"}', "\ufeff{}", _line(rng)))
    if rng.random() < 0.02:
        depth = rng.choice((10, 100, rng.randrange(900, 1010), 3_000, 20_000))
        opening, closing = rng.choice((("[", "]"), ('{"a":', "}")))
        return f'{{"text": "Rom", "x": {opening * depth}1{closing * depth}}}'
    fields = [_field(rng, name, rng.choice(_VALUES)) for name in rng.choices(_NAMES, k=2)]
    if rng.random() < 0.7:
        fields.insert(rng.randrange(3), '"text": ' + json.dumps(_line(rng), ensure_ascii=False))
    return "{" + ", ".join(fields[: rng.randrange(1, 4)]) + "}"


def _field(rng: random.Random, name: str, value: str) -> str:
    return f'"{name}"{rng.choice((": ", ":", " : ", ""))}{value}'


def _bytes(rng: random.Random, lines: Sequence[str]) -> bytes:
    text = "\n".join(lines) + rng.choice(("", "\n"))
    return text.encode("utf-8", "surrogatepass" if rng.random() < 0.2 else "ignore")


_KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "bytes": _random_bytes,
    "sample": _sample,
    "text": _text,
    "conll": _conll,
    "jsonl": _jsonl,
}


# What befell them


def _left_alone(rng: random.Random, data: bytes) -> bytes:
    return data


def _changed(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _slice(rng: random.Random, data: bytes) -> tuple[int, int]:
    first, last = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return first, last


def _lost(rng: random.Random, data: bytes) -> bytes:
    first, last = _slice(rng, data)
    return data[:first] + data[last:]


def _doubled(rng: random.Random, data: bytes) -> bytes:
    first, last = _slice(rng, data)
    return data[:last] + data[first:]


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _inserted(rng: random.Random, data: bytes, parts: Sequence[bytes]) -> bytes:
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + rng.choice(parts) + data[at:]
    return data


def _with_odd_characters(rng: random.Random, data: bytes) -> bytes:
    return _inserted(rng, data, _ODD_BYTES)


def _with_bad_bytes(rng: random.Random, data: bytes) -> bytes:
    return _inserted(rng, data, _BAD_BYTES)


def _with_a_mark(rng: random.Random, data: bytes) -> bytes:
    return rng.choice(_MARKS) + data


def _with_other_line_ends(rng: random.Random, data: bytes) -> bytes:
    end = rng.choice(_LINE_ENDS).encode()
    return data.replace(b"\n", end, rng.choice((1, -1)))


def _with_a_huge_line(rng: random.Random, data: bytes) -> bytes:
    chars = rng.choice((1_000, 65_535, 65_536, 65_537)) if rng.random() < 0.2 else 2_000
    if rng.random() < 0.005:
        chars = 200_000
    unit = rng.choice((b"a", b" ", b"a ", b".", b"a.", b"(", b"\0", b"\r", "한".encode(), b"\t"))
    at = rng.randrange(len(data) + 1)
    return data[:at] + unit * (chars // len(unit)) + data[at:]


_ODD_BYTES = tuple(char.encode("utf-8", "surrogatepass") for char in _CHARACTERS)

_DAMAGES: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "none": _left_alone,
    "bytes changed": _changed,
    "bytes lost": _lost,
    "bytes doubled": _doubled,
    "cut": _cut,
    "odd characters": _with_odd_characters,
    "bad bytes": _with_bad_bytes,
    "marks": _with_a_mark,
    "line ends": _with_other_line_ends,
    "huge line": _with_a_huge_line,
}


# What they were put into


def _zipped(rng: random.Random, data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def _zipped_and_cut(rng: random.Random, data: bytes) -> bytes:
    whole = _zipped(rng, data)
    return whole[: rng.choice((rng.randrange(len(whole)), len(whole) - rng.randrange(1, 9)))]


def _zipped_with_junk(rng: random.Random, data: bytes) -> bytes:
    junk = (b"\0", b"\0" * 600, b"\n", b"\x1f", b"\x1f\x8b", b"\0junk", rng.randbytes(20))
    return _zipped(rng, data) + rng.choice(junk)


def _zipped_and_changed(rng: random.Random, data: bytes) -> bytes:
    return _changed(rng, _zipped(rng, data))


def _zipped_in_members(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return _zipped(rng, data[:at]) + b"\0" * rng.choice((0, 0, 3)) + _zipped(rng, data[at:])


_CONTAINERS: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "gzip": _zipped,
    "gzip cut": _zipped_and_cut,
    "gzip with junk": _zipped_with_junk,
    "gzip changed": _zipped_and_changed,
    "gzip in members": _zipped_in_members,
}
