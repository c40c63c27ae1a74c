"""The commands as processes of their own: what the scripts `nertag-bench` and so on call. A
command's module, and what it needs, is imported when its process is ready for Ctrl-C."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

from tagcli.cli.process import run_command


def bench() -> NoReturn:
    """`nertag-bench`."""
    _run("nertag-bench", "bench")


def data() -> NoReturn:
    """`nertag-data`."""
    _run("nertag-data", "data")


def evaluate() -> NoReturn:
    """`nertag-eval`."""
    _run("nertag-eval", "evaluate")


def export() -> NoReturn:
    """`nertag-export`."""
    _run("nertag-export", "export")


def train() -> NoReturn:
    """`nertag-train`."""
    _run("nertag-train", "train")


def _run(name: str, module: str) -> NoReturn:
    code = run_command(name, lambda: import_module(f"export.commands.{module}").main())
    if "WORLD_SIZE" in os.environ:  # threads of a group of processes abort one that is taken apart
        os._exit(code)
    sys.exit(code)
