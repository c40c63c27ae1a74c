"""`nertag --version -v`: what a report of a bug needs."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tagcli.backends import registry
from tagcli.cli import bug_report
from tagcli.cli.main import main
from tagcli.models.directory import BUNDLED, DEFAULT
from tests.support.processes import needs_model

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tiny_models import ModelMaker

NEEDED = ("onnxruntime", "tokenizers", "numpy", "huggingface_hub", "click", "rich")


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "gpu_is_present", lambda: False)


def page(*arguments: str | Path) -> str:
    """Standard output of a call that succeeds."""
    result = CliRunner().invoke(main, [str(one) for one in arguments], prog_name="nertag")
    assert result.exit_code == 0, result.output
    return result.output


def report(*arguments: str | Path) -> dict[str, list[str]]:
    """The report, taken apart: the values of each fact."""
    found: dict[str, list[str]] = {}
    for line in page("--version", "-v", *arguments).splitlines():
        if name := line[:14].strip():
            found[name] = []
        found[list(found)[-1]].append(line[14:])
    return found


def test_the_options_may_stand_in_any_order() -> None:
    first = page("--version", "-v")
    assert first == page("-v", "--version") == page("--verbose", "no-such-file", "--version")
    assert len(first.splitlines()) > 15
    assert page("--version") == page("no-such-file", "--version")
    assert len(page("--version").splitlines()) == 1


@needs_model
def test_what_is_installed_and_what_would_run() -> None:
    found = report()
    assert list(found) == [
        "nertag", "Python", "platform", "packages", "processor", "int8", "usable cores",
        "providers", "model", "backend", "defaults",
    ]  # fmt: skip
    assert page("--version").split() == ["nertag", *" ".join(found["nertag"]).split()]
    assert found["Python"][0].startswith(platform.python_version())
    versions = dict(line.split(" ", 1) for line in found["packages"])
    assert list(versions)[: len(NEEDED)] == list(NEEDED)
    assert versions["click"] == metadata.version("click")
    assert "CPUExecutionProvider" in found["providers"][0]
    assert found["model"][0].startswith(f"{DEFAULT}, ")
    assert found["model"][0].endswith(" MB, int8")
    assert found["model"][1] == str(BUNDLED / DEFAULT)
    assert (found["backend"], found["defaults"]) == (["onnx on cpu"], ["none"])


def test_packages_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in ("nertag", "rich", "torch"):
            raise metadata.PackageNotFoundError(name)
        return "9.9" if name == "onnxruntime-gpu" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    found = report()
    assert found["nertag"] == ["from its source"]
    assert "rich not installed" in found["packages"]
    assert "onnxruntime-gpu 9.9" in found["packages"]
    assert not [line for line in found["packages"] if line.startswith("torch ")]


def test_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bug_report, "processor_name", lambda: "Some\x1b CPU")
    monkeypatch.setattr(bug_report, "usable_cores", lambda: 7)
    for instructions, said in ((["avx2", "i8mm"], "avx2, i8mm"), ([], "none"), (None, "unknown")):
        monkeypatch.setattr(bug_report, "int8_instructions", lambda told=instructions: told)
        found = report()
        assert (found["int8"], found["usable cores"]) == ([said], ["7"])
        assert found["processor"] == ["Some␛ CPU"]


def test_another_model_and_backend(checkpoint: ModelMaker, float_model: ModelMaker) -> None:
    found = report("--model", checkpoint("bert"))
    assert found["backend"] == ["torch on cpu"]
    assert found["model"][0].endswith(", float")
    found = report("--model", float_model("bert"), "--device", "cpu")
    assert found["backend"] == ["onnx on cpu"]
    assert found["model"][1] == str(float_model("bert"))


def test_cuda_where_there_is_a_gpu(
    checkpoint: ModelMaker, float_model: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    monkeypatch.setattr(registry, "gpu_is_present", lambda: True)
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    assert report("--model", checkpoint("bert"))["backend"] == ["torch on cuda"]
    found = report("--model", float_model("bert"))
    assert (found["backend"], found["providers"]) == (["onnx on cuda"], [", ".join(both)])
    assert report("--model", float_model("bert"), "--device", "cpu")["backend"] == ["onnx on cpu"]


@needs_model
def test_the_bundled_model_stays_on_the_cpu_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "gpu_is_present", lambda: True)
    assert report("--backend", "onnx")["backend"] == ["onnx on cpu"]
    assert report("--backend", "torch")["backend"] == ["torch on cpu"]
    assert report("--device", "cuda")["backend"] == ["torch on cuda"]


def test_what_is_wrong_is_part_of_it(tmp_path: Path) -> None:
    found = report("--model", tmp_path)
    assert found["problem"] == [f"{tmp_path} is no model directory: it has no config.json"]
    assert "backend" not in found
    found = report("--model", "some-org/never-fetched")
    assert "this run does not ask the hub" in found["problem"][0]


@needs_model
def test_a_device_that_the_model_cannot_have() -> None:
    found = report("--backend", "onnx", "--device", "cuda")
    assert found["model"][0].startswith(DEFAULT)
    assert "CUDA needs --backend torch" in found["problem"][0]


def test_an_onnxruntime_that_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.delitem(sys.modules, "tagcli.backends.onnx", raising=False)
    found = report()
    assert found["providers"][0].startswith("onnxruntime cannot be imported: ")
    assert "onnxruntime" in found["problem"][0]


def test_defaults_of_a_file_count_and_a_bad_one_is_told(
    checkpoint: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nertag.toml"
    monkeypatch.setenv("NERTAG_CONFIG", str(path))
    path.write_text(f"model = {json.dumps(str(checkpoint('bert')))}\n", encoding="utf-8")
    found = report()
    assert found["defaults"] == [f"{path} sets model"]
    assert found["model"][1] == str(checkpoint("bert"))
    path.write_text("modle = 1\n", encoding="utf-8")
    assert "'modle' is none of its keys" in report()["defaults"][0]


def test_neither_page_imports_torch() -> None:
    program = (
        "import sys; from tagcli.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'transformers', 'onnxruntime', 'numpy'} & set(sys.modules)))"
    )
    for arguments, heavy in ((["--version"], []), (["--version", "-v"], ["numpy", "onnxruntime"])):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == str(heavy)
