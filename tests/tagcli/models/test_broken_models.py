"""Model directories with parts that are missing, cut, foreign or out for more than to be read."""

from __future__ import annotations

import json
import math
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tagcli.models.config import CONFIG
from tagcli.models.directory import ONNX, TOKENIZER
from tagcli.models.int8_weights import WEIGHTS
from tests.fuzzing.lookup_model import LABELS, lookup_graph, make_lookup_model
from tests.support.processes import needs_posix, nertag
from tests.support.refusals import (
    TEXT,
    bring_code,
    canary,
    cut,
    labelled,
    refusal,
    tagger_of,
    tags_or_is_refused,
)
from tests.support.tiny_models import edit_json

if TYPE_CHECKING:
    from pathlib import Path

FILES = (CONFIG, TOKENIZER, ONNX)

pytestmark = pytest.mark.train  # the tiny model is made with onnx


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_lookup_model(tmp_path / "model")


def table(pieces: int = 200, labels: int = len(LABELS), dtype: Any = np.float32) -> Any:
    return np.random.default_rng(1).normal(0, 2, (pieces, labels)).astype(dtype)


def test_the_model_itself_tags(folder: Path) -> None:
    assert tagger_of(folder).tag(TEXT).entities


# Missing, cut, not what they are called


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert name in refusal(folder)


