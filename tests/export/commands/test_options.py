"""What the commands share: how files are read, wherever they come from."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from export.commands.data import main as data
from export.commands.evaluate import main as evaluate
from export.corpora.source import Source
from export.corpora.sources import load_source
from tagcli.errors import UsageError
from tagcli.models.directory import BUNDLED, DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import click

GOLD = "Anna\tB-PER\nlebt\tO\nin\tO\nKassel\tB-LOC\n\n"
TOKENS = ["Anna", "lebt", "in", "Kassel"]

needs_bundled = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "model.onnx").is_file(),
    reason="the bundled model is not in this checkout",
)


def _run(command: click.Command, *arguments: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], input=given)


def _converted(result: Result) -> list[dict]:  # type: ignore[type-arg]
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def _types(record: dict) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    text = " ".join(record["tokens"])
    return [(text[e["start"] : e["end"]], e["label"]) for e in record["entities"]]


def _convert(*arguments: object, given: bytes | None = None) -> list[dict]:  # type: ignore[type-arg]
    return _converted(_run(data, "convert", *arguments, "-", "--to", "jsonl", given=given))


def test_standard_input_is_a_place() -> None:
    (one,) = _convert("-", given=GOLD.encode())
    assert one["tokens"] == TOKENS
    result = _run(data, "stats", "-", given=GOLD.encode())
    assert "PER  " in result.stdout, result.output
    assert _run(data, "check", "-", given=GOLD.encode()).exit_code == 0


def test_a_pipe_is_a_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(GOLD, encoding="utf-8"))
    writer.start()
    (one,) = _convert(pipe)
    writer.join()
    assert one["tokens"] == TOKENS


@needs_bundled
def test_gold_may_come_from_standard_input() -> None:
    result = _run(evaluate, "--bootstrap", 0, "--format", "json", "-", given=GOLD.encode())
    assert result.exit_code == 0, result.output
    (score,) = json.loads(result.stdout)
    assert (score["file"], score["types"]["PER"]["gold"]) == ("-", 1)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_the_encoding_can_be_said(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes("Müller\tB-PER\nwohnt\tO\n\n".encode(encoding))
    (one,) = _convert(path, "--encoding", encoding)
    assert _types(one) == [("Müller", "PER")]
    assert load_source(Source(str(path), encoding=encoding)).types == ("PER",)


def test_without_the_encoding_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes("Anna\tO\nMüller\tB-PER\n".encode("latin-1"))
    result = _run(data, "stats", path)
    assert result.exit_code == 1
    assert f"{path}:2: byte 2 of the line is not utf-8" in result.stderr


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text(GOLD, encoding="utf-8")
    result = _run(data, "stats", tmp_path / "a.conll", "--encoding", "utf-9")
    assert (result.exit_code, result.stderr) == (2, "nertag-data: unknown encoding utf-9\n")


def test_the_format_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text(json.dumps({"text": "Anna", "entities": [[0, 4, "PER"]]}), encoding="utf-8")
    (one,) = _convert(path, "--input-format", "jsonl")
    assert one["text"] == "Anna"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ((), [("Anna", "PER"), ("Kasseler Bank", "ORG")]),
        (("--tag-column", "3"), [("Anna", "PER"), ("Kasseler Bank", "ORG")]),
        (("--tag-column", "4"), [("Kasseler", "LOCderiv")]),
    ],
)
def test_the_columns_can_be_said(
    tmp_path: Path, columns: Sequence[str], expected: list[tuple[str, str]]
) -> None:
    """GermEval 2014: number, token, outer and inner tag."""
    path = tmp_path / "a.conll"
    rows = (
        ("1", "Anna", "B-PER", "O"), ("2", "führt", "O", "O"), ("3", "die", "O", "O"),
        ("4", "Kasseler", "B-ORG", "B-LOCderiv"), ("5", "Bank", "I-ORG", "O"),
    )  # fmt: skip
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    (one,) = _convert(path, *columns)
    assert one["tokens"] == ["Anna", "führt", "die", "Kasseler", "Bank"]
    assert _types(one) == expected
    (by_number,) = _convert(path, "--token-column", "1", "--tag-column", "3")
    assert by_number["tokens"] == ["1", "2", "3", "4", "5"]


def test_a_column_that_is_not_there_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text(GOLD, encoding="utf-8")
    result = _run(data, "stats", tmp_path / "a.conll", "--tag-column", 5)
    assert result.exit_code == 1
    assert "a.conll:1: --tag-column 5, but the line has 2 columns" in result.stderr


@pytest.mark.parametrize("option", [("--encoding", "latin-1"), ("--tag-column", "2")])
def test_brat_documents_are_read_in_one_way(tmp_path: Path, option: tuple[str, str]) -> None:
    (tmp_path / "a.txt").write_text("Anna", encoding="utf-8")
    (tmp_path / "a.ann").write_text("T1\tPER 0 4\tAnna\n", encoding="utf-8")
    result = _run(data, "stats", tmp_path / "a.ann", *option)
    assert result.exit_code == 2
    assert "is for CoNLL, JSONL and text, and this is none of them" in result.stderr


SPELLINGS = {
    "io": ("Anna\tPER\nBerger\tPER\nlebt\tO\n", [("Anna Berger", "PER")], "neighbours of one type"),
    "suffix": ("안중근\tPER-B\n은\t-\n", [("안중근", "PER")], "tags are written PER-B"),
    "under": ("안중근\tB_PS\n은\tO\n", [("안중근", "PS")], ""),
    "dotted": ("Anna\tB.PER\nlebt\tO\n", [("Anna", "PER")], ""),
    "lower": ("Anna\tb-per\nlebt\to\n", [("Anna", "per")], "'o', read as O"),
    "zero": ("Anna\tB-PER\nlebt\t0\n", [("Anna", "PER")], "'0', read as O"),
    "bmes": (
        "Anna\tB-PER\nM.\tM-PER\nBerger\tE-PER\nlebt\tO\n", [("Anna M. Berger", "PER")], "",
    ),
    "keyed": (
        "Anna\tname=B-PER\nBerger\tSpaceAfter=No|name=I-PER\n.\tname=O\n",
        [("Anna Berger", "PER")], "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_tags_as_others_write_them(tmp_path: Path, name: str) -> None:
    rows, expected, note = SPELLINGS[name]
    path = tmp_path / "a.conll"
    path.write_text(rows, encoding="utf-8")
    result = _run(data, "convert", path, "-", "--to", "jsonl")
    (one,) = _converted(result)
    assert _types(one) == expected
    assert note in result.stderr
    assert bool(note) == bool(result.stderr)


def test_a_spelling_is_that_of_all_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Anna\tB-PER\nlebt\tO\n\nMax\tPER\n", encoding="utf-8")
    result = _run(data, "stats", path)
    assert result.exit_code == 1
    assert f"{path}:4: 'PER' is no tag" in result.stderr


@needs_bundled
@pytest.mark.parametrize("types", [("per", "loc"), ("PERSON", "LOCATION"), ("Person", "Place")])
def test_types_under_other_names_are_those_of_the_model(
    tmp_path: Path, types: tuple[str, str]
) -> None:
    path = tmp_path / "a.conll"
    path.write_text(GOLD.replace("PER", types[0]).replace("LOC", types[1]), encoding="utf-8")
    result = _run(evaluate, "--bootstrap", 0, "--format", "json", path)
    assert result.exit_code == 0, result.output
    (score,) = json.loads(result.stdout)
    assert set(score["types"]) == {"PER", "LOC"}


@needs_bundled
def test_types_of_which_the_model_has_none_are_an_error_that_names_map(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text(GOLD.replace("PER", "HUMAN").replace("LOC", "TOWN"), encoding="utf-8")
    result = _run(evaluate, path)
    assert result.exit_code == 2
    assert "marks HUMAN, TOWN, and the model has PER, ORG, LOC" in result.stderr
    assert "--map OLD=NEW" in result.stderr
    mapped = _run(evaluate, path, "--map", "HUMAN=PER", "--map", "TOWN=LOC", "--bootstrap", 0)
    assert mapped.exit_code == 0


def test_how_a_recipe_is_read_is_said_in_it() -> None:
    from export.corpora.source import FileReading
    from export.training.recipe import Overrides

    reading = FileReading(encoding="latin-1", tag_column=3)
    (source,) = Overrides(train=["a"], reading=reading).settings()["train"]
    assert (source.encoding, source.tag_column, source.split) == ("latin-1", 3, "train")
    with pytest.raises(UsageError, match="are for sources of the command line"):
        Overrides(epochs=1, reading=reading).settings()
