"""Nothing is sent, and nothing is left that nobody asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.processes import needs_model

TAG = """
import os
from tagcli import load
assert load(device="cpu").tag("Anna Berger wohnt in Kassel.").entities
"""
SPAWNED = """
import multiprocessing
def work():
    import onnxruntime, tagcli
    assert tagcli.load(device="cpu").tag("Anna Berger wohnt in Kassel.").entities
if __name__ == "__main__":
    import tagcli
    process = multiprocessing.get_context("spawn").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0
"""
QUANTISING = """
import export.quantisation.methods
import onnxruntime
onnxruntime.InferenceSession("tagcli/bundled/base/model.onnx")
"""
SOCKETS = """
import os
open_ones = []
for name in os.listdir("/proc/self/fd"):
    try:
        open_ones.append(os.readlink(f"/proc/self/fd/{name}"))
    except OSError:
        pass
assert not [one for one in open_ones if one.startswith("socket:")], open_ones
"""


def left_at_home(tmp_path: Path, code: str) -> list[Path]:
    """What a program leaves in an empty home."""
    home, script = tmp_path / "home", tmp_path / "script.py"
    home.mkdir()
    script.write_text(code)
    kept = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return sorted(path for path in home.rglob("*") if path.is_file())


@needs_model
@pytest.mark.parametrize("code", [TAG, SPAWNED])
def test_tagging_leaves_nothing_behind(tmp_path: Path, code: str) -> None:
    assert left_at_home(tmp_path, code) == []


@needs_model
@pytest.mark.train
def test_making_models_leaves_nothing_behind(tmp_path: Path) -> None:
    assert left_at_home(tmp_path, QUANTISING) == []


@needs_model
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_tagging_opens_no_connection(tmp_path: Path) -> None:
    assert left_at_home(tmp_path, TAG + SOCKETS) == []
