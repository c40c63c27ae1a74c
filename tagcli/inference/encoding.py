"""From text to model input, for training, evaluation and tagging alike: `encode_document`, then
`model_inputs`."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from tagcli.errors import UsageError, reason_of
from tagcli.inference.windows import cut_windows
from tagcli.languages import AUTO, PARTS, RAW, WORDS
from tagcli.segmentation.korean import eojeols, parts
from tagcli.segmentation.script import language_of_script
from tagcli.segmentation.sentences import sentences_by_language
from tagcli.segmentation.words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy.typing as npt

    from tagcli.records import Spans
    from tagcli.segmentation.normalisation import NormalisedText

# Longer words go to the tokenizer in parts: its time and memory may grow faster than the word.
_LONGEST_PART_CHARS = 400
_PARTS_PER_CALL = 2000


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the tokenizer makes of a sentence's words, without special tokens.

    `ids` and `word_of_piece` have shape (pieces,); `offsets`, shape (pieces, 2), are code points
    of the text the words were given in. Every word has at least one piece.
    """

    ids: npt.NDArray[np.int64]
    word_of_piece: npt.NDArray[np.int32]
    offsets: Spans

    def first_of_word(self) -> npt.NDArray[np.int64]:
        """Index of each word's first piece, shape (words,)."""
        if not len(self.word_of_piece):
            return np.zeros(0, np.int64)
        return np.flatnonzero(np.diff(self.word_of_piece, prepend=-1))


@dataclass(frozen=True, slots=True)
class LabelledUnits:
    """What a sentence's labels stand on: its words or, where the unit is another, its pieces.

    `start`, `end`, `words`, shape (n, 2), and the pieces' offsets are in NFC text.
    """

    start: int
    end: int
    language: str
    unit: str
    words: Spans
    pieces: Pieces

    @property
    def by_piece(self) -> bool:
        """Whether every piece has a label, not every word."""
        return self.unit != WORDS

    def offsets(self) -> Spans:
        """Of what has a label, shape (n, 2)."""
        return self.pieces.offsets if self.by_piece else self.words

    def rows(self) -> npt.NDArray[np.int64]:
        """The pieces whose logits count: all, or the first of each word."""
        return np.arange(len(self.pieces.ids)) if self.by_piece else self.pieces.first_of_word()


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A window: its ids with special tokens, shape (tokens,), and the positions in them, shape
    (kept units,), whose labels are this window's to give."""

    ids: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


