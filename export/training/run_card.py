"""What a training run leaves to read: its scores on the test sources, and the model card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from export.corpora.source import language_of
from export.evaluation.evaluate import evaluate_corpus
from export.model_directory.model_card import front_matter
from export.tables import as_markdown
from tagcli.languages import AUTO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from export.corpora.sources import Corpus
    from export.training.recipe import Recipe
    from tagcli.tagger import Tagger


def corpus_scores(tagger: Tagger, corpus: Corpus) -> dict[str, Any]:
    """Strict span F1 of a corpus through the tagger, over the corpus's types, also those that the
    model does not have: f1, f1_by_type and gold, predicted and correct entities."""
    counts = evaluate_corpus(tagger, corpus)
    return {
        "f1": counts.f1(),
        "f1_by_type": {name: counts.f1(name) for name in sorted(corpus.types)},
        "gold": counts.gold.total(),
        "predicted": counts.predicted.total(),
        "correct": counts.correct.total(),
    }


def write_run_card(folder: Path, recipe: Recipe, metrics: dict[str, Any], licence: str) -> None:
    """Write README.md, the card of a trained model, whose weights are under `licence`."""
    languages = sorted({language_of(source) for source in recipe.train} - {AUTO})
    parts = [
        front_matter(licence, languages),
        "# A nertag model",
        "Use: `nertag --model DIR` (ONNX), or with `--backend torch` (safetensors).",
        "## How it was made\n\n" + "\n".join(_facts(recipe, metrics)),
        "## Measured F1\n\n" + "\n".join(_scores(recipe, metrics)),
        f"## Licence\n\n{licence}",
    ]
    (folder / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _facts(recipe: Recipe, metrics: dict[str, Any]) -> Iterator[str]:
    yield f"`nertag-train --recipe recipe.toml --out DIR`, seed {metrics['seed']}."
    yield ""
    layers = "" if recipe.layers is None else f", layers {', '.join(map(str, recipe.layers))}"
    yield f"- base: {recipe.base}{layers}; {metrics['parameters'] / 1e6:.1f} M parameters"
    if recipe.has_teacher:
        share = f"weight {recipe.teacher_weight:g}, temperature {recipe.teacher_temperature:g}"
        if recipe.teacher_states_weight:
            share += f", hidden states {recipe.teacher_states_weight:g}"
        yield f"- taught by: {', '.join(recipe.teacher)} ({share})"
    yield f"- trained on: {', '.join(source.place for source in recipe.train)}"
    yield f"- chosen on: {', '.join(source.place for source in recipe.dev)}"
    yield f"- {metrics['minutes']} minutes, {metrics['steps']} steps, on {metrics['machine']}"
    yield "- " + ", ".join(f"{name} {number}" for name, number in metrics["versions"].items())


def _scores(recipe: Recipe, metrics: dict[str, Any]) -> Iterator[str]:
    averaged = metrics.get("average")
    weights = f"step {metrics['best_step']}"
    if averaged and averaged["chosen"]:
        weights = f"mean of steps {', '.join(map(str, averaged['steps']))}"
    if recipe.base_share:
        weights += f", the base's weights for {recipe.base_share:.0%} of it"
    yield f"dev: {100 * metrics['dev_f1']:.1f} ({weights})."
    if not metrics["test"]:
        return
    types = sorted({name for scores in metrics["test"].values() for name in scores["f1_by_type"]})
    yield ""
    rows = [["test", "F1", *types]]
    for name, scores in metrics["test"].items():
        by_type = scores["f1_by_type"]
        values = [f"{100 * by_type[t]:.1f}" if t in by_type else "" for t in types]
        rows.append([name, f"{100 * scores['f1']:.1f}", *values])
    yield as_markdown(rows)
    yield "Strict span F1 in per cent through nertag: label and both ends right, micro-averaged."
