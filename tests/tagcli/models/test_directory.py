from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagcli import UsageError, load
from tagcli.languages import LATIN
from tagcli.models.config import CONFIG
from tagcli.models.directory import (
    BUNDLED,
    DEFAULT,
    ONNX,
    TOKENIZER,
    bundled_names,
    find_folder,
    find_model,
    model_version,
    read_model,
    stamps,
)
from tagcli.models.int8_weights import WEIGHTS
from tests.support.hub_cache import cached_on_hub
from tests.support.path_like import PathLike
from tests.support.tiny_models import (
    LABELS,
    MAX_POSITIONS,
    NERTAG_OBJECT,
    SHAPES,
    ModelMaker,
    edit_json,
)

COMMAND = [sys.executable, "-c", "from tagcli.cli.main import main; main()"]
Copier = Callable[[str], Path]


def message_of(*args: Any, **options: Any) -> str:
    """The sentence of the UsageError that loading ends in."""
    with pytest.raises(UsageError) as caught:
        load(*args, **options)
    message = str(caught.value)
    assert message.strip() == message != ""
    assert len(message.splitlines()) == 1, message
    assert "Traceback" not in message
    return message


@pytest.fixture
def described(tmp_path: Path) -> Callable[..., Path]:
    """A folder with a config and an empty tokenizer.json, enough for read_model."""

    def make(**config: Any) -> Path:
        content = {
            "model_type": "bert",
            "id2label": {str(i): label for i, label in enumerate(LABELS)},
            "max_position_embeddings": 128,
            "pad_token_id": 0,
        }
        content |= config
        (tmp_path / CONFIG).write_text(json.dumps(content), encoding="utf-8")
        (tmp_path / TOKENIZER).write_text("{}", encoding="utf-8")
        return tmp_path

    return make


# What a config says


@pytest.mark.parametrize(
    ("config", "limit"),
    [
        ({}, 128),
        ({"model_type": "electra", "max_position_embeddings": 512}, 512),
        ({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "camembert", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"nertag": {"max_tokens": 77}}, 77),
    ],
)
def test_limit_of_a_window(
    described: Callable[..., Path], config: dict[str, Any], limit: int
) -> None:
    assert read_model(described(**config)).limit == limit


@pytest.mark.parametrize(("said", "limit"), [(64, 64), (512, 128), (int(1e30), 128), (None, 128)])
def test_the_tokenizer_may_lower_the_limit(
    described: Callable[..., Path], said: int | None, limit: int
) -> None:
    folder = described()
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": said}))
    assert read_model(folder).limit == limit


def test_the_tiny_shapes_have_their_limits(checkpoint: ModelMaker) -> None:
    limits = {shape: read_model(checkpoint(shape)).limit for shape in SHAPES}
    assert limits == {
        "xlmr": MAX_POSITIONS - 2, "roberta": 128, "klue": 128, "bert": 128, "electra": 128,
    }  # fmt: skip


def test_the_nertag_object_is_read(float_model: ModelMaker) -> None:
    model = read_model(float_model("nertag"))
    assert model.tag_set.scheme == "BIO2"
    assert model.unit("ko") == "raw"
    assert model.unit("de") == model.unit(LATIN) == "words"
    for language, types in NERTAG_OBJECT["labels_by_language"].items():
        assert model.types(language) == tuple(types)
    assert model.types(LATIN) == ("PER", "ORG"), "what any Latin language was taught"
    assert model.quantisation is None


def test_without_nertag_object_words_and_all_types(described: Callable[..., Path]) -> None:
    model = read_model(described())
    assert model.tag_set.scheme == "BIO"
    assert {model.unit(language) for language in ("de", "ko", LATIN)} == {"words"}
    assert model.types("de") is model.types("ko") is model.types(LATIN) is None


def test_labels_are_in_the_order_of_their_numbers(described: Callable[..., Path]) -> None:
    labels = {"2": "I-PER", "10": "x", "0": "O", "1": "B-PER"}
    del labels["10"]
    assert read_model(described(id2label=labels)).tag_set.labels == ("O", "B-PER", "I-PER")


def test_onnx_may_lie_in_its_own_folder(described: Callable[..., Path]) -> None:
    folder = described()
    assert read_model(folder).onnx is None
    (folder / "onnx").mkdir()
    (folder / "onnx" / ONNX).write_bytes(b"")
    assert read_model(folder).onnx == folder / "onnx" / ONNX
    (folder / ONNX).write_bytes(b"")
    assert read_model(folder).onnx == folder / ONNX


