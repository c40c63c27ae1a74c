"""What is measured and how it is counted; the command is in commands/test_bench.py."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.benchmark import comparison as bench
from export.benchmark import limit as bench_limit
from export.benchmark import processes as bench_processes
from export.benchmark.comparison import Measured, compare, f1_of, ratio
from export.benchmark.limit import (
    Limit,
    gemm_rates,
    measure_limit,
    operations_per_token,
    product_shapes,
)
from export.benchmark.peers import PeerSettings, peak_bytes
from export.benchmark.processes import Growth, Start, measure_growth, measure_start
from export.benchmark.tables import growth_rows, limit_rows, peer_rows, start_rows
from export.corpora.source import Source
from export.corpora.sources import load_source
from export.quantisation.methods import METHODS, Origin, quantise
from tagcli import NertagError, UsageError
from tagcli.models.directory import ONNX

if TYPE_CHECKING:
    from tests.support.tiny_models import ModelMaker


def settings_of(model: Path | str, device: str = "cpu") -> PeerSettings:
    return PeerSettings(str(model), None, None, "no_such_pipeline", device, threads=1)


# Ratios and F1


def test_a_ratio_is_that_of_each_round() -> None:
    slow = Measured("slow", 0, [6.0, 10.0, 9.0])
    fast = Measured("fast", 0, [2.0, 1.0, 3.0])
    found = ratio(slow, fast)
    assert (found.median, found.low, found.high) == (3, 3, 10)
    found = ratio(fast, slow)
    assert (found.median, found.low, found.high) == pytest.approx((1 / 3, 0.1, 1 / 3))
    assert ratio(slow, slow).median == 1


def test_rounds_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio(Measured("a", 0, [1.0, 2.0]), Measured("b", 0, [1.0]))


def gold_of(folder: Path, *records: dict[str, Any]) -> list[Any]:
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return load_source(Source(str(path), "test")).examples


def entity(start: int, end: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


def test_f1_by_hand(tmp_path: Path) -> None:
    """Two of three are found, one with a wrong end, one where there is none: 2 · 2 / (4 + 3)."""
    gold = gold_of(
        tmp_path,
        {"text": "Max aus Köln", "entities": [entity(0, 3, "PER"), entity(8, 12, "LOC")]},
        {"text": "Die Siemens AG", "entities": [entity(4, 14, "ORG"), entity(0, 3, "MISC")]},
        {"text": "nichts", "entities": []},
    )
    found = [
        [entity(0, 3, "PER"), entity(8, 12, "location")],
        [entity(4, 11, "ORG")],
        [entity(0, 6, "LOC"), entity(0, 6, "DATE")],
    ]
    output = tmp_path / "out.jsonl"
    output.write_text("".join(json.dumps({"entities": one}) + "\n" for one in found))
    assert f1_of(output, gold) == pytest.approx(4 / 7)


def test_f1_of_a_peer_that_lost_a_line(tmp_path: Path) -> None:
    gold = gold_of(tmp_path, {"text": "Köln", "entities": []}, {"text": "Ulm", "entities": []})
    output = tmp_path / "out.jsonl"
    output.write_text('{"entities": []}\n')
    with pytest.raises(ValueError, match="longer"):
        f1_of(output, gold)


# Processes


def test_a_peer_in_its_process(float_model: ModelMaker, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Max Müller\nin Köln\n", encoding="utf-8")
    told: list[str] = []
    (found,), outputs = compare(
        ["nertag"], settings_of(float_model("klue")), text, tmp_path, 2, told.append
    )
    assert (found.name, len(found.seconds), found.f1) == ("nertag", 2, None)
    assert min(found.start_seconds, found.line_seconds, *found.seconds) > 0
    assert found.peak_bytes > 10_000_000
    assert [line.split(":")[0] for line in told[1:]] == ["warm-up", "round 1", "round 2"]
    lines = [json.loads(line) for line in outputs["nertag"].read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["Max Müller", "in Köln"]
    assert all(
        one.keys() == {"start", "end", "label"} for line in lines for one in line["entities"]
    )


def test_a_peer_that_dies_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen
    code = "import os, sys; os.close(0); print('ready', flush=True)"
    monkeypatch.setattr(
        bench.subprocess,
        "Popen",
        lambda command, **more: start([sys.executable, "-c", code], **more),
    )
    text = tmp_path / "text.txt"
    text.write_text("Köln\n")
    with pytest.raises(NertagError, match=r"^nertag ended: exit code 0$"):
        compare(["nertag"], settings_of(tmp_path), text, tmp_path, 1, print)


def test_a_peer_that_cannot_be_run_is_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Köln\n")
    with pytest.raises(NertagError, match=r"^nertag cannot be run: .*no config\.json") as caught:
        compare(["nertag"], settings_of(tmp_path), text, tmp_path, 1, print)
    assert "\n" not in str(caught.value)


def test_the_peak_of_this_process() -> None:
    assert 10_000_000 < peak_bytes() < 10**12


def test_the_command_in_new_processes(float_model: ModelMaker, tmp_path: Path) -> None:
    options = ["--model", str(float_model("klue")), "--threads", "1"]
    start = measure_start(1, options)
    assert min(start.help_seconds, start.line_seconds) > 0
    text = tmp_path / "text.txt"
    text.write_text("Max Müller\n", encoding="utf-8")
    told: list[str] = []
    growth = measure_growth(text, options, tmp_path, 1, told.append)
    assert growth.low == growth.ratio == growth.high
    assert min(growth.peak_bytes, growth.peak_bytes_of_ten) > 10_000_000
    assert (tmp_path / "ten.txt").read_text("utf-8") == "Max Müller\n" * 10
    assert len(told) == 1


def test_a_command_that_fails_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NertagError, match=r"ended with 2: .*no config\.json") as caught:
        measure_start(1, ["--model", str(tmp_path)])
    assert "\n" not in str(caught.value)


def test_growth_is_counted_without_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One second to begin: 1 + 2 and 1 + 18 seconds are nine times as long."""
    seconds = {"line.txt": [1.0] * 3, "text.txt": [3.0, 3.0, 2.0], "ten.txt": [19.0, 23.0, 11.0]}
    peaks = {"line.txt": 1, "text.txt": 50, "ten.txt": 60}

    def process(command: list[str], stdin: str) -> tuple[float, int]:
        name = Path(command[-1]).name
        peaks[name] += 1
        return seconds[name].pop(0), peaks[name]

    monkeypatch.setattr(bench_processes, "_process", process)
    text = tmp_path / "text.txt"
    text.write_text("Köln\n")
    growth = measure_growth(text, [], tmp_path, 3, lambda line: None)
    assert growth == Growth(10, 9, 11, 53, 63)


