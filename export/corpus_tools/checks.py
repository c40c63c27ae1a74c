"""What is wrong with corpora before a model learns from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from export.corpora.overlap import texts_of
from export.corpora.source import SPLITS
from export.corpora.tags import REPAIRS
from export.corpus_tools.pieces import find_tokenizer
from export.corpus_tools.splits import load_splits
from export.corpus_tools.stats import sentences_of
from tagcli.inference.encoding import Encoder
from tagcli.segmentation.normalisation import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from export.corpora.source import FileReading
    from export.corpora.sources import Corpus
    from tagcli.errors import DataError

FEW_ENTITIES = 10
"""Below this many a type of the train set is nearly empty."""

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check found; an error makes the command fail."""

    is_error: bool
    text: str


def check_places(
    places: Sequence[str],
    model: str | None,
    reading: FileReading,
    data_dir: Path | None,
    note: Callable[[str], None],
) -> Iterator[Finding]:
    """What cannot be read of the places, and the findings of `check` on every split of them, with
    the tokenizer of a model by its name; `note` is told of what was taken for granted. Raises
    UsageError for what is not there."""
    encoder = Encoder(find_tokenizer(model, data_dir))
    unreadable: list[DataError] = []
    corpora = load_splits(places, reading, data_dir, note, unreadable.append)
    yield from (Finding(True, str(error)) for error in unreadable)
    yield from check(corpora, encoder)


def check(corpora: Sequence[Corpus], encoder: Encoder) -> Iterator[Finding]:
    """All findings: overlap, near-empty types, odd tags, what the tokenizer cannot represent.
    The corpora were read with a policy that repairs."""
    yield from _overlap(corpora)
    yield from _odd_tags(corpora)
    yield from _few_entities(corpora)
    yield from _unknown_pieces(corpora, encoder)


def _overlap(corpora: Sequence[Corpus]) -> Iterator[Finding]:
    """Sentences that a corpus and one of a later split share, blanks and composition apart: an
    error in train, a warning between dev and test."""
    texts = [
        [(text, one.line) for text, one in zip(texts_of(corpus), corpus.examples, strict=True)]
        for corpus in corpora
    ]
    for held_out, its_texts in zip(corpora, texts, strict=True):
        line_of = {text: line for text, line in reversed(its_texts) if text}
        for other, other_texts in zip(corpora, texts, strict=True):
            if SPLITS.index(other.source.split) >= SPLITS.index(held_out.source.split):
                continue
            shared = [(line, line_of[text]) for text, line in other_texts if text in line_of]
            if shared:
                is_train = other.source.split == "train"
                ours, theirs = shared[0]
                yield Finding(
                    is_train,
                    f"{_many(len(shared), 'sentence')} of {other.name} "
                    f"{'is' if len(shared) == 1 else 'are'} in {held_out.name} too: its scores "
                    f"{'will' if is_train else 'may'} be too good; the first is line {ours}, "
                    f"there {theirs}",
                )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _odd_tags(corpora: Sequence[Corpus]) -> Iterator[Finding]:
    repairs = " or ".join(f'"{name}"' for name in REPAIRS if name != "error")
    for corpus in corpora:
        if corpus.odd:
            yield Finding(
                True,
                f"{corpus.name} has {_many(corpus.repaired, 'tag')} that its scheme "
                f"({corpus.scheme}) does not allow, the first in {corpus.odd[0]}; a recipe with it "
                f"needs repair = {repairs} there",
            )


def _few_entities(corpora: Sequence[Corpus]) -> Iterator[Finding]:
    for corpus in corpora:
        if corpus.source.split == "train":
            found = Counter(span[2] for one in corpus.examples for span in one.spans)
            few = [f"{name} ({n})" for name, n in sorted(found.items()) if n < FEW_ENTITIES]
            if few:
                listed = ", ".join(few)
                yield Finding(False, f"{corpus.name} has few entities of: {listed}")


def _unknown_pieces(corpora: Sequence[Corpus], encoder: Encoder) -> Iterator[Finding]:
    for corpus in corpora:
        words: Counter[str] = Counter()
        total = 0
        for example in corpus.examples:
            for found in sentences_of(example):
                total += len(found)
                words.update(example.text[s:e] for s, e in found)
        unknown = Counter({word: n for word, n in words.items() if has_unknown(encoder, word)})
        if unknown:
            shown = ", ".join(f"{word} ({n})" for word, n in unknown.most_common(_SHOWN))
            share = 100 * unknown.total() / max(total, 1)
            yield Finding(
                False,
                f"{corpus.name}: the tokenizer has no piece for something in "
                f"{unknown.total()} words ({share:.2f} %), most often {shown}",
            )


def has_unknown(encoder: Encoder, word: str) -> bool:
    """Whether part of a word becomes the unknown piece."""
    import numpy as np

    text = normalise(word).text
    pieces = encoder.encode(text, np.array([[0, len(text)]], np.int32))
    return encoder.unknown_id in pieces.ids
