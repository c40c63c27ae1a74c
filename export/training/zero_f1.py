"""Why a run has found nothing, as far as its recipe and its corpora tell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from export.training.run_length import ENOUGH_STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.training.preparation import Run

_USUAL_RATES = {"rate": (5e-6, 5e-4), "head_rate": (5e-5, 1e-2)}


def likely_cause(run: Run, steps: int) -> str:
    """The likely cause of a dev F1 of 0 after so many steps, and what to do, in words."""
    dev_types = {span[2] for one in run.dev for example in one.examples for span in example.spans}
    if not dev_types:
        return "the dev sets have no entity"
    if not dev_types & _trained_types(run):
        types = ", ".join(sorted(dev_types))
        return f"the train sets have no entity of the types of the dev sets ({types})"
    if twins := _differing_in_case(run.labels):
        return f"{' and '.join(twins)} count as different types: rename them (labels, in a recipe)"
    if steps < ENOUGH_STEPS:
        problem = f"{steps} steps are few, {ENOUGH_STEPS} are usual"
        return f"{problem}: leave epochs and batch_tokens out, or give more epochs or time"
    for name, (least, most) in _USUAL_RATES.items():
        if not least <= (rate := getattr(run.recipe, name)) <= most:
            return f"{name} = {rate:g} is far from what is usual ({least:g} to {most:g})"
    return "train and dev sets may differ in their text or their names: see nertag-data stats"


def _trained_types(run: Run) -> set[str]:
    """The types that stand in the train sets."""
    found = {number for labels in run.train.dataset["labels"] for number in labels if number > 0}
    return {run.labels[number][2:] for number in found}


def _differing_in_case(labels: Sequence[str]) -> list[str]:
    """Types that are written alike but for capitals, if there are any."""
    types = dict.fromkeys(label[2:] for label in labels[1:])
    counts = Counter(name.casefold() for name in types)
    return [name for name in types if counts[name.casefold()] > 1]
