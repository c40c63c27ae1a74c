from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from export.quantisation import methods as quantisation
from export.quantisation import tuning
from export.quantisation.calibration import calibration_inputs, feed_of, see_activations
from export.quantisation.fake_quantisation import RoundedLinear, on_grid, round_model
from export.quantisation.graph import Graph
from export.quantisation.int8_graph import (
    WEIGHT_LIMIT,
    Activations,
    by_input,
    by_module,
    int8_weight,
    weight_products,
)
from export.quantisation.methods import Origin, quantise
from export.quantisation.tuning import TuningOptions, divergence, make_batch, tune
from tagcli import NertagError, load
from tests.support.tiny_models import ModelMaker, TaggerMaker, all_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tagcli.inference.encoding import ModelInput

OPTIONS = TuningOptions(passes=80, most_steps=80, batch_tokens=400, learning_rate=2e-3)
SHAPES = ("xlmr", "bert", "electra")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """For networks as small as these more of them are slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join(all_sentences()) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def inputs(float_model: ModelMaker, text: Path) -> Callable[[str], list[ModelInput]]:
    return lambda shape: calibration_inputs(float_model(shape), [text])


@pytest.fixture
def seen(float_model: ModelMaker, inputs: Any) -> Callable[[str], dict[str, Activations]]:
    def look(shape: str) -> dict[str, Activations]:
        graph = Graph.load(float_model(shape) / "model.onnx")
        return by_module(graph, see_activations(graph, map(feed_of, inputs(shape)), fix_all=True))

    return look


def network(folder: Path) -> Any:
    from transformers import AutoModelForTokenClassification

    return AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32).eval()


def mean_divergence(teacher: Any, student: Any, inputs: list[ModelInput]) -> float:
    batches = [make_batch([one], 0) for one in inputs]
    with torch.no_grad():
        pairs = [(batch.logits(teacher), batch.logits(student)) for batch in batches]
    return float(np.mean([divergence(*pair).item() for pair in pairs]))


# The grid


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(1e-4, 1e4))
def test_the_grid_is_that_of_the_graph(seed: int, size: float) -> None:
    weight = (np.random.default_rng(seed).standard_cauchy((9, 4)) * size).astype(np.float32)
    weight[:, 3] = 0
    integers, scale = int8_weight(weight)
    rounded = on_grid(torch.from_numpy(weight.T.copy()), WEIGHT_LIMIT).numpy().T
    np.testing.assert_allclose(rounded, integers * scale, rtol=1e-5, atol=1e-6 * size)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.sampled_from([64, 127]))
def test_what_is_on_the_grid_stays_there(seed: int, limit: int) -> None:
    rows = torch.from_numpy(np.random.default_rng(seed).standard_cauchy((4, 9)).astype(np.float32))
    once = on_grid(rows, limit)
    torch.testing.assert_close(on_grid(once, limit), once, rtol=1e-6, atol=0)


def rounded_layer(low: float, high: float) -> tuple[Any, RoundedLinear]:
    torch.manual_seed(2)
    linear = torch.nn.Linear(6, 4)
    factors = np.linspace(0.5, 2, 6, dtype=np.float32)
    return linear, RoundedLinear(copy.deepcopy(linear), Activations(factors, (low, high)))


def test_a_layer_rounds_its_input_to_255_steps() -> None:
    linear, rounded = rounded_layer(-2, 3)
    x = torch.rand(50, 6) * 2 - 1
    exact, found = linear(x), rounded(x)
    assert 0 < (exact - found).abs().max() < 0.05
    beyond = torch.full((1, 6), 100.0)
    assert rounded(beyond).equal(rounded(2 * beyond)), "what is beyond the range is cut"
    assert rounded(torch.zeros(1, 6)).equal(linear.bias[None]), "zero stays zero"


def test_gradients_pass_the_rounding() -> None:
    linear, rounded = rounded_layer(-4, 4)
    x = torch.rand(50, 6) - 0.5
    for layer in (linear, rounded):
        layer(x).square().sum().backward()
    exact, found = linear.weight.grad, rounded.weight.grad
    assert torch.nn.functional.cosine_similarity(exact.flatten(), found.flatten(), dim=0) > 0.99


def test_a_layer_that_the_checkpoint_lacks(checkpoint: ModelMaker, seen: Any) -> None:
    wrong = {"nowhere": next(iter(seen("bert").values()))}
    with pytest.raises(NertagError, match="the checkpoint has no linear layer nowhere"):
        round_model(network(checkpoint("bert")), wrong)


def test_every_product_of_the_graph_is_a_layer(
    checkpoint: ModelMaker, float_model: ModelMaker, seen: Any
) -> None:
    """The names lead from the graph to the checkpoint and back."""
    modules = dict(network(checkpoint("electra")).named_modules())
    found = seen("electra")
    linear = {name for name, one in modules.items() if isinstance(one, torch.nn.Linear)}
    assert found.keys() == linear
    graph = Graph.load(float_model("electra") / "model.onnx")
    back = by_input(graph, found)
    assert back.keys() == {products.name for products in weight_products(graph)}
    assert by_module(graph, back).keys() == found.keys()


# Tuning


@pytest.mark.parametrize("shape", SHAPES)
def test_tuning_brings_the_student_to_its_teacher(
    checkpoint: ModelMaker, tmp_path: Path, inputs: Any, seen: Any, shape: str
) -> None:
    """Rounded either way: what tuning wrote, and what it began with."""
    told: list[str] = []
    begin = checkpoint(shape)
    made = tune(begin, seen(shape), inputs(shape), tmp_path / "made", told.append, OPTIONS)
    teacher, untuned, tuned = (network(path) for path in (begin, begin, made))
    for student in (untuned, tuned):
        round_model(student, seen(shape))
    before, after = (mean_divergence(teacher, one, inputs(shape)) for one in (untuned, tuned))
    assert before > 1e-3, "or there is nothing to learn"
    assert after < 0.6 * before
    assert len(told) == 8
    assert told[0].startswith("tuning, step 10 of 80: KL ")


def test_tuned_weights_are_on_the_grid(
    checkpoint: ModelMaker, tmp_path: Path, inputs: Any, seen: Any
) -> None:
    made = tune(checkpoint("bert"), seen("bert"), inputs("bert"), tmp_path / "made", print, OPTIONS)
    before, after = (dict(network(path).named_modules()) for path in (checkpoint("bert"), made))
    for name, activations in seen("bert").items():
        factors = torch.from_numpy(activations.factors)
        smoothed = after[name].weight.detach() * factors
        torch.testing.assert_close(on_grid(smoothed, WEIGHT_LIMIT), smoothed, rtol=1e-5, atol=1e-7)
        old = before[name].weight.detach() * factors
        assert (on_grid(old, WEIGHT_LIMIT) - old).abs().max() > 1e-4
    table = "bert.embeddings.word_embeddings"
    torch.testing.assert_close(
        after[table].weight, on_grid(before[table].weight, 127), rtol=1e-6, atol=1e-8
    )


def test_the_same_seed_gives_the_same_bytes(
    checkpoint: ModelMaker, tmp_path: Path, inputs: Any, seen: Any
) -> None:
    begin, few_steps, weights = checkpoint("xlmr"), replace(OPTIONS, most_steps=4), {}
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        options = replace(few_steps, batch_tokens=100, seed=seed)
        made = tune(begin, seen("xlmr"), inputs("xlmr"), tmp_path / name, print, options)
        weights[name] = (made / "model.safetensors").read_bytes()
    assert weights["one"] == weights["again"]
    assert weights["one"] != weights["other"], "the order is of the seed"


def test_steps_are_bounded(checkpoint: ModelMaker, tmp_path: Path, inputs: Any, seen: Any) -> None:
    told: list[str] = []
    options = TuningOptions(passes=9, most_steps=3, batch_tokens=64)
    tune(checkpoint("bert"), seen("bert"), inputs("bert"), tmp_path / "made", told.append, options)
    assert told[-1].startswith("tuning, step 3 of 3: ")


# The graph


@pytest.mark.parametrize("shape", SHAPES)
def test_the_graph_has_the_logits_of_the_student(
    checkpoint: ModelMaker,
    float_model: ModelMaker,
    tiny_tagger: TaggerMaker,
    tmp_path: Path,
    text: Path,
    monkeypatch: pytest.MonkeyPatch,
    inputs: Any,
    shape: str,
) -> None:
    students = []
    begin = tuning.round_model

    def remember(model: Any, seen: Any) -> Any:
        students.append(model)
        return begin(model, seen)

    monkeypatch.setattr(tuning, "round_model", remember)
    origin = Origin(checkpoint(shape), float_model(shape), [text])
    tagger = load(str(quantise(origin, tmp_path / "made", "tuned")), device="cpu", threads=1)
    near, far = [], []
    for one in inputs(shape):
        ids, mask = one.ids[None], np.ones_like(one.ids[None])
        found = tagger.backend.run(ids, mask)
        with torch.no_grad():
            taught = students[0](input_ids=torch.from_numpy(ids)).logits.numpy()
        exact = tiny_tagger(shape).backend.run(ids, mask)
        near.append(np.abs(found - taught).max(axis=-1).ravel())
        far.append(np.abs(found - exact).max(axis=-1).ravel())
    # a value on the border of two steps may fall on either side: so not all, but nearly
    assert np.median(np.concatenate(near)) < 1e-4
    assert np.median(np.concatenate(far)) > 0.03
    assert np.concatenate(near).mean() < 0.1 * np.concatenate(far).mean()


def test_no_scale_is_of_a_row(
    checkpoint: ModelMaker, float_model: ModelMaker, tmp_path: Path, text: Path
) -> None:
    from onnx import load as load_graph

    origin = Origin(checkpoint("bert"), float_model("bert"), [text])
    made = quantise(origin, tmp_path / "made", "tuned")
    operators = [node.op_type for node in load_graph(made / "model.onnx").graph.node]
    assert operators.count("MatMulIntegerToFloat") == 2 * 6 + 1
    assert "ReduceMax" not in operators


def test_what_is_tuned_on_is_of_the_tagger(
    checkpoint: ModelMaker,
    float_model: ModelMaker,
    tmp_path: Path,
    text: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And more of it than what the ranges are of."""
    asked: list[int] = []
    real = quantisation.calibration_inputs

    def remember(folder: Path, files: Any, *records: int) -> Any:
        asked.extend(records)
        return real(folder, files, *records)

    monkeypatch.setattr(quantisation, "calibration_inputs", remember)
    monkeypatch.setattr(quantisation, "TUNING_RECORDS", 7)
    quantise(Origin(checkpoint("bert"), float_model("bert"), [text]), tmp_path / "made", "tuned")
    assert asked == [7]