# The limit


def test_weight_products_by_hand(tmp_path: Path) -> None:
    """Every operator with its weight where it has it; products of two inputs do not count."""
    weights = {"a": (3, 4), "b": (4, 6), "c": (6, 5)}
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["1"]),
        helper.make_node("MatMul", ["a", "x"], ["2"]),
        helper.make_node("MatMul", ["x", "y"], ["3"]),
        helper.make_node("MatMulInteger", ["x", "b"], ["4"]),
        helper.make_node("MatMulIntegerToFloat", ["x", "b", "s", "s"], ["5"], domain="m"),
        helper.make_node("DynamicQuantizeMatMul", ["x", "a", "s"], ["6"], domain="m"),
        helper.make_node("QLinearMatMul", ["x", "s", "s", "c", "s", "s", "s", "s"], ["7"]),
        helper.make_node("MatMulNBits", ["x", "packed", "s"], ["8"], domain="m", K=6, N=5, bits=4),
        helper.make_node("Gather", ["b", "x"], ["9"]),
    ]
    constants = [numpy_helper.from_array(np.zeros(s, np.int8), n) for n, s in weights.items()]
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, None)
    path = tmp_path / "model.onnx"
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", [value], [value], constants)), path)
    shapes = product_shapes(path)
    assert shapes == {(3, 4): 2, (4, 6): 2, (6, 5): 2}
    assert operations_per_token(shapes) == 2 * 2 * (12 + 24 + 30)


