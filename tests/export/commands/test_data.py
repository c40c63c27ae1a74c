"""The `nertag-data` commands."""

from __future__ import annotations

import json
import os
import shutil
import stat
import unicodedata
from typing import TYPE_CHECKING

import click
import huggingface_hub
import pytest
from click.testing import CliRunner, Result

from export.commands.data import convert, main
from tagcli.cli.main import main as tag
from tagcli.models.directory import BUNDLED, DEFAULT
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

needs_bundled = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "tokenizer.json").is_file(),
    reason="the bundled model is not in this checkout",
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


def test_tags_are_counted_the_most_frequent_first(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text(
        "Anna\tB-PER\nLee\tI-PER\nin\tO\nBern\tB-LOC\n\nEs\tO\nregnet\tO\n", encoding="utf-8"
    )
    rows = [line.split() for line in _data("stats", path, "--tags").stdout.splitlines()]
    assert rows == [["Tag", "Count"], ["O", "3"], ["B-LOC", "1"], ["B-PER", "1"], ["I-PER", "1"]]


def test_tags_of_text_are_those_of_its_words(tmp_path: Path) -> None:
    spans = [(0, 3, "PER"), (5, 7, "LOC"), (5, 9, "ORG")]
    entities = [{"start": s, "end": e, "label": label} for s, e, label in spans]
    path = tmp_path / "a.jsonl"
    record = {"text": "이순신은 서울 시청에", "entities": entities}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    rows = [line.split() for line in _data("stats", path, "--tags").stdout.splitlines()]
    assert rows == [["Tag", "Count"], ["B-LOC", "1"], ["B-ORG", "1"], ["B-PER", "1"]]


@pytest.mark.parametrize(
    ("places", "names"),
    [
        (["train.conll", "dev.conll"], ["train.conll", "dev.conll"]),
        (["train.conll"], ["train"]),
        (["a/x.conll", "b/x.conll"], ["{}/a/x.conll (train)", "{}/b/x.conll (train)"]),
    ],
)
def test_corpora_are_compared_by_names_that_tell_them_apart(
    tmp_path: Path, places: list[str], names: list[str]
) -> None:
    from export.corpora.source import FileReading
    from export.corpus_tools.stats import entities_by_corpus, load_corpora

    for place in places:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("Bern\tB-LOC\n", encoding="utf-8")
    corpora = load_corpora([str(tmp_path / one) for one in places], FileReading(), None, print)
    expected = {name.format(tmp_path): {"LOC": 1} for name in names}
    assert entities_by_corpus(corpora) == expected


def test_the_chart_is_a_png(tmp_path: Path) -> None:
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


def _sentence(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{word}\tO\n" for word in text.split()), encoding="utf-8")
    return path


@needs_bundled
def test_check_sees_through_decomposition(tmp_path: Path) -> None:
    text = "Grüße aus Köln"
    train = _sentence(tmp_path, "a.train.conll", text)
    test = _sentence(tmp_path, "b.test.conll", unicodedata.normalize("NFD", text))
    result = _data("check", train, test)
    assert f"error: 1 sentence of {train} (train) is in {test} (test) too" in result.stdout
    assert result.exit_code == 1


@needs_bundled
def test_dev_in_test_is_a_warning_and_train_in_train_nothing(tmp_path: Path) -> None:
    dev, test = (_sentence(tmp_path, f"{name}.conll", "Es regnet") for name in ("a.dev", "b.test"))
    trains = [_sentence(tmp_path, f"{name}.train.conll", "Es schneit") for name in "ab"]
    result = _data("check", *trains, test, dev)
    assert result.stdout == (
        f"warning: 1 sentence of {dev} (dev) is in {test} (test) too: its scores may be too good; "
        "the first is line 1, there 1\n"
        "0 errors\n"
    )
    assert result.exit_code == 0


@needs_bundled
def test_check_counts_odd_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.train.conll"
    tags = "Anna\tB-PER\nKöln\tI-LOC\n\nBonn\tI-LOC\n\nUri\tB-LOC\n"
    path.write_text(tags, encoding="utf-8")
    result = _data("check", path)
    assert result.exit_code == 1
    assert (
        f"error: {path} (train) has 2 tags that its scheme (BIO) does not allow, the first in "
        f"{path}:2: I-LOC continues no entity of its type; a recipe with it needs "
        'repair = "conlleval" or "strict" there\n'
    ) in result.stdout
    assert "has few entities of: LOC (3), PER (1)" in result.stdout


@needs_bundled
def test_a_corpus_that_cannot_be_read_is_an_error_beside_others(corpus: Path) -> None:
    broken = corpus / "b.train.conll"
    broken.write_text("Anna\tPER\n", encoding="utf-8")
    result = _data("check", broken, corpus / "a.train.conll", corpus / "a.test.conll")
    assert result.exit_code == 1
    assert f"error: {broken}:1: 'PER' is no tag" in result.stdout
    assert "12 sentences of" in result.stdout
    assert result.stdout.endswith("2 errors\n")
    assert _data("stats", broken).exit_code == 1


def test_stats_say_what_they_repaired(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Anna\tB-PER\nKöln\tI-LOC\n", encoding="utf-8")
    result = _data("stats", path)
    assert result.exit_code == 0
    assert result.stderr == f"nertag-data: {path} (train): 1 tag repaired (conlleval)\n"


@needs_bundled
def test_a_file_in_the_data_folder_is_one_split(corpus: Path) -> None:
    (corpus / "de").mkdir()
    (corpus / "a.test.conll").rename(corpus / "de" / "a.test.conll")
    stats = _data("stats", "de/a.test.conll", "--data-dir", corpus)
    assert stats.stdout.splitlines()[0].split() == ["test"]
    assert _data("check", "de/a.test.conll", "--data-dir", corpus).stdout == "0 errors\n"


def test_a_saved_dataset_without_splits_is_one_split(tmp_path: Path) -> None:
    import datasets

    columns = {"tokens": [["Anna"]], "ner_tags": [["B-PER"]]}
    datasets.Dataset.from_dict(columns).save_to_disk(tmp_path / "a.test")
    stats = _data("stats", f"disk:{tmp_path / 'a.test'}")
    assert stats.stdout.splitlines()[0].split() == ["test"]


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
    lines = result.stdout.splitlines()
    assert lines[0] == "# words = eojeols cut at punctuation and at entity ends"
    rows = [line.split("\t") for line in lines if line and line != lines[0]]
    records = [json.loads(x) for x in (SAMPLES / "ko.dev.jsonl").read_text().splitlines()]
    names = [r["text"][e["start"] : e["end"]] for r in records for e in r["entities"]]
    assert [token for token, tag in rows if tag != "O"] == names
    assert {tag for _, tag in rows} >= {"B-PS", "B-LOC", "O"}
    text = "".join(token for token, _ in rows)
    assert text == "".join(r["text"].replace(" ", "") for r in records)


@needs_bundled
def test_korean_has_the_words_that_nertag_gives_it(tmp_path: Path) -> None:
    """Text tagged as JSONL and converted is what the tagger writes as CoNLL, but for the text."""
    text = tmp_path / "doc.txt"
    text.write_text(
        (SAMPLES / "ko.txt").read_text(encoding="utf-8")
        + "\n이순신은 서울(한양)에서 태어났다.\nAngela Merkel war in Seoul (서울).\n",
        encoding="utf-8",
    )
    for kind in ("conll", "jsonl"):
        out = tmp_path / f"doc.{kind}"
        found = CliRunner().invoke(tag, [str(text), "--format", kind, "-o", str(out)])
        assert found.exit_code == 0, found.stderr
    result = _data("convert", tmp_path / "doc.jsonl", "-", "--to", "conll")
    own = (tmp_path / "doc.conll").read_text(encoding="utf-8").splitlines()
    expected = [line for line in own if not line.startswith("# text = ")]
    assert "태어났다\tO" in expected
    assert [line for line in result.stdout.splitlines() if line] == list(filter(None, expected))


def test_what_conll_cannot_hold_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    entities = [{"start": 0, "end": 9, "label": "A"}, {"start": 5, "end": 9, "label": "B"}]
    path.write_text(json.dumps({"text": "eins zwei", "entities": entities}), encoding="utf-8")
    out = tmp_path / "a.conll"
    result = _data("convert", path, out)
    assert result.exit_code == 1
    assert "a.jsonl:1: the entity 'zwei' overlaps another" in result.stderr
    assert not out.exists()


def test_what_is_not_carried_over_is_said(tmp_path: Path) -> None:
    first, second = tmp_path / "a.conll", tmp_path / "b.jsonl"
    first.write_text("-DOCSTART- -X- O\n\n# id = 1\nAnna NNP B-PER\n\nBonn NNP O\n")
    result = _data("convert", first, second)
    assert result.exit_code == 0
    assert result.stderr == (
        f"nertag-data: not carried over from {first}: 1 comment, 1 -DOCSTART- line, 1 middle "
        "column\n"
    )
    assert _data("convert", second, first).stderr == ""


def test_brat_documents_there_and_back(tmp_path: Path) -> None:
    folder, back = tmp_path / "brat", tmp_path / "back.jsonl"
    result = _data("convert", SAMPLES / "ko.train.jsonl", folder, "--to", "brat")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    records = [json.loads(x) for x in (SAMPLES / "ko.train.jsonl").read_text().splitlines()]
    assert sorted(path.name for path in folder.iterdir())[:3] == ["01.ann", "01.txt", "02.ann"]
    assert len(list(folder.iterdir())) == 2 * len(records)
    assert _data("convert", folder, back).exit_code == 0
    assert [json.loads(line) for line in back.read_text().splitlines()] == records
    again = _data("convert", SAMPLES / "dev.conll", folder, "--to", "brat")
    assert again.exit_code == 2
    assert f"{folder} has brat documents in it: choose another folder" in again.stderr


def test_one_brat_document_of_a_file(tmp_path: Path) -> None:
    ann, back = tmp_path / "dev.ann", tmp_path / "dev.jsonl"
    result = _data("convert", SAMPLES / "dev.conll", ann)
    assert result.stderr == (
        f"nertag-data: not carried over from {SAMPLES / 'dev.conll'}: the ends of tokens\n"
    )
    text = (tmp_path / "dev.txt").read_text(encoding="utf-8")
    sentences = (SAMPLES / "dev.conll").read_text(encoding="utf-8").strip().split("\n\n")
    assert text.splitlines() == [
        " ".join(row.split("\t")[0] for row in sentence.split("\n")) for sentence in sentences
    ]
    assert _data("convert", ann, back).exit_code == 0
    (record,) = [json.loads(line) for line in back.read_text().splitlines()]
    assert record["text"] == text
    assert len(record["entities"]) == 60  # as stats counts them
    folder = ann.rename(tmp_path / "a.ann").parent
    (tmp_path / "dev.txt").rename(tmp_path / "a.txt")
    stats = [_data("stats", place).stdout.splitlines() for place in (SAMPLES / "dev.conll", folder)]
    assert [rows[3].split() for rows in stats] == [["entities", "60"]] * 2
    assert len(stats[1][0].split()) == 1  # a folder is one split


@needs_bundled
def test_what_was_found_in_a_text_stands_beside_it_in_brat(tmp_path: Path) -> None:
    text = tmp_path / "doc.txt"
    shutil.copyfile(SAMPLES / "ko.txt", text)
    found = CliRunner().invoke(tag, [str(text), "--format", "jsonl", "-o", f"{tmp_path}/doc.jsonl"])
    assert found.exit_code == 0, found.stderr
    result = _data("convert", tmp_path / "doc.jsonl", tmp_path / "doc.ann")
    assert result.exit_code == 0, result.stderr
    assert text.read_bytes() == (SAMPLES / "ko.txt").read_bytes()
    names = [
        (entity["label"], entity["text"])
        for line in (tmp_path / "doc.jsonl").read_text(encoding="utf-8").splitlines()
        for entity in json.loads(line)["entities"]
    ]
    rows = (tmp_path / "doc.ann").read_text(encoding="utf-8").splitlines()
    lines = [row.split("\t") for row in rows]
    assert [(what.split(" ")[0], name) for _, what, name in lines] == names
    for _, what, name in lines:
        start, end = map(int, what.split(" ")[1:])
        assert text.read_text(encoding="utf-8")[start:end] == name


def test_a_text_beside_brat_is_never_another(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Mein eigener Text\n", encoding="utf-8")
    result = _data("convert", SAMPLES / "dev.conll", tmp_path / "a.ann")
    assert result.exit_code == 2
    assert "a.txt is there and is another text" in result.stderr
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "Mein eigener Text\n"
    assert not (tmp_path / "a.ann").exists()


def test_what_of_brat_is_not_carried_over_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Nord- und Südkorea", encoding="utf-8")
    (tmp_path / "a.ann").write_text(
        "T1\tLOC 0 5;14 18\tNord- orea\nR1\tX Arg1:T1 Arg2:T1\nA1\tX T1\nA2\tX T1\n",
        encoding="utf-8",
    )
    (tmp_path / "b.txt").touch()
    result = _data("convert", tmp_path, "-", "--to", "jsonl", "--map", "LOC=LC")
    assert json.loads(result.stdout) == {
        "text": "Nord- und Südkorea",
        "entities": [{"start": 0, "end": 18, "label": "LC"}],
    }
    assert result.stderr == (
        f"nertag-data: {tmp_path}: 1 discontinuous entity read as one span\n"
        f"nertag-data: not carried over from {tmp_path}: 1 relation, 2 attributes, "
        "1 unannotated text\n"
    )


def test_a_broken_brat_document_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Köln", encoding="utf-8")
    (tmp_path / "a.ann").write_text("T1\tLOC 0 5\tKöln\n", encoding="utf-8")
    result = _data("convert", tmp_path, "-", "--to", "conll")
    assert result.exit_code == 1
    assert result.stderr == (
        f"nertag-data: {tmp_path / 'a.ann'}:1: T1: 0 5 is no span of a text of 4 code points\n"
    )


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


@needs_bundled
def test_tokens_need_no_labels_and_no_config(tmp_path: Path) -> None:
    text, config = "서울에서, 부산", tmp_path / "config.json"
    shutil.copyfile(BUNDLED / DEFAULT / "tokenizer.json", tmp_path / "tokenizer.json")
    words = _data("tokens", text, "--model", tmp_path)
    assert words.exit_code == 0, words.stderr
    config.write_text(json.dumps({"model_type": "xlm-roberta"}))
    assert _data("tokens", text, "--model", tmp_path).stdout == words.stdout
    config.write_text(json.dumps({"nertag": {"units": {"ko": "parts"}}}))
    parts = _data("tokens", text, "--model", tmp_path)
    assert parts.stdout == _data("tokens", text).stdout != words.stdout
    sample = SAMPLES / "dev.conll"
    assert _data("check", sample, "--model", tmp_path).stdout == "0 errors\n"
    config.write_text("[]")
    assert "config.json is not a JSON object" in _data("tokens", text, "--model", tmp_path).stderr


@needs_bundled
def test_a_tokenizer_on_the_hub_comes_without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def download(name: str, allow_patterns: list[str]) -> str:
        asked.append((name, allow_patterns))
        return str(BUNDLED / DEFAULT)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    result = _data("tokens", "Bern", "--model", "klue/roberta-base")
    assert result.stdout == _data("tokens", "Bern").stdout
    files = ["tokenizer.json", "config.json", "tokenizer_config.json"]
    assert asked == [("klue/roberta-base", files)]


def test_an_unreachable_hub_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, local_files_only: bool = False, **settings: object) -> str:
        if local_files_only:
            raise huggingface_hub.errors.LocalEntryNotFoundError("not there")
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    result = _data("tokens", "Bern", "--model", "klue/roberta-base")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(
        "nertag-data: no tokenizer of klue/roberta-base: no such directory; the hub cannot be "
        "reached, and it is not among the models fetched before ("
    )


@needs_bundled
def test_a_tokenizer_fetched_before_needs_no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(name: str, local_files_only: bool = False, **settings: object) -> str:
        if not local_files_only:
            raise ConnectionError("no route")
        return str(BUNDLED / DEFAULT)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetched)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    result = _data("tokens", "Bern", "--model", "klue/roberta-base")
    assert (result.exit_code, result.stdout) == (0, _data("tokens", "Bern").stdout)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["stats", "none.conll"], "no corpus none.conll"),
        (["check", "none/de"], "no corpus none/de"),
        (["convert", SAMPLES / "train.conll", "out.xyz"], "say the format"),
        (["convert", SAMPLES / "train.conll", "-", "--to", "brat"], "brat is two files"),
        (["convert", SAMPLES / "train.conll", "out.jsonl", "--map", "x"], "OLD=NEW"),
        (["tokens", "a", "--model", SAMPLES], "has no fast tokenizer (tokenizer.json)"),
        (["check", SAMPLES / "dev.conll", "--model", SAMPLES], "has no fast tokenizer"),
        (["stats", "hub:x"], "is not hub:OWNER/NAME"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: list[object], problem: str) -> None:
    result = _data(*arguments)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_cannot_be_converted_leaves_nothing_behind(tmp_path: Path) -> None:
    path, out = tmp_path / "a.jsonl", tmp_path / "a.conll"
    good, bad = ({"tokens": [token], "entities": []} for token in ("Rom", "a\tb"))
    path.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n", encoding="utf-8")
    assert _data("convert", path, out).exit_code == 1
    assert list(tmp_path.iterdir()) == [path]
    path.write_text(f"{json.dumps(good)}\n", encoding="utf-8")
    assert _data("convert", path, out).exit_code == 0
    assert out.read_text(encoding="utf-8") == "Rom\tO\n\n"


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes")
def test_what_is_converted_keeps_the_mode_of_what_it_replaces(tmp_path: Path) -> None:
    out = tmp_path / "private.jsonl"
    out.write_text("old")
    out.chmod(0o600)
    assert _data("convert", SAMPLES / "dev.conll", out).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@needs_bundled
@pytest.mark.parametrize("how", ["label", "mask", "pseudonym"])
def test_restore_puts_the_names_back(tmp_path: Path, how: str) -> None:
    text = "Angela Merkel wohnt in Berlin.\r\n\r\n김민지는 서울로 갔다. PER_1은 Berlin".encode()
    (tmp_path / "in.txt").write_bytes(text)
    key, out = tmp_path / "key", tmp_path / "out"
    options = ["--format", "redact", "--redact-with", how, "--key", str(key), "-o", str(out)]
    assert CliRunner().invoke(tag, [str(tmp_path / "in.txt"), *options]).exit_code == 0
    redacted = out.read_bytes()
    assert b"Merkel" not in redacted
    assert b"Berlin" not in redacted
    assert redacted.count(b"\r\n") == 2
    result = _data("restore", out, "--key", key)
    assert (result.exit_code, result.stdout_bytes) == (0, text)
    out.write_bytes(redacted + b" ")
    result = _data("restore", out, "--key", key)
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert result.stderr.startswith(f"nertag-data: {out} is not the text of {key}")


def test_restore_needs_a_key(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    (tmp_path / "key").write_text("x")
    assert _data("restore", tmp_path / "out").exit_code == 2
    result = _data("restore", tmp_path / "out", "--key", tmp_path / "key")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_the_formats_offered_are_those_of_the_conversion() -> None:
    """The command lists them itself, so that its help need not wait for what converts."""
    from export.corpus_tools.conversion import FORMATS

    to = next(one for one in convert.params if one.name == "to")
    assert isinstance(to.type, click.Choice)
    assert set(to.type.choices) == set(FORMATS)
