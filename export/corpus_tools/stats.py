"""What a corpus holds: sentences, tokens, entities by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from export.corpora.examples import Example
from export.corpora.sources import Corpus
from export.tables import Rows
from tagcli.segmentation.korean import eojeols
from tagcli.segmentation.script import language_of_script
from tagcli.segmentation.sentences import split_sentences
from tagcli.segmentation.words import cut_words


@dataclass(frozen=True, slots=True)
class SplitStats:
    """Counts of one split. Of text without tokens the sentences and words are nertag's own;
    entities are counted once each, as their B- tags."""

    name: str
    sentences: int
    tokens: int
    entities: Counter[str]


def split_stats(name: str, corpora: Iterable[Corpus]) -> SplitStats:
    """The counts of what belongs to a split."""
    sentences = tokens = 0
    entities: Counter[str] = Counter()
    for corpus in corpora:
        for example in corpus.examples:
            words = [len(sentence) for sentence in sentences_of(example)]
            sentences += len(words)
            tokens += sum(words)
            entities.update(span[2] for span in example.spans)
    return SplitStats(name, sentences, tokens, entities)


def sentences_of(example: Example) -> list[list[tuple[int, int]]]:
    """The words of every sentence: given tokens are one; text is split as nertag does it, but
    never inside an entity, and cut into words, in Korean into eojeols."""
    if example.tokens is not None:
        return [list(example.tokens)] if example.tokens else []
    is_korean = language_of_script(example.text) == "ko"
    sentences = []
    for start, end in _sentence_spans(example):
        if is_korean:
            words = eojeols(example.text, start, end).tolist()
        else:
            words = [(start + s, start + e) for s, e in cut_words(example.text[start:end])]
        sentences.append([(s, e) for s, e in words])
    return sentences


def _sentence_spans(example: Example) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in split_sentences(example.text):
        if found and any(s < found[-1][1] and e > start for s, e, _ in example.spans):
            start = found.pop()[0]
        found.append((start, end))
    return found


def stats_rows(splits: Sequence[SplitStats]) -> Rows:
    """A column a split: sentences, tokens, and the types by their count."""
    total: Counter[str] = Counter()
    for split in splits:
        total += split.entities
    rows = [["", *(split.name for split in splits)]]
    rows.append(["sentences", *(str(split.sentences) for split in splits)])
    rows.append(["tokens", *(str(split.tokens) for split in splits)])
    rows.append(["entities", *(str(split.entities.total()) for split in splits)])
    for name, _ in sorted(total.items(), key=lambda item: (-item[1], item[0])):
        rows.append([f"  {name}", *(str(split.entities[name]) for split in splits)])
    return rows
