"""The loss of every token of a corpus, and which labels, words and sentences carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from export.labelling import IGNORED, Labeller
from export.sources import Corpus, examples_of
from tagcli.batching import Batcher, Job
from tagcli.encoding import Encoder
from tagcli.errors import UsageError
from tagcli.models import TOKENIZER
from tagcli.normalisation import normalise
from tagcli.schemes import OUTSIDE
from tagcli.tagger import OVERLAP_TOKENS, Tagger

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

COLUMNS = ("line", "unit", "text", "gold", "predicted", "loss")


@dataclass(frozen=True, slots=True)
class _Window:
    """What a window's logits are for: line, number and text of its units, and their gold."""

    line: int
    first_unit: int
    texts: list[str]
    gold: npt.NDArray[np.int64]


def token_losses(tagger: Tagger, corpus: Corpus) -> pd.DataFrame:
    """A row for every unit that has a label (a word, or in raw text a piece) with COLUMNS: the
    record's line, the unit's number in it and text, gold and best label, and the loss in nats.

    Types that the model or the corpus does not have are masked, as in training.
    """
    import pandas as pd

    backend, labels = tagger.backend, _labels(tagger)
    known = set(corpus.types) & set(tagger.model.tag_set.types)
    masked = np.array([label != OUTSIDE and label[2:] not in known for label in labels])
    rows: list[tuple[int, int, str, str, str, float]] = []
    batcher: Batcher[_Window] = Batcher(
        backend.run, backend.batch_tokens, tagger.model.pad_id, backend.workers
    )
    for result in batcher.stream(_jobs(tagger, corpus, known)):
        if result is None or result[1] is None:
            continue
        window = result[0].payload
        log_p = _log_softmax(np.where(masked, -np.inf, result[1].astype(np.float64)))
        losses = -log_p[np.arange(len(window.gold)), window.gold]
        best = log_p.argmax(axis=1)
        for i, text in enumerate(window.texts):
            gold, found = labels[window.gold[i]], labels[best[i]]
            rows.append((window.line, window.first_unit + i, text, gold, found, float(losses[i])))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _labels(tagger: Tagger) -> list[str]:
    """The model's labels, prefix first, whatever its own names look like."""
    tags = tagger.model.tag_set.tags
    return [f"{tag.prefix}-{tag.type}" if tag.type else OUTSIDE for tag in tags]


def _jobs(tagger: Tagger, corpus: Corpus, known: set[str]) -> Iterator[Job[_Window]]:
    model = tagger.model
    if not {f"{prefix}-{name}" for name in known for prefix in "BI"} <= set(_labels(tagger)):
        raise UsageError(f"{model.folder}: --losses needs labels B- and I-")
    ids = {label: number for number, label in enumerate(_labels(tagger))}
    encoder = Encoder(model.folder / TOKENIZER)
    labeller = Labeller(encoder, model.limit, OVERLAP_TOKENS, model.unit, ids)
    languages = corpus.dataset["language"]
    for example, language in zip(examples_of(corpus.dataset), languages, strict=True):
        spans = tuple(span for span in example.spans if span[2] in known)
        text, unit = normalise(example.text).text, 0
        for window in labeller.inputs(replace(example, spans=spans), language):
            rows = np.flatnonzero(window.labels != IGNORED)
            texts = [text[start:end] for start, end in window.units.tolist()]
            yield Job(_Window(example.line, unit, texts, window.labels[rows]), window.ids, rows)
            unit += len(rows)


def _log_softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    result: npt.NDArray[np.float64] = shifted - np.log(total)
    return result


def by_label(losses: pd.DataFrame) -> pd.DataFrame:
    """count, mean and sum of the loss for every gold label, the largest mean first."""
    return _summed(losses, "gold").sort_values("mean", ascending=False)


def by_word(losses: pd.DataFrame) -> pd.DataFrame:
    """count, mean and sum of the loss for every unit's text, the largest sum first."""
    return _summed(losses, "text").sort_values("sum", ascending=False)


def by_sentence(losses: pd.DataFrame) -> pd.DataFrame:
    """count, mean and sum of the loss for every record by its line, the largest sum first."""
    return _summed(losses, "line").sort_values("sum", ascending=False)


def _summed(losses: pd.DataFrame, column: str) -> pd.DataFrame:
    return losses.groupby(column)["loss"].agg(["count", "mean", "sum"])


def write_losses(losses: pd.DataFrame, path: str) -> None:
    """Parquet or CSV, by the extension of `path`."""
    if path.endswith(".parquet"):
        losses.to_parquet(path, index=False)
    else:
        losses.to_csv(path, index=False)
