"""The `nertag-eval` command, and its figures beside those of others."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from export.commands.data import main as nertag_data
from export.commands.evaluate import main
from export.corpora.source import Source
from export.corpora.sources import load_source
from tagcli.models.directory import BUNDLED, DEFAULT
from tagcli.output.partial_file import PartialFile
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.tiny_models import ModelMaker

PANX = ROOT / "samples" / "panx.conll"

pytestmark = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "model.onnx").is_file(),
    reason="the bundled model is not in this checkout",
)


def _eval(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def _json(*arguments: object) -> list[dict]:  # type: ignore[type-arg]
    result = _eval(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout))


def _tags(path: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted tags of a file, through the command's own CoNLL output."""
    command = [str(Path(sys.executable).parent / "nertag"), str(path), "--format", "conll"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sentences = [block.splitlines() for block in output.strip().split("\n\n")]
    rows = [[line.split("\t") for line in s if "\t" in line] for s in sentences]
    return [[r[-2] for r in s] for s in rows], [[r[-1] for r in s] for s in rows]


def _conlleval_counts(rows: Sequence[Sequence[str]]) -> set[tuple[int, int, int, str]]:
    """Entities by the rules of conlleval.pl, written down anew: it looks at the tags one after
    the other and remembers where it is."""
    found, inside = set(), None
    for number, row in enumerate(rows):
        for index, tag in enumerate([*row, "O"]):
            prefix, _, kind = tag.partition("-")
            if inside and (prefix in "OB" or kind != inside[1]):
                found.add((number, inside[0], index, inside[1]))
                inside = None
            if prefix in "BI" and not inside:
                inside = (index, kind)
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The samples, and two files with tags that contradict the text or the scheme."""
    folder = tmp_path_factory.mktemp("eval")
    spoilt, iob1 = folder / "spoilt.conll", folder / "iob1.conll"
    lines = PANX.read_text(encoding="utf-8").splitlines()
    mixed = [line.replace("\tB-LOC", "\tI-LOC") if i % 3 else line for i, line in enumerate(lines)]
    spoilt.write_text("\n".join(mixed) + "\n", encoding="utf-8")
    iob1.write_text("\n".join(lines).replace("\tB-", "\tI-") + "\n", encoding="utf-8")
    return [PANX, spoilt, iob1]


def test_its_figures_are_seqevals_and_conllevals(files: list[Path]) -> None:
    for path, scores in zip(files, _json(*files), strict=True):
        gold, predicted = _tags(path)
        micro = scores["micro"]
        assert f"{micro['f1']:.4f}" == f"{f1_score(gold, predicted):.4f}"
        assert f"{micro['precision']:.4f}" == f"{precision_score(gold, predicted):.4f}"
        assert f"{micro['recall']:.4f}" == f"{recall_score(gold, predicted):.4f}"
        ours, theirs = _conlleval_counts(gold), _conlleval_counts(predicted)
        assert (micro["gold"], micro["predicted"], micro["correct"]) == (
            len(ours), len(theirs), len(ours & theirs),
        )  # fmt: skip
        for kind, score in scores["types"].items():
            assert score["gold"] == sum(entity[3] == kind for entity in ours)


def test_strict_rules_are_seqevals_strict_mode(files: list[Path]) -> None:
    (scores,) = _json(files[1], "--rules", "strict")
    gold, predicted = _tags(files[1])
    expected = f1_score(gold, predicted, mode="strict", scheme=IOB2)
    assert f"{scores['micro']['f1']:.4f}" == f"{expected:.4f}"
    assert scores["illegal_tags"] > 0


def test_schemes_are_recognised(files: list[Path]) -> None:
    assert [scores["scheme"] for scores in _json(*files)] == ["BIO", "BIO", "IOB1"]


def test_illegal_tags_are_an_error_if_asked(files: list[Path]) -> None:
    result = _eval(files[1], "--rules", "error")
    assert result.exit_code == 1
    assert "spoilt.conll:" in result.stderr
    assert result.stdout == ""


def test_the_table_names_the_rules(files: list[Path]) -> None:
    result = _eval(PANX, "--confusion")
    assert result.exit_code == 0
    assert "rules conlleval" in result.stdout
    assert "intervals by bootstrap over records" in result.stdout
    assert "95 % interval" in result.stdout
    assert "gold \\ predicted" in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines()[3:9]] == [
        "type", "LOC", "ORG", "PER", "micro", "macro",
    ]  # fmt: skip


def test_models_and_files_make_a_matrix(float_model: ModelMaker, files: list[Path]) -> None:
    result = _eval("base", float_model("xlmr"), PANX, files[1], "--format", "markdown")
    assert result.exit_code == 0, result.stderr
    matrix = result.stdout.rsplit("\n\n", 1)[1].splitlines()
    assert len(matrix) == 4
    assert matrix[2].startswith("| base | 0.8")


def test_torch_scores_like_onnx(checkpoint: ModelMaker, float_model: ModelMaker) -> None:
    (onnx,) = _json(float_model("xlmr"), PANX)
    (torch,) = _json(checkpoint("xlmr"), PANX, "--backend", "torch")
    assert onnx["micro"] == torch["micro"]


def test_types_and_names(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    person, place = {"start": 0, "end": 13}, {"start": 23, "end": 28}
    entities = [{**person, "label": "human"}, {**place, "label": "LC"}]
    record = {"text": "Angela Merkel besuchte Paris.", "entities": entities}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    (scores,) = _json(path, "--map", "human=PER")
    assert scores["types"].keys() == {"PER", "LOC"}
    assert scores["micro"]["f1"] == 1
    (only,) = _json(path, "--map", "human=O")
    assert only["types"].keys() == {"LOC"}
    assert only["not_counted"] == {"PER": 1}
    (one,) = _json(path, "--types", "PER", "--map", "human=PER")
    assert one["micro"]["gold"] == 1
    (both,) = _json(path, "--types", "PER , LOC", "--map", "human=PER")
    assert list(both["types"]) == ["PER", "LOC"]


def test_the_output_says_what_was_renamed_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    text = "Angela Merkel besuchte Paris."
    person, place = {"start": 0, "end": 13, "label": "human"}, {"start": 23, "end": 28}
    record = {"text": text, "entities": [person, {**place, "label": "LC"}]}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    result = _eval(path, "--types", "PER", "--map", "human=PER")
    assert result.stdout.splitlines()[2:4] == [
        "types of the gold: LC is called LOC, human is called PER",
        "predictions not counted, of types that were not asked for: 1 LOC",
    ]
    result = _eval(path, "--map", "human=O", "--map", "LC=LC")
    assert result.stdout.splitlines()[2:4] == [
        "types of the gold: human is dropped",
        "predictions not counted, of types the gold does not have: 1 PER, 1 LOC",
    ]
    (scores,) = _json(path, "--types", "PER", "--map", "human=PER")
    assert scores["renamed"] == {"LC": "LOC", "human": "PER"}
    assert scores["not_asked_for"] == {"LOC": 1}
    assert scores["not_counted"] == {}


@pytest.mark.parametrize("named_by", ["option", "environment"])
def test_a_corpus_of_the_data_folder_goes_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named_by: str
) -> None:
    (tmp_path / "de").mkdir()
    shutil.copyfile(PANX, tmp_path / "de" / "panx.test.conll")
    extra = ["--data-dir", tmp_path] if named_by == "option" else []
    if named_by == "environment":
        monkeypatch.setenv("NERTAG_DATA", str(tmp_path))
    named, direct = _json("panx/de", PANX, *extra)
    assert named["file"] == "panx/de"
    assert named["model"] == "base"
    assert named["micro"] == direct["micro"]
    (tmp_path / "panx" / "de").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert "no test file among panx/de" in _eval("panx/de", *extra).stderr  # a folder is a model


# Recipes


def test_the_test_sources_of_a_recipe_are_read_as_it_says(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f"""[[test]]
source = "{PANX}"

[[test]]
source = "{PANX}"
labels = {{ PER = "O" }}

[[test]]
source = "{PANX}"
case = "upper"
cap = 5
""",
        encoding="utf-8",
    )
    whole, without, upper, direct = _json("--recipe", recipe, PANX)
    assert whole["micro"] == direct["micro"]
    assert whole["file"] == f"{PANX} (test): LOC, ORG, PER"
    assert without["types"].keys() == {"ORG", "LOC"}
    assert without["types"]["ORG"] == whole["types"]["ORG"]
    assert (upper["file"], upper["records"]) == (f"{PANX} (test, upper)", 5)
    assert whole["rules"] == "error"  # the recipe's own


def test_a_recipe_without_tests_is_one_sentence(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("epochs = 1\n", encoding="utf-8")
    result = _eval("--recipe", recipe)
    assert (result.exit_code, "has no [[test]] source" in result.stderr) == (2, True)
    result = _eval("--recipe", tmp_path / "none.toml")
    assert (result.exit_code, "no such recipe" in result.stderr) == (2, True)


# Datasets


def _saved(folder: Path, columns: dict[str, list[list[str]]], split: str | None = "test") -> str:
    """Columns as a saved dataset whose tags are class labels, as the hub's are."""
    import datasets

    names = sorted({tag for tags in columns["ner_tags"] for tag in tags})
    text, tags = datasets.List(datasets.Value("string")), datasets.ClassLabel(names=names)
    made = datasets.Dataset.from_dict(
        {**columns, "ner_tags": [[names.index(tag) for tag in row] for row in columns["ner_tags"]]},
        features=datasets.Features({"tokens": text, "ner_tags": datasets.List(tags)}),
    )
    if split is not None:
        made = datasets.DatasetDict({"train": made.select([0]), split: made})
    made.save_to_disk(str(folder))
    return f"disk:{folder}"


def _columns_of(path: Path) -> dict[str, list[list[str]]]:
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    rows = [[line.split("\t") for line in block.splitlines() if "\t" in line] for block in blocks]
    return {
        "tokens": [[row[0] for row in sentence] for sentence in rows],
        "ner_tags": [[row[-1] for row in sentence] for sentence in rows],
    }


@pytest.mark.parametrize("split", ["test", "validation", None])
def test_a_saved_dataset_is_scored_like_its_conll_file(tmp_path: Path, split: str | None) -> None:
    place = _saved(tmp_path / "panx", _columns_of(PANX), split)
    extra = ["--split", "dev"] if split == "validation" else []
    saved, direct = _json(place, PANX, "--types", "PER,ORG,LOC", *extra)
    assert saved["file"] == place
    assert saved["unit"] == "tokens"
    assert {**saved, "file": ""} == {**direct, "file": ""}


def test_illegal_tags_of_a_dataset_go_by_the_rules(tmp_path: Path) -> None:
    columns = {"tokens": [["Anna", "Meier"], ["Max"]], "ner_tags": [["I-PER", "I-PER"], ["B-PER"]]}
    place = _saved(tmp_path / "odd", columns)
    for rules, gold in (("conlleval", 2), ("strict", 1)):
        (scores,) = _json(place, "--rules", rules)
        assert (scores["scheme"], scores["illegal_tags"]) == ("BIO", 1)
        assert scores["micro"]["gold"] == gold
    result = _eval(place, "--rules", "error")
    assert result.exit_code == 1
    assert f"{place}:1: token 1: I-PER continues no entity" in result.stderr


def test_a_dataset_of_characters_is_scored_like_its_jsonl_file(tmp_path: Path) -> None:
    text = "이순신은 서울에서 태어났다."
    tags = ["B-PS", "I-PS", "I-PS", "O", "O", "B-LC", "I-LC", *"O" * (len(text) - 7)]
    place = _saved(tmp_path / "klue", {"tokens": [list(text)], "ner_tags": [tags]})
    entities = [{"start": 0, "end": 3, "label": "PS"}, {"start": 5, "end": 7, "label": "LC"}]
    path = tmp_path / "klue.jsonl"
    path.write_text(json.dumps({"text": text, "entities": entities}), encoding="utf-8")
    saved, direct = _json(place, path)
    assert (saved["unit"], saved["micro"]["correct"]) == ("code points", 2)
    assert saved["renamed"] == direct["renamed"] == {"LC": "LOC", "PS": "PER"}
    assert saved["micro"] == direct["micro"]


# One gold in every form


def _convert(out: Path) -> Path:
    """The sample as brat documents: a folder of them, or one where `out` is NAME.ann."""
    done = CliRunner().invoke(nertag_data, ["convert", str(PANX), str(out), "--to", "brat"])
    assert done.exit_code == 0, done.stderr
    return out


def test_the_same_gold_has_the_same_scores_in_every_form(tmp_path: Path) -> None:
    """In the sample every word that nertag cuts is a token, and no entity ends inside one: what
    brat counts by code point is what CoNLL counts by token."""
    own = tmp_path / "own"
    load_source(Source(str(PANX))).to_dataset().save_to_disk(str(own))
    forms = {
        PANX: ("tokens", 42),
        _saved(tmp_path / "saved", _columns_of(PANX)): ("tokens", 42),
        f"disk:{own}": ("tokens", 42),
        _convert(tmp_path / "documents"): ("code points", 42),
        _convert(tmp_path / "doc.ann"): ("code points", 1),
    }
    first, *others = found = _json(*forms, "--bootstrap", 0)
    assert [one["file"] for one in found] == [str(form) for form in forms]
    assert [(one["unit"], one["records"]) for one in found] == list(forms.values())
    assert first["micro"]["correct"] > 40
    for other in others:
        for name in ("micro", "macro_f1", "types", "confusion", "not_counted", "not_asked_for"):
            assert other[name] == first[name], (other["file"], name)


def test_a_folder_of_brat_documents_is_gold_unless_a_model_lies_in_it(tmp_path: Path) -> None:
    folder = _convert(tmp_path / "documents")
    result = _eval(folder)
    assert result.exit_code == 0, result.stderr
    line = "strict spans by code points, 42 records; gold: character spans"
    assert line in result.stdout.splitlines()[1]
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert f"no test file among {folder}: name a CoNLL" in _eval(folder).stderr


def test_what_is_wrong_in_a_brat_document_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "doc.txt").write_text("Anna", encoding="utf-8")
    (tmp_path / "doc.ann").write_text("T1\tPER 0 4\tAnna\nT2\tPER 0 9\tAnna\n", encoding="utf-8")
    result = _eval(tmp_path / "doc.ann")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path / 'doc.ann'}:2: T2: 0 9 is no span of a text of 4 code points" in (
        result.stderr
    )


