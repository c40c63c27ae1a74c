"""The README.md of a model directory: what it knows, how good it is, under which licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from export.tables import Rows, as_markdown
from tagcli.models.directory import Model, read_model

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write_card(folder: Path, scores: Rows, types: Sequence[str], licence: str) -> None:
    """Write the card of the model directory `folder`. `scores` are a header and a row a test with
    the measured F1 over these `types`, or nothing."""
    model = read_model(folder)
    front = front_matter(licence, sorted(model.types_by_language))
    parts = [front, "# A nertag model", "\n".join(_facts(model))]
    parts.append(f"## Licence\n\n{licence}")
    parts.append("## Measured F1\n")
    if scores:
        parts[-1] += "\n" + as_markdown(scores).rstrip()
        parts.append(
            "Strict span F1 in per cent: label and both ends right, micro-averaged over "
            f"{', '.join(types)}; CoNLL by token, tags read by conlleval's rules, JSONL "
            "by code point; a recipe's test sources as it reads them."
        )
    else:
        parts[-1] += "\nNot measured: `nertag-export --test FILE` does."
    (folder / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def front_matter(licence: str, languages: Sequence[str]) -> str:
    """What a model hub reads off a card."""
    licence_id = "-".join(licence.lower().split())  # as hubs write them
    lines = ["---", f"license: {licence_id}", "pipeline_tag: token-classification"]
    if languages:
        lines += ["language:", *(f"- {language}" for language in languages)]
    return "\n".join([*lines, "---"])


def _facts(model: Model) -> list[str]:
    facts = [
        "Use: `nertag --model DIR`",
        "",
        f"- labels: {', '.join(model.tag_set.types)}; scheme {model.tag_set.scheme}",
        f"- weights: {model.quantisation or 'float'}; at most {model.limit} tokens a window",
    ]
    for language, types in sorted(model.types_by_language.items()):
        facts.append(f"- {language}: reads {model.unit(language)}, knows {', '.join(types)}")
    return facts