@pytest.mark.parametrize("method", [None, *METHODS])
def test_every_method_has_the_same_products(
    checkpoint: ModelMaker, float_model: ModelMaker, tmp_path: Path, method: str | None
) -> None:
    """Two layers of queries, keys, values, output and a network of 48, and seven labels."""
    folder = float_model("bert")
    if method is not None:
        text = tmp_path / "text.txt"
        text.write_text("Köln\nMax Müller\n", encoding="utf-8")
        folder = quantise(Origin(checkpoint("bert"), folder, [text]), tmp_path / "model", method)
    expected = Counter({(32, 32): 2 * 4, (32, 48): 2, (48, 32): 2, (32, 7): 1})
    assert product_shapes(folder / ONNX) == expected


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_limit, "SECONDS", 0.001)


@pytest.mark.usefixtures("_quick")
def test_rates_of_products_of_both_kinds() -> None:
    shapes = Counter({(64, 96): 2, (8, 8): 1})
    rates = gemm_rates(shapes, 16, settings_of(""))
    assert {"onnxruntime int8", "onnxruntime fp32"} <= rates.keys()
    assert all(rate > 0 for rate in rates.values())


@pytest.mark.usefixtures("_quick")
def test_the_limit_of_a_model(float_model: ModelMaker) -> None:
    settings = settings_of(float_model("bert"))
    limit = measure_limit(settings, ["Köln"], Measured("nertag", 0, [2.0, 1.0, 4.0]))
    assert limit.operations_per_token == 2 * (8 * 32 * 32 + 4 * 32 * 48 + 32 * 7)
    tokens = limit.tagging * 2.0 / limit.operations_per_token
    assert tokens == pytest.approx(round(tokens)), "whole tokens in the median of the rounds"
    assert 3 <= tokens <= 10
    assert limit.inference > 0
    assert not limit.quantised


def test_a_model_without_onnx_has_no_limit(checkpoint: ModelMaker) -> None:
    with pytest.raises(UsageError, match=r"has no model\.onnx to take the shapes from"):
        measure_limit(settings_of(checkpoint("bert")), [], Measured("nertag", 0, [1.0]))


def test_a_model_without_weight_products_has_no_limit(
    float_model: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_limit, "product_shapes", lambda path: Counter())
    with pytest.raises(UsageError, match="has no weight products"):
        measure_limit(settings_of(float_model("bert")), [], Measured("nertag", 0, [1.0]))


# Tables


def test_a_row_a_peer() -> None:
    nertag = Measured("nertag", 0.4, [1.0, 2.0, 1.0], 0.0051, 250_000_000, 0.8765)
    other = Measured("other", 6.25, [10.0, 10.0, 12.0], 0.02, 2_000_000_000)
    assert peer_rows([nertag, other], 1000)[1:] == [
        ["nertag", "1000", "1.00 x (1.00 to 1.00)", "0.40 s", "5.1 ms", "250 MB", "0.8765"],
        ["other", "100", "10.00 x (5.00 to 12.00)", "6.25 s", "20.0 ms", "2000 MB", ""],
    ]


@pytest.mark.parametrize(("quantised", "shares"), [(True, [80, 100, 50]), (False, [160, 200, 100])])
def test_shares_are_those_of_the_best_of_the_kind(quantised: bool, shares: list[int]) -> None:
    rates = {"onnxruntime int8": 160e9, "torch int8": 200e9, "torch fp32": 100e9}
    rows = limit_rows(Limit(2_500_000, rates, 120e9, 90e9, quantised))
    assert [row[2] for row in rows[1:4]] == [f"{share}%" for share in shares]
    bound = 200 if quantised else 100
    assert rows[4] == ["nertag, model alone", "120", f"{12000 // bound}%"]
    assert rows[5] == ["nertag, text to JSONL", "90", f"{9000 // bound}%"]
    assert rows[6] == ["a token takes", "0.0025", ""]


def test_tables_of_new_processes() -> None:
    assert start_rows(Start(0.1, 0.42))[1:] == [
        ["nertag --help", "0.10 s"],
        ["one line tagged", "0.42 s"],
    ]
    assert growth_rows(Growth(9.9, 9.5, 10.2, 200_000_000, 210_000_000))[1:] == [
        ["seconds", "1", "9.90 x (9.50 to 10.20)"],
        ["peak memory", "200 MB", "210 MB"],
    ]
