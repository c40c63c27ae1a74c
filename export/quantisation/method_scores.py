"""What a model loses and gains when it is quantised, and which method is the best."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from export.evaluation.evaluate import EvaluationOptions, evaluate
from export.evaluation.gold import documents
from tagcli.errors import NertagError
from tagcli.tagger import Tagger, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from export.corpora.sources import Corpus
    from export.evaluation.scores import SpanCounts
    from export.tables import Rows

FLOAT = "float"
_TIMED_RECORDS = 400


@dataclass(frozen=True, slots=True)
class FileScore:
    """Counts of a test, of the float model and of the one made from it; `name` is
    what the test is called in tables."""

    name: str
    before: SpanCounts
    after: SpanCounts

    @property
    def loss(self) -> float:
        """Points of F1 that were lost."""
        return 100 * (self.before.f1() - self.after.f1())


@dataclass(frozen=True, slots=True)
class MethodScore:
    """A model made by a method: where it is, bytes of its folder, seconds to load it, words a
    second, and its scores."""

    method: str
    folder: Path
    size_bytes: int
    load_seconds: float
    words_per_second: float
    scores: tuple[FileScore, ...]

    @property
    def loss(self) -> float:
        """Points of F1 lost on the file where most are lost."""
        return max((score.loss for score in self.scores), default=0.0)


def score_methods(
    float_model: Path,
    made: Mapping[str, Path],
    tests: Mapping[str, Corpus],
    note: Callable[[str], None],
) -> list[MethodScore]:
    """F1 on the tests, which go by names, each over its own types; size, load time and speed of the
    float model, which comes first, and of every model made from it; the speeds are taken in turn.
    """
    folders = {FLOAT: float_model, **{name: made[name] for name in made if name != FLOAT}}
    taggers, load_seconds = {}, {}
    for method, folder in folders.items():
        began = time.perf_counter()
        taggers[method] = load(str(folder), device="cpu")
        load_seconds[method] = time.perf_counter() - began
    counts: dict[str, list[SpanCounts]] = {method: [] for method in taggers}
    for name, corpus in tests.items():
        for method, tagger in taggers.items():
            counts[method].append(evaluate(tagger, corpus, EvaluationOptions()).counts)
            note(f"{method}, {name}: F1 {counts[method][-1].f1():.4f}")
    speeds = words_per_second(taggers, next(iter(tests.values()), None))
    return [
        MethodScore(
            method,
            folder,
            folder_bytes(folder),
            load_seconds[method],
            speeds[method],
            tuple(map(FileScore, tests, counts[FLOAT], counts[method])),
        )
        for method, folder in folders.items()
    ]


def folder_bytes(folder: Path) -> int:
    """The size of a model directory."""
    return sum(path.stat().st_size for path in folder.iterdir())


def words_per_second(taggers: Mapping[str, Tagger], test: Corpus | None) -> dict[str, float]:
    """The speed of every tagger on a test's first records, the median of three turns; 0 without a
    test."""
    if test is None:
        return dict.fromkeys(taggers, 0.0)
    records = list(islice(documents(test), _TIMED_RECORDS))
    words = sum(len(document.text.split()) for document in records)
    seconds: dict[str, list[float]] = {method: [] for method in taggers}
    for _ in range(3):
        for method, tagger in taggers.items():
            began = time.perf_counter()
            for _ in tagger.run(records):
                pass
            seconds[method].append(time.perf_counter() - began)
    return {method: words / statistics.median(times) for method, times in seconds.items()}


def check_loss(score: MethodScore, max_loss: float) -> None:
    """Raises NertagError where a model lost more than `max_loss` points of F1 on a file."""
    for one in score.scores:
        if one.loss > max_loss:
            raise NertagError(
                f"{one.name}: {score.method} loses {one.loss:.2f} points of F1, more than "
                f"--max-f1-loss {max_loss:g}; try --best, export with --float, or allow it"
            )


def best_method(scores: Sequence[MethodScore], max_loss: float) -> MethodScore:
    """The fastest of those that lose at most `max_loss` points of F1 on every file.

    Raises NertagError where none does.
    """
    candidates = [one for one in scores if one.method != FLOAT and one.loss <= max_loss]
    if not candidates:
        losses = ", ".join(f"{one.method} {one.loss:.2f}" for one in scores if one.method != FLOAT)
        problem = f"no method keeps the loss of F1 within --max-f1-loss {max_loss:g}: {losses}"
        raise NertagError(problem)
    return max(candidates, key=lambda one: one.words_per_second)


def method_rows(scores: Sequence[MethodScore]) -> Rows:
    """A row a method: F1 of every file, the greatest loss, size, load time, speed."""
    files = [score.name for score in scores[0].scores]
    rows = [["", *files, "loss", "MB", "load", "words/s"]]
    for one in scores:
        rows.append([
            one.method,
            *(f"{score.after.f1():.4f}" for score in one.scores),
            f"{one.loss:.2f}",
            f"{one.size_bytes / 1e6:.1f}",
            f"{one.load_seconds:.2f} s",
            f"{one.words_per_second:.0f}",
        ])  # fmt: skip
    return rows


def file_rows(scores: Sequence[FileScore]) -> Rows:
    """A header and a row a test: F1 before and after, and that of every type, in per cent;
    nothing where there are no scores."""
    if not scores:
        return []
    types = counted_types(scores)
    head = ["test", "F1 in float", "F1 as exported", *types]
    rows = [head]
    for score in scores:
        row = [score.name, _per_cent(score.before.f1()), _per_cent(score.after.f1())]
        known = counted_types([score])
        row += [_per_cent(score.after.f1(one)) if one in known else "" for one in types]
        rows.append(row)
    return rows


def counted_types(scores: Sequence[FileScore]) -> list[str]:
    """The types that were counted in any file."""
    return sorted({one for score in scores for c in (score.before, score.after) for one in c.types})


def _per_cent(value: float) -> str:
    return f"{100 * value:.1f}"
