"""The loss of every token of a corpus, and which labels, words and sentences carry it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from export.corpora.labelling import IGNORED, Labeller
from export.corpora.tags import CORPUS_SCHEMES, write_row
from export.evaluation.evaluate import annotated_types, renamed
from tagcli.errors import UsageError
from tagcli.inference.batching import Batcher, Job
from tagcli.inference.encoding import Encoder
from tagcli.models.directory import TOKENIZER
from tagcli.output.destination import Output
from tagcli.schemes import OUTSIDE_TAG, Tag, chunks
from tagcli.segmentation.normalisation import normalise_paragraphs
from tagcli.spellings import OUTSIDE
from tagcli.tagger import OVERLAP_TOKENS, Tagger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt
    import pandas as pd

    from export.corpora.sources import Corpus

COLUMNS = ("line", "unit", "text", "gold", "predicted", "loss")
MISFITS = "misfits"
LEAST_COUNT = 3
"""How often a label or a word has to stand in the gold for its loss to say something of it."""


@dataclass(frozen=True, slots=True)
class _Window:
    """What a window's logits are for: line, number and text of its units, and their gold."""

    line: int
    first_unit: int
    texts: list[str]
    gold: list[str]


def token_losses(
    tagger: Tagger, corpus: Corpus, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A row for every unit that has a label (a word, or in raw text a piece) with COLUMNS: the
    record's line, the unit's number in it and text, gold and best label in the model's scheme, and
    the loss in nats, NaN where the model does not have the gold label.

    Labels of types that the corpus does not have are masked, as in training. `names` renames types
    of the gold ("O" drops one); `attrs` has the number of MISFITS, entities that labels cannot say
    as they stand. Raises UsageError for a model that knows none of its types.
    """
    import pandas as pd

    backend, tags = tagger.backend, tagger.model.tag_set.tags
    names = names or {}
    types = annotated_types(corpus, names)
    if not types & {tag.type for tag in tags}:
        found, known = (", ".join(sorted(t)) or "none" for t in (types, tagger.model.tag_set.types))
        problem = f"has no type that the model knows: it has {found}, the model {known}"
        raise UsageError(f"{corpus.source.place} {problem}")
    masked = np.array([bool(tag.type) and tag.type not in types for tag in tags])
    labels = [_label(tag) for tag in tags]
    ids = {label: number for number, label in enumerate(labels)}
    rows: list[tuple[int, int, str, str, str, float]] = []
    batcher: Batcher[_Window] = Batcher(
        backend.run, backend.batch_tokens, tagger.model.pad_id, backend.workers
    )
    bio2 = [OUTSIDE_TAG, *(Tag(prefix, name) for name in sorted(types) for prefix in "BI")]
    labeller = _labeller(tagger, bio2)
    jobs = _jobs(labeller, bio2, tagger.model.tag_set.scheme, corpus, names)
    for result in batcher.stream(jobs):
        if result is None or result[1] is None:
            continue
        window = result[0].payload
        log_p = _log_softmax(np.where(masked, -np.inf, result[1].astype(np.float64)))
        best = log_p.argmax(axis=1)
        for i, (text, gold) in enumerate(zip(window.texts, window.gold, strict=True)):
            loss = abs(float(log_p[i, ids[gold]])) if gold in ids else np.nan
            rows.append((window.line, window.first_unit + i, text, gold, labels[best[i]], loss))
    losses = pd.DataFrame(rows, columns=list(COLUMNS))
    losses.attrs[MISFITS] = len(labeller.misfits)
    return losses


def _label(tag: Tag) -> str:
    """A label, prefix first, whatever the model's own names look like."""
    return f"{tag.prefix}-{tag.type}" if tag.type else OUTSIDE


def _labeller(tagger: Tagger, tags: Sequence[Tag]) -> Labeller:
    model = tagger.model
    ids = {_label(tag): number for number, tag in enumerate(tags)}
    return Labeller(Encoder(model.folder / TOKENIZER), model.limit, OVERLAP_TOKENS, model.unit, ids)


def _jobs(
    labeller: Labeller, bio2: Sequence[Tag], scheme: str, corpus: Corpus, names: Mapping[str, str]
) -> Iterator[Job[_Window]]:
    for example in corpus.examples:
        spans = tuple(renamed(example.spans, names))
        text = normalise_paragraphs(example.text, example.tokens is not None).text
        first = 0
        windows = list(labeller.inputs(replace(example, spans=spans), corpus.language))
        numbers = [number for w in windows for number in w.labels.tolist() if number != IGNORED]
        gold = _in_scheme([bio2[number] for number in numbers], scheme)
        for window in windows:
            rows = np.flatnonzero(window.labels != IGNORED)
            texts = [text[start:end] for start, end in window.units.tolist()]
            kept = gold[first : first + len(rows)]
            yield Job(_Window(example.line, first, texts, kept), window.ids, rows)
            first += len(rows)


def _in_scheme(tags: Sequence[Tag], scheme: str) -> list[str]:
    """A row of BIO2 tags as labels of a scheme of tagcli.schemes.SCHEMES."""
    if scheme == "IO":
        return [_label(replace(tag, prefix="I")) for tag in tags]
    return write_row(chunks(tags), len(tags), scheme if scheme in CORPUS_SCHEMES else "BIO")


def _log_softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    result: npt.NDArray[np.float64] = shifted - np.log(total)
    return result


def by_label(losses: pd.DataFrame) -> pd.DataFrame:
    """count, mean and sum of the loss for every gold label, the largest sum first; those seen
    fewer than LEAST_COUNT times come last."""
    return _frequent_first(_summed(losses, "gold"))


def by_word(losses: pd.DataFrame) -> pd.DataFrame:
    """The same for every unit's text."""
    return _frequent_first(_summed(losses, "text"))


def by_sentence(losses: pd.DataFrame) -> pd.DataFrame:
    """count, mean and sum of the loss for every record by its line, the largest sum first."""
    return _summed(losses, "line")


def _frequent_first(summed: pd.DataFrame) -> pd.DataFrame:
    return summed.iloc[np.argsort(summed["count"] < LEAST_COUNT, kind="stable")]


def _summed(losses: pd.DataFrame, column: str) -> pd.DataFrame:
    grouped = losses.dropna(subset=["loss"]).groupby(column)["loss"]
    return grouped.agg(["count", "mean", "sum"]).sort_values("sum", ascending=False)


def write_losses(losses: pd.DataFrame, path: str) -> None:
    """Parquet or CSV, by the extension of `path`, which has its name when it is whole."""
    if path.endswith(".parquet"):
        table = losses.to_parquet(index=False)
    else:
        table = losses.to_csv(index=False).encode()
    with Output(path) as output:
        output.write(table)
