"""A command as a process of its own: its streams, its interrupts, its end."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tagcli.cli.interrupts import end_at_once_by_interrupt
from tagcli.errors import say
from tagcli.output.streams import forget, make_standard_streams_whole

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_THREAD = "can't start new thread"  # Python says it in these words


def nertag() -> None:
    """The `nertag` command: it ends without unloading the model and its libraries, which takes
    longer than to tag a line."""
    os._exit(run_command("nertag", _tag))


def _tag() -> None:
    from tagcli.cli.completion import VARIABLE, mend_scripts
    from tagcli.cli.main import main

    if VARIABLE in os.environ:
        mend_scripts()
    main()


def run_command(name: str, command: Callable[[], object]) -> int:
    """Run what is this process's only work, which imports what it needs itself; the exit code."""
    end_at_once_by_interrupt()
    make_standard_streams_whole()
    code = 0
    try:
        command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except OSError as error:  # --help into a full disk
        say(name, f"output cannot be written: {error.strerror}")
        forget(sys.stdout)
        code = 1
    except RuntimeError as error:
        if _NO_THREAD not in str(error):
            raise
        say(name, "the system lets this user start no further thread (ulimit -u)")
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            forget(stream)  # whoever read has what they wanted
        except OSError:
            forget(stream)
            code = code or 1  # a full disk, found only now
    return code
