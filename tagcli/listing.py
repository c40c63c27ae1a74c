"""The bundled models as a table to read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from tagcli.languages import LANGUAGES
from tagcli.models import BUNDLED, DEFAULT, Model, bundled_names, read_model

_HEAD = ("name", "layers", "size", "F1", "licence", "labels")


def models_table() -> str:
    """Name, layers, megabytes, mean F1 of the test files, licence and labels of every bundled
    model, and where they are."""
    rows = [_HEAD, *(_row(name, read_model(BUNDLED / name)) for name in bundled_names())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    about = f"{DEFAULT} is the default. F1 is the mean, in per cent, over the test files in the"
    return "\n".join([*lines, "", about, f"README.md of the model's folder, which is in {BUNDLED}"])


def _row(name: str, model: Model) -> tuple[str, ...]:
    size = sum(path.stat().st_size for path in model.folder.iterdir() if path.is_file())
    scores = model.test_f1.values()
    return (
        name,
        str(model.layers or ""),
        f"{size / 1e6:.0f} MB",
        f"{100 * sum(scores) / len(scores):.1f}" if scores else "",
        model.licence or "unknown",
        labels_by_language(model),
    )


def labels_by_language(model: Model) -> str:
    """The types by the languages that have the same ones: `de, fr: PER ORG; ko: PER DAT`."""
    types = {name: model.types(name) or model.tag_set.types for name in LANGUAGES}
    groups = groupby(types, key=lambda name: types[name])
    return "; ".join(f"{', '.join(names)}: {_listed(known)}" for known, names in groups)


def _listed(types: Sequence[str]) -> str:
    return " ".join(types)
