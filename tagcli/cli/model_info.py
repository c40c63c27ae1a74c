"""What models say about themselves without being run: the bundled ones as a table, one of them as
a page."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from tagcli.control_characters import visible
from tagcli.languages import LANGUAGES
from tagcli.models.directory import BUNDLED, DEFAULT, Model, bundled_names, read_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_HEAD = ("name", "layers", "size", "F1", "licence", "labels")
UNKNOWN = "unknown"
_NAME_COLUMNS, _TEXT_COLUMNS = 14, 66

Fact = tuple[str, list[str]]
"""A name and its values."""


def models_table() -> str:
    """Name, layers, megabytes, mean F1 of the test files, licence and labels of every bundled
    model, and where they are."""
    rows = [_HEAD, *(_row(name, read_model(BUNDLED / name)) for name in bundled_names())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    about = f"{DEFAULT} is the default. F1 is the mean, in per cent, over the test files in the"
    return "\n".join([*lines, "", about, f"README.md of the model's folder, which is in {BUNDLED}"])


def _row(name: str, model: Model) -> tuple[str, ...]:
    return (
        name,
        str(model.layers or ""),
        size(model),
        _mean_f1(model),
        model.licence or UNKNOWN,
        labels_by_language(model),
    )


def model_page(model: Model) -> str:
    """What there is to know of a model, a fact a line or more."""
    return as_page(_facts(model))


def as_page(facts: Iterable[Fact]) -> str:
    """Facts in two columns: the name, and the values below each other."""
    lines = []
    for name, values in facts:
        names = [name, *[""] * (len(values) - 1)]
        lines += [
            visible(f"{n:{_NAME_COLUMNS}}{value}") for n, value in zip(names, values, strict=True)
        ]
    return "\n".join(lines)


def _facts(model: Model) -> Iterator[Fact]:
    yield "place", [str(model.folder.absolute())]
    names = [str(path.relative_to(model.folder)) for path in _files(model)]
    yield "files", _wrapped(", ".join(names))
    yield "size", [size(model)]
    yield "backends", [", ".join(_backends(model)) or "none: it has no weights"]
    yield "quantisation", [model.quantisation or "none"]
    yield "layers", [str(model.layers or UNKNOWN)]
    yield "pieces", [str(model.pieces or UNKNOWN)]
    yield "window", [f"{model.limit} tokens"]
    yield "scheme", [model.tag_set.scheme]
    languages = [name for name in LANGUAGES if model.types(name)]
    yield "languages", [", ".join(languages) or UNKNOWN]
    groups = _label_groups(model, languages) or [" ".join(model.tag_set.types)]
    yield "labels", [line for group in groups for line in _wrapped(group)]
    yield "licence", [model.licence or UNKNOWN]
    if not model.test_f1:
        yield "F1", [UNKNOWN]
        return
    scores = [f"{100 * score:5.1f}  {name}" for name, score in model.test_f1.items()]
    yield "F1", [f"{_mean_f1(model):>5}  mean", *scores]


def _files(model: Model) -> list[Path]:
    """Those of the folder itself, and of the one that its ONNX file is in."""
    folders = {model.folder, *([model.onnx.parent] if model.onnx else [])}
    return sorted(path for folder in folders for path in folder.iterdir() if path.is_file())


def _backends(model: Model) -> list[str]:
    for_torch = model.has_safetensors or model.has_int8_weights
    return [*["onnx"] * bool(model.onnx), *["torch"] * for_torch]


def size(model: Model) -> str:
    """Megabytes of all its files."""
    return f"{sum(path.stat().st_size for path in _files(model)) / 1e6:.0f} MB"


def _mean_f1(model: Model) -> str:
    scores = model.test_f1.values()
    return f"{100 * sum(scores) / len(scores):.1f}" if scores else ""


def labels_by_language(model: Model) -> str:
    """The types by the languages that have the same ones: `de, fr: PER ORG; ko: PER DAT`."""
    return "; ".join(_label_groups(model, LANGUAGES))


def _label_groups(model: Model, languages: Sequence[str]) -> list[str]:
    types = {name: model.types(name) or model.tag_set.types for name in languages}
    groups = groupby(types, key=lambda name: types[name])
    return [f"{', '.join(names)}: {' '.join(known)}" for known, names in groups]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _TEXT_COLUMNS, break_long_words=False, break_on_hyphens=False)
