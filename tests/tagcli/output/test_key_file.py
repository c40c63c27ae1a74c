"""Keys of redacted text."""

from __future__ import annotations

import gzip
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import UsageError
from tagcli.output.key_file import KeyFile, restored
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.records import Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.changes import Change
from tagcli.writers.formats import REDACT_WITH
from tagcli.writers.redaction import open_redaction
from tests.support.folders import names_in
from tests.support.processes import needs_posix

PIECES = ["Hallo ", Change("PER_1", "Anna\r\nMeier", "PER"), "은 ", Change("", "x", "")]
REDACTED = "Hallo PER_1은 "
BEFORE = "Hallo Anna\r\nMeier은 x"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The key of REDACTED."""
    with KeyFile(str(tmp_path / "key")) as keep:
        keep(PIECES[:1])
        keep(PIECES[1:])
    (tmp_path / "out").write_bytes(REDACTED.encode())
    return tmp_path / "key"


def test_a_key_gives_the_text_back(key: Path) -> None:
    assert restored(key.with_name("out"), key) == BEFORE.encode()
    lines = key.read_text(encoding="utf-8").splitlines()
    assert lines[0] == '{"at": 6, "redacted": "PER_1", "text": "Anna\\r\\nMeier", "label": "PER"}'
    assert names_in(key.parent) == ["key", "out"]


def test_compressed_text_comes_back_too(key: Path) -> None:
    path = key.with_name("out.gz")
    path.write_bytes(gzip.compress(REDACTED.encode()))
    assert restored(path, key) == BEFORE.encode()


@pytest.mark.parametrize("changed", ["", REDACTED + " ", REDACTED.replace("1", "2")])
def test_text_that_was_changed_is_refused(key: Path, changed: str) -> None:
    key.with_name("out").write_bytes(changed.encode())
    with pytest.raises(UsageError, match="was changed since it was redacted"):
        restored(key.with_name("out"), key)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[]\n", b"no key\n", b"\xff\n"])
def test_what_is_no_key(key: Path, content: bytes) -> None:
    key.write_bytes(content)
    with pytest.raises(UsageError, match="is not what nertag has written"):
        restored(key.with_name("out"), key)


def test_a_key_that_lost_its_end_is_none(key: Path) -> None:
    key.write_bytes(key.read_bytes()[:-2])
    with pytest.raises(UsageError, match="is not what nertag has written"):
        restored(key.with_name("out"), key)


def test_half_a_key_is_not_left(tmp_path: Path) -> None:
    key = KeyFile(str(tmp_path / "key"))
    key.__enter__()(PIECES)
    key.__exit__(RuntimeError, RuntimeError(), None)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["key", "nothing/key", "x" * 300, ""])
def test_names_that_cannot_be(key: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(key.parent)
    content = key.read_bytes()
    with pytest.raises(UsageError, match="--key"):
        KeyFile(name)
    assert key.read_bytes() == content
    assert names_in(key.parent) == ["key", "out"]


@needs_posix
def test_a_key_is_for_its_owner_from_the_start(tmp_path: Path) -> None:
    (tmp_path / "other.partial").write_text("left by a run that was killed")
    for name in ("key", "other"):
        with KeyFile(str(tmp_path / name)) as keep:
            keep(PIECES)
            assert stat.S_IMODE((tmp_path / f"{name}.partial").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert (tmp_path / "key").read_bytes() == (tmp_path / "other").read_bytes()


LINES = st.lists(
    st.tuples(
        st.text(st.sampled_from("Ab ÄPER_1은는이가로서울.\t\r\u2028"), max_size=12),
        st.sampled_from(["\n", "\r\n"]),
    ),
    max_size=8,
)


@given(LINES, st.booleans(), st.sampled_from(REDACT_WITH), st.sampled_from(["lines", "wrapped"]))
def test_a_file_comes_back_byte_for_byte(
    lines: list[tuple[str, str]], has_last_end: bool, how: str, paragraphs: str
) -> None:
    text = "".join(line + end for line, end in lines)
    content = (text if has_last_end else text.removesuffix("\n").removesuffix("\r")).encode()
    with tempfile.TemporaryDirectory() as folder:
        source, out, key = (Path(folder, name) for name in ("in.txt", "out", "key"))
        source.write_bytes(content)
        reading = ReaderOptions(paragraphs=paragraphs)
        documents = read_documents(Input(str(source)), "text", reading)
        with KeyFile(str(key)) as keep:
            writer = open_redaction(WriterOptions(redact_with=how, keep=keep))
            out.write_bytes("".join(map(writer.record, map(_tagged, documents))).encode())
        assert restored(out, key) == content


def _tagged(document: object) -> TaggedDocument:
    """Every third to fifth character is a name."""
    text = document.text  # type: ignore[attr-defined]
    found = [Entity(at, at + 2, "PER", text[at : at + 2], 1.0) for at in range(2, len(text) - 1, 5)]
    return TaggedDocument(document, tuple(found), ())  # type: ignore[arg-type]
