"""Models of the hub with and without a network; sockets are blocked, and tell of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import huggingface_hub
import pytest
from huggingface_hub.errors import HfHubHTTPError

from tagcli import load
from tagcli.errors import UsageError
from tagcli.models import hub
from tagcli.models.config import CONFIG
from tagcli.models.directory import BUNDLED, DEFAULT, TOKENIZER, find_model
from tests.support.hub_cache import cached_on_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = BUNDLED / DEFAULT
REPO = "some-org/ner"
GERMAN = "Angela Merkel wohnt in Berlin.\n"
GERMAN_SPANS = "[Angela Merkel PER] wohnt in [Berlin LOC].\n"
PATIENCE = 120
TOUCHED = "a socket was asked for"
BLOCKED = f"""
import os, socket, sys

def blocked(*_, **__):
    os.write(2, b"{TOUCHED}\\n")
    raise OSError("no network")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = blocked
from tagcli.cli.main import main
try:
    main(sys.argv[1:], prog_name="nertag")
finally:
    print("hub" if "huggingface_hub" in sys.modules else "no hub", file=sys.stderr)
"""

needs_model = pytest.mark.skipif(
    not (BASE / "model.onnx").is_file(), reason="the bundled model is not in this checkout"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HF_HOME after the bundled model was fetched as REPO, and another one only in part."""
    home = tmp_path_factory.mktemp("hf")
    cached_on_hub(home / "hub", REPO, BASE)
    part = tmp_path_factory.mktemp("part")
    for name in (CONFIG, TOKENIZER):
        (part / name).write_bytes((BASE / name).read_bytes())
    cached_on_hub(home / "hub", "some-org/part", part)
    return home


def nertag(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HF_HOME": str(home)}
    for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, *arguments], input=GERMAN, env=environment, cwd=home,
        capture_output=True, encoding="utf-8", check=False, timeout=PATIENCE,
    )  # fmt: skip


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What is said of a mistake of the caller, in one sentence."""
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("nertag: ")]
    assert line.startswith("nertag: unknown model some-org/")
    assert "Traceback" not in done.stderr
    return line


@needs_model
def test_a_hub_model_fetched_before_runs_without_the_network(home: Path) -> None:
    done = nertag(home, "--offline", "--model", REPO)
    assert (done.returncode, done.stdout) == (0, GERMAN_SPANS)
    assert done.stderr == "hub\n"


@needs_model
def test_a_hub_that_cannot_be_reached_leaves_the_cache(home: Path) -> None:
    done = nertag(home, "--model", REPO)
    assert TOUCHED in done.stderr, "the block blocks"
    assert (done.returncode, done.stdout) == (0, GERMAN_SPANS)


@pytest.fixture
def silent_hub() -> Iterator[str]:
    """The address of a hub that takes every call and never answers one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@needs_model
def test_a_hub_that_never_answers_leaves_the_cache(home: Path, silent_hub: str) -> None:
    environment = os.environ | {
        "HF_HOME": str(home), "HF_ENDPOINT": silent_hub, "HF_HUB_ETAG_TIMEOUT": "1"
    }  # fmt: skip
    environment.pop("HF_HUB_OFFLINE", None)

    def tagged(model: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tagcli", "--model", model], input=GERMAN, env=environment,
            capture_output=True, encoding="utf-8", check=False, timeout=PATIENCE,
        )  # fmt: skip

    done = tagged(REPO)
    assert (done.returncode, done.stdout, done.stderr) == (0, GERMAN_SPANS, "")
    said = sentence(tagged("some-org/other"))
    assert "the hub cannot be reached, and it is not among the models fetched before" in said


@needs_model
@pytest.mark.parametrize("model", [None, DEFAULT, str(BASE)])
def test_bundled_models_and_folders_touch_no_network(home: Path, model: str | None) -> None:
    done = nertag(home, *([] if model is None else ["--model", model]))
    assert (done.returncode, done.stdout, done.stderr) == (0, GERMAN_SPANS, "no hub\n")
    assert nertag(home, "--model-info", "--model", model or DEFAULT).stderr == "no hub\n"


def test_nothing_fetched_before(home: Path) -> None:
    done = nertag(home, "--offline", "--model", "some-org/other")
    said = sentence(done)
    assert "this run does not ask the hub, and it is not among the models fetched before" in said
    assert str(home / "hub") in said
    assert TOUCHED not in done.stderr
    said = sentence(nertag(home, "--model", "some-org/other"))
    assert "the hub cannot be reached, and it is not among the models fetched before" in said


def test_fetched_before_in_part(home: Path) -> None:
    said = sentence(nertag(home, "--offline", "--model", "some-org/part"))
    assert "and what was fetched before (" in said
    assert said.endswith(") has no model.onnx")


def test_offline_is_a_matter_of_the_call(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[dict[str, Any]] = []

    def snapshot_download(repo_id: str, **options: Any) -> str:
        calls.append(options)
        raise huggingface_hub.errors.LocalEntryNotFoundError("not there")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    before = dict(os.environ)
    with pytest.raises(UsageError, match="does not ask the hub"):
        load(REPO, offline=True)
    assert [call["local_files_only"] for call in calls] == [True]
    assert dict(os.environ) == before
    assert huggingface_hub.constants.HF_HUB_OFFLINE is False


class TransportError(Exception):
    """As httpx has it, on which newer releases of huggingface_hub stand."""


class ConnectError(TransportError):
    """One of its kinds."""


FORBIDDEN = HfHubHTTPError(
    "403 Forbidden\nmore", response=SimpleNamespace(headers={}, request=None)
)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (FORBIDDEN, "the hub says: 403 Forbidden"),
        (OSError(28, "No space left on device"), "the hub says: [Errno 28] No space left"),
        (RuntimeError(), "the hub says: RuntimeError"),
        (ConnectionError("refused"), "the hub cannot be reached, and"),
        (ConnectError("refused"), "the hub cannot be reached, and"),
    ],
)
def test_what_the_hub_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, says: str
) -> None:
    def snapshot_download(repo_id: str, local_files_only: bool = False, **_: Any) -> str:
        raise huggingface_hub.errors.LocalEntryNotFoundError("") if local_files_only else error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    with pytest.raises(UsageError) as caught:
        find_model(REPO)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_kind_of_weights_that_there_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second kind is fetched where the first is not there, and only then."""
    asked: list[list[str]] = []

    def snapshot_download(repo_id: str, allow_patterns: list[str]) -> str:
        assert huggingface_hub.utils.are_progress_bars_disabled(), "stderr is no terminal"
        asked.append(allow_patterns)
        for name in {"config", "b.weights"} & set(allow_patterns):
            (tmp_path / name).write_text(json.dumps({}))
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    found = hub.find_snapshot(REPO, ["config"], ["extra"], [["a.weights"], ["b.weights"]], False)
    assert found == tmp_path
    assert asked == [["config", "extra", "a.weights"], ["config", "extra", "b.weights"]]
    hub.find_snapshot(REPO, ["config"], [], [["b.weights"], ["a.weights"]], False)
    assert len(asked) == 3
