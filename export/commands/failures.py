"""How the commands of this package fail: one sentence on stderr and an exit code."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from export.optional_packages import check_packages
from tagcli.cli.interrupts import interrupts_raised
from tagcli.errors import NertagError
from tagcli.output.streams import forget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_INTERRUPTED = 130

Options = ParamSpec("Options")


def failures_as_sentences(
    note: Callable[[str], None], needs: Sequence[str] = (), purpose: str = ""
) -> Callable[[Callable[Options, None]], Callable[Options, None]]:
    """A decorator for what a command does: `note` gets the sentence of an error, and the process
    ends with its code; a closed pipe ends it quietly. Before that, packages that the command
    `needs` are looked for, and `purpose` is what for."""

    def decorate(work: Callable[Options, None]) -> Callable[Options, None]:
        @wraps(work)
        def run(*args: Options.args, **options: Options.kwargs) -> None:
            try:
                with interrupts_raised():
                    check_packages(needs, purpose)
                    work(*args, **options)
            except NertagError as error:
                note(str(error))
                sys.exit(error.exit_code)
            except BrokenPipeError:
                forget(sys.stdout)
                sys.exit(0)
            except OSError as error:
                note(f"cannot read or write: {error}")
                sys.exit(2)
            except KeyboardInterrupt:
                sys.exit(_INTERRUPTED)

        return run

    return decorate
