"""A checkpoint into a model directory, from Python."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from export.corpora.source import Source
from export.corpora.sources import load_source
from export.quantisation.model_export import ExportOptions, export_model
from tagcli import load
from tagcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.quantisation.method_scores import MethodScore
    from tests.support.tiny_models import ModelMaker


def _never(_: Sequence[MethodScore]) -> None:
    raise AssertionError("there is nothing to choose from")


@pytest.fixture
def brat(tmp_path: Path) -> Path:
    (tmp_path / "doc.txt").write_text("Max Müller\naus Köln", encoding="utf-8")
    ann = tmp_path / "doc.ann"
    ann.write_text("T1\tPER 0 10\tMax Müller\nT2\tLOC 15 19\tKöln\n", encoding="utf-8")
    return ann


def test_what_is_made_is_where_it_should_be_and_measured(
    checkpoint: ModelMaker, tmp_path: Path, brat: Path
) -> None:
    other = load_source(Source(str(brat), "test", case="upper"))
    out_dir, told = tmp_path / "new" / "model", list[str]()
    options = ExportOptions(keep_float=True, tests=[brat], licence="mit")
    made = export_model(
        checkpoint("xlmr"), out_dir, options, {"in capitals": other}, told.append, _never
    )
    assert (made.method, made.folder) == ("float", out_dir)
    assert made.size_bytes == sum(path.stat().st_size for path in out_dir.iterdir())
    assert [score.name for score in made.scores] == ["doc.ann", "in capitals"]
    assert made.scores[0].after.gold == {"PER": 1, "LOC": 1}
    assert load(str(out_dir), device="cpu").model.licence == "mit"
    assert "| doc.ann |" in (out_dir / "README.md").read_text(encoding="utf-8")
    assert told[0] == f"exporting {checkpoint('xlmr')} to ONNX"
    assert {path.name for path in tmp_path.iterdir()} == {"new", "doc.txt", "doc.ann"}


def test_the_text_of_tests_is_cut_by_the_smaller_vocabulary(
    checkpoint: ModelMaker, tmp_path: Path, brat: Path
) -> None:
    """Two lines of text: what the .ann file holds is no sentence."""
    told: list[str] = []
    options = ExportOptions(keep_float=True, tests=[brat], languages=["de", "en"])
    export_model(checkpoint("xlmr"), tmp_path / "model", options, {}, told.append, _never)
    assert re.fullmatch(r"\d+ of \d+ pieces are kept", told[0])
    assert told[1].endswith(" of 2 sentences hold a dropped piece")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"tests": ["none.conll"]}, "no such file: none.conll"),
        ({"texts": ["none.txt"]}, "no such file: none.txt"),
        ({"kept_texts": ["none.txt"]}, "no such file: none.txt"),
        ({"best": True, "keep_float": True}, "--best looks for the best quantised model"),
    ],
)
def test_options_that_do_not_fit(settings: dict[str, Any], problem: str) -> None:
    paths = {
        name: [Path(one) for one in value] if isinstance(value, list) else value
        for name, value in settings.items()
    }
    with pytest.raises(UsageError, match=problem):
        ExportOptions(**paths)


def test_the_best_of_nothing_measured_is_refused(checkpoint: ModelMaker, tmp_path: Path) -> None:
    options = ExportOptions(best=True)
    with pytest.raises(UsageError, match="--best needs a --test file or a --recipe"):
        export_model(checkpoint("xlmr"), tmp_path / "model", options, {}, print, _never)
    assert list(tmp_path.iterdir()) == []
