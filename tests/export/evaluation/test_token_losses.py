"""The loss of every token, as tables and as a page."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from click.testing import CliRunner

from export.commands.evaluate import main
from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.evaluation.loss_report import loss_notes, loss_page, loss_rows, loss_tables
from export.evaluation.token_losses import COLUMNS, by_label, by_sentence, by_word, token_losses
from tagcli import Document
from tagcli.errors import UsageError
from tagcli.readers.base import token_offsets
from tests.support.sure_tagger import (
    BIO,
    SCHEMES,
    WORDS,
    SureBackend,
    own_name,
    sure_tagger,
    with_labels,
)
from tests.support.tiny_models import LABELS, ModelMaker, TaggerMaker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GOLD = "Anna\tB-PER\nwohnt\tO\nin\tO\nKöln\tB-LOC\n\nEs\tO\nregnet\tO\n"


@pytest.fixture
def conll(tmp_path: Path) -> Path:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    return path


def test_every_word_has_its_loss(tiny_tagger: TaggerMaker, conll: Path) -> None:
    corpus = load_source(Source(str(conll), "test"))
    losses = token_losses(tiny_tagger("xlmr"), corpus)
    assert tuple(losses.columns) == COLUMNS
    assert losses["text"].tolist() == ["Anna", "wohnt", "in", "Köln", "Es", "regnet"]
    assert losses["gold"].tolist() == ["B-PER", "O", "O", "B-LOC", "O", "O"]
    assert losses["line"].tolist() == [1, 1, 1, 1, 6, 6]
    assert losses["unit"].tolist() == [0, 1, 2, 3, 0, 1]
    assert (losses["loss"] >= 0).all()
    right = losses[losses["gold"] == losses["predicted"]]
    assert (right["loss"] < math.log(7)).all()  # the best of seven labels has at least a seventh
    assert set(losses["predicted"]) <= {"O", "B-PER", "I-PER", "B-LOC", "I-LOC"}


@pytest.mark.parametrize("shape", ["xlmr", "klue"])
def test_the_loss_is_that_of_training(
    tiny_tagger: TaggerMaker, checkpoint: ModelMaker, conll: Path, shape: str
) -> None:
    """The mean over the file is the Trainer's own loss on it."""
    import torch
    from transformers import AutoModelForTokenClassification

    from export.corpora.labelling import Labeller
    from export.training.masked_loss import mean_loss
    from export.training.training_set import Collator, make_set
    from tagcli.inference.encoding import Encoder

    tagger, corpus = tiny_tagger(shape), load_source(Source(str(conll), "test"))
    losses = token_losses(tagger, corpus)
    folder, labels = checkpoint(shape), list(tagger.model.tag_set.labels)
    labeller = Labeller(
        Encoder(folder / "tokenizer.json"), 64, 8, lambda language: "words",
        {label: i for i, label in enumerate(labels)},
    )  # fmt: skip
    rows = make_set([corpus], labeller, labels).dataset
    batch = Collator(tagger.model.pad_id)(list(rows))
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        logits = model(batch["input_ids"], batch["attention_mask"]).logits
    expected = mean_loss(logits, batch["labels"], batch["allowed"]).item()
    assert losses["loss"].mean() == pytest.approx(expected, abs=1e-4)


def test_tables_sum_by_label_word_and_sentence() -> None:
    rows = [(1, 0, "a", "B-X", "O", 4.0), (1, 1, "b", "O", "O", 1.0), (9, 0, "b", "O", "B-X", 2.0)]
    losses = pd.DataFrame(rows, columns=list(COLUMNS))
    assert by_label(losses).index.tolist() == ["B-X", "O"]
    assert by_word(losses)["sum"].tolist() == [4.0, 3.0]
    assert by_sentence(losses).index.tolist() == [1, 9]
    assert loss_rows(by_label(losses), "label", 9) == [
        ["label", "count", "mean loss", "sum"],
        ["B-X", "1", "4.0000", "4.0"],
        ["O", "2", "1.5000", "3.0"],
    ]
    assert len(loss_tables(losses)) == 3


def test_what_is_seen_seldom_does_not_come_first() -> None:
    loss_of = {"rare": [9.0], "often": [1.0, 1.0, 2.0], "twice": [5.0, 5.0], "low": [0.0] * 3}
    rows = [
        (line, 0, word, f"B-{word}", "O", loss)
        for line, (word, losses) in enumerate(loss_of.items(), 1)
        for loss in losses
    ]
    losses = pd.DataFrame([*rows, (5, 0, "none", "O", "O", float("nan"))], columns=list(COLUMNS))
    assert by_word(losses).index.tolist() == ["often", "low", "twice", "rare"]
    assert by_label(losses).index.tolist() == ["B-often", "B-low", "B-twice", "B-rare"]
    assert by_sentence(losses).index.tolist() == [3, 1, 2, 4]