@pytest.mark.parametrize("place", ["documents", "doc.ann"])
def test_wrong_spans_of_brat_documents(tmp_path: Path, place: str) -> None:
    gold, path = _convert(tmp_path / place), tmp_path / "wrong.jsonl"
    (scores,) = _json(gold, "--wrong", path)
    wrong = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    missed = scores["micro"]["gold"] - scores["micro"]["correct"]
    assert sum(one["gold"] is not None for one in wrong) == missed > 0
    for one in wrong:
        text = Path(one["file"]).with_suffix(".txt").read_text(encoding="utf-8")
        assert one["text"] == text
        for side in filter(None, (one["gold"], one["found"])):
            assert text[side["start"] : side["end"]] == side["text"]
    for file in (gold if gold.suffix else gold / "01.ann", gold.with_suffix(".txt")):
        if file.is_file():
            said = _eval(gold, "--wrong", file).stderr
            assert f"{file} is the gold: --wrong needs another file" in said


def test_losses_of_brat_documents_are_those_of_the_conll_file(tmp_path: Path) -> None:
    def losses(place: Path) -> list[list[str]]:
        out = tmp_path / "losses.csv"
        result = _eval(place, "--losses", out)
        assert result.exit_code == 0, result.stderr
        return [line.split(",")[2:] for line in out.read_text(encoding="utf-8").splitlines()]

    short = tmp_path / "short.conll"  # of words that nertag cuts alike
    short.write_text("Anna\tB-PER\nwohnt\tO\nin\tO\nKöln\tB-LOC\n\nUlm\tB-LOC\n", encoding="utf-8")
    for out in (tmp_path / "documents", tmp_path / "doc.ann"):
        arguments = ["convert", str(short), str(out), "--to", "brat"]
        assert CliRunner().invoke(nertag_data, arguments).exit_code == 0
        found, expected = losses(out), losses(short)
        assert [row[:3] for row in found] == [row[:3] for row in expected]
        pairs = zip(found[1:], expected[1:], strict=True)
        assert all(float(a[3]) == pytest.approx(float(b[3]), abs=1e-3) for a, b in pairs)


