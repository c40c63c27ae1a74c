"""What a corpus holds: sentences, tokens, entities by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from export.score_tables import Rows
from export.sources import Corpus, Example, examples_of
from tagcli.korean import eojeols
from tagcli.languages import language_of_script
from tagcli.sentences import split_sentences
from tagcli.words import cut_words


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
        for example in examples_of(corpus.dataset):
            sentences += 1 if example.tokens is not None else _sentence_count(example.text)
            tokens += len(words_of(example))
            entities.update(span[2] for span in example.spans)
    return SplitStats(name, sentences, tokens, entities)


def _sentence_count(text: str) -> int:
    return sum(1 for _ in split_sentences(text))


def words_of(example: Example) -> list[tuple[int, int]]:
    """The tokens of an example, or the words nertag cuts: eojeols in Korean."""
    if example.tokens is not None:
        return list(example.tokens)
    if language_of_script(example.text) == "ko":
        return [(start, end) for start, end in eojeols(example.text, 0, len(example.text)).tolist()]
    return [(start, end) for start, end in cut_words(example.text)]


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
