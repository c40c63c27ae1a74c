"""What a training run leaves to read: its scores on the test sources, and the model card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from export.recipes import Recipe
from export.scores import SpanCounts
from export.sources import Corpus, Example, examples_of
from tagcli.records import Document
from tagcli.tagger import Tagger


def corpus_scores(tagger: Tagger, corpus: Corpus) -> dict[str, Any]:
    """Strict span F1 of a corpus through the tagger, over the types that both know: f1, f1_by_type
    and gold, predicted and correct entities."""
    scored = set(corpus.types) & set(tagger.model.tag_set.types)
    counts = SpanCounts()
    examples = list(examples_of(corpus.dataset))
    for example, tagged in zip(examples, _tagged(tagger, corpus, examples), strict=True):
        found = {(e.start, e.end, e.label) for e in tagged.entities if e.label in scored}
        counts.add(found, {span for span in example.spans if span[2] in scored})
    return {
        "f1": counts.f1(),
        "f1_by_type": {name: counts.f1(name) for name in sorted(scored)},
        "gold": counts.gold.total(),
        "predicted": counts.predicted.total(),
        "correct": counts.correct.total(),
    }


def _tagged(tagger: Tagger, corpus: Corpus, examples: list[Example]) -> Iterator[Any]:
    place = corpus.source.place
    documents = (
        Document(
            example.text,
            place,
            example.line,
            None if example.tokens is None else np.array(example.tokens, np.int32).reshape(-1, 2),
        )
        for example in examples
    )
    return (tagged for tagged in tagger.run(documents) if tagged is not None)


def write_run_card(folder: Path, recipe: Recipe, metrics: dict[str, Any]) -> None:
    """Write README.md, the card of a trained model."""
    languages = sorted({source.language for source in recipe.train if source.language})
    front = ["---", f"license: {recipe.license}", "pipeline_tag: token-classification"]
    if languages:
        front += ["language:", *(f"- {language}" for language in languages)]
    parts = [
        "\n".join([*front, "---"]),
        "# A nertag model",
        "Use: `nertag --model DIR` (ONNX), or with `--backend torch` (safetensors).",
        "## How it was made\n\n" + "\n".join(_facts(recipe, metrics)),
        "## Measured F1\n\n" + "\n".join(_scores(metrics)),
        f"## Licence\n\n{recipe.license}",
    ]
    (folder / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _facts(recipe: Recipe, metrics: dict[str, Any]) -> Iterator[str]:
    yield f"`nertag-train --recipe recipe.toml --out DIR`, seed {metrics['seed']}."
    yield ""
    yield f"- base: {recipe.base}; {metrics['parameters'] / 1e6:.1f} M parameters"
    yield f"- trained on: {', '.join(source.place for source in recipe.train)}"
    yield f"- chosen on: {', '.join(source.place for source in recipe.dev)}"
    yield f"- {metrics['minutes']} minutes, {metrics['steps']} steps, on {metrics['machine']}"
    yield "- " + ", ".join(f"{name} {number}" for name, number in metrics["versions"].items())


def _scores(metrics: dict[str, Any]) -> Iterator[str]:
    yield f"dev: {100 * metrics['dev_f1']:.1f} (step {metrics['best_step']}; best label a token)."
    if not metrics["test"]:
        return
    types = sorted({name for scores in metrics["test"].values() for name in scores["f1_by_type"]})
    yield ""
    for row in (["test", "F1", *types], ["---"] * (len(types) + 2)):
        yield "| " + " | ".join(row) + " |"
    for name, scores in metrics["test"].items():
        by_type = scores["f1_by_type"]
        values = [f"{100 * by_type[t]:.1f}" if t in by_type else "" for t in types]
        yield "| " + " | ".join([name, f"{100 * scores['f1']:.1f}", *values]) + " |"
    yield ""
    yield "Strict span F1 in per cent through nertag: label and both ends right, micro-averaged."
