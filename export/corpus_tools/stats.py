"""What a corpus holds: sentences, tokens, entities by type."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from export.corpora.source import SPLITS
from export.corpora.sources import Corpus, corpus_names
from export.corpus_tools.spans import SpansInOrder
from export.corpus_tools.splits import load_splits, repairs_note
from tagcli.languages import AUTO
from tagcli.segmentation.korean import eojeols
from tagcli.segmentation.sentences import sentences_by_language
from tagcli.segmentation.words import cut_words
from tagcli.spellings import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from export.corpora.examples import Example
    from export.corpora.source import FileReading
    from export.tables import Rows


@dataclass(frozen=True, slots=True)
class SplitStats:
    """Counts of one split. Of text without tokens the sentences and words are nertag's own;
    entities are counted once each, as their B- tags."""

    name: str
    sentences: int
    tokens: int
    entities: Counter[str]


def load_corpora(
    places: Sequence[str],
    reading: FileReading,
    data_dir: Path | None,
    note: Callable[[str], None],
) -> list[Corpus]:
    """Every split that there is of the places; `note` is told of repaired tags, and of what was
    taken for granted. Raises UsageError for a place that is not there, DataError for what is
    wrong."""
    corpora = load_splits(places, reading, data_dir, note)
    for corpus in corpora:
        if repairs := repairs_note(corpus, corpus.name):
            note(repairs)
    return corpora


def stats_of(corpora: Sequence[Corpus]) -> list[SplitStats]:
    """The counts of every split that there is, over all of its corpora."""
    splits = {one: [c for c in corpora if c.source.split == one] for one in SPLITS}
    return [split_stats(split, its) for split, its in splits.items() if its]


def entities_by_corpus(corpora: Sequence[Corpus]) -> dict[str, Counter[str]]:
    """The entities by type of every corpus: by its split where all are of one place, by the name of
    its file where no two are called so, and else by its whole name."""
    names = [corpus.source.split for corpus in corpora]
    if len({corpus.source.place for corpus in corpora}) > 1:
        names = [c.files[0].name if len(c.files) == 1 else c.name for c in corpora]
    if len(set(names)) < len(names):
        names = corpus_names(corpora)
    counts = (total_of([split_stats(corpus.source.split, [corpus])]) for corpus in corpora)
    return dict(zip(names, counts, strict=True))


def tag_rows(corpora: Iterable[Corpus]) -> Rows:
    """A header and a row for every BIO2 tag of the words of `sentences_of`, the most frequent
    first: tag and count."""
    counts: Counter[str] = Counter()
    for corpus in corpora:
        for example in corpus.examples:
            counts.update(_tags(example))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [["Tag", "Count"], *([tag, str(count)] for tag, count in ranked)]


def _tags(example: Example) -> list[str]:
    """The tag of every word; one that several entities touch has that of the first."""
    words = [word for sentence in sentences_of(example) for word in sentence]
    starts, ends = [start for start, _ in words], [end for _, end in words]
    tags = [OUTSIDE] * len(words)
    for start, end, label in sorted(example.spans):
        touched = range(bisect_right(ends, start), bisect_left(starts, end))
        for place, word in enumerate(one for one in touched if tags[one] == OUTSIDE):
            tags[word] = f"{'I' if place else 'B'}-{label}"
    return tags


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
    text, sentences = example.text, []
    for start, end, language in sentence_spans(example):
        if language == "ko":
            words = eojeols(text, start, end).tolist()
        else:
            words = [(start + s, start + e) for s, e in cut_words(text[start:end])]
        sentences.append([(s, e) for s, e in words])
    return sentences


def sentence_spans(example: Example) -> list[tuple[int, int, str]]:
    """Start, end and language, by the script of its paragraph, of every sentence of a text."""
    found: list[tuple[int, int, str]] = []
    spans = SpansInOrder(example.spans)
    for start, end, language in sentences_by_language(example.text, AUTO):
        if found and spans.between(start, found[-1][1]):
            start, _, language = found.pop()
        found.append((start, end, language))
    return found


def total_of(splits: Iterable[SplitStats]) -> Counter[str]:
    """The entities by type over all splits."""
    return sum((split.entities for split in splits), start=Counter[str]())


def stats_rows(splits: Sequence[SplitStats]) -> Rows:
    """A column a split: sentences, tokens, and the types by their count."""
    rows = [["", *(split.name for split in splits)]]
    rows.append(["sentences", *(str(split.sentences) for split in splits)])
    rows.append(["tokens", *(str(split.tokens) for split in splits)])
    rows.append(["entities", *(str(split.entities.total()) for split in splits)])
    for name, _ in sorted(total_of(splits).items(), key=lambda item: (-item[1], item[0])):
        rows.append([f"  {name}", *(str(split.entities[name]) for split in splits)])
    return rows
