from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from export.quantisation.methods import DEFAULT, METHODS, Origin, quantise
from tagcli import UsageError, load
from tagcli.models.config import CONFIG
from tagcli.models.directory import ONNX, TOKENIZER, read_model
from tagcli.models.int8_weights import WEIGHTS
from tagcli.records import Document
from tests.support.tiny_models import SHAPES, ModelMaker, TaggerMaker, all_sentences

if TYPE_CHECKING:
    from pathlib import Path

Maker = Callable[[str, str], Any]
Row = list[int]

INDEPENDENT = ("rows", "calibrated", "tuned")
LEAST_ALIKE = {
    "rows": 0.85, "calibrated": 0.85, "tuned": 0.8, "dynamic": 0.8, "blocks8": 0.85, "blocks4": 0.5,
}  # fmt: skip
LONGEST = {"xlmr": 60}


@pytest.fixture(scope="session")
def quantised(quantised_model: Callable[[str, str], Path]) -> Maker:
    """`quantised(shape, method)`: a tagger with the float export made small by the method."""

    @functools.cache
    def make(shape: str, method: str) -> Any:
        return load(str(quantised_model(shape, method)), device="cpu", threads=1)

    return make


def padded(tagger: Any, rows: list[Row]) -> tuple[Any, Any]:
    ids = np.full((len(rows), max(map(len, rows))), tagger.model.pad_id, np.int64)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return ids, mask


def sentence_rows(tagger: Any) -> list[Row]:
    return [one.ids.tolist() for one in tagger.inputs(map(Document, all_sentences()))]


# Every method


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", SHAPES)
def test_it_labels_nearly_as_in_float(
    quantised: Maker, tiny_tagger: TaggerMaker, shape: str, method: str
) -> None:
    small, large = quantised(shape, method), tiny_tagger(shape)
    alike = [
        (one.backend.run(ids, mask).argmax(-1) == two.backend.run(ids, mask).argmax(-1)).mean()
        for row in sentence_rows(large)
        for ids, mask in [padded(large, [row])]
        for one, two in [(small, large)]
    ]
    assert np.mean(alike) > LEAST_ALIKE[method]


@pytest.mark.parametrize("method", METHODS)
def test_it_finds_nearly_the_same(quantised: Maker, tiny_tagger: TaggerMaker, method: str) -> None:
    one, two = (
        {(i, e.start, e.end, e.label) for i, tagged in enumerate(tagger.stream(all_sentences()))
         for e in tagged.entities}
        for tagger in (quantised("xlmr", method), tiny_tagger("xlmr"))
    )  # fmt: skip
    assert len(two) > 50
    assert len(one & two) > (0.3 if method == "blocks4" else 0.75) * len(two)


@pytest.mark.parametrize("method", METHODS)
def test_it_is_a_smaller_model_directory(
    quantised: Maker, float_model: ModelMaker, method: str
) -> None:
    folder, before = quantised("xlmr", method).model.folder, float_model("xlmr")
    assert {path.name for path in folder.iterdir()} == {ONNX, WEIGHTS, TOKENIZER, CONFIG}
    assert (folder / TOKENIZER).read_bytes() == (before / TOKENIZER).read_bytes()
    assert (folder / WEIGHTS).stat().st_size < (before / ONNX).stat().st_size / 2
    own, others = (
        json.loads((place / CONFIG).read_text(encoding="utf-8")) for place in (folder, before)
    )
    name = "int8" if METHODS[method].for_torch else method
    assert own == others | {"nertag": others["nertag"] | {"quantisation": name}}
    assert read_model(folder).quantisation == name


def test_nothing_is_left_beside_the_float_model(float_model: ModelMaker, quantised: Maker) -> None:
    for method in METHODS:
        quantised("klue", method)
    assert [path.name for path in float_model("klue").parent.iterdir()] == ["model"]


@pytest.mark.parametrize("method", ["rows", "calibrated", "tuned", "dynamic"])
def test_weights_leave_room_for_their_products(quantised: Maker, method: str) -> None:
    """Seven of eight bits, and no large float matrix left, the embeddings included."""
    import onnx

    tagger = quantised("xlmr", method)
    graph = onnx.load(tagger.model.onnx).graph
    weights = {w.name: onnx.numpy_helper.to_array(w) for w in graph.initializer}
    used = {name for node in graph.node if "MatMul" in node.op_type for name in node.input}
    matrices = [w for name, w in weights.items() if name in used and w.dtype == np.int8]
    matrices = [w for w in matrices if w.ndim == 2]
    assert len(matrices) == 2 * 6 + 1, "two layers and the classifier"
    assert max(int(np.abs(w.astype(int)).max()) for w in matrices) <= 64
    floats = [w.size for w in weights.values() if w.dtype == np.float32]
    assert max(floats) < 32 * 32, "none as large as the smallest matrix of a layer"


@pytest.mark.parametrize("method", [name for name in METHODS if METHODS[name].needs_text])
def test_text_that_a_method_needs(
    checkpoint: ModelMaker, float_model: ModelMaker, tmp_path: Path, method: str
) -> None:
    origin = Origin(checkpoint("bert"), float_model("bert"))
    with pytest.raises(UsageError, match=f"{method} int8 needs text: give --calibrate FILE"):
        quantise(origin, tmp_path / "model", method)
    assert not (tmp_path / "model").exists()


# A sentence and its batch


def test_the_default_is_independent_of_the_batch() -> None:
    assert DEFAULT in INDEPENDENT


@pytest.mark.parametrize("method", INDEPENDENT)
@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.integers(1, 120), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_logits_do_not_depend_on_the_batch(
    quantised: Maker, shape: str, method: str, lengths: list[int], seed: int
) -> None:
    """To the last bit, alone or beside others, with padding or without."""
    tagger = quantised(shape, method)
    random = np.random.default_rng(seed)
    longest = LONGEST.get(shape, 120)
    rows = [random.integers(5, 200, min(length, longest)).tolist() for length in lengths]
    together = tagger.backend.run(*padded(tagger, rows))
    for row, logits in zip(rows, together, strict=True):
        alone = tagger.backend.run(*padded(tagger, [row]))[0]
        assert (logits[: len(row)] == alone).all()


@pytest.mark.parametrize("method", INDEPENDENT)
@pytest.mark.parametrize("shape", SHAPES)
def test_entities_do_not_depend_on_the_batch(quantised: Maker, shape: str, method: str) -> None:
    tagger = quantised(shape, method)
    together = [tagged.entities for tagged in tagger.stream(all_sentences())]
    assert together == [tagger.tag(sentence).entities for sentence in all_sentences()]


@pytest.mark.parametrize("shape", SHAPES)
def test_dynamic_scales_span_the_batch(quantised: Maker, shape: str) -> None:
    """Why that method is not the default: neighbours change the logits, without any padding."""
    tagger = quantised(shape, "dynamic")
    row, other = (np.random.default_rng(seed).integers(5, 200, 20).tolist() for seed in (1, 2))
    alone = tagger.backend.run(*padded(tagger, [row]))[0]
    beside = tagger.backend.run(*padded(tagger, [row, other]))[0]
    assert np.abs(alone - beside).max() > 1e-3
