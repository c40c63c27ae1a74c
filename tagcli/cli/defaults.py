"""Defaults of a command's options from nertag.toml."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tagcli.cli.choices import LeastScore
from tagcli.cli.help_page import GroupedCommand, long_name
from tagcli.errors import UsageError
from tagcli.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "nertag.toml"
PLACE = "NERTAG_CONFIG"
"""The environment variable that names another file, or none if it is empty."""

_NOT_DEFAULTS = ("key", "output", "out_dir", "errors", "glob")
"""Of one run: another would write over it."""
_LISTS = ("labels",)  # with commas between on the command line


@dataclass(frozen=True, slots=True)
class Defaults:
    """The file, if there is one; its values by its keys; what is wrong with it. `is_at_hand`: it
    lies in the working folder, and nobody has named it; `used` are the keys that the command line
    does not set."""

    path: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: UsageError | None = None
    is_at_hand: bool = False
    used: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise the UsageError of a file that cannot be used."""
        if self.problem is not None:
            raise self.problem


class CommandWithDefaults(GroupedCommand):
    """A command whose options have their defaults from nertag.toml in the working folder, or
    without it from that in the user's folder of settings. The context's `obj` is the Defaults.

    Its help page is there with any file: a bad one is for `Defaults.check` to tell.
    """

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context, with the file's values in its default map."""
        options = _options(self)
        defaults = _find_defaults(options)
        values = {str(options[key].name): value for key, value in defaults.values.items()}
        context = super().make_context(info_name, args, parent, default_map=values, **extra)
        sources = {key: context.get_parameter_source(str(options[key].name)) for key in options}
        used = (key for key in defaults.values if sources[key] is ParameterSource.DEFAULT_MAP)
        context.obj = replace(defaults, used=tuple(used))
        return context


@contextmanager
def defaults_named(*names: str) -> Iterator[None]:
    """Within it a UsageError says which of these options have their values from the file."""
    try:
        yield
    except UsageError as error:
        context = click.get_current_context()
        sources = {name: context.get_parameter_source(name.replace("-", "_")) for name in names}
        named = [name for name in names if sources[name] is ParameterSource.DEFAULT_MAP]
        if not named:
            raise
        raise UsageError(f"{error} ({', '.join(named)}: from {context.obj.path})") from error


def set_at_hand() -> str | None:
    """What a file in the working folder, which may be a stranger's, sets of this run; None where
    there is none, or where it sets nothing that the command line does not."""
    defaults: Defaults = click.get_current_context().obj
    if not defaults.is_at_hand or not defaults.used:
        return None
    return f"{defaults.path} of this folder sets {', '.join(defaults.used)}"


def _find_defaults(options: Mapping[str, click.Option]) -> Defaults:
    path, is_at_hand = _path()
    if path is None:
        return Defaults()
    try:
        return Defaults(path, _read(path, options), is_at_hand=is_at_hand)
    except UsageError as error:
        return Defaults(path, problem=error)


def _path() -> tuple[str | None, bool]:
    """The file that there is, and whether it is just there."""
    named = os.environ.get(PLACE)
    if named is not None:
        return named or None, False
    if Path(FILE).is_file():
        return FILE, True
    path = Path(click.get_app_dir("nertag"), FILE)
    return (str(path), False) if path.is_file() else (None, False)


def _options(command: click.Command) -> dict[str, click.Option]:
    """By key, those that take a value: a switch in the file could not be turned off again."""
    return {
        long_name(option).removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option)
        and not option.is_flag
        and option.name not in _NOT_DEFAULTS
    }


def _read(path: str, options: Mapping[str, click.Option]) -> dict[str, Any]:
    import tomllib

    try:
        with Path(path).open("rb") as file:
            fields = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise UsageError(f"{path} is no TOML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{path} is nested too deeply") from error
    if unknown := [key for key in fields if key not in options]:
        near = did_you_mean(unknown[0], options)
        raise UsageError(f"{path}: {unknown[0]!r} is none of its keys: {', '.join(options)}{near}")
    for key, value in fields.items():
        try:
            fields[key] = _checked(options[key], value)
        except click.BadParameter as error:
            raise UsageError(f"{path}: {key}: {error.message}") from error
    return fields


def _checked(option: click.Option, value: Any) -> Any:
    """The value as the option takes it; raises click.BadParameter for one that it does not take."""
    if option.name in _LISTS and isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            raise click.BadParameter(f"{value!r} is not a list of strings")
        value = ",".join(value)
    kinds, kind_name = _kinds(option)
    if type(value) not in kinds:  # True is an int, too
        raise click.BadParameter(f"{value!r} is not {kind_name}")
    option.type(value, option)
    return value


def _kinds(option: click.Option) -> tuple[tuple[type, ...], str]:
    if isinstance(option.type, click.IntRange):
        return (int,), "a whole number"
    if isinstance(option.type, LeastScore):
        return (int, float, str), "a number"
    if isinstance(option.type, click.FloatRange):
        return (int, float), "a number"
    return (str,), "a string"
