"""--out-dir: every file of a folder becomes a file, with the bundled model."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tagcli import tagger
from tagcli.models.directory import BUNDLED, DEFAULT
from tests.support.command import nertag
from tests.support.folders import names_in

pytestmark = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "model.onnx").is_file(),
    reason="the bundled model is not in this checkout",
)
BERLIN = "Angela Merkel wohnt in Berlin.\n"
MARKED = "[Angela Merkel PER] wohnt in [Berlin LOC].\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in/deep").mkdir(parents=True)
    Path("in/a.txt").write_text(BERLIN)
    Path("in/deep/b.txt.gz").write_bytes(gzip.compress(BERLIN.encode() * 2))
    Path("in/empty").write_text("")


def files() -> dict[str, str]:
    found = sorted(path for path in Path("out").rglob("*") if path.is_file())
    return {path.relative_to("out").as_posix(): path.read_text() for path in found}


def test_a_file_each_with_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    load = tagger.load
    monkeypatch.setattr(tagger, "load", lambda *a, **o: loads.append(a) or load(*a, **o))
    assert nertag("in", "--out-dir", "out") == (0, "", "")
    assert files() == {"a.txt": MARKED, "deep/b.txt": MARKED * 2, "empty.txt": ""}
    assert len(loads) == 1
    result = nertag("in", "--out-dir", "out")
    assert result == (0, "", "nertag: 3 of 3 files are done already\n")
    assert len(loads) == 1


def test_what_is_newer_is_tagged_again() -> None:
    nertag("in", "--out-dir", "out")
    kept = Path("out/empty.txt").stat().st_mtime_ns
    Path("in/a.txt").write_text("Ulm\n")
    Path("out/deep/b.txt").unlink()
    Path("out/a.txt.partial").write_text("left by a kill")
    result = nertag("in", "--out-dir", "out")
    assert result == (0, "", "nertag: 1 of 3 files are done already\n")
    assert files() == {"a.txt": "[Ulm LOC]\n", "deep/b.txt": MARKED * 2, "empty.txt": ""}
    assert Path("out/empty.txt").stat().st_mtime_ns == kept


def test_an_error_in_one_file_does_not_stop_the_others() -> None:
    Path("in/b.jsonl").write_text('{"text": "Ulm"}\n{"text": 5}\n')
    Path("in/c.pdf").write_bytes(b"%PDF-1.7\n")
    Path("in/d.conll").write_text("Anna O\n\nAnna\n")
    result = nertag("in", "--out-dir", "out", "--format", "jsonl")
    assert result.code == 1
    assert result.err.splitlines() == [
        "nertag: in/b.jsonl:2: field 'text' is not a string",
        "nertag: in/c.pdf is a PDF, no text: pdftotext FILE - | nertag (skipped)",
        "nertag: in/d.conll:3: a CoNLL line needs two or more columns, this has one",
        "nertag: 2 of 6 files could not be tagged",
    ]
    assert list(files()) == ["a.jsonl", "deep/b.jsonl", "empty.jsonl"]
    assert nertag("in/c.pdf", "--out-dir", "out").code == 1  # it was asked for


def test_bad_records_are_skipped_and_kept() -> None:
    Path("in/b.jsonl").write_text('{"text": "Ulm"}\n{"text": 5}\n')
    options = ("--out-dir", "out", "--keep-going", "--errors", "bad.jsonl", "--glob", "*.jsonl")
    result = nertag("in", *options)
    assert (result.code, files()) == (1, {"b.txt": "[Ulm LOC]\n"})
    assert json.loads(Path("bad.jsonl").read_text()) == {
        "file": "in/b.jsonl", "line": 2, "reason": "field 'text' is not a string",
        "raw": '{"text": 5}',
    }  # fmt: skip


def test_formats_with_a_head_and_a_tail() -> None:
    assert nertag("in", "--out-dir", "out", "--format", "html").code == 0
    assert all(page.endswith("</html>\n") for page in files().values())
    assert nertag("in", "--out-dir", "tasks", "--format", "label-studio").code == 0
    tasks = [json.loads(path.read_text()) for path in sorted(Path("tasks").rglob("*.json"))]
    assert [len(one) for one in tasks] == [1, 2, 0]
    versions = {task["predictions"][0]["model_version"] for one in tasks for task in one}
    assert [version.startswith(f"{DEFAULT}-") for version in versions] == [True]
    parquet = pytest.importorskip("pyarrow.parquet")
    assert nertag("in", "--out-dir", "p", "--format", "parquet").code == 0
    rows = [parquet.read_table(f"p/{name}").num_rows for name in ("a.parquet", "empty.parquet")]
    assert rows == [1, 0]


def test_many_small_files_are_one_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        Path(f"in/{number}.txt").write_text(f"Anna {number}\n" * (number % 3))
    assert nertag("in", "--out-dir", "out").code == 0
    for number in range(40):
        written = Path(f"out/{number}.txt").read_text()
        assert written.replace("[Anna PER]", "Anna").count(f"{number}") == number % 3
    assert not any(name.endswith(".partial") for name in names_in("out"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in"], "in is a directory: name the files in it, or give --out-dir"),
        (["in", "--out-dir", "out", "-o", "x"], "does not go with -o"),
        (["in", "--out-dir", "out", "--summary"], "does not go with --summary"),
        (["in", "--out-dir", "out", "--resume"], "does not go with --resume"),
        (["--out-dir", "out"], "takes files and folders: name some"),
        (["in/a.txt", "--glob", "*"], "--glob is about folders"),
        (["in/a.txt", "--errors", "x"], "--errors is about what --keep-going skips"),
        (["in/a.txt", "--keep-going", "--errors", "in/a.txt"], "is an input or an output"),
        (["in", "--out-dir", "out", "--keep-going", "--errors", "in/a.txt"], "is an input or"),
        (["in/a.txt", "--keep-going", "--errors", "x/y"], "--errors x/y cannot be written"),
    ],
)
def test_what_does_not_go_together(arguments: list[str], message: str) -> None:
    result = nertag(*arguments)
    assert (result.code, Path("out").exists()) == (2, False)
    assert message in result.err
    assert result.err.count("\n") == 1
