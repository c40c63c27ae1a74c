"""What a shell completes: files, models, labels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

VARIABLE = "_NERTAG_COMPLETE"
"""The environment variable in which the script of a shell asks the command."""

# What is only for the shell's questions is imported on use: no other start waits for it


def complete_files(
    _context: click.Context, _option: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Leaves it to the shell, which knows its files."""
    return [_for_shell(begun, "file")]


def complete_models(
    _context: click.Context, _option: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The names of bundled models and folders that are models; where none fits any folder, which
    is left to the shell."""
    from click.shell_completion import CompletionItem

    from tagcli.models.directory import bundled_names

    names = [name for name in bundled_names() if name.startswith(begun)]
    found = dict.fromkeys([*names, *_model_folders(begun)])
    return [CompletionItem(name) for name in found] or [_for_shell(begun, "dir")]


def complete_labels(context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """The labels of the model that was chosen, without those that are listed already."""
    from tagcli.cli.name_lists import names_of
    from tagcli.errors import NertagError
    from tagcli.models.directory import find_model

    listed, comma, name_begun = begun.rpartition(",")
    try:
        model = find_model(context.params.get("model"), offline=True)
    except NertagError:
        return []
    left = [name for name in model.tag_set.types if name not in names_of(listed)]
    return [f"{listed}{comma}{name}" for name in left if name.startswith(name_begun)]


def mend_scripts() -> None:
    """Register what click's own answers to shells lack: in fish what stands after a comma, as in
    `PER,LOC`, in bash options with their value after a `=`, which bash takes for a word."""
    from click.shell_completion import BashComplete, FishComplete, add_completion_class

    class Bash(BashComplete):
        def get_completion_args(self) -> tuple[list[str], str]:
            words, begun = super().get_completion_args()
            joined = "\n".join(words).removesuffix("\n=").replace("\n=\n", "=")
            return joined.split("\n") if words else [], begun

    class Fish(FishComplete):
        source_template = FishComplete.source_template.replace(
            'string split ","', 'string split --max 1 ","'
        )

    add_completion_class(Bash)
    add_completion_class(Fish)


def _model_folders(begun: str) -> list[str]:
    import shlex

    from tagcli.models.config import CONFIG

    head, tail = os.path.split(begun)
    try:
        names = sorted(path.name for path in Path(head).iterdir())
    except OSError:
        return []
    typed = begun.removesuffix(tail)
    paths = [f"{typed}{name}" for name in names if name.startswith(tail)]
    models = [path for path in paths if Path(path, CONFIG).is_file()]
    return [path for path in models if shlex.quote(path) == path]  # the shell quotes the others


def _for_shell(begun: str, kind: str) -> CompletionItem:
    from click.shell_completion import CompletionItem

    return CompletionItem(begun, type=kind)
