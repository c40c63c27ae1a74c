"""What a recipe does not name of a run: its batches, epochs and frozen parts follow from the size
of the train sets, its rate from the encoder's width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from export.training.batches import plan_batches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.training.recipe import Recipe

ENOUGH_STEPS = 400
"""With 200 a fresh classifier has often learnt nothing but O: of 300 sentences of GermEval an
encoder of 12 layers has a dev F1 of .24 then, and of .72 after 400."""
_USUAL_RATE, _RATE_OF_NARROW, _NARROW = 5e-5, 1e-4, 768
"""Smaller encoders want higher rates, as those of Turc et al. (2019, "Well-read students learn
better") do."""
_USUAL_EPOCHS, _SMALL_SET_EPOCHS = 3, 8
_SMALLEST_BATCH, _USUAL_BATCH = 256, 1536
_MOST_EVALUATIONS = 10


@dataclass(frozen=True, slots=True)
class RunLength:
    """The epochs of a run, its steps in the first of them, and the tokens of a batch at most."""

    epochs: int
    steps: int
    batch_tokens: int

    def __str__(self) -> str:
        epochs = f"{self.epochs} epoch{'s' * (self.epochs != 1)} of {self.steps} steps"
        return f"{epochs}, at most {self.batch_tokens} tokens a batch"


def run_length(
    recipe: Recipe, lengths: Sequence[int], weights: Sequence[float], processes: int
) -> RunLength:
    """The length of a run over windows of these lengths, in tokens, and weights: what the recipe
    says, and else so that there are ENOUGH_STEPS. Batches become smaller first, then epochs more.
    """
    batch_tokens = recipe.batch_tokens
    if batch_tokens is None:
        shown = sum(length * weight for length, weight in zip(lengths, weights, strict=True))
        fitting = int(shown * (recipe.epochs or _SMALL_SET_EPOCHS) / (ENOUGH_STEPS * processes))
        batch_tokens = min(max(fitting, _SMALLEST_BATCH), _USUAL_BATCH)
    planned = plan_batches(lengths, weights, batch_tokens, recipe.seed, 0, processes)
    steps = len(planned) // processes
    epochs = recipe.epochs or max(_USUAL_EPOCHS, -(-ENOUGH_STEPS // max(steps, 1)))
    return RunLength(epochs, steps, batch_tokens)


def settled(
    recipe: Recipe, width: int, lengths: Sequence[int], weights: Sequence[float]
) -> Recipe:
    """The recipe with a rate for an encoder of this hidden size, and with embeddings frozen, or
    not, by the number of windows and their lengths in tokens. Few sentences show few of the
    vocabulary, and to train the rest of it takes most of the time and teaches nothing."""
    rate = recipe.rate
    if rate is None:
        rate = _RATE_OF_NARROW if width < _NARROW else _USUAL_RATE
    frozen = recipe.freeze_embeddings
    if frozen is None:
        shown = sum(length * weight for length, weight in zip(lengths, weights, strict=True))
        frozen = shown * _USUAL_EPOCHS < ENOUGH_STEPS * _USUAL_BATCH
    return replace(recipe, rate=rate, freeze_embeddings=frozen)


def thinned(milestones: Sequence[int], recipe: Recipe) -> Sequence[int]:
    """The steps to evaluate after, the last among them; few of the many short epochs that nobody
    asked for."""
    if recipe.epochs is not None:
        return milestones
    apart = -(-len(milestones) // _MOST_EVALUATIONS)
    return milestones[::-1][::apart][::-1]