def test_the_worst_sentences_come_first_and_bars_are_of_the_largest_sum() -> None:
    rows = [(1, 0, "a", "O", "O", 1.0), (2, 0, "b", "B-X", "O", 4.0), (2, 1, "b", "O", "O", 0.0)]
    page = loss_page(pd.DataFrame(rows, columns=list(COLUMNS)), "m on f")
    assert page.index("line 2: 4.00, mean 2.00") < page.index("line 1: 1.00") < page.index("<table")
    assert re.findall(r'"width: ([\d.]+)em', page) == ["15.00", "3.75"] * 3
    nothing = pd.DataFrame([(1, 0, "a", "O", "O", 0.0)], columns=list(COLUMNS))
    assert set(re.findall(r'"width: ([\d.]+)em', loss_page(nothing, "m on f"))) == {"0.00"}


def test_the_page_is_self_contained_and_shows_both_labels() -> None:
    rows = [(3, 0, "<b>", "B-X", "O", 4.0), (3, 1, "b", "O", "O", 0.1)]
    page = loss_page(pd.DataFrame(rows, columns=list(COLUMNS)), "m on f")
    assert page.startswith("<!doctype html>")
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert 'class="unit wrong"' in page
    assert "line 3" in page
    assert "http" not in page


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_command_writes_a_frame_and_a_page(
    float_model: ModelMaker, conll: Path, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"losses{suffix}"
    result = CliRunner().invoke(main, [str(float_model("xlmr")), str(conll), "--losses", str(out)])
    assert result.exit_code == 0, result.stderr
    frame = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
    assert len(frame) == 6
    assert out.with_suffix(".html").read_text(encoding="utf-8").endswith("</html>\n")
    assert result.stdout.startswith("gold label")


def test_korean_losses_stand_on_pieces(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "ko.jsonl"
    text = "이순신은 서울에서 태어났다."
    entities = [{"start": 0, "end": 3, "label": "PER"}, {"start": 5, "end": 7, "label": "LOC"}]
    path.write_text(json.dumps({"text": text, "entities": entities}) + "\n", encoding="utf-8")
    losses = token_losses(tiny_tagger("nertag"), load_source(Source(str(path), language="ko")))
    assert losses["text"].tolist() == [
        "이", "이", "순", "신", "은", "서울", "에서", "태", "태", "어", "났", "다.",
    ]  # fmt: skip
    assert losses["gold"].tolist() == [
        "B-PER", "I-PER", "I-PER", "I-PER", "O", "B-LOC", *["O"] * 6,
    ]  # fmt: skip
    assert losses["unit"].tolist() == list(range(12))
    assert losses["loss"].nunique() == 12


@pytest.mark.parametrize("scheme", SCHEMES)
def test_gold_is_in_the_models_scheme(
    tiny_tagger: TaggerMaker, tmp_path: Path, scheme: str
) -> None:
    labels, right, expected = SCHEMES[scheme]
    tagger = sure_tagger(tiny_tagger("klue"), labels, WORDS, right)
    losses = token_losses(tagger, _corpus(tmp_path, WORDS, BIO))
    assert losses["gold"].tolist() == losses["predicted"].tolist() == expected
    assert losses["loss"].max() < 1e-5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_long_sentence_has_every_word_once_and_in_order(
    tiny_tagger: TaggerMaker, tmp_path: Path, scheme: str
) -> None:
    """The entities go on from window to window, and so do their labels."""
    tagger = with_labels(tiny_tagger("xlmr"), SCHEMES[scheme][0])
    tagger.backend = SureBackend(SCHEMES[scheme][0], {})
    words = [f"{word}{number}" for number in range(40) for word in WORDS]
    tags = ["B-PER", *["I-PER"] * 150, "O", *["B-LOC", "O"] * 44]
    corpus = _corpus(tmp_path, words, tags)
    (example,) = corpus.examples
    document = Document(example.text, tokens=token_offsets(words))
    assert len(list(tagger.inputs([document]))) > 5
    losses = token_losses(tagger, corpus)
    assert losses["text"].tolist() == words
    assert losses["unit"].tolist() == list(range(len(words)))
    gold = losses["gold"].tolist()
    begin, end = gold[0], gold[150]
    assert begin == ("I-PER" if scheme == "IO" else "B-PER")
    assert end == ("E-PER" if scheme in ("BIOES", "BILOU") else "I-PER")
    single = {"IO": "I-LOC", "BIO": "B-LOC"}.get(scheme, "S-LOC")
    assert gold == [begin, *["I-PER"] * 149, end, "O", *[single, "O"] * 44]


def test_units_of_types_that_the_model_lacks_have_no_loss(
    tiny_tagger: TaggerMaker, tmp_path: Path
) -> None:
    words, tags = ["Anna", "kam", "am", "3.", "Juni"], ["B-PER", "O", "O", "B-DAT", "I-DAT"]
    corpus = _corpus(tmp_path, words, tags)
    tagger = tiny_tagger("xlmr")
    losses = token_losses(tagger, corpus)
    assert losses["gold"].tolist() == tags
    assert losses["loss"].isna().tolist() == [False, False, False, True, True]
    assert sorted(by_label(losses).index) == ["B-PER", "O"]
    assert by_sentence(losses)["count"].tolist() == [3]
    notes = loss_notes(losses, corpus, {}, tagger.model.tag_set.types)
    assert notes == [
        "gold: BIO tags, rules error: an illegal tag is an error; 0 illegal",
        "units without a loss, of types whose labels the model does not have: 2 DAT",
        "masked, types of the model that the gold lacks: ORG, LOC",
    ]
    page = loss_page(losses, "m on f", notes)
    assert page.count("no loss") == 2
    assert "3 units, mean loss" in page
    assert notes[1] in page


def test_a_model_with_its_own_names_has_its_own_gold(
    tiny_tagger: TaggerMaker, tmp_path: Path
) -> None:
    labels = [own_name(label) for label in LABELS]
    plain = token_losses(tiny_tagger("xlmr"), _corpus(tmp_path, WORDS, BIO))
    own_tags = [own_name(tag) for tag in BIO]
    own = token_losses(with_labels(tiny_tagger("xlmr"), labels), _corpus(tmp_path, WORDS, own_tags))
    assert own["gold"].tolist() == own_tags
    assert own["loss"].tolist() == plain["loss"].tolist()


def test_no_type_in_common_is_one_sentence(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    for tags, found in ([["B-DAT"], "DAT"], [["O"], "none"]):
        corpus = _corpus(tmp_path, ["Juni"], list(tags))
        with pytest.raises(UsageError, match=f"it has {found}, the model LOC, ORG, PER"):
            token_losses(tiny_tagger("xlmr"), corpus)


def _corpus(folder: Path, words: Sequence[str], tags: Sequence[str]) -> Corpus:
    path = folder / "corpus.conll"
    rows = (f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True))
    path.write_text("".join(rows), encoding="utf-8")
    return load_source(Source(str(path), "test"))


def test_the_command_says_how_the_gold_was_read(float_model: ModelMaker, tmp_path: Path) -> None:
    path, out = tmp_path / "klue.conll", tmp_path / "losses.csv"
    path.write_text("Anna\tI-PS\nMax\tB-PS\nin\tO\nBonn\tB-LC\nmit\tO\nX\tB-QT\n")
    arguments = [str(float_model("xlmr")), str(path), "--losses", str(out), "--map", "QT=O"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    assert pd.read_csv(out)["gold"].tolist() == ["B-PER", "B-PER", "O", "B-LOC", "O", "O"]
    assert "rules conlleval" in result.stderr
    assert "; 1 illegal\n" in result.stderr
    renamed = "types of the gold: LC is called LOC, PS is called PER, QT is dropped"
    assert f"nertag-eval: {renamed}\n" in result.stderr
    assert "gold lacks: ORG" in result.stderr
    assert renamed in out.with_suffix(".html").read_text(encoding="utf-8")


def test_the_command_counts_what_labels_cannot_say(float_model: ModelMaker, tmp_path: Path) -> None:
    path, out = tmp_path / "gold.jsonl", tmp_path / "losses.parquet"
    gold = [(0, 4, "LOC"), (5, 9, "LOC"), (10, 14, "LOC")]  # two of one word, and one that fits
    entities = [{"start": start, "end": end, "label": label} for start, end, label in gold]
    path.write_text(json.dumps({"tokens": ["Köln/Bonn", "Ulm."], "entities": entities}))
    arguments = [str(float_model("xlmr")), str(path), "--losses", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    problem = "overlap another, share a word with one, or go on in the next sentence"
    note = f"{path} (test): 1 entities left out or cut, since they {problem}"
    assert f"nertag-eval: {note}\n" in result.stderr
    assert note in out.with_suffix(".html").read_text(encoding="utf-8")
    assert pd.read_parquet(out)["gold"].tolist() == ["B-LOC", "B-LOC"]


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        (["--losses", "x.txt"], "writes .parquet or .csv"),
        (["{file}", "--losses", "x.csv"], "one"),
        (["--losses", "nodir/x.csv"], "nodir/x.csv: there is no folder nodir"),
        (["--losses", "x.csv", "--types", "PER"], "--types is not for --losses"),
        (["--losses", "x.csv", "--confusion"], "--confusion is not for --losses"),
        (["--losses", "x.csv", "--format", "json"], "--format is not for --losses"),
        (["--losses", "x.csv", "--bootstrap", "0"], "--bootstrap is not for --losses"),
    ],
)
def test_what_is_wrong_is_one_sentence(conll: Path, extra: list[str], problem: str) -> None:
    second = conll.with_name("second.conll")
    second.write_text(GOLD, encoding="utf-8")
    arguments = [option.format(file=second) for option in extra]
    result = CliRunner().invoke(main, [str(conll), *arguments])
    assert result.exit_code == 2
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_cannot_be_written_is_one_sentence(
    float_model: ModelMaker, conll: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").mkdir()
    arguments = [str(float_model("xlmr")), str(conll), "--losses", str(tmp_path / "x.csv")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].endswith("x.csv is a directory, not a file")