def test_entities_that_end_inside_tokens_are_scored_by_character(tmp_path: Path) -> None:
    import datasets

    from export.corpora.examples import features

    row = {
        "text": "Anna, Max", "language": "auto", "has_tokens": True, "line": 1,
        "tokens": [{"start": 0, "end": 5}, {"start": 6, "end": 9}],
        "entities": [{"start": 0, "end": 4, "label": "PER"}],
    }  # fmt: skip
    datasets.Dataset.from_list([row], features=features()).save_to_disk(str(tmp_path / "own"))
    (scores,) = _json(f"disk:{tmp_path / 'own'}")
    assert (scores["unit"], scores["micro"]["gold"]) == ("code points", 1)


def test_the_losses_of_a_saved_dataset(tmp_path: Path) -> None:
    columns = {"tokens": [["Anna", "wohnt"], ["Köln"]], "ner_tags": [["B-PER", "O"], ["B-LOC"]]}
    place = _saved(tmp_path / "one", columns)
    result = _eval(place, "--losses", tmp_path / "losses.csv")
    assert result.exit_code == 0, result.stderr
    lines = (tmp_path / "losses.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["1", "0", "Anna", "B-PER"], ["1", "1", "wohnt", "O"], ["2", "0", "Köln", "B-LOC"],
    ]  # fmt: skip


