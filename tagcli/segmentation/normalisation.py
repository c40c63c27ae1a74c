"""NFC and the usual marks with a map back: encoders know composed letters and plain hyphens, users
want offsets into their own text."""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from tagcli.segmentation.marks import with_usual_marks
from tagcli.segmentation.modes import AUTO
from tagcli.segmentation.paragraphs import Join, line_joins, paragraph_joins

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt


# unicodedata takes time by the square of the marks on one letter, and no letter has as many as this
_LONGEST_SEGMENT = 256
_MANY_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_LONGEST_SEGMENT}}}")


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """Text in NFC with the usual marks; `starts` and `ends`, shape (len(text),), give the original
    code points of each of its characters, and are None where these are its own."""

    text: str
    starts: npt.NDArray[np.int32] | None = None
    ends: npt.NDArray[np.int32] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span [start, end) of the normalised text as a span of the original text."""
        if self.starts is None or self.ends is None:
            return start, end
        if start == end:
            at = int(self.starts[start]) if start < len(self.starts) else int(self.ends[-1])
            return at, at
        return int(self.starts[start]), int(self.ends[end - 1])

    def original_spans(self, spans: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Like `original_span`, for non-empty spans, shape (n, 2)."""
        if self.starts is None or self.ends is None:
            return spans
        return np.stack([self.starts[spans[:, 0]], self.ends[spans[:, 1] - 1]], axis=1)

    def parted_spans(
        self, original: str, spans: npt.NDArray[np.int32], start: int, end: int
    ) -> npt.NDArray[np.int32]:
        """Like `original_spans` for spans in order, and each within [start, end) of the `original`
        text, without the blanks that its first mark composes with and without what the span before
        it has, which has the hyphen between the two; one that nothing is left of is left out."""
        if self.starts is None or self.ends is None:
            return spans
        parted: list[tuple[int, int]] = []
        for first, last in self.original_spans(spans).tolist():
            first, last = max(first, start), min(last, end)
            if parted and (between := original[start:first].rstrip()):
                parted[-1] = parted[-1][0], start + len(between)
            while first < last and original[first].isspace():
                first += 1
            if first < last:
                parted.append((first, last))
                start = last
        return np.array(parted, np.int32).reshape(-1, 2)

    def normalised_spans(self, spans: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Spans of the original text, shape (n, 2), as spans of the normalised one."""
        if self.starts is None or self.ends is None:
            return spans
        starts = np.searchsorted(self.ends, spans[:, 0], side="right")
        ends = np.searchsorted(self.starts, spans[:, 1], side="left")
        return np.stack([starts, np.maximum(starts, ends)], axis=1).astype(np.int32)


def normalise(text: str, joins: Sequence[Join] = ()) -> NormalisedText:
    """The text in NFC with the usual hyphens and apostrophes and with its map, on one line where
    `joins` say so; lone surrogates, which no tokenizer takes, become U+FFFD."""
    if not text.isascii():
        text = _without_surrogates(text)
    if joins:
        joined = _joined(text, joins)
        found = _through(joined, _composed(joined.text))
    else:
        found = _composed(text)
    usual = with_usual_marks(found.text)
    return found if usual is found.text else replace(found, text=usual)


def normalise_paragraphs(
    text: str, has_tokens: bool, mode: str = AUTO, is_one: bool = False
) -> NormalisedText:
    """The text as an encoder gets it: in NFC, the lines of each wrapped paragraph on one line.

    The paragraphs are found as `mode` says, one of tagcli.segmentation.paragraphs.MODES, unless the
    text `is_one`; given tokens make the text one sentence in any case.
    """
    if has_tokens or "\n" not in text:
        return normalise(text)
    return normalise(text, line_joins(text) if is_one else paragraph_joins(text, mode))


def _joined(text: str, joins: Sequence[Join]) -> NormalisedText:
    """The text with every join in place of what it stands for."""
    parts: list[str] = []
    starts, ends = array("i"), array("i")
    done = 0
    for start, end, glue in joins:
        parts += [text[done:start], glue]
        starts.extend(range(done, start))
        ends.extend(range(done + 1, start + 1))
        starts.extend(repeat(start, len(glue)))
        ends.extend(repeat(end, len(glue)))
        done = end
    parts.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return NormalisedText("".join(parts), np.array(starts, np.int32), np.array(ends, np.int32))


def _through(first: NormalisedText, second: NormalisedText) -> NormalisedText:
    """What `second` makes of the text of `first`, with the map to what `first` was made of."""
    if second.starts is None or second.ends is None or first.starts is None or first.ends is None:
        return first
    starts = first.starts[second.starts]
    return NormalisedText(second.text, starts, first.ends[second.ends - 1])


def _composed(text: str) -> NormalisedText:
    """The text in NFC."""
    if not _MANY_MARKS.search(text) and unicodedata.is_normalized("NFC", text):
        return NormalisedText(text)
    parts: list[str] = []
    starts = array("i")
    ends = array("i")
    for start, end in _composing_segments(text):
        segment = text[start:end]
        composed = unicodedata.normalize("NFC", segment)
        parts.append(composed)
        if composed == segment:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend(repeat(start, len(composed)))
            ends.extend(repeat(end, len(composed)))
    return NormalisedText("".join(parts), np.array(starts, np.int32), np.array(ends, np.int32))


def _without_surrogates(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def _composing_segments(text: str) -> Iterator[tuple[int, int]]:
    """Cut where NFC of the parts, joined, is NFC of the whole, and in endless heaps of marks."""
    start = 0
    composed = ""
    for i, char in enumerate(text):
        if i > start:
            joined = _joins(composed, char) if i - start < _LONGEST_SEGMENT else None
            if joined is None:
                yield start, i
                start, composed = i, char
                continue
            composed = joined
        else:
            composed = char
    if text:
        yield start, len(text)


def _joins(composed: str, char: str) -> str | None:
    """The segment with `char` added, or None where `char` begins a segment of its own."""
    if unicodedata.combining(unicodedata.normalize("NFD", char)[0]):
        return composed + char
    # Hangul vowels and finals, and a few vowel signs, compose although their class is 0
    last = unicodedata.normalize("NFC", composed)[-1]
    pair = unicodedata.normalize("NFC", last + char)
    if pair == last + char and unicodedata.is_normalized("NFC", char):
        return None
    if len(pair) > 1 and pair[0] == last:
        return None
    return composed + char
