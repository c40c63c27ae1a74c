"""The loss of every token, as tables and as a page."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

pd = pytest.importorskip("pandas", reason="pandas is not installed")
datasets = pytest.importorskip("datasets", reason="datasets is not installed")

from conftest import ModelMaker, TaggerMaker  # noqa: E402

from export.cli_eval import main  # noqa: E402
from export.loss_page import loss_page, loss_rows, loss_tables  # noqa: E402
from export.losses import COLUMNS, by_label, by_sentence, by_word, token_losses  # noqa: E402
from export.sources import Source, load_source  # noqa: E402

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
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from transformers import AutoModelForTokenClassification

    from export.labelling import Labeller
    from export.loss import mean_loss
    from export.training_set import Collator, make_set
    from tagcli.encoding import Encoder

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
    record = {"text": "이순신은 서울에서", "entities": [{"start": 0, "end": 3, "label": "PER"}]}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    losses = token_losses(tiny_tagger("nertag"), load_source(Source(str(path), language="ko")))
    assert losses["gold"].iloc[0] == "B-PER"
    assert len(losses) > 2


@pytest.mark.parametrize(
    ("extra", "problem"),
    [(["--losses", "x.txt"], "writes .parquet or .csv"), (["{file}", "--losses", "x.csv"], "one")],
)
def test_what_is_wrong_is_one_sentence(conll: Path, extra: list[str], problem: str) -> None:
    second = conll.with_name("second.conll")
    second.write_text(GOLD, encoding="utf-8")
    arguments = [option.format(file=second) for option in extra]
    result = CliRunner().invoke(main, [str(conll), *arguments])
    assert result.exit_code == 2
    assert problem in result.stderr
