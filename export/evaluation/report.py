"""Scores to look at: plain tables, Markdown, JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from export.corpora.tags import REPAIRS
from export.evaluation.scores import MISSED, SPURIOUS, Interval, Score, score_of
from export.evaluation.thresholds import (
    THRESHOLDS,
    reliability_rows,
    threshold_rows,
    wanted_rows,
)
from tagcli.spellings import OUTSIDE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping, Sequence

    from export.evaluation.results import Result
    from export.tables import Rows


def score_rows(result: Result) -> Rows:
    """A header and a row for each type, micro and macro."""
    counts, intervals = result.evaluation.counts, result.intervals
    between = ["95 % interval"] if intervals else []
    rows = [["type", "precision", "recall", "F1", *between, "gold", "predicted", "correct"]]
    for name in (*result.evaluation.types, None):
        found = [_between(intervals.get(name))] if intervals else []
        rows.append(_score_row(name or "micro", counts.score(name), found))
    rows.append(["macro", "", "", _digits(_macro(result)), *[""] * len(between), "", "", ""])
    return rows


def _score_row(name: str, score: Score, interval: list[str]) -> list[str]:
    shares = [_digits(value) for value in (score.precision, score.recall, score.f1)]
    return [name, *shares, *interval, *map(str, (score.gold, score.predicted, score.correct))]


def _between(interval: Interval | None) -> str:
    return "" if interval is None else " to ".join(map(_digits, interval))


def _macro(result: Result) -> float:
    types = result.evaluation.types
    return sum(map(result.evaluation.counts.f1, types)) / len(types) if types else 0.0


def _digits(value: float) -> str:
    return f"{value:.4f}"


def confusion_rows(result: Result) -> Rows:
    """Gold types down, predicted types across, on the same span."""
    types = list(result.evaluation.types)
    confusion = result.evaluation.counts.confusion
    rows = [["gold \\ predicted", *types, MISSED]]
    for gold in types:
        rows.append([gold, *(str(confusion[gold, found]) for found in [*types, MISSED])])
    rows.append([SPURIOUS, *(str(confusion[SPURIOUS, found]) for found in types), ""])
    return rows


def matrix_rows(results: Sequence[Result]) -> Rows:
    """Micro F1 of every model on every file."""
    files = list(dict.fromkeys(result.file for result in results))
    rows = [["F1: model \\ file", *files]]
    for model in dict.fromkeys(result.model for result in results):
        of_model = {r.file: r.evaluation.counts.f1() for r in results if r.model == model}
        rows.append([model, *(_digits(of_model[file]) for file in files)])
    return rows


def notes(result: Result) -> list[str]:
    """How the gold was read and what the figures stand on."""
    evaluation = result.evaluation
    how = gold_note(evaluation.scheme, result.rules, evaluation.repaired)
    lines = [f"strict spans by {evaluation.unit}, {evaluation.documents} records; gold: {how}"]
    if result.intervals:
        lines[0] += "; intervals by bootstrap over records"
    if evaluation.names:
        lines.append(renaming_note(evaluation.names))
    if evaluation.left_out:
        listed = listed_counts(evaluation.left_out)
        lines.append(f"predictions not counted, of types the gold does not have: {listed}")
    if evaluation.not_asked:
        listed = listed_counts(evaluation.not_asked)
        lines.append(f"predictions not counted, of types that were not asked for: {listed}")
    return lines


def gold_note(scheme: str | None, rules: str, repaired: int) -> str:
    """What the gold is and how its illegal tags were read; `scheme` is None for spans."""
    if scheme is None:
        return "character spans"
    return f"{scheme} tags, rules {rules}: {REPAIRS[rules]}; {repaired} illegal"


def renaming_note(names: Mapping[str, str]) -> str:
    """What types of the gold are called, or that they are dropped."""
    called = [f"{name} is called {new}" if new != OUTSIDE else f"{name} is dropped"
              for name, new in names.items()]  # fmt: skip
    return f"types of the gold: {', '.join(called)}"


def listed_counts(counts: Counter[str]) -> str:
    """Names with their counts, the largest first."""
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a report has beside the scores: which types were taken for which, precision and recall
    by score, and the scores for a wanted precision."""

    confusion: bool = False
    thresholds: bool = False
    precision: float | None = None


def report(results: Sequence[Result], render: Callable[[Rows], str], shown: Shown) -> str:
    """Every result with its notes, and the matrix where there are several."""
    parts = []
    for result in results:
        lines = [f"{result.model} on {result.file}", *notes(result)]
        parts.append("\n".join(lines) + "\n\n" + render(score_rows(result)))
        if shown.confusion:
            parts.append(render(confusion_rows(result)))
        scored, types = result.evaluation.scored, result.evaluation.types
        if shown.thresholds:
            parts += [render(threshold_rows(scored, types)), render(reliability_rows(scored))]
        if shown.precision is not None:
            parts.append(render(wanted_rows(scored, types, shown.precision)))
    if len(results) > 1:
        parts.append(render(matrix_rows(results)))
    return "\n".join(parts)


def as_json(results: Sequence[Result], shown: Shown) -> str:
    """Everything, with all digits."""
    fields = [{**_fields(result), **_of_scores(result, shown)} for result in results]
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def _of_scores(result: Result, shown: Shown) -> dict[str, Any]:
    """What is asked for of the entities' scores."""
    scored, names = result.evaluation.scored, [*result.evaluation.types, None]
    fields: dict[str, Any] = {}
    if shown.thresholds:
        fields["thresholds"] = {
            name or "micro": {
                f"{threshold:g}": asdict(score_of(*scored.counts(name, threshold)))
                for threshold in THRESHOLDS
            }
            for name in names
        }
        fields["reliability"] = [asdict(one) for one in scored.bins(None)]
        fields["calibration_error"] = scored.calibration_error(None)
    if shown.precision is not None:
        found = {name or "micro": scored.threshold_for(name, shown.precision) for name in names}
        fields["score_for_precision"] = {"precision": shown.precision, "scores": found}
    return fields


def _fields(result: Result) -> dict[str, Any]:
    evaluation, counts = result.evaluation, result.evaluation.counts
    return {
        "model": result.model,
        "file": result.file,
        "unit": evaluation.unit,
        "scheme": evaluation.scheme,
        "rules": result.rules,
        "illegal_tags": evaluation.repaired,
        "records": evaluation.documents,
        "micro": asdict(counts.score()),
        "macro_f1": _macro(result),
        "f1_interval_95": result.intervals.get(None),
        "types": {name: _type_fields(result, name) for name in evaluation.types},
        "renamed": dict(evaluation.names),
        "not_counted": dict(evaluation.left_out),
        "not_asked_for": dict(evaluation.not_asked),
        "confusion": [[gold, found, n] for (gold, found), n in sorted(counts.confusion.items())],
    }


def _type_fields(result: Result, name: str) -> dict[str, Any]:
    score = asdict(result.evaluation.counts.score(name))
    return {**score, "f1_interval_95": result.intervals.get(name)}