def test_the_bundled_model_is_the_default(bundled_tagger: Any) -> None:
    assert bundled_tagger.model.folder == find_model(None).folder == BUNDLED / DEFAULT
    assert bundled_tagger.model.unit("ko") == "parts"
    assert set(bundled_tagger.model.types("de")) >= {"PER", "ORG", "LOC"}


# Errors, each one sentence


def test_an_empty_directory(tmp_path: Path) -> None:
    assert f"it has no {CONFIG}" in message_of(str(tmp_path))


def test_no_fast_tokenizer(model_copy: Copier) -> None:
    folder = model_copy("bert")
    (folder / TOKENIZER).unlink()
    assert f"no fast tokenizer ({TOKENIZER})" in message_of(str(folder))


@pytest.mark.parametrize("content", [b"", b"{", b"nothing", b"\xff\xfe", b'{"a": 1}}'])
@pytest.mark.parametrize("name", [CONFIG, TOKENIZER, "tokenizer_config.json"])
def test_broken_json(model_copy: Copier, name: str, content: bytes) -> None:
    folder = model_copy("bert")
    edit_json(folder / CONFIG, nertag=None)
    (folder / name).write_bytes(content)
    assert str(folder / name) in message_of(str(folder))


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"'])
def test_a_config_that_is_no_object(model_copy: Copier, content: str) -> None:
    folder = model_copy("bert")
    (folder / CONFIG).write_text(content)
    assert "is not a JSON object" in message_of(str(folder))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id2label": {"0": "NEGATIVE", "1": "POSITIVE"}}, "have no O"),
        ({"id2label": None}, "names no labels"),
        ({"id2label": {}}, "names no labels"),
        ({"id2label": {"0": "O", "2": "B-PER"}}, "numbered from 0"),
        ({"id2label": {"zero": "O"}}, "cannot be used"),
        ({"id2label": ["O", "B-PER"]}, "cannot be used"),
        ({"nertag": {"scheme": "XYZ"}}, "'XYZ' is none of"),
        ({"nertag": {"units": {"ko": "syllables"}}}, "'syllables' is none of"),
        ({"nertag": {"word_label": "last"}}, "'last' is not 'first'"),
        ({"nertag": {"labels_by_language": {"de": ["PER", "DOG"]}}}, "names 'DOG'"),
        ({"nertag": {"max_tokens": "many"}}, "cannot be used"),
        ({"nertag": []}, "nertag [] is not a JSON object"),
        ({"nertag": {"units": ["words"]}}, "units ['words'] is not a JSON object"),
        ({"nertag": {"max_tokens": 2}}, "2"),  # no room between the special tokens
        ({"nertag": None, "max_position_embeddings": 1}, "1"),
    ],
)
def test_configs_that_cannot_be_used(
    model_copy: Copier, changes: dict[str, Any], says: str
) -> None:
    folder = model_copy("bert")
    edit_json(folder / CONFIG, **changes)
    assert says in message_of(str(folder))


def test_labels_that_the_onnx_output_does_not_have(model_copy: Copier) -> None:
    folder = model_copy("bert")
    labels = {str(i): label for i, label in enumerate(LABELS[:5])}
    edit_json(folder / CONFIG, id2label=labels, nertag=None)
    message = message_of(str(folder), device="cpu")
    assert "labels do not fit" in message
    assert "gives 7" in message
    assert "names 5" in message


