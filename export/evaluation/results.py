"""Models on corpora: a result for each pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from export.evaluation.evaluate import (
    Evaluation,
    EvaluationOptions,
    check_shared_types,
    evaluate,
)
from export.evaluation.gold import check_is_not_gold
from export.evaluation.wrong_spans import WrongSpan, kinds_line
from tagcli.errors import UsageError
from tagcli.models.directory import DEFAULT
from tagcli.output.destination import Output
from tagcli.tagger import Tagger

if TYPE_CHECKING:
    from pathlib import Path

    from export.corpora.sources import Corpus
    from export.evaluation.scores import Interval

Load = Callable[[str | None], Tagger]
"""Opens a model by its name; None: the default."""


@dataclass(frozen=True, slots=True)
class Result:
    """A model's evaluation on a file, corpus or dataset; `intervals` are as SpanCounts.intervals
    has them."""

    model: str
    file: str
    rules: str
    evaluation: Evaluation
    intervals: Mapping[str | None, Interval]


def score_models(
    models: Sequence[str | None],
    tests: Mapping[str, Corpus],
    load: Load,
    options: EvaluationOptions,
    *,
    resamples: int,
    wrong: Path | None,
    note: Callable[[str], None],
) -> list[Result]:
    """Every model on every test, which go by their names; `resamples` are for the intervals of F1,
    `wrong` is a file for the wrong spans, and `note` is told of progress.

    Raises UsageError for types that neither side has, and where `wrong` is a file of the gold or
    there are several models for it.
    """
    if wrong is None:
        return list(_results(models, tests, load, options, resamples, note))
    if len(models) > 1:
        raise UsageError("--wrong takes one model")
    check_is_not_gold([wrong], tests.values(), "--wrong")
    counts: Counter[str] = Counter()
    with Output(str(wrong)) as output:

        def add(one: WrongSpan) -> None:
            counts[one.kind] += 1
            output.write(one.as_json() + "\n")

        results = list(_results(models, tests, load, options, resamples, note, add))
    note(f"{wrong}: {kinds_line(counts)}")
    return results


def _results(
    models: Sequence[str | None],
    tests: Mapping[str, Corpus],
    load: Load,
    options: EvaluationOptions,
    resamples: int,
    note: Callable[[str], None],
    wrong: Callable[[WrongSpan], None] | None = None,
) -> Iterable[Result]:
    # all are opened first: what is wrong with one is said before the others have worked for minutes
    taggers = [(model or DEFAULT, load(model)) for model in models]
    for test, corpus in tests.items():
        if not corpus.types:
            note(f"{test}: the gold has no entity")
        for _, tagger in taggers:
            check_shared_types(tagger, corpus, options)
    for name, tagger in taggers:
        for test, corpus in tests.items():
            note(f"{name} on {test}")
            evaluation = evaluate(tagger, corpus, options, wrong)
            intervals = evaluation.counts.intervals(resamples)
            yield Result(name, test, corpus.source.repair, evaluation, intervals)
