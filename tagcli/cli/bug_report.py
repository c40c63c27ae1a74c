"""What a report of a bug needs to say of this installation, without loading or fetching a model."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING

from tagcli.backends.cores import usable_cores
from tagcli.backends.processor import int8_instructions, processor_name
from tagcli.backends.registry import planned_device, usual_backend
from tagcli.cli.model_info import UNKNOWN, Fact, as_page, size
from tagcli.errors import NertagError, reason_of
from tagcli.languages import AUTO
from tagcli.models.directory import DEFAULT, Model, find_model
from tagcli.version import version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.cli.defaults import Defaults
    from tagcli.cli.run_options import RunOptions

_NEEDED = ("onnxruntime", "tokenizers", "numpy", "huggingface_hub", "click", "rich")
_OPTIONAL = ("onnxruntime-gpu", "torch", "transformers", "safetensors", "optimum")


def bug_report(options: RunOptions, defaults: Defaults) -> str:
    """Versions, the processor, and what would run with these options, a fact a line or more."""
    return as_page(_facts(options, defaults))


def _facts(options: RunOptions, defaults: Defaults) -> Iterator[Fact]:
    yield "nertag", [version() or "from its source"]
    yield "Python", [f"{platform.python_version()}, {platform.python_implementation()}"]
    yield "platform", [platform.platform()]
    yield "packages", list(_packages())
    yield "processor", [processor_name() or UNKNOWN]
    instructions = int8_instructions()
    yield "int8", [UNKNOWN if instructions is None else ", ".join(instructions) or "none"]
    yield "usable cores", [str(usable_cores())]
    yield "providers", [_providers()]
    yield from _what_runs(options)
    yield "defaults", [_defaults(defaults)]


def _packages() -> Iterator[str]:
    """Name and version, of the optional ones where they are installed; none is imported."""
    for name in (*_NEEDED, *_OPTIONAL):
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            if name in _NEEDED:
                yield f"{name} not installed"


def _providers() -> str:
    try:
        import onnxruntime

        return ", ".join(onnxruntime.get_available_providers())
    except Exception as error:  # whatever a broken installation ends in is what to report
        return f"onnxruntime cannot be imported: {reason_of(error)}"


def _what_runs(options: RunOptions) -> Iterator[Fact]:
    """The model, and the backend on its device; what is wrong with them is told in their place."""
    try:
        model = find_model(options.model, options.backend == "torch", offline=True)
        yield "model", [_described(options.model or DEFAULT, model), str(model.folder.absolute())]
        chosen = options.backend
        if chosen == AUTO:
            chosen = usual_backend(model, options.device)
        yield "backend", [f"{chosen} on {planned_device(model, chosen, options.device)}"]
    except (NertagError, ImportError) as error:
        yield "problem", [reason_of(error)]


def _described(name: str, model: Model) -> str:
    return f"{name}, {size(model)}, {model.quantisation or 'float'}"


def _defaults(defaults: Defaults) -> str:
    if defaults.problem is not None:
        return str(defaults.problem)
    if defaults.path is None:
        return "none"
    return f"{defaults.path} sets {', '.join(defaults.values) or 'nothing'}"