def test_labels_that_the_weights_do_not_have(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    labels = {str(i): label for i, label in enumerate(LABELS[:5])}
    edit_json(folder / CONFIG, id2label=labels, label2id={v: int(k) for k, v in labels.items()})
    assert str(folder) in message_of(str(folder), backend="torch", device="cpu")


def test_an_encoder_without_classifier(checkpoint_copy: Copier) -> None:
    from safetensors.torch import load_file, save_file

    folder = checkpoint_copy("bert")
    weights = load_file(folder / "model.safetensors")
    kept = {name: w.clone() for name, w in weights.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    message = message_of(str(folder), backend="torch", device="cpu")
    assert "not a trained token classifier" in message


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_a_path_of_any_kind(float_model: ModelMaker, kind: Callable[[Path], Any]) -> None:
    folder = float_model("bert")
    for found in (load(kind(folder), device="cpu").model, find_model(kind(folder))):
        assert found == read_model(kind(folder)) == read_model(folder)
        assert found.folder == folder


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_a_file_in_place_of_a_directory(tmp_path: Path, kind: Callable[[Path], Any]) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"x")
    assert "is a file: a model is a bundled one's name" in message_of(kind(path))


def test_a_bundled_model_goes_by_its_name_after_a_folder_of_that_name(
    bundled_tagger: Any, float_model: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in bundled_names():
        assert find_model(name).folder == BUNDLED / name
    (tmp_path / DEFAULT).symlink_to(float_model("bert"))
    assert find_model(DEFAULT).folder == Path(DEFAULT)
    assert find_model(None).folder == BUNDLED / DEFAULT


def test_the_order_in_which_a_name_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory, a bundled model, a folder of one's own, the hub: each taken away in turn."""
    monkeypatch.chdir(tmp_path)
    bundled, own, hub = (tmp_path / name for name in ("bundled", "own", "hub"))
    for folder in (Path("a"), bundled / "a", own / "a"):
        folder.mkdir(parents=True)
    (bundled / "a" / CONFIG).write_text("{}")
    monkeypatch.setattr("tagcli.models.directory.BUNDLED", bundled)
    asked = list[str]()

    def find(name: str | None) -> Path:
        return find_folder(name, lambda hub_id: asked.append(hub_id) or hub, [tmp_path, own])

    assert find("./a") == find("a") == Path("a")
    Path("a").rmdir()
    assert find("a") == bundled / "a"
    (bundled / "a" / CONFIG).unlink()
    assert find("a") == own / "a"
    (own / "a").rmdir()
    assert not asked
    assert find("a") == hub
    assert find("owner/a") == hub
    assert asked == ["a", "owner/a"]


def test_what_was_measured_and_may_be_done_with_it(described: Callable[..., Path]) -> None:
    own = {"license": "mit", "test_f1": {"de": 0.5, "ko": 1}}
    model = read_model(described(nertag=own, num_hidden_layers=3))
    assert (model.licence, model.test_f1, model.layers) == ("mit", {"de": 0.5, "ko": 1.0}, 3)


@pytest.mark.parametrize(
    "name", ["no/such/folder", "./no/where", "/nowhere", "what model?", "a//b", "modèle !"]
)
def test_a_name_that_is_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = message_of(name)
    assert "no such directory" in message
    assert "no bundled model (base" in message
    assert "no hub id" in message


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("./my-modle", "./my-model"),
        ("sub/x-model/", "sub/y-model"),
        ("./base", "base"),
        ("./other", None),
        ("sub/beside", None),
        (f"{'x' * 300}/y", None),
        ("a\0b/c", None),
    ],
)
def test_a_name_that_is_nearly_one(
    name: str, near: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("my-model", "sub/y-model"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / CONFIG).write_text("{}")
    (tmp_path / "sub" / "besides").mkdir()  # no model
    monkeypatch.chdir(tmp_path)
    _, _, said = message_of(name).partition("; did you mean ")
    assert said == (f"{near}?" if near else "")


def test_a_bundled_model_in_other_case() -> None:
    assert find_model("Small").folder == BUNDLED / "small"


def test_onnx_missing_on_the_onnx_backend(checkpoint: ModelMaker) -> None:
    message = message_of(str(checkpoint("bert")), backend="onnx")
    assert "has no model.onnx" in message
    assert "nertag-export" in message


def test_onnx_that_is_broken(model_copy: Copier) -> None:
    folder = model_copy("bert")
    (folder / ONNX).write_bytes(b"this is no model")
    assert f"{folder / ONNX} cannot be loaded" in message_of(str(folder))


def test_safetensors_missing_on_the_torch_backend(float_model: ModelMaker) -> None:
    message = message_of(str(float_model("bert")), backend="torch")
    assert "has no model.safetensors" in message


def test_safetensors_that_are_broken(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    assert "cannot be loaded" in message_of(str(folder), backend="torch", device="cpu")


def test_neither_kind_of_weights(described: Callable[..., Path]) -> None:
    assert "neither model.onnx nor model.safetensors" in message_of(str(described()))


def as_int8(folder: Path) -> Path:
    own = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["nertag"]
    edit_json(folder / CONFIG, nertag=own | {"quantisation": "int8"})
    return folder


def test_int8_on_torch(model_copy: Copier) -> None:
    message = message_of(str(as_int8(model_copy("bert"))), backend="torch")
    assert "int8" in message
    assert "safetensors" in message


def test_int8_weights_of_something_else_on_torch(model_copy: Copier, tmp_path: Path) -> None:
    """The safetensors of another model lack what this one needs."""
    from safetensors.numpy import save_file

    folder = as_int8(model_copy("bert"))
    save_file({"other.weight": np.zeros((2, 2), np.float32)}, folder / WEIGHTS)
    message = message_of(str(folder), backend="torch")
    assert f"{WEIGHTS} lacks" in message
    assert "checkpoint" in message


def test_int8_on_cuda(model_copy: Copier) -> None:
    message = message_of(str(as_int8(model_copy("bert"))), device="cuda")
    assert "--device cuda" in message
    assert "int8" in message


def test_unknown_labels_and_languages(float_model: ModelMaker) -> None:
    folder = str(float_model("bert"))
    assert "no label 'DOG'" in message_of(folder, labels=["PER", "DOG"])
    assert "unknown language 'es'" in message_of(folder, lang="es")


# Hub ids


def nertag(cache: Path, *args: str, text: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "HF_HUB_CACHE": str(cache),
        "HF_HUB_OFFLINE": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [*COMMAND, *args],
        input=text,
        env=environment,
        cwd=cache,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("source", ["float_model", "checkpoint"])
def test_a_hub_id_in_the_cache(source: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder = request.getfixturevalue(source)("electra")
    cached_on_hub(tmp_path, "some-org/tiny.ner_model", folder)
    text = "이순신은 서울에서 태어났다."
    result = nertag(
        tmp_path, "--model", "some-org/tiny.ner_model", "--format", "jsonl", "--device", "cpu",
        text=text,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert ("has no model.onnx: running on torch" in result.stderr) == (source == "checkpoint")
    expected = load(str(folder), device="cpu").tag(text).entities
    entities = json.loads(result.stdout)["entities"]
    assert [(e["start"], e["end"], e["label"]) for e in entities] == [
        (e.start, e.end, e.label) for e in expected
    ]
    assert entities


@pytest.mark.parametrize("name", ["some-org/unknown", "unknown", "smal"])
def test_a_hub_id_that_is_nowhere(tmp_path: Path, name: str) -> None:
    result = nertag(tmp_path, "--model", name, text="Berlin")
    assert result.returncode == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    problem = f"unknown model {name}: no such directory, no bundled model (base"
    assert lines[0].startswith(f"nertag: {problem}")
    assert lines[0].endswith("; did you mean small?") == (name == "smal")


def test_a_model_is_known_by_its_files(described: Callable[..., Path]) -> None:
    folder = described()
    (folder / "onnx").mkdir()
    for name in ("onnx/model.onnx", "onnx/model.onnx_data", WEIGHTS, "model-1-of-2.safetensors"):
        (folder / name).write_bytes(b"12345")
    before = stamps(read_model(folder))
    assert len(before) == 6
    (folder / "README.md").write_text("of no consequence")
    assert stamps(read_model(folder)) == before
    for name, (size, time) in before.items():
        os.utime(folder / name, ns=(time, time + 1_000_000_000))
        assert stamps(read_model(folder)) == before | {name: [size, time + 1_000_000_000]}
        os.utime(folder / name, ns=(time, time))
    assert stamps(read_model(folder)) == before
    version = model_version(read_model(folder), "owner/mine")
    os.utime(folder / WEIGHTS, ns=(0, 0))
    assert model_version(read_model(folder), "owner/mine") == version
    (folder / WEIGHTS).write_bytes(b"12346")
    assert model_version(read_model(folder), "owner/mine") != version
    assert re.fullmatch("mine-[0-9a-f]{8}", version)


def test_a_hub_id_whose_files_are_no_model(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / CONFIG).write_text("{}")
    cached_on_hub(tmp_path, "some-org/half", folder)
    result = nertag(tmp_path, "--model", "some-org/half", text="Berlin")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert TOKENIZER in result.stderr


@pytest.mark.network
def test_a_hub_id_from_the_network() -> None:
    message = message_of("nertag-tests/there-is-no-such-model")
    assert "unknown model nertag-tests/there-is-no-such-model" in message
