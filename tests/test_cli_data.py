"""The `nertag-data` commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("datasets", reason="datasets is not installed")

from export.cli_data import main
from tagcli.models import BUNDLED

SAMPLES = Path(__file__).parent.parent / "samples"
needs_bundled = pytest.mark.skipif(
    not (BUNDLED / "tokenizer.json").is_file(), reason="the bundled model is not in this checkout"
)


def _data(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A train and a test file that share a sentence."""
    train = "Anna\tB-PER\nwohnt\tO\n\nin\tO\nKöln\tB-LOC\n\n"
    (tmp_path / "a.train.conll").write_text(train * 12, encoding="utf-8")
    (tmp_path / "a.test.conll").write_text("Es\tO\n\nin\tO\nKöln\tB-LOC\n", encoding="utf-8")
    return tmp_path


def test_stats_by_split_and_count() -> None:
    result = _data("stats", SAMPLES / "train.conll", SAMPLES / "dev.conll")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == (
        "           train  dev\n"
        "sentences    120   30\n"
        "tokens       887  208\n"
        "entities     219   60\n"
        "  LOC         74   23\n"
        "  PER         70   24\n"
        "  ORG         75   13\n"
        "\n"
        "LOC  ████████████████████████████████████████ 97\n"
        "PER  ██████████████████████████████████████▊ 94\n"
        "ORG  ████████████████████████████████████▎ 88\n"
    )


def test_stats_of_character_gold_count_eojeols(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    entity = {"start": 0, "end": 3, "label": "PS"}
    record = {"text": "이순신은 서울에서 태어났다. 나는 책을 읽었다.", "entities": [entity]}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    lines = _data("stats", path).stdout.splitlines()
    assert [line.split()[-1] for line in lines[:5]] == ["train", "2", "6", "1", "1"]


def test_the_chart_is_a_png(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    path = tmp_path / "chart.png"
    assert _data("stats", SAMPLES / "train.conll", "--chart", path).exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@needs_bundled
def test_check_finds_overlap_and_says_where(corpus: Path) -> None:
    train, test = corpus / "a.train.conll", corpus / "a.test.conll"
    result = _data("check", train, test)
    assert result.exit_code == 1
    assert f"error: 12 sentences of {train} (train) are in {test} (test) too" in result.stdout
    assert "the first is line 4, there 3" in result.stdout
    assert result.stdout.endswith("1 error\n")


@needs_bundled
def test_check_across_corpora_ignores_blanks(corpus: Path) -> None:
    record = {"text": "inKöln", "entities": []}
    other = corpus / "b.dev.jsonl"
    other.write_text(json.dumps(record) + "\n", encoding="utf-8")
    result = _data("check", corpus / "a.train.conll", other)
    assert "are in" in result.stdout
    assert result.exit_code == 1


@needs_bundled
def test_check_counts_odd_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.train.conll"
    path.write_text("Anna\tB-PER\nKöln\tI-LOC\n\nBonn\tI-LOC\n", encoding="utf-8")
    result = _data("check", path)
    assert result.exit_code == 1
    assert "has 2 tags that its scheme (BIO) does not allow" in result.stdout
    assert "has few entities of: LOC (2), PER (1)" in result.stdout


@needs_bundled
def test_check_finds_what_has_no_piece(tmp_path: Path) -> None:
    path = tmp_path / "a.train.conll"
    lines = "".join("Anna\tB-PER\n\U00013000\U00013001\tO\n\n" for _ in range(10))
    path.write_text(lines, encoding="utf-8")
    result = _data("check", path)
    assert result.exit_code == 0
    assert "10 words (50.00 %), most often \U00013000\U00013001 (10)" in result.stdout
    assert result.stdout.endswith("0 errors\n")


@needs_bundled
def test_a_sound_corpus_passes() -> None:
    files = [SAMPLES / f"{part}.conll" for part in ("train", "dev")]
    assert _data("check", *files).stdout == "0 errors\n"


@pytest.mark.parametrize("scheme", ["BIO", "IOB1", "BIOES"])
def test_there_and_back(tmp_path: Path, scheme: str) -> None:
    first, second, third = (tmp_path / name for name in ("a.conll", "b.jsonl", "c.conll"))
    assert _data("convert", SAMPLES / "train.conll", first, "--scheme", scheme).exit_code == 0
    assert _data("convert", first, second).exit_code == 0
    assert _data("convert", second, third).exit_code == 0
    assert third.read_text() == (SAMPLES / "train.conll").read_text()


def test_character_spans_become_words_cut_at_their_ends() -> None:
    result = _data("convert", SAMPLES / "ko.dev.jsonl", "-", "--to", "conll", "--map", "PER=PS")
    assert result.exit_code == 0, result.stderr
    rows = [line.split("\t") for line in result.stdout.splitlines() if line]
    records = [json.loads(x) for x in (SAMPLES / "ko.dev.jsonl").read_text().splitlines()]
    names = [r["text"][e["start"] : e["end"]] for r in records for e in r["entities"]]
    assert [token for token, tag in rows if tag != "O"] == names
    assert {tag for _, tag in rows} >= {"B-PS", "B-LOC", "O"}
    text = "".join(token for token, _ in rows)
    assert text == "".join(r["text"].replace(" ", "") for r in records)


def test_what_conll_cannot_hold_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    entities = [{"start": 0, "end": 9, "label": "A"}, {"start": 5, "end": 9, "label": "B"}]
    path.write_text(json.dumps({"text": "eins zwei", "entities": entities}), encoding="utf-8")
    out = tmp_path / "a.conll"
    result = _data("convert", path, out)
    assert result.exit_code == 1
    assert "a.jsonl:1: the entity 'zwei' overlaps another" in result.stderr
    assert not out.exists()


@needs_bundled
def test_tokens_are_those_of_the_model() -> None:
    result = _data("tokens", "오늘은 농구 이겨야하는데")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["piece", "id", "start", "end", "text"]
    assert rows[1][0] == "<s>"
    assert rows[-1][0] == "</s>"
    text = "오늘은 농구 이겨야하는데"
    for row in rows[2:-1]:
        assert row[-1] == text[int(row[-3]) : int(row[-2])]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["stats", "none.conll"], "no corpus none.conll"),
        (["check", "none/de"], "no corpus none/de"),
        (["convert", SAMPLES / "train.conll", "out.xyz"], "say the format"),
        (["convert", SAMPLES / "train.conll", "out.jsonl", "--map", "x"], "OLD=NEW"),
        (["tokens", "a", "--model", SAMPLES], "no model directory"),
        (["stats", "hub:x"], "is not hub:OWNER/NAME"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: list[object], problem: str) -> None:
    result = _data(*arguments)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1
