"""What is wrong with corpora before a model learns from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from export.data_stats import words_of
from export.sources import Corpus, examples_of
from tagcli.encoding import Encoder
from tagcli.normalisation import normalise

FEW_ENTITIES = 10
"""Below this many a type of the train set is nearly empty."""

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check found; an error makes the command fail."""

    is_error: bool
    text: str


def check(corpora: Sequence[Corpus], encoder: Encoder) -> Iterator[Finding]:
    """All findings: overlap, near-empty types, odd tags, what the tokenizer cannot represent."""
    yield from _overlap(corpora)
    yield from _odd_tags(corpora)
    yield from _few_entities(corpora)
    yield from _unknown_pieces(corpora, encoder)


def name_of(corpus: Corpus) -> str:
    """How findings call a corpus."""
    return f"{corpus.source.place} ({corpus.source.split})"


def _texts(corpus: Corpus) -> Iterator[tuple[str, int]]:
    for text, line in zip(corpus.dataset["text"], corpus.dataset["line"], strict=True):
        yield "".join(text.split()), line


def _overlap(corpora: Sequence[Corpus]) -> Iterator[Finding]:
    """Sentences of a train set that a dev or test set has too, blanks apart."""
    held_out = [corpus for corpus in corpora if corpus.source.split != "train"]
    known = [dict(_texts(corpus)) for corpus in held_out]
    for train in (corpus for corpus in corpora if corpus.source.split == "train"):
        shared: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for text, line in _texts(train):
            for index, lines in enumerate(known):
                if text and text in lines:
                    shared[index].append((line, lines[text]))
        for index, pairs in shared.items():
            ours, theirs = pairs[0]
            yield Finding(
                True,
                f"{len(pairs)} sentences of {name_of(train)} are in {name_of(held_out[index])} "
                f"too: its scores will be too good; the first is line {ours}, there {theirs}",
            )


def _odd_tags(corpora: Sequence[Corpus]) -> Iterator[Finding]:
    for corpus in corpora:
        if corpus.repaired:
            problem = f"{corpus.repaired} tags that its scheme ({corpus.scheme}) does not allow"
            yield Finding(True, f"{name_of(corpus)} has {problem}; nertag-train needs --repair")


def _few_entities(corpora: Sequence[Corpus]) -> Iterator[Finding]:
    for corpus in corpora:
        if corpus.source.split == "train":
            found = Counter(span[2] for one in examples_of(corpus.dataset) for span in one.spans)
            few = [f"{name} ({n})" for name, n in sorted(found.items()) if n < FEW_ENTITIES]
            if few:
                listed = ", ".join(few)
                yield Finding(False, f"{name_of(corpus)} has few entities of: {listed}")


def _unknown_pieces(corpora: Sequence[Corpus], encoder: Encoder) -> Iterator[Finding]:
    for corpus in corpora:
        words: Counter[str] = Counter()
        total = 0
        for example in examples_of(corpus.dataset):
            found = words_of(example)
            total += len(found)
            words.update(example.text[s:e] for s, e in found)
        unknown = Counter({word: n for word, n in words.items() if has_unknown(encoder, word)})
        if unknown:
            shown = ", ".join(f"{word} ({n})" for word, n in unknown.most_common(_SHOWN))
            share = 100 * unknown.total() / max(total, 1)
            yield Finding(
                False,
                f"{name_of(corpus)}: the tokenizer has no piece for something in "
                f"{unknown.total()} words ({share:.2f} %), most often {shown}",
            )


def has_unknown(encoder: Encoder, word: str) -> bool:
    """Whether part of a word becomes the unknown piece."""
    import numpy as np

    text = normalise(word).text
    pieces = encoder.encode(text, np.array([[0, len(text)]], np.int32))
    return encoder.unknown_id in pieces.ids
