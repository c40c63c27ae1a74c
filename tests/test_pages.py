"""What the pages say, tried as a reader would: every command and example, every link, the tables
that are made of others."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from export.training.recipes import read_recipe
from tagcli.models.directory import read_model
from tests.support.pages import (
    COMMANDS,
    Block,
    Example,
    anchors,
    bash,
    blocks,
    calls,
    check_call,
    commands,
    console_examples,
    links,
    name_of,
    pages,
    python,
    python_examples,
    table_rows,
    text_of,
)
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.support.tiny_models import ModelMaker

README = ROOT / "README.md"
PAGES = pages()
BLOCKS = [block for page in PAGES for block in blocks(page)]
LANGUAGES = {"console", "json", "python", "sh", "text", "toml"}
LONGEST_README = 10_000

NOT_RUN = {
    r"\bpip (un)?install\b": "packages would be installed",
    r"-m pytest\b": "it runs the tests",
    r"^(pre-commit|\.ci/run|git diff)\b": "it is about a whole clone",
    r"\bless -R$": "a pager may not be there",
    r"\b(zsh|fish)_source\b": "another shell may not be there",
    r"\bdslim/": "needs a model hub",
    r"--device cuda\b": "needs a GPU",
    r"^(torchrun|accelerate launch)\b": "several processes train",
    r"^nertag-train --base base\b": "it trains the bundled model for a minute",
    r"^nertag-bench\b": "it measures for minutes",
    r"\bmake_checkpoint\.py\b": "its checkpoint has the size of a known encoder",
    r"\bxlmr\b|\bxlmr-cut\b": "it takes what make_checkpoint.py makes",
    r"\.xmi\b": "dkpro-cassis may not be there",
    r"\$NERTAG_DATA|\b(wikiann|wikineural|naver)/": "needs corpora that are not here",
    r"\bruns/": "it is training of hours, or takes what that made",
}
"""The commands that the test does not run, and why; their options are looked at all the same."""

STAND_INS = {
    "doc.txt": "de.txt",
    "large.txt": "ko.txt",
    "train.conll": "train.conll",
    "dev.conll": "dev.conll",
    "test.conll": "dev.conll",
}
"""Files of the samples in place of those that a page supposes to be there."""

SCORE = re.compile(r'("score": )[\d.]+')
OTHERS = re.compile(r"\b(accelerate|docker|pip|pytest|torchrun) [^`\n]*")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
SCRIPTS = (
    "samples/shapes/make_checkpoint.py", "samples/shapes/compare_models.py", "-m tests.fuzzing",
    "samples/experiments/wrapped.py", "samples/experiments/fill_templates.py",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with the samples and with what the pages suppose to be there."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    for name, sample in STAND_INS.items():
        shutil.copyfile(ROOT / "samples" / sample, tmp_path / name)
    return tmp_path


def _of(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def _params(cases: list[Any], text: str) -> list[Any]:
    """The cases, those whose `text` calls a command of training marked so."""
    needs_training = re.compile(r"\bnertag-[a-z]|samples/shapes")
    return [
        pytest.param(
            case,
            id=str(case),
            marks=[pytest.mark.train] if needs_training.search(getattr(case, text)) else [],
        )
        for case in cases
    ]


def _is_listed(command: str) -> bool:
    return any(re.search(pattern, command) for pattern in NOT_RUN)


def _without_scores(output: str) -> str:
    """int8 products differ in their last digits between processors."""
    return SCORE.sub(r"\1_", output)


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in BLOCKS} <= LANGUAGES
    for block in _of("sh"):
        assert block.kind in ("", "run", "test"), block


@pytest.mark.parametrize(
    "example",
    _params([one for block in _of("console") for one in console_examples(block)], "typed"),
)
def test_console_example_gives_what_the_page_shows(example: Example, folder: Path) -> None:
    done = bash("-c", example.typed, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert _without_scores(done.stdout) == _without_scores(example.output)


@pytest.mark.parametrize("block", _params(_of("sh"), "content"))
def test_commands_run_or_have_options_that_exist(
    block: Block, folder: Path, request: pytest.FixtureRequest
) -> None:
    made: dict[str, tuple[str, str]] = {
        "xlm-roberta-base": ("tiny_base", "xlmr"),
        "my-checkpoint": ("checkpoint", "nertag"),
    }
    run = [command for command in commands(block) if not _is_listed(command)]
    for name, (fixture, shape) in made.items():
        if any(name in command for command in run):
            maker: ModelMaker = request.getfixturevalue(fixture)
            shutil.copytree(maker(shape), folder / name)
    for command in commands(block):
        for name, *arguments in calls(command):
            check_call(COMMANDS[name], arguments)
        if command in run:
            done = bash("-o", "pipefail", "-c", command, cwd=folder)
            assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_what_is_not_run_is_on_a_page() -> None:
    listed = [command for block in _of("sh") for command in commands(block) if _is_listed(command)]
    for pattern in NOT_RUN:
        assert any(re.search(pattern, command) for command in listed), pattern


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("nertag --colour x", "No such option.*--colour"),
        ("for x in a b; do nertag-data count $x; done", "no command count"),
        ("torchrun 2 nertag-export a b \\\n  --method int8", "'int8' is not one of"),
    ],
)
def test_what_a_command_does_not_have_is_found(command: str, wrong: str) -> None:
    ((name, *arguments),) = calls(command)
    with pytest.raises((click.UsageError, AssertionError), match=wrong):
        check_call(COMMANDS[name], arguments)


@pytest.mark.parametrize(
    "example", [pytest.param(one, id=str(one)) for page in PAGES for one in python_examples(page)]
)
def test_python_example_prints_what_is_shown(example: Example, folder: Path) -> None:
    for package in re.findall(r"\b(datasets|pandas|spacy|torch|transformers)\b", example.typed):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    done = python(example.typed, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert _without_scores(done.stdout) == _without_scores(example.output)


@pytest.mark.parametrize("block", _of("toml"), ids=str)
def test_recipe_can_be_read(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(block.content, encoding="utf-8")
    settings = read_recipe(path)
    assert settings["train"]


@pytest.mark.train
def test_the_table_of_settings_is_theirs() -> None:
    from export.training.settings_table import settings_table

    page = text_of(ROOT / "export" / "README.md")
    table = page.split("<!-- settings -->")[1].split("<!-- /settings -->")[0]
    assert table.strip() == settings_table().strip()


@pytest.mark.parametrize("block", _of("json"), ids=str)
def test_nertag_object_can_be_read(block: Block, tmp_path: Path) -> None:
    own = json.loads(block.content)
    types = dict.fromkeys(t for types in own["labels_by_language"].values() for t in types)
    labels = ["O", *(f"{prefix}-{t}" for t in types for prefix in "BI")]
    config = {"id2label": dict(enumerate(labels)), "nertag": own}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    model = read_model(tmp_path)
    assert (model.tag_set.scheme, model.limit) == (own["scheme"], own["max_tokens"])
    assert (model.licence, model.quantisation) == (own["license"], own["quantisation"])
    assert (model.units, model.test_f1) == (own["units"], own["test_f1"])


def _helps() -> str:
    data = [f"nertag-data {command}" for command in ("stats", "check", "convert", "tokens")]
    scripts = [f"python {script}" for script in SCRIPTS]
    return "".join(bash("-c", f"{one} --help").stdout for one in [*COMMANDS, *data, *scripts])


@pytest.mark.train
def test_options_that_the_pages_name_exist() -> None:
    known = set(OPTION.findall(_helps()))
    for page in PAGES:
        assert set(OPTION.findall(OTHERS.sub("", text_of(page)))) <= known, name_of(page)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        target = Path(os.path.normpath(page.parent / path)) if path else page
        assert target.exists(), f"{name_of(page)} links to {path}"
        assert not anchor or anchor in anchors(target), f"{name_of(page)} links to {path}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_has_no_gaps(page: Path) -> None:
    assert re.findall(r"^[A-Z]{4,}$", text_of(page), re.MULTILINE) == []


def test_readme_is_short() -> None:
    assert README.stat().st_size < LONGEST_README


def test_readme_has_one_run_and_one_test_command() -> None:
    of_kind = {
        kind: [one for one in blocks(README) if one.kind == kind] for kind in ("run", "test")
    }
    (run,), (test,) = of_kind["run"], of_kind["test"]
    assert "nertag --lang ko" in run.content
    assert "pytest" in test.content


def _f1_of(card: str) -> dict[str, list[Decimal]]:
    """F1 over PER, ORG and LOC by language, of the test sets of a card."""
    measured = text_of(ROOT / card / "README.md").split("## Measured F1")[1].split("In float32")[0]
    found: dict[str, list[Decimal]] = {}
    for name, f1, *_ in table_rows(measured)[1:]:
        if re.fullmatch(r"[\w-]+/\w\w", name):
            found.setdefault(name.rpartition("/")[2], []).append(Decimal(f1))
    return found


def test_readme_has_the_means_of_the_cards() -> None:
    cards = ("tagcli/bundled/base", "tagcli/bundled/small", "samples/checkpoints/permissive")
    of_language = {"German": "de", "French": "fr", "Italian": "it", "English": "en", "Korean": "ko"}
    shown = {
        of_language[row[0]]: [len(row[1].split(",")), *map(Decimal, row[2:])]
        for row in table_rows(text_of(README))
        if row[0] in of_language
    }
    figures = [_f1_of(card) for card in cards]
    for language in of_language.values():
        tests = [of_card[language] for of_card in figures]
        means = [
            (sum(of_card, Decimal(0)) / len(of_card)).quantize(Decimal("0.1"), ROUND_HALF_UP)
            for of_card in tests
        ]
        assert shown[language] == [len(tests[0]), *means]


def test_picture_of_the_packages_is_that_of_the_tree() -> None:
    (block,) = [block for block in _of("text") if block.kind == "picture"]
    drawn = [line.split()[0] for line in block.content.splitlines() if line]
    assert [path for path in drawn if not (ROOT / path).exists()] == []
    packages = {
        name_of(init.parent)
        for top in ("tagcli", "export")
        for init in (ROOT / top).glob("*/__init__.py")
    }
    assert packages <= set(drawn)