class Encoder:
    """A fast tokenizer fed with words: `tokenizer.json` with its truncation and padding off.

    Source: https://huggingface.co/docs/tokenizers (Tokenizer.encode with is_pretokenized).
    """

    def __init__(self, tokenizer_json: Path) -> None:
        self._path = tokenizer_json
        with _failures_told(f"{tokenizer_json} is not a fast tokenizer"):
            spec = tokenizer_json.read_bytes()
            if b'"ByteLevel"' in spec:  # parsing megabytes of JSON twice costs a tenth of a second
                spec = _with_prefix_space(spec)
            self._tokenizer = Tokenizer.from_buffer(spec)
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            self.prefix_ids, self.suffix_ids = self._special_ids()

    @property
    def largest_id(self) -> int:
        """The largest piece that may come out, as far as added tokens do not stand in the text."""
        pieces: int = self._tokenizer.get_vocab_size(with_added_tokens=False)
        return max([pieces - 1, *map(int, self.prefix_ids), *map(int, self.suffix_ids)])

    @property
    def special_count(self) -> int:
        """How many special tokens surround a sentence."""
        return len(self.prefix_ids) + len(self.suffix_ids)

    def encode(self, text: str, words: Spans) -> Pieces:
        """The pieces of the words at the offsets `words`, shape (n, 2), of NFC `text`.

        A word the tokenizer has no piece for gets the unknown piece, so that it has a label.
        """
        ids: list[npt.NDArray[np.int64]] = []
        owners: list[npt.NDArray[np.int32]] = []
        offsets: list[npt.NDArray[np.int32]] = []
        for some, part_words, part_starts in _parts(text, words):
            with _failures_told(f"{self._path} cannot cut this text"):
                encoding = self._tokenizer.encode(
                    some, is_pretokenized=True, add_special_tokens=False
                )
            owner = np.array(encoding.word_ids, np.int64)
            ids.append(np.array(encoding.ids, np.int64))
            owners.append(part_words[owner].astype(np.int32))
            span = np.array(encoding.offsets, np.int32).reshape(-1, 2)
            offsets.append(span + part_starts[owner][:, None])
        if not ids:
            return Pieces(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros((0, 2), np.int32))
        pieces = Pieces(
            np.concatenate(ids), np.concatenate(owners), np.concatenate(offsets).astype(np.int32)
        )
        return self._with_all_words(pieces, words)

    def with_special(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The ids of a window between the model's special tokens."""
        return np.concatenate([self.prefix_ids, ids, self.suffix_ids])

    def _with_all_words(self, pieces: Pieces, words: Spans) -> Pieces:
        present = np.zeros(len(words), bool)
        present[pieces.word_of_piece] = True
        if present.all():
            return pieces
        missing = np.flatnonzero(~present).astype(np.int32)
        at = np.searchsorted(pieces.word_of_piece, missing)
        return Pieces(
            np.insert(pieces.ids, at, self.unknown_id),
            np.insert(pieces.word_of_piece, at, missing),
            np.insert(pieces.offsets, at, words[missing], axis=0),
        )

    def _special_ids(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        encoding = self._tokenizer.encode(["a"], is_pretokenized=True)
        content = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
        ids = np.array(encoding.ids, np.int64)
        if not content:
            return ids[:1], ids[1:]
        return ids[: content[0]], ids[content[-1] + 1 :]

    @cached_property
    def unknown_id(self) -> int:
        """The piece that stands for what the tokenizer does not know."""
        model = json.loads(self._path.read_text(encoding="utf-8")).get("model", {})
        if isinstance(model.get("unk_id"), int):
            return int(model["unk_id"])
        token = model.get("unk_token") or "<unk>"
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise UsageError(f"{self._path} has no piece for unknown words")
        return int(found)


def encode_sentence(
    encoder: Encoder,
    text: str,
    span: tuple[int, int],
    language: str,
    unit: str,
    words: Spans | None = None,
) -> LabelledUnits:
    """The sentence at `span` of NFC `text` in the unit the model reads, one of UNITS.

    `words`, shape (n, 2), are given tokens, which are taken as they are but for their parts.
    """
    start, end = span
    if unit == PARTS:
        given = [span] if words is None else words.tolist()
        words = np.concatenate([parts(text, *one) for one in given])
    elif words is None:
        words = eojeols(text, start, end) if unit == RAW else _words(text, start, end)
    return LabelledUnits(start, end, language, unit, words, encoder.encode(text, words))


def _words(text: str, start: int, end: int) -> Spans:
    cut = np.fromiter(chain.from_iterable(words_of(text[start:end])), np.int32)
    return cut.reshape(-1, 2) + np.int32(start)


def encode_document(
    encoder: Encoder,
    text: NormalisedText,
    tokens: Spans | None,
    language: str,
    unit_of: Callable[[str], str],
) -> Iterator[LabelledUnits]:
    """The sentences of a text in order, each in the unit that `unit_of` names for its language.

    Given `tokens`, offsets in the original text, shape (n, 2), are one sentence; without them the
    text is split. With the language "auto" every paragraph goes by its script, and of a Latin one
    every sentence by its own.
    """
    if tokens is not None:
        if len(tokens):
            words, span = text.normalised_spans(tokens), (0, len(text.text))
            chosen = language_of_script(text.text) if language == AUTO else language
            yield encode_sentence(encoder, text.text, span, chosen, unit_of(chosen), words)
        return
    for start, end, chosen in sentences_by_language(text.text, language):
        yield encode_sentence(encoder, text.text, (start, end), chosen, unit_of(chosen))


def model_inputs(
    encoder: Encoder, units: LabelledUnits, limit: int, overlap_tokens: int
) -> Iterator[ModelInput]:
    """The sentence as one window of at most `limit` tokens, or several that overlap; every
    labelled unit is in the rows of exactly one, in order, and none has no rows."""
    pieces, labelled = units.pieces, units.rows()
    windows = cut_windows(pieces.word_of_piece, limit - encoder.special_count, overlap_tokens)
    for window in windows:
        first, last = np.searchsorted(labelled, [window.kept_start, window.kept_end])
        if first == last:  # in the middle of a word with thousands of pieces
            continue
        ids = encoder.with_special(pieces.ids[window.start : window.end])
        rows = labelled[first:last] - window.start + len(encoder.prefix_ids)
        yield ModelInput(ids, rows)


@contextmanager
def _failures_told(problem: str) -> Iterator[None]:
    """The library raises Exception itself; where it panics, it raises what is not even one."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UsageError(f"{problem}: {reason_of(error)}") from error
        raise


def _with_prefix_space(tokenizer_json: bytes) -> bytes:
    """Words come without the blank in front of them, which byte-level tokenizers mark."""
    spec = json.loads(tokenizer_json)
    for part, steps in (("pre_tokenizer", "pretokenizers"), ("post_processor", "processors")):
        whole = spec.get(part) or {}
        for step in [whole, *whole.get(steps, [])]:
            if step.get("type") in ("ByteLevel", "RobertaProcessing"):
                step["add_prefix_space"] = True  # the latter takes the blank out of the offsets
    return json.dumps(spec).encode()


def _parts(
    text: str, words: Spans
) -> Iterator[tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int32]]]:
    """The words, long ones in parts, with the word index and the text offset of each part, as many
    at a time as go into one call."""
    for first in range(0, len(words), _PARTS_PER_CALL):
        some = words[first : first + _PARTS_PER_CALL]
        if int((some[:, 1] - some[:, 0]).max()) <= _LONGEST_PART_CHARS:
            parts = [text[start:end] for start, end in some.tolist()]
            yield parts, np.arange(first, first + len(some)), some[:, 0]
            continue
        cut = _cut_parts(some)
        for at in range(0, len(cut), _PARTS_PER_CALL):
            spans = cut[at : at + _PARTS_PER_CALL]
            parts = [text[start:end] for _, start, end in spans.tolist()]
            yield parts, spans[:, 0] + first, spans[:, 1].astype(np.int32)


def _cut_parts(words: Spans) -> npt.NDArray[np.int64]:
    """Word index, start and end of each part, shape (parts, 3)."""
    return np.array([
        (index, at, min(at + _LONGEST_PART_CHARS, end))
        for index, (start, end) in enumerate(words.tolist())
        for at in range(start, max(end, start + 1), _LONGEST_PART_CHARS)
    ], np.int64)  # fmt: skip
