"""Tables in and out of the command, with the bundled model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.cli import run
from tagcli.models.directory import BUNDLED, DEFAULT
from tests.support.command import nertag
from tests.support.folders import names_in

pa = pytest.importorskip("pyarrow")
from pyarrow import parquet  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "model.onnx").is_file(),
    reason="the bundled model is not in this checkout",
)
TABLE = pa.table(
    {
        "id": pa.array([1, None, 3], pa.uint8()),
        "body": ["Angela Merkel wohnt in Berlin.", None, "이순신은 서울에서 태어났다."],
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "raw": [b"\xff", None, b""],
    }
)


def found_in(table: Any) -> list[Any]:
    return [
        None if row is None else [(one["text"], one["label"]) for one in row]
        for row in table["entities"].to_pylist()
    ]


FOUND = [
    [("Angela Merkel", "PER"), ("Berlin", "LOC")], None, [("이순신", "PER"), ("서울", "LOC")]
]  # fmt: skip


def test_parquet_in_and_out(tmp_path: Path) -> None:
    docs, out = tmp_path / "docs.parquet", tmp_path / "out.parquet"
    parquet.write_table(TABLE, docs, row_group_size=2)
    out.write_bytes(b"")
    out.chmod(0o640)
    assert nertag(docs, "--text-field", "body", "-o", out) == (0, "", "")
    table = parquet.read_table(out)
    assert table.drop_columns(["entities"]).equals(TABLE)
    assert found_in(table) == FOUND
    assert out.stat().st_mode & 0o777 == 0o640
    assert names_in(tmp_path) == ["docs.parquet", "out.parquet"]
    again = nertag(out, "--text-field", "body", "-o", tmp_path / "again.parquet")
    assert (again.code, names_in(tmp_path)) == (2, ["docs.parquet", "out.parquet"])
    assert "has a column 'entities' already" in again.err


def test_parquet_into_text(tmp_path: Path) -> None:
    docs = tmp_path / "docs.parquet"
    parquet.write_table(TABLE, docs)
    result = nertag(docs, "--text-field", "body")
    first, null, third = result.out.splitlines()
    assert (first, null) == ("[Angela Merkel PER] wohnt in [Berlin LOC].", "")
    assert (third, result.err) == ("[이순신 PER]은 [서울 LOC]에서 태어났다.", "")
    assert "Angela\tB-PER\n" in nertag(docs, "--text-field", "body", "--format", "conll").out
    result = nertag(docs, "--text-field", "body", "--format", "jsonl")
    first, second, _ = map(json.loads, result.out.splitlines())
    assert (first["id"], first["kind"], "raw" in first) == (1, "a", False)
    assert second == {"text": None, "id": None, "kind": "b", "entities": None}
    assert result.err == f"nertag: {docs}: JSON has no such values, left out: raw (binary)\n"


def test_parquet_into_tasks_and_other_offsets(tmp_path: Path) -> None:
    docs = tmp_path / "docs.parquet"
    parquet.write_table(pa.table({"text": ["\U0001f600 Anna", None, ""], "id": [1, 2, 3]}), docs)
    (task,) = json.loads(nertag(docs, "--format", "label-studio").out)
    assert task["data"] == {"text": "\U0001f600 Anna", "id": 1}
    written = nertag(docs, "--format", "jsonl", "--offsets", "utf16").out.splitlines()
    first, second, third = map(json.loads, written)
    assert (first["offsets"], first["entities"][0]["start"]) == ("utf16", 3)
    assert (second["text"], second["entities"], third["entities"]) == (None, None, [])


def test_jsonl_into_parquet_and_back(tmp_path: Path) -> None:
    records, out = tmp_path / "a.jsonl", tmp_path / "out.parquet"
    lines = [{"text": row["body"] or "", "id": row["id"]} for row in TABLE.to_pylist()]
    records.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert nertag(records, "-o", out).code == 0
    assert found_in(parquet.read_table(out)) == [FOUND[0], [], FOUND[2]]
    back = [json.loads(line) for line in nertag(out, "--format", "jsonl").out.splitlines()]
    for line, record in zip(lines, back, strict=True):
        same = [(one["start"], one["label"]) for one in record["input_entities"]]
        assert same == [(one["start"], one["label"]) for one in record["entities"]]
        assert {name: record[name] for name in line} == line


def test_arrow_by_a_pipe(tmp_path: Path) -> None:
    with pa.ipc.new_stream(tmp_path / "a", TABLE.schema) as stream:
        stream.write_table(TABLE)
    result = nertag("--text-field", "body", stdin=(tmp_path / "a").read_bytes())
    assert result.out.startswith("[Angela Merkel PER] wohnt")


def test_an_error_leaves_a_partial_file_that_can_be_read(tmp_path: Path) -> None:
    records, out = tmp_path / "a.jsonl", tmp_path / "out.parquet"
    records.write_text('{"text": "Anna"}\n{"text": 5}\n')
    result = nertag(records, "-o", out)
    assert result.code == 1
    assert names_in(tmp_path) == ["a.jsonl", "out.parquet.partial"]
    assert parquet.read_table(tmp_path / "out.parquet.partial")["text"].to_pylist() == ["Anna"]
    assert "was left by an unfinished run: remove it" in nertag(records, "-o", out).err
    (tmp_path / "out.parquet.partial").unlink()
    result = nertag(records, "-o", out, "--keep-going")
    assert (result.code, parquet.read_table(out).num_rows) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "out.parquet", "--resume"], "whole at their end only"),
        (["-o", "out.parquet.gz"], "is compressed by itself"),
    ],
)
def test_what_parquet_cannot_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Anna\n")
    if arguments[1].endswith(".gz"):
        arguments = [*arguments, "--format", "parquet"]
    result = nertag("a.txt", *arguments)
    assert (result.code, names_in(tmp_path)) == (2, ["a.txt"])
    assert message in result.err


def test_parquet_by_a_pipe_is_refused(tmp_path: Path) -> None:
    parquet.write_table(TABLE, tmp_path / "a")
    result = nertag("-", "--text-field", "body", stdin=(tmp_path / "a").read_bytes())
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "give the file by its name" in result.err


def test_parquet_is_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_terminal", lambda stream: True)
    result = nertag("--format", "parquet", stdin=b"Anna\n")
    assert (result.code, result.out) == (2, "")
    assert "-o FILE writes it to a file" in result.err


def test_a_run_from_parquet_into_text_can_be_resumed(tmp_path: Path) -> None:
    docs, out = tmp_path / "docs.parquet", tmp_path / "out.jsonl"
    columns = {"text": ["Anna in Bern"] * 300 + ["x"], "n": list(range(301))}
    parquet.write_table(pa.table(columns), docs)
    nertag(docs, "-o", out)
    whole = out.read_bytes()
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"]).buffers())
    broken = pa.concat_tables(
        [pa.table(columns).slice(0, 300), pa.table({"text": bad, "n": [300]})]
    )
    parquet.write_table(broken, docs)
    assert nertag(docs, "-o", tmp_path / "next.jsonl").code == 1
    parquet.write_table(pa.table(columns), docs)
    assert nertag(docs, "-o", tmp_path / "next.jsonl", "--resume") == (0, "", "")
    assert (tmp_path / "next.jsonl").read_bytes() == whole