@pytest.mark.parametrize("part", [0, 0.5, 0.99])
@pytest.mark.parametrize("name", FILES)
def test_a_cut_file(folder: Path, name: str, part: float) -> None:
    cut(folder / name, part)
    assert name in refusal(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_directory_in_place_of_a_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    assert name in refusal(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_place_of_another(folder: Path, name: str) -> None:
    for other in set(FILES) - {name}:
        shutil.copyfile(folder / other, folder / name)
        refusal(folder)
        make_lookup_model(folder)


@needs_posix
@pytest.mark.parametrize("name", [*FILES, WEIGHTS, "tokenizer_config.json", "model.onnx_data"])
@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_a_pipe_or_a_device_in_place_of_a_file(folder: Path, name: str, backend: str) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert f"{folder / name} is no regular file" in refusal(folder, backend)
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    assert f"{folder / name} is no regular file" in refusal(folder, backend)


# What a config may say

ODD_VALUES = (
    None, True, 0, -1, 7, 10**30, 1.5, math.inf, math.nan, "", "x", "7", "BIO2", [], [1], {},
    {"0": "O"}, {"de": 1}, {"de": ["PER"]}, {"de": "PER"}, {"de": []}, {"de": {"a": None}},
)  # fmt: skip
SETTINGS = ("id2label", "model_type", "max_position_embeddings", "pad_token_id", "vocab_size")
OWN_SETTINGS = (
    "scheme", "word_label", "units", "labels_by_language", "max_tokens", "quantisation", "license",
    "test_f1",
)  # fmt: skip


def set_in_config(folder: Path, changes: dict[str, Any]) -> None:
    """In ASCII, as halves of surrogate pairs are nothing else."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    (folder / CONFIG).write_text(json.dumps(config | changes), encoding="utf-8")


@pytest.mark.parametrize("name", [*SETTINGS, "nertag"])
def test_odd_settings(folder: Path, name: str) -> None:
    for value in ODD_VALUES:
        set_in_config(folder, {name: value})
        tags_or_is_refused(folder)


@pytest.mark.parametrize("name", OWN_SETTINGS)
def test_odd_settings_of_our_own(folder: Path, name: str) -> None:
    for value in ODD_VALUES:
        edit_json(folder / CONFIG, nertag={name: value})
        tags_or_is_refused(folder)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_limits_of_a_tokenizer(folder: Path, value: Any) -> None:
    for content in (value, {"model_max_length": value}):
        (folder / "tokenizer_config.json").write_text(json.dumps(content), encoding="utf-8")
        tags_or_is_refused(folder)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id2label": labelled(*LABELS[:5])}, "labels do not fit"),
        ({"id2label": labelled(*LABELS, "B-X", "I-X")}, "labels do not fit"),
        ({"id2label": labelled("O", *(f"T{i}" for i in range(6)))}, "can never come in its scheme"),
        ({"id2label": labelled(*LABELS[:6], "I-LOC\n")}, "cannot be printed"),
        ({"id2label": labelled(*LABELS[:6], "I-\x1b[2J")}, "cannot be printed"),
        ({"id2label": labelled(*LABELS[:6], "\ud800")}, "cannot be printed"),
        ({"id2label": labelled(*LABELS[:6], " ")}, "cannot be printed"),
        ({"pad_token_id": 10**30}, "pad_token_id"),
        ({"pad_token_id": -1}, "pad_token_id"),
        ({"vocab_size": 50}, "it is another model's tokenizer"),
        ({"nertag": {"max_tokens": 1e400}}, "cannot be used"),
        ({"nertag": {"quantisation": 8}}, "quantisation is 8, not text"),
    ],
)
def test_settings_that_are_refused(folder: Path, changes: dict[str, Any], says: str) -> None:
    set_in_config(folder, changes)
    assert says in refusal(folder)


def test_a_config_nested_too_deeply(folder: Path) -> None:
    (folder / CONFIG).write_text('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}")
    assert CONFIG in refusal(folder)


# Tokenizers

UNKNOWN = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
           "max_input_chars_per_word": 100, "vocab": {"a": 0}}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"model": UNKNOWN},
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}},
        {"pre_tokenizer": {"type": "FixedLength", "length": 0}},
        {"post_processor": {"type": "TemplateProcessing", "single": [], "pair": None}},
        {"post_processor": {"type": "RobertaProcessing", "sep": ["x", 10**9], "cls": ["y", 0],
                            "trim_offsets": True, "add_prefix_space": True}},
        {"normalizer": [], "pre_tokenizer": [{"type": "ByteLevel"}]},
    ],
)  # fmt: skip
def test_tokenizers_that_cannot_cut(folder: Path, changes: dict[str, Any]) -> None:
    """Some of these make the library panic."""
    edit_json(folder / TOKENIZER, **changes)
    assert TOKENIZER in refusal(folder)


def test_a_panic_is_one_sentence_at_the_end(folder: Path) -> None:
    """What the library itself says of it comes before."""
    edit_json(folder / TOKENIZER, pre_tokenizer={"type": "FixedLength", "length": 0})
    result = nertag("--model", folder)
    assert (result.code, result.out) == (2, b"")
    assert "Traceback" not in result.err
    said = f"nertag: {folder / TOKENIZER} is not a fast tokenizer: "
    assert result.err.splitlines()[-1].startswith(said)


def test_a_tokenizer_without_special_tokens(folder: Path) -> None:
    spec = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))
    (folder / TOKENIZER).write_text(json.dumps(spec | {"post_processor": None}), encoding="utf-8")
    assert tagger_of(folder).tag(TEXT).entities


def test_a_tokenizer_that_fails_on_some_text(folder: Path) -> None:
    spec = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))
    spec["model"]["unk_id"] = None
    (folder / TOKENIZER).write_text(json.dumps(spec), encoding="utf-8")
    assert "cannot cut this text: " in refusal(folder)
    assert tagger_of(folder).tag("Berlin").text == "Berlin"


# Graphs

INT32, INT64, FLOAT = 6, 7, 1  # numbers of onnx.TensorProto
ANY = ("batch", "tokens")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"inputs": {"ids": (INT64, ANY)}}, "wants the input 'ids'"),
        ({"inputs": {"attention_mask": (INT64, ANY)}}, "has no input 'input_ids'"),
        ({"inputs": {"input_ids": (INT32, ANY)}}, "wants input_ids as tensor(int32)"),
        ({"inputs": {"input_ids": (INT64, (1, 128))}}, "of shape [1, 128]"),
        ({"inputs": {"input_ids": (INT64, ("n",))}, "output_shape": None}, "of shape ['n']"),
        ({"output": "scores"}, "has no output 'logits'"),
        ({"dtype": np.int64}, "gives logits as tensor(int64)"),
        ({"labels": 5}, "labels do not fit"),
        ({"labels": 9, "output_shape": (*ANY, "labels")}, "labels do not fit"),
        ({"labels": 9, "hides_labels": True}, "gives logits of shape"),
        ({"labels": 5, "hides_labels": True}, "gives logits of shape"),
        ({"pieces": 3}, "cannot run this input"),
        ({"domain": "odd"}, "cannot be loaded"),
        ({"outside": "../table.bin"}, "cannot be loaded"),
        ({"outside": "link.bin"}, "cannot be loaded"),
        ({"outside": "/etc/passwd"}, "cannot be loaded"),
        ({"outside": "missing.bin"}, "cannot be loaded"),
        ({"outside": "short.bin"}, "cannot be loaded"),
    ],
)
def test_graphs_that_are_refused(folder: Path, made: dict[str, Any], says: str) -> None:
    rows = table(**{name: made.pop(name) for name in ("pieces", "labels", "dtype") if name in made})
    (folder.parent / "table.bin").write_bytes(rows.tobytes())
    (folder / "link.bin").symlink_to("../table.bin")
    (folder / "short.bin").write_bytes(rows.tobytes()[:-1])
    (folder / ONNX).write_bytes(lookup_graph(rows, **made))
    assert says in refusal(folder)


def test_data_beside_the_graph_is_read(folder: Path) -> None:
    rows = table()
    (folder / "table.bin").write_bytes(rows.tobytes())
    (folder / ONNX).write_bytes(lookup_graph(rows, outside="table.bin"))
    assert tagger_of(folder).tag(TEXT).entities


@pytest.mark.parametrize(
    "made",
    [{"output_shape": ()}, {"output_shape": None}, {"hides_labels": True}],
)
def test_graphs_that_do_not_say_what_they_give(folder: Path, made: dict[str, Any]) -> None:
    (folder / ONNX).write_bytes(lookup_graph(table(), **made))
    assert tagger_of(folder).tag(TEXT).entities


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_logits_that_are_no_numbers(folder: Path, number: float) -> None:
    (folder / ONNX).write_bytes(lookup_graph(np.full_like(table(), number)))
    assert "gives no numbers for the text of <text>:1" in refusal(folder)


def test_labels_that_the_graph_itself_masks(folder: Path) -> None:
    rows = table()
    rows[:, 1:3] = -math.inf
    (folder / ONNX).write_bytes(lookup_graph(rows))
    assert {entity.label for entity in tagger_of(folder).tag(TEXT).entities} == {"ORG", "LOC"}


# Integer weights


def safetensors_file(**tensors: tuple[int, int]) -> bytes:
    """A header that says where tensors lie, and as much data as they need."""
    header: dict[str, Any] = {"__metadata__": {"a": "b"}}
    for name, at in tensors.items():
        header[name] = {"dtype": "I8", "shape": [0], "data_offsets": at}
    written = json.dumps(header).encode()
    size = max((end for _, end in tensors.values()), default=0)
    return len(written).to_bytes(8, "little") + written + bytes(size)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is no safetensors file"),
        (b"\x08\0\0\0", "is no safetensors file"),
        (b"\x02\0\0\0\0\0\0\0[]", "is no safetensors file"),
        (b'\x08\0\0\0\0\0\0\0{"a": 1}', "is no safetensors file"),
        (b"\xff" * 100, "is no safetensors file"),
        (safetensors_file(a=(0, 5), b=(5, 9))[:-1], "it is not whole"),
        (safetensors_file(a=(0, 5)) + b"x", "it is not whole"),
        (safetensors_file(a=(0, 5)).replace(b"[0, 5]", b"[0,99]"), "it is not whole"),
        (safetensors_file(a=(0, 5)).replace(b"[0, 5]", b'"0, 5"'), "is no safetensors file"),
    ],
)
def test_integer_weights_that_are_refused(folder: Path, content: bytes, says: str) -> None:
    edit_json(folder / CONFIG, nertag={"quantisation": "int8"})
    (folder / WEIGHTS).write_bytes(content)
    assert f"{folder / WEIGHTS} " in refusal(folder)
    assert says in refusal(folder)


def test_whole_integer_weights_are_taken(folder: Path) -> None:
    edit_json(folder / CONFIG, nertag={"quantisation": "int8"})
    (folder / WEIGHTS).write_bytes(safetensors_file(a=(0, 5)))
    assert tagger_of(folder).tag(TEXT).entities


@pytest.mark.parametrize("name", [ONNX, WEIGHTS, TOKENIZER, CONFIG])
def test_a_pickle_is_not_unpickled(folder: Path, tmp_path: Path, name: str) -> None:
    pickled, left = canary(tmp_path)
    edit_json(folder / CONFIG, nertag={"quantisation": "int8"})
    (folder / name).write_bytes(pickled)
    assert name in refusal(folder)
    assert not left.exists()


def test_code_that_comes_along_is_left_alone(folder: Path, tmp_path: Path) -> None:
    left = bring_code(folder, tmp_path, model_type="odd")
    assert tagger_of(folder, "onnx").tag(TEXT).entities
    assert not left.exists()