def test_a_dataset_of_the_hub_goes_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    made = datasets.Dataset.from_dict({"tokens": [["Anna"]], "ner_tags": [["B-PER"]]})
    loaded = datasets.DatasetDict({"test": made})
    monkeypatch.setattr(datasets, "load_dataset", lambda *names: loaded)
    (scores,) = _json("hub:unimelb-nlp/wikiann/de")
    assert (scores["records"], scores["micro"]["correct"]) == (1, 1)


def test_wrong_spans_are_those_that_the_counts_lack(tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    (scores,) = _json(PANX, "--wrong", path)
    wrong = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    total = scores["micro"]
    assert wrong
    assert sum(one["gold"] is not None for one in wrong) == total["gold"] - total["correct"]
    assert sum(one["found"] is not None for one in wrong) == total["predicted"] - total["correct"]
    for one in wrong:
        assert one["file"] == str(PANX)
        for side in filter(None, (one["gold"], one["found"])):
            assert one["text"][side["start"] : side["end"]] == side["text"]
    said = _eval(PANX, "--wrong", path).stderr
    assert f"{path}: {len(wrong)} wrong spans: " in said


def test_the_gold_of_a_recipe_is_not_overwritten(tmp_path: Path) -> None:
    gold, recipe = tmp_path / "gold.conll", tmp_path / "recipe.toml"
    gold.write_bytes(PANX.read_bytes())
    recipe.write_text(f'[[test]]\nsource = "{gold.as_posix()}"\n', encoding="utf-8")
    done = _eval("--recipe", recipe, "--wrong", gold)
    assert done.exit_code == 2
    assert "is the gold: --wrong needs another file" in done.stderr
    assert gold.read_bytes() == PANX.read_bytes()


@pytest.mark.parametrize("name", ["gold.csv", "gold.html", "link.csv", "other.csv"])
def test_the_gold_is_not_overwritten_with_its_losses(tmp_path: Path, name: str) -> None:
    gold = tmp_path / ("gold.html" if name == "gold.html" else "gold.csv")
    record = {"text": "Anna", "entities": [{"start": 0, "end": 4, "label": "PER"}]}
    gold.write_text(json.dumps(record))
    path = gold.with_suffix(".csv")
    if name == "link.csv":
        path = tmp_path / name
        path.symlink_to(gold)
    elif name == "other.csv":
        path = tmp_path / name
        path.hardlink_to(gold)
    done = _eval(gold, "--losses", path)
    assert done.exit_code == 2, done.stderr
    assert "is the gold: --losses needs another file" in done.stderr
    assert json.loads(gold.read_text()) == record
    assert {one.name for one in tmp_path.iterdir()} <= {gold.name, path.name}


def test_losses_have_their_names_when_they_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("losses.csv", "losses.html"):
        (tmp_path / name).write_text("before")

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PartialFile, "flush", full)
    done = _eval(PANX, "--losses", tmp_path / "losses.csv")
    assert done.exit_code == 1
    assert "output cannot be written: No space left on device" in done.stderr
    assert (tmp_path / "losses.csv").read_text() == "before"
    assert (tmp_path / "losses.html").read_text() == "before"


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        ([], 2, "no test file"),
        ([PANX, "--wrong", "none/wrong.jsonl"], 2, "none/wrong.jsonl"),
        ([PANX, "--wrong", PANX], 2, "is the gold: --wrong needs another file"),
        (["base", "other", PANX, "--wrong", "wrong.jsonl"], 2, "--wrong takes one model"),
        ([PANX, "--losses", "a.csv", "--wrong", "b.jsonl"], 2, "--wrong is not for --losses"),
        (["disk:none"], 2, "disk:none: no such folder"),
        (["hub:wikiann"], 2, "hub:wikiann is not hub:OWNER/NAME"),
        (["samples"], 2, "no test file among samples"),
        (["none", PANX], 2, "none"),
        ([PANX, "--map", "PER"], 2, "OLD=NEW"),
        ([PANX, "--types", "person"], 2, "has a type 'person'; the types are DAT, LOC"),
        ([ROOT / "samples" / "records.jsonl"], 1, "records.jsonl:1: no gold"),
        ([ROOT / "samples" / "de.txt"], 1, "de.txt:1: no gold"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: list[object], code: int, problem: str) -> None:
    result = _eval(*arguments)
    assert result.exit_code == code
    assert problem in result.stderr
    assert "Traceback" not in result.stderr


def test_plain_evaluation_needs_no_torch() -> None:
    code = (
        "import sys; from export.commands.evaluate import main; main(['samples/panx.conll'], "
        "standalone_mode=False); bad = {'torch', 'transformers', 'datasets'} & set(sys.modules); "
        "sys.exit(f'imported {bad}' if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_scores_and_what_they_are_worth() -> None:
    result = _eval(PANX, "--bootstrap", 0, "--thresholds", "--precision", 0.95)
    assert result.exit_code == 0, result.stderr
    assert "type   from score  precision  recall      F1  predicted\n" in result.stdout
    assert "\ncalibration error" in result.stdout
    assert "type   score for precision 0.95  recall\n" in result.stdout
    (fields,) = _json(PANX, "--bootstrap", 0, "--thresholds", "--precision", 0.95)
    assert fields["thresholds"]["micro"]["0"] == fields["micro"]
    assert sum(one["count"] for one in fields["reliability"]) == fields["micro"]["predicted"]
    threshold = fields["score_for_precision"]["scores"]["micro"]
    assert 0.9 < threshold < 1
    (plain,) = _json(PANX, "--bootstrap", 0)
    assert "thresholds" not in plain
