"""What a reading must hold: worked out from the bytes alone, not as the readers do it."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.errors import DataError
    from tagcli.records import Document

    from .broken import BrokenInput

# Those in which the byte of a line feed is nothing else
_FORESEEN = ("utf-8", "latin-1", "cp949")
_NO_TEXT = re.compile("no text($|:)|^is in UTF|^looks like UTF|JSON array|jq")
_GZIP_MAGIC = b"\x1f\x8b"
_MANY_BRACKETS = 300
"""From so many on it depends on the stack whether JSON is nested too deeply."""


class Bad(Exception):  # noqa: N818
    """What must not come of any input."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of an input: the documents, the errors told, and the format it was read as, which
    is None where an error came before the choice."""

    documents: list[Document]
    errors: list[DataError]
    input_format: str | None


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of an input, None for one that cannot be decoded, and whether it is whole or its
    container breaks in the line after these."""

    lines: list[str | None]
    whole: bool


def check_reading(broken: BrokenInput, kept: Reading, stopped: Reading) -> None:
    """Raise Bad where two readings of an input, `kept` with on_error and `stopped` without, do not
    hold all that can be read of it and one clear error for each of the rest."""
    _check_errors(kept)
    _check_errors(stopped)
    _check_stop(kept, stopped)
    expected = _lines(broken)
    if expected is None or kept.input_format is None:
        return
    if any(_NO_TEXT.search(error.problem) for error in kept.errors):
        _demand(not kept.documents, "text of what is no text")
        return
    told = [error.line for error in kept.errors]
    last = len(expected.lines) + (not expected.whole)
    _demand(all(line is not None and 1 <= line <= last for line in told), f"lines {told} of {last}")
    undecodable = [i for i, line in enumerate(expected.lines, start=1) if line is None]
    broken_off = [] if expected.whole else [last]
    missing = set(undecodable + broken_off).difference(line for line in told if line is not None)
    _demand(not missing, f"the lines {sorted(missing)} are lost in silence")
    _CHECKS[kept.input_format](broken, expected, kept)


