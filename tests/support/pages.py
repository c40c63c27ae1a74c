"""The pages as a reader has them: their fenced blocks, the commands in these, their links."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from export.commands.bench import main as nertag_bench
from export.commands.data import main as nertag_data
from export.commands.evaluate import main as nertag_eval
from export.commands.export import main as nertag_export
from export.commands.train import main as nertag_train
from tagcli.cli.main import main as nertag
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMANDS: dict[str, click.Command] = {
    "nertag": nertag,
    "nertag-bench": nertag_bench,
    "nertag-data": nertag_data,
    "nertag-eval": nertag_eval,
    "nertag-export": nertag_export,
    "nertag-train": nertag_train,
}
_FOLDERS = (".github", "export", "samples", "tagcli", "tests")
_FENCED = re.compile(r"^```(\w*) ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SEPARATORS = re.compile(r"[();|&<>]+")


class Block(NamedTuple):
    """What is fenced on a page: its language, the word after that, and where it begins."""

    page: str
    line: int
    language: str
    kind: str
    content: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


class Example(NamedTuple):
    """What a reader would type, and what the page shows of what comes of it."""

    block: Block
    typed: str
    output: str

    def __str__(self) -> str:
        return str(self.block)


def pages() -> list[Path]:
    """All pages of the tree."""
    below = (page for folder in _FOLDERS for page in (ROOT / folder).rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *below])


def name_of(page: Path) -> str:
    """Its path from the top."""
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    """The page as it is written."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = text_of(page)
    return [
        Block(name_of(page), text.count("\n", 0, found.start()) + 1, *found.groups())
        for found in _FENCED.finditer(text)
    ]


def console_examples(block: Block) -> Iterator[Example]:
    """The commands behind `$` and their output."""
    for example in re.split(r"^\$ ", block.content, flags=re.MULTILINE)[1:]:
        command, _, output = example.partition("\n")
        yield Example(block, command, output)


def python_examples(page: Path) -> list[Example]:
    """Code, and the text block that shows its output, if there is one before the next code."""
    examples: list[Example] = []
    for block in blocks(page):
        if block.language == "python":
            examples.append(Example(block, block.content, ""))
        elif block.language == "text" and not block.kind:
            examples[-1] = examples[-1]._replace(output=block.content)
    return examples


def commands(block: Block) -> Iterator[str]:
    """The commands of a shell block, one that goes over several lines as one."""
    lines: list[str] = []
    for line in block.content.splitlines():
        lines.append(line)
        command = "\n".join(lines)
        if not line.endswith("\\") and bash("-n", "-c", command).returncode == 0:
            yield command
            lines = []
    assert not lines, f"{block} does not end: {lines}"


def calls(command: str) -> Iterator[list[str]]:
    """The calls of this project's commands in a shell command: name and arguments."""
    one_line = command.replace("\\\n", " ").replace("\n", " ; ")
    lexer = shlex.shlex(one_line, posix=True, punctuation_chars="();|&<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if not _SEPARATORS.fullmatch(word):
            words.append(word)
            continue
        names = [Path(one).name for one in words]
        first = next((i for i, name in enumerate(names) if name in COMMANDS), None)
        if first is not None:
            yield [names[first], *words[first + 1 :]]
        words = []


def check_call(command: click.Command, arguments: Sequence[str]) -> None:
    """Raise click.UsageError for an option that the command does not have, or for a choice that
    there is not. The arguments of a group begin with the name of a command of its own."""
    context = click.Context(command, **command.context_settings)  # its help option is kept
    values, rest, _ = command.make_parser(context).parse_args(list(arguments))
    if isinstance(command, click.Group):
        chosen = command.get_command(context, rest[0])
        assert chosen is not None, f"no command {rest[0]}"
        check_call(chosen, rest[1:])
    for param in command.get_params(context):
        value = values.get(param.name or "")
        if isinstance(param.type, click.Choice) and value is not None:
            param.type_cast_value(context, value)


def bash(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run bash, where the commands are those of this tree and of this Python."""
    return _run("bash", *arguments, cwd=cwd)


def python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return _run(sys.executable, "-c", code, cwd=cwd)


def _run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment: dict[str, Any] = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def links(page: Path) -> list[tuple[str, str]]:
    """The relative links of a page: path, which is empty for the page itself, and anchor."""
    return _LINK.findall(_FENCED.sub("", text_of(page)))


def anchors(page: Path) -> set[str]:
    """What a link may name on a page: its headings as GitHub spells them."""
    headings = _HEADING.findall(_FENCED.sub("", text_of(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table_rows(text: str) -> list[list[str]]:
    """The cells of the rows of all tables in a text, without the lines below their heads."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if not re.fullmatch(r"[-: ]*", "".join(row))]
