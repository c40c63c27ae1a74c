from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.quantisation.calibration import calibration_inputs, feed_of, level, see_activations
from export.quantisation.graph import Graph
from tagcli import UsageError
from tagcli.records import Document
from tests.support.tiny_models import MAX_POSITIONS, ModelMaker, TaggerMaker

if TYPE_CHECKING:
    from pathlib import Path

LINES = [f"In Köln sind {number} Gäste." for number in range(20, 30)]


def ids_of(tagger: Any, lines: list[str]) -> list[list[int]]:
    return [one.ids.tolist() for one in tagger.inputs(map(Document, lines))]


def found(folder: Path, *files: Path) -> list[list[int]]:
    return [one.ids.tolist() for one in calibration_inputs(folder, files)]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


# What is looked at


def test_inputs_are_those_of_tagging(
    float_model: ModelMaker, tiny_tagger: TaggerMaker, text: Path
) -> None:
    expected = list(tiny_tagger("bert").inputs(map(Document, LINES)))
    for one, other in zip(calibration_inputs(float_model("bert"), [text]), expected, strict=True):
        assert one.ids.tolist() == other.ids.tolist()
        assert one.rows.tolist() == other.rows.tolist()
        feed = feed_of(one)
        assert feed["input_ids"].tolist() == [one.ids.tolist()]
        assert {values.shape for values in feed.values()} == {feed["input_ids"].shape}
        assert {values.dtype for values in feed.values()} == {np.dtype(np.int64)}
        assert feed["attention_mask"].all()
        assert not feed["token_type_ids"].any()


def test_records_are_spread_over_every_file(
    float_model: ModelMaker,
    tiny_tagger: TaggerMaker,
    text: Path,
    tmp_path: Path,
) -> None:
    short = tmp_path / "short.txt"
    short.write_text("Berlin\n", encoding="utf-8")
    chosen = [LINES[0], LINES[5], "Berlin"]
    expected = ids_of(tiny_tagger("bert"), chosen)
    inputs = calibration_inputs(float_model("bert"), [text, short], records=4)
    assert [one.ids.tolist() for one in inputs] == expected


def test_annotated_files_are_text_too(
    float_model: ModelMaker, tiny_tagger: TaggerMaker, tmp_path: Path
) -> None:
    conll, jsonl = tmp_path / "a.conll", tmp_path / "b.jsonl"
    conll.write_text("Max B-PER\nMüller I-PER\n\nKöln B-LOC\n", encoding="utf-8")
    jsonl.write_text(json.dumps({"text": "Köln", "entities": []}) + "\n", encoding="utf-8")
    expected = ids_of(tiny_tagger("bert"), ["Max Müller", "Köln", "Köln"])
    assert found(float_model("bert"), conll, jsonl) == expected


def test_a_long_record_is_looked_at_in_windows(float_model: ModelMaker, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("Gäste wohnten in Köln " * 40 + "\n", encoding="utf-8")
    windows = found(float_model("xlmr"), path)
    assert len(windows) > 1
    assert max(map(len, windows)) <= MAX_POSITIONS - 2


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_text_that_holds_nothing_is_one_sentence(
    float_model: ModelMaker, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "empty.txt"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        calibration_inputs(float_model("bert"), [path])
    assert str(caught.value) == "there is no text to calibrate on: give --calibrate FILE"


# What is seen

WEIGHT = np.full((3, 4), 0.5, np.float32)


def graph() -> Graph:
    """The input itself is one product's, and its square is that of two."""
    nodes = [
        helper.make_node("MatMul", ["x", "one"], ["y"]),
        helper.make_node("Mul", ["x", "x"], ["squared"]),
        helper.make_node("MatMul", ["squared", "two"], ["z"]),
        helper.make_node("MatMul", ["squared", "one"], ["w"]),
    ]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in "xyzw"]
    constants = [numpy_helper.from_array(WEIGHT, name) for name in ("one", "two")]
    made = helper.make_graph(nodes, "test", values[:1], values[1:], constants)
    opsets = [helper.make_opsetid("", 17)]
    return Graph(helper.make_model(made, opset_imports=opsets, ir_version=9))


def feed(*rows: list[float]) -> Any:
    return {"x": np.array([rows], np.float32)}


def test_channels_are_smoothed_by_their_largest_value() -> None:
    seen = see_activations(graph(), [feed([1, -2, 3], [0, 1, 0]), feed([-4, 0, 1])])
    assert seen.keys() == {"x", "squared"}
    np.testing.assert_allclose(seen["x"].factors ** 2 * 0.5, [4, 2, 3], rtol=1e-6)
    np.testing.assert_allclose(seen["squared"].factors ** 2 * 0.5, [16, 4, 9], rtol=1e-6)


def test_the_range_is_that_of_smoothed_channels() -> None:
    """Every channel's largest value, divided by root(largest / 0.5), is root(largest / 2)."""
    rows = np.random.default_rng(0).uniform(-1, 1, (3000, 3)) * [1, 10, 100]
    seen = see_activations(graph(), [feed(*rows.tolist())])
    low, high = seen["x"].smoothed or (0, 0)
    assert high == pytest.approx(np.sqrt(100 * 0.5), rel=0.01)
    assert low == pytest.approx(-high, rel=0.01)
    low, high = seen["squared"].smoothed or (0, 0)
    assert high == pytest.approx(np.sqrt(10_000 * 0.5), rel=0.02)
    assert 0 <= low < 0.001


def test_an_outlier_in_one_row_leaves_no_range() -> None:
    """One scale for all rows would leave the others nothing."""
    rows = np.random.default_rng(0).uniform(-1, 1, (99, 3))
    rows[33] *= 1000
    seen = see_activations(graph(), [feed(*rows.tolist())])
    assert seen["x"].smoothed is None
    assert seen["x"].factors.max() > 10


def test_outliers_can_be_given_a_range_all_the_same() -> None:
    """The whole one."""
    rows = np.random.default_rng(0).uniform(-1, 1, (99, 3))
    rows[33] *= 1000
    (seen, _) = see_activations(graph(), [feed(*rows.tolist())], fix_all=True).values()
    assert seen.smoothed is not None
    largest = np.abs(rows).max(axis=0)
    assert max(map(abs, seen.smoothed)) == pytest.approx((largest / seen.factors).max(), rel=1e-4)


def test_channels_that_stand_out_are_levelled() -> None:
    largest = np.random.default_rng(0).uniform(1, 2, 1000).astype(np.float32)
    largest[7] = 50
    levelled = level(np.ones(1000, np.float32), largest)
    assert levelled[7] > 25
    assert (largest / levelled).max() <= 2
    assert (levelled == 1).sum() >= 997, "the others are as they were"


def test_the_graph_is_as_it_was(float_model: ModelMaker, text: Path) -> None:
    whole = Graph.load(float_model("bert") / "model.onnx")
    before = whole.finished().SerializeToString()
    seen = see_activations(whole, map(feed_of, calibration_inputs(float_model("bert"), [text])))
    assert all(np.isfinite(one.factors).all() for one in seen.values())
    assert whole.finished().SerializeToString() == before