def _demand(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Bad(otherwise)


def _check_errors(reading: Reading) -> None:
    for error in reading.errors:
        message = str(error)
        _demand(len(message.splitlines()) == 1, f"more than a line: {message!r:.200}")
        _demand(error.line is not None, f"no line is named: {message}")
        _demand(message.startswith(f"{error.source}:{error.line}: "), f"no place: {message}")
        _demand(len(error.problem) < 300, f"a long message: {message:.300}")
    lines = [error.line for error in reading.errors]
    _demand(len(set(lines)) == len(lines), f"told more than once: {lines}")


def _check_stop(kept: Reading, stopped: Reading) -> None:
    """Without on_error the first error ends it, and all before that has come out."""
    if not kept.errors:
        _demand(not stopped.errors, f"{stopped.errors[:1]} only without on_error")
        _demand(len(stopped.documents) == len(kept.documents), "other documents without on_error")
        return
    _demand(len(stopped.errors) == 1, f"{len(stopped.errors)} errors without on_error")
    if stopped.input_format != kept.input_format:  # fewer lines show the format
        return
    # what cannot be decoded is told when it is read, which may be ahead of what is wrong before it
    kept_first = min(kept.errors, key=lambda error: error.line or 0)
    if "column" in kept_first.problem or "column" in stopped.errors[0].problem:
        return  # fewer lines show how wide most sentences are
    _demand(str(stopped.errors[0]) == str(kept_first), f"{stopped.errors[0]} is not the first")
    first = kept_first.line or 0
    before = [d for d in kept.documents if d.line < first and not d.holds_only_comments]
    texts = [document.text for document in stopped.documents]
    _demand(texts == [d.text for d in before], f"what is before line {first} did not come out")


def _check_text(broken: BrokenInput, expected: _Lines, reading: Reading) -> None:
    texts = [line for document in reading.documents for line in _lines_of(document)]
    lines = [line.lstrip("\ufeff") for line in expected.lines if line is not None]
    _demand(texts == lines, "other text")


def _lines_of(document: Document) -> list[str]:
    """The lines that were read together."""
    return document.text.split("\n") if document.wrapped else [document.text]


def _check_jsonl(broken: BrokenInput, expected: _Lines, reading: Reading) -> None:
    told = {error.line for error in reading.errors}
    found = {document.line: document for document in reading.documents}
    _demand(len(found) == len(reading.documents), "two documents of one line")
    for number, line in enumerate(expected.lines, start=1):
        document = found.pop(number, None)
        _demand(not (document and number in told), f"line {number} is a document and an error")
        if line is None or not line.strip().strip("\ufeff"):
            continue
        _demand(document is not None or number in told, f"line {number} is lost")
        if line.count("[") + line.count("{") < _MANY_BRACKETS:
            record = _record(line.lstrip("\ufeff"), broken.text_field)
            _demand((record is not None) == (document is not None), f"line {number} is good")
            if record is not None and document is not None:
                _demand(record == (document.text, dict(document.fields)), f"line {number} changed")
    _demand(not found, f"documents out of nothing: {sorted(found)}")


def _record(line: str, text_field: str) -> tuple[str, dict[str, Any]] | None:
    """The text of a good record and its other fields; None for a bad one."""
    doubles = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        doubles.append(len(dict(found)) < len(found))
        return dict(found)

    try:
        fields = json.loads(line, object_pairs_hook=pairs)
        json.dumps(fields, allow_nan=False)
    except ValueError:
        return None
    if not isinstance(fields, dict) or any(doubles):
        return None
    tokens, text = fields.get("tokens"), None
    if text_field in fields:
        text = fields.pop(text_field)
    elif isinstance(tokens, list) and all(isinstance(token, str) for token in tokens):
        text = " ".join(tokens)
    if not isinstance(text, str) or text != text.encode("utf-8", "replace").decode("utf-8"):
        return None
    return text, fields


def _check_conll(broken: BrokenInput, expected: _Lines, reading: Reading) -> None:
    lines = [*expected.lines, *([] if expected.whole else [None])]
    told = {error.line for error in reading.errors}
    kept = _kept_lines(reading.documents)
    if not told:
        wanted = [(line or "").rstrip(" \t") for line in lines]
        _demand(kept[: len(lines)] == wanted, "lines are lost")
        _demand(kept[len(lines) :] in ([], [""]), "lines out of nothing")
        return
    left = iter([(line or "").rstrip(" \t") for line in lines] + [""])
    _demand(all(line in left for line in kept), "lines out of nothing")
    begun = {document.line for document in reading.documents}
    sentences = _sentences(lines)
    for rows in sentences:
        is_plain = all(map(_is_plain, (lines[row - 1] for row in rows)))
        was_told = not told.isdisjoint(rows)
        _demand(not is_plain or was_told or rows[0] in begun, f"line {rows[0]} is lost")
    if any("\r" in (line or "") for line in lines):
        return  # lone carriage returns are an error in any case
    widths = {_width(lines[row - 1]) for rows in sentences for row in rows}
    is_good = len(widths) == 1 and min(widths) > 1 and broken.token_column == 1
    _demand(not is_good, "nothing was wrong")


def _is_plain(line: str | None) -> bool:
    """Whether a line is a row and nothing else."""
    is_word = line is not None and line[0].isalpha() and not line.lower().startswith("token")
    return is_word and _width(line) > 1


def _kept_lines(documents: Sequence[Document]) -> list[str]:
    """The lines that the documents hold, without blanks at their ends."""
    kept: list[str] = []
    for document in documents:
        if (conll := document.conll) is None:
            continue
        _demand(document.tokens is not None, "no tokens")
        assert document.tokens is not None
        _demand(len(document.tokens) == len(conll.tokens), "other tokens")
        between = {at: [line for i, line in conll.between if i == at] for at, _ in conll.between}
        kept += conll.before
        for number, row in enumerate((*conll.tokens, None)):
            kept += between.get(number, [])
            kept += [] if row is None else [row]
        kept += [conll.after] if conll.tokens and conll.after is not None else []
    return [line.rstrip(" \t") for line in kept]


def _sentences(lines: Sequence[str | None]) -> list[list[int]]:
    """The line numbers of each sentence's tokens."""
    found: list[list[int]] = []
    is_open = False
    for number, line in enumerate(lines, start=1):
        if line is not None and not line.strip(" \t"):
            is_open = False
        elif is_open:
            found[-1].append(number)
        else:
            found.append([number])
            is_open = True
    return found


def _width(line: str | None) -> int:
    """The columns of a row; none where one of them is empty or nothing was decoded."""
    if line is None:
        return 0
    line = line.rstrip(" \t")
    columns = line.split("\t") if "\t" in line else [part for part in line.split(" ") if part]
    return len(columns) if columns[0].strip(" ") else 0


_CHECKS = {"text": _check_text, "conll": _check_conll, "jsonl": _check_jsonl}


def _lines(broken: BrokenInput) -> _Lines | None:
    """The lines, or None where they cannot be foreseen."""
    if broken.encoding not in _FORESEEN:
        return None
    data, whole = broken.data, True
    if data.startswith(_GZIP_MAGIC):
        try:
            data, whole = _unzipped(data)
        except zlib.error:
            return None
    if broken.encoding == "utf-8":
        data = data.removeprefix(b"\xef\xbb\xbf")
    *ended, last = data.split(b"\n")
    parts = [part.removesuffix(b"\r") for part in ended] + [last] * (whole and last != b"")
    return _Lines([_decoded(part, broken.encoding) for part in parts], whole)


def _unzipped(data: bytes) -> tuple[bytes, bool]:
    """What can be unzipped of the members one after the other, and whether that is all."""
    parts: list[bytes] = []
    while data:
        if not data.startswith(_GZIP_MAGIC):
            return b"".join(parts), False
        decoder = zlib.decompressobj(31)
        parts.append(decoder.decompress(data))
        if not decoder.eof:
            return b"".join(parts), False
        data = decoder.unused_data.lstrip(b"\0")
    return b"".join(parts), True


def _decoded(line: bytes, encoding: str) -> str | None:
    if b"\0" in line:
        return None
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
