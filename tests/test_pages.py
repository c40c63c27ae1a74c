"""The commands and the Python of the README and of samples/api.md, and what they print, as a reader
would type them."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
API_PAGE = (ROOT / "samples" / "api.md").read_text(encoding="utf-8")
OTHERS = re.compile(r"\bpip |torchrun|accelerate launch")
SCORE = re.compile(r'("score": )[\d.]+')


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _console_examples() -> list[tuple[str, str]]:
    examples = []
    for block in _blocks("console"):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = example.partition("\n")
            examples.append((command, output))
    return examples


def _bash(command: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _without_scores(output: str) -> str:
    """int8 products differ in their last digits between processors."""
    return SCORE.sub(r"\1_", output)


@pytest.mark.parametrize(("command", "output"), _console_examples())
def test_console_example_gives_what_the_readme_shows(command: str, output: str) -> None:
    done = _bash(command)
    assert done.returncode == 0, done.stderr
    assert _without_scores(done.stdout) == _without_scores(output)


def _python_examples() -> list[tuple[str, str]]:
    """Code, and what is shown as its output before the next code, if anything."""
    blocks = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    examples: list[tuple[str, str]] = []
    for language, content in blocks.findall(README) + blocks.findall(API_PAGE):
        if language == "python":
            examples.append((content, ""))
        else:
            examples[-1] = (examples[-1][0], content)
    return examples


@pytest.mark.parametrize(("code", "output"), _python_examples())
def test_python_example_prints_what_is_shown(code: str, output: str) -> None:
    for package in re.findall(r"\b(spacy|torch)\b", code):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert _without_scores(done.stdout) == _without_scores(output)


def test_options_in_the_readme_exist() -> None:
    ours = "\n".join(line for line in README.splitlines() if not OTHERS.search(line))
    data = [f"nertag-data {command}" for command in ("stats", "check", "convert", "tokens")]
    commands = ("nertag", "nertag-bench", "nertag-export", "nertag-train", "nertag-eval", *data)
    helps = "".join(_bash(f"{command} --help").stdout for command in commands)
    options = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
    assert set(options.findall(ours)) <= set(options.findall(helps))


def test_readme_has_no_gaps() -> None:
    assert re.findall(r"^[A-Z]{4,}$", README, re.MULTILINE) == []


def test_readme_has_one_run_and_one_test_command() -> None:
    assert len(_blocks("sh run")) == 1
    assert len(_blocks("sh test")) == 1
    assert "nertag --lang ko" in _blocks("sh run")[0]
    assert "pytest" in _blocks("sh test")[0]
