"""What a reading must hold: worked out from the bytes alone, not as the readers do it."""

from __future__ import annotations

import json
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
    _demand(str(stopped.errors[0]) == str(kept.errors[0]), f"{stopped.errors[0]} is not the first")
    first = kept.errors[0].line or 0
    if stopped.input_format != kept.input_format:  # the lines before do not show the format
        _demand(not any(d.text.strip() for d in stopped.documents), "text before it is known how")
        return
    before = [d for d in kept.documents if d.line < first and not d.holds_only_comments]
    texts = [document.text for document in stopped.documents]
    _demand(texts == [d.text for d in before], f"what is before line {first} did not come out")


def _check_text(broken: BrokenInput, expected: _Lines, reading: Reading) -> None:
    texts = [line for document in reading.documents for line in _lines_of(document)]
    _demand(texts == [line for line in expected.lines if line is not None], "other text")


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
        if line is None or not line.strip():
            continue
        _demand(document is not None or number in told, f"line {number} is lost")
        if line.count("[") + line.count("{") < _MANY_BRACKETS:
            record = _record(line, broken.text_field)
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
    sentences = _sentences(lines)
    documents = [d for d in reading.documents if not d.holds_only_comments]
    found = {document.line: document for document in documents}
    for rows in sentences:
        document = found.pop(rows[0], None)
        tokens = [lines[row - 1] for row in rows]
        if document is None:
            _demand(not told.isdisjoint(rows), f"the sentence of line {rows[0]} is lost")
            continue
        _demand(told.isdisjoint(rows), f"the sentence of line {rows[0]} came and was told")
        _demand(document.conll is not None and list(document.conll.tokens) == tokens, "other rows")
        _demand(document.tokens is not None and len(document.tokens) == len(rows), "other tokens")
    _demand(not found, f"sentences out of nothing: {sorted(found)}")
    if not told:
        _check_conll_lines(lines, reading.documents)
        return
    widths = {_width(lines[row - 1]) for rows in sentences for row in rows}
    is_good = len(widths) == 1 and min(widths) > 1 and broken.token_column == 1
    _demand(not is_good, "nothing was wrong")


def _check_conll_lines(lines: Sequence[str | None], documents: Sequence[Document]) -> None:
    """Every line of the file is in some document, in order; a blank one may end them."""
    kept: list[str] = []
    for document in documents:
        if document.conll is not None:
            kept += [*document.conll.before, *document.conll.tokens]
            kept += [] if document.holds_only_comments else [document.conll.after]
    _demand(kept[: len(lines)] == list(lines), "lines are lost")
    _demand(kept[len(lines) :] in ([], [""]), "lines out of nothing")


def _sentences(lines: Sequence[str | None]) -> list[list[int]]:
    """The line numbers of each sentence's tokens."""
    found: list[list[int]] = []
    is_open = False
    for number, line in enumerate(lines, start=1):
        if line is not None and not line.strip(" \t"):
            is_open = False
        elif is_open:
            found[-1].append(number)
        elif line is None or not (line.startswith("# ") and "\t" not in line):
            found.append([number])
            is_open = True
    return found


def _width(line: str | None) -> int:
    """The columns of a row; none where one of them is empty or nothing was decoded."""
    if line is None:
        return 0
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
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
