"""Records that are skipped, and the file that keeps them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.cli.bad_records import BadRecords, record_of
from tagcli.errors import DataError, UsageError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.records import TaggedDocument
from tests.support.tagged import tagged_text, tagged_tokens
from tests.support.universal import read_rows

if TYPE_CHECKING:
    from pathlib import Path


UNIVERSAL = """1-2\tzum\t_\t_\t_\t_\t_\t_\t_\t_
1\tzu\tzu\tADP\t_\t_\t0\troot\t_\t_
2\tdem\tder\tDET\t_\t_\t1\tdet\t_\t_
"""


class Unable:
    """A writer that can hold nothing."""

    def record(self, tagged: TaggedDocument) -> str:
        raise DataError(tagged.document.source, tagged.document.line, "no room")


def kept(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "data", "line", "raw"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": 5}\n', 2, '{"text": 5}'),
        ("a.jsonl", b'{"text": "\xff"}\n', 1, '{"text": "\\xff"}'),
        ("a.txt", "Köln\nb\0c\n".encode(), 2, "b\0c"),
        ("a.conll", b"a O\nb O\n\nc O\nd\n", 5, "c O\nd"),
        ("a.csv", b'id,text\n1,"a\nb",c\n', 2, '1,"a\nb",c'),
        ("a.csv", b'id,text\n1,"a\nb\n', 2, '1,"a\nb'),
        ("a.json", b'{"body": 1}\n', 1, '{"body": 1}'),
    ],
)
def test_what_was_read_is_kept(
    tmp_path: Path, name: str, data: bytes, line: int, raw: str
) -> None:
    path, errors = tmp_path / name, tmp_path / "bad.jsonl"
    path.write_bytes(data)
    with BadRecords(True, str(errors)) as bad:
        options = ReaderOptions(on_error=bad.on_error)
        list(read_documents(Input(path), "csv" if name == "a.csv" else None, options))
    (record,) = kept(errors)
    assert list(record) == ["file", "line", "reason", "raw"]
    assert (record["file"], record["line"], record["raw"]) == (str(path), line, raw)
    assert bad.exit_code() == 1


@pytest.mark.parametrize(
    ("tagged", "raw"),
    [
        (tagged_text("Köln"), "Köln"),
        (tagged_text("Köln", id=7), '{"text": "Köln", "id": 7}'),
        (tagged_tokens(["in", "Bern"]), "in Bern"),
        (TaggedDocument(read_rows(f"{UNIVERSAL}\n")[0], (), ()), UNIVERSAL.rstrip("\n")),
    ],
)
def test_what_could_not_be_written_is_kept(
    tmp_path: Path, tagged: TaggedDocument, raw: str
) -> None:
    errors = tmp_path / "bad.jsonl"
    with BadRecords(True, str(errors)) as bad:
        assert record_of(Unable(), tagged, bad) is None  # type: ignore[arg-type]
    assert [record["raw"] for record in kept(errors)] == [raw]


def test_without_going_on_the_first_ends_the_run(tmp_path: Path) -> None:
    bad = BadRecords(False, None)
    assert bad.on_error is None
    with pytest.raises(DataError, match="no room"):
        record_of(Unable(), tagged_text("Köln"), bad)  # type: ignore[arg-type]
    assert bad.exit_code() == 0


def test_a_file_that_is_read_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(UsageError, match="is an input or an output"):
        BadRecords(True, str(tmp_path / "link")).check_apart([tmp_path / "a"])
    BadRecords(True, str(tmp_path / "b")).check_apart([tmp_path / "a"])
