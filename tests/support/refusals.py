"""Model directories that are to be refused in one sentence, and what must not run on the way."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from tagcli import NertagError, Tagger, load
from tagcli.models.config import CONFIG
from tests.support.tiny_models import edit_json

TEXT = "Angela Merkel in Berlin.\n이순신은 서울에서 태어났다.\nΩ"


def tagger_of(folder: Path, backend: str = "auto") -> Tagger:
    return load(str(folder), backend=backend, device="cpu", threads=1)


def refusal(folder: Path, backend: str = "auto") -> str:
    """The sentence in which loading or tagging ends."""
    with pytest.raises(NertagError) as caught:
        tagger_of(folder, backend).tag(TEXT)
    return one_sentence(folder, caught.value)


def one_sentence(folder: Path, error: NertagError) -> str:
    """What the error says, once it is seen to be one sentence of some length."""
    message = str(error)
    assert len(message.splitlines()) == 1, message
    assert message.isprintable()
    assert len(message) < 600 + 2 * len(str(folder))
    return message


def tags_or_is_refused(folder: Path, backend: str = "auto") -> None:
    """Whatever else is raised fails the test."""
    try:
        tagger_of(folder, backend).tag(TEXT)
    except NertagError as error:
        one_sentence(folder, error)


def labelled(*labels: str) -> dict[str, str]:
    """The id2label of a config."""
    return {str(i): label for i, label in enumerate(labels)}


def cut(path: Path, part: float) -> None:
    """Leave no more than this part of a file."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


class Canary:
    """What, when it is unpickled, leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def canary(tmp_path: Path) -> tuple[bytes, Path]:
    """A pickle, and the file that it leaves."""
    path = tmp_path / "unpickled"
    pickled = pickle.dumps(Canary(path))
    pickle.loads(pickled)
    path.unlink()
    return pickled, path


def bring_code(folder: Path, tmp_path: Path, **changes: Any) -> Path:
    """Make the config ask for code of its own; returns the file that it would leave."""
    left = tmp_path / "ran"
    classes = ("AutoConfig", "AutoModelForTokenClassification")
    names = {name: f"odd_code.{name}" for name in classes}
    edit_json(folder / CONFIG, auto_map=names, **changes)
    (folder / "odd_code.py").write_text(f"open({str(left)!r}, 'w').close()\n")
    return left
