"""Fixtures of all tests, and which tests this machine can run."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import huggingface_hub
import pytest
from hypothesis import settings

from tests.support.tiny_models import (
    NERTAG_OBJECT,
    ModelMaker,
    TaggerMaker,
    all_sentences,
    edit_json,
    make_base,
    make_checkpoint,
    require,
)

if TYPE_CHECKING:
    from collections.abc import Callable

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
if "PYTEST_XDIST_WORKER" in os.environ:  # the workers have the cores, each one
    os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("nertag", deadline=None)  # how long a test takes is no matter of a test
settings.load_profile("nertag")
os.environ["NERTAG_CONFIG"] = ""  # the defaults of who runs the tests are not theirs
os.environ["SOURCE_DATE_EPOCH"] = "1767225600"  # so that pages are the same on every day


@pytest.fixture(autouse=True)
def _hub_that_answers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that is there: what comes from it is the test's to say (snapshot_download)."""
    if not request.node.get_closest_marker("network"):
        monkeypatch.setattr(huggingface_hub, "model_info", lambda repo, timeout: None)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> ModelMaker:
    """`checkpoint(shape)`: a folder with safetensors, tokenizer.json and config.json.

    The shape "nertag" is the XLM-R one with a `nertag` object in its config.
    """
    require("torch", "transformers", "safetensors")

    @functools.cache
    def make(shape: str) -> Path:
        folder = tmp_path_factory.mktemp(f"checkpoint-{shape}")
        if shape != "nertag":
            return make_checkpoint(shape, folder)
        shutil.copytree(make("xlmr"), folder, dirs_exist_ok=True)
        edit_json(folder / "config.json", nertag=NERTAG_OBJECT)
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> ModelMaker:
    """`tiny_base(shape)`: the folder of an encoder to train from."""
    require("torch", "transformers", "safetensors", "datasets", "accelerate")

    @functools.cache
    def make(shape: str) -> Path:
        return make_base(shape, tmp_path_factory.mktemp(f"base-{shape}"))

    return make


@pytest.fixture(scope="session")
def float_model(checkpoint: ModelMaker, tmp_path_factory: pytest.TempPathFactory) -> ModelMaker:
    """`float_model(shape)`: the checkpoint's float ONNX export, a model directory."""
    require("onnx", "optimum")

    @functools.cache
    def make(shape: str) -> Path:
        from export.model_directory.onnx_export import export_float

        folder = tmp_path_factory.mktemp(f"onnx-{shape}")
        if shape != "nertag":
            return export_float(checkpoint(shape), folder / "model")
        shutil.copytree(make("xlmr"), folder, dirs_exist_ok=True)
        own = json.loads((folder / "config.json").read_text(encoding="utf-8"))["nertag"]
        edit_json(folder / "config.json", nertag=own | NERTAG_OBJECT)
        return folder

    return make


@pytest.fixture(scope="session")
def quantised_model(
    checkpoint: ModelMaker, float_model: ModelMaker, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Path]:
    """`quantised_model(shape, method)`: the directory of a float export made small."""
    from export.quantisation.methods import Origin, quantise

    @functools.cache
    def make(shape: str, method: str) -> Path:
        folder = tmp_path_factory.mktemp(f"{shape}-{method}")
        text = folder / "text.txt"
        text.write_text("\n".join(all_sentences()) + "\n", encoding="utf-8")
        origin = Origin(checkpoint(shape), float_model(shape), [text])
        return quantise(origin, folder / "model", method)

    return make


@pytest.fixture(scope="session")
def tiny_tagger(float_model: ModelMaker) -> TaggerMaker:
    """`tiny_tagger(shape, **options)`: a tagger of the float export, options as for load."""

    @functools.cache
    def make(shape: str, **options: Any) -> Any:
        from tagcli import load

        return load(str(float_model(shape)), device="cpu", threads=1, **options)

    return make


@pytest.fixture(scope="session")
def bundled_tagger() -> Any:
    """A tagger with the model that comes with the package."""
    from tagcli import load
    from tagcli.models.directory import BUNDLED, DEFAULT

    if not (BUNDLED / DEFAULT / "model.onnx").is_file():
        pytest.skip("the bundled model is not in this checkout")
    return load(device="cpu", threads=1)


@pytest.fixture
def model_copy(float_model: ModelMaker, tmp_path: Path) -> Callable[[str], Path]:
    """`model_copy(shape)`: a fresh copy of the float export that a test may spoil."""

    def make(shape: str) -> Path:
        folder = tmp_path / f"copy-{shape}"
        shutil.copytree(float_model(shape), folder)
        return folder

    return make


@pytest.fixture
def checkpoint_copy(checkpoint: ModelMaker, tmp_path: Path) -> Callable[[str], Path]:
    """`checkpoint_copy(shape)`: a fresh copy of the checkpoint that a test may spoil."""

    def make(shape: str) -> Path:
        folder = tmp_path / f"checkpoint-{shape}"
        shutil.copytree(checkpoint(shape), folder)
        return folder

    return make


TESTS = Path(__file__).parent
TRAIN_FOLDERS = tuple(TESTS / name for name in ("export", "interop", "samples"))
"""What is in them needs the packages of the `train` and `dev` extras."""
TRAIN_PACKAGES = (
    "accelerate", "conlleval", "datasets", "matplotlib", "msgspec", "onnx", "optimum", "pandas",
    "pyarrow", "safetensors", "seqeval", "spacy", "tomli_w", "torch", "transformers",
)  # fmt: skip


@functools.cache
def _missing_for_training() -> str:
    return ", ".join(name for name in TRAIN_PACKAGES if importlib.util.find_spec(name) is None)


def _is_training(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in TRAIN_FOLDERS)


def pytest_report_header() -> str | None:
    """Say which folders are not even imported, and why."""
    if not _missing_for_training():
        return None
    folders = ", ".join(f"tests/{folder.name}" for folder in TRAIN_FOLDERS)
    return f"skipped whole: {folders}, since these are not installed: {_missing_for_training()}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what could not be imported."""
    return True if _is_training(collection_path) and _missing_for_training() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the packages of training; skip what needs them, a GPU or a model hub where
    there is none."""
    for item in items:
        if _is_training(item.path):
            item.add_marker(pytest.mark.train)
        if item.get_closest_marker("train") and _missing_for_training():
            reason = f"not installed: {_missing_for_training()}"
            item.add_marker(pytest.mark.skip(reason=reason))
        if item.get_closest_marker("cuda") and not _has_cuda():
            item.add_marker(pytest.mark.skip(reason="needs a working CUDA device"))
        if item.get_closest_marker("network") and not os.environ.get("NERTAG_TEST_NETWORK"):
            item.add_marker(pytest.mark.skip(reason="needs a model hub: set NERTAG_TEST_NETWORK=1"))


@functools.cache
def _has_cuda() -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())
