"""What a journal knows, and what it does not let pass."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import NertagError, UsageError
from tagcli.output import journal as module
from tagcli.output.journal import Journal
from tagcli.output.partial_file import PartialFile
from tagcli.records import ConllRows, Document
from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETTINGS: dict[str, Any] = {"--lang": "auto", "--min-score": 0.5, "model": {"model.onnx": [3, 4]}}
DOCUMENTS = [Document(text, "a.txt", i) for i, text in enumerate(("Berlin", "", "Rom", "Bern"))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.partial"


@pytest.fixture(autouse=True)
def _every_document_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LINES", 0.0)


def opened(path: Path, resume: bool, **changed: Any) -> tuple[PartialFile, Journal]:
    partial = PartialFile(path)
    writer = OUTPUT_FORMATS["html"](WriterOptions())
    try:
        return partial, Journal(partial, writer, SETTINGS | changed, resume)
    except NertagError:
        partial.close()
        raise


def run(path: Path, documents: list[Document], resume: bool = True, **changed: Any) -> int:
    """Write a line a document, as far as they go; returns how many were done before."""
    partial, journal = opened(path, resume, **changed)
    try:
        with journal:
            for i, document in enumerate(journal.checked(iter(documents))):
                if i >= journal.before.documents:
                    assert document is not None
                    partial.write(f"{document.text}\n".encode())
                    journal.add(document, unwritable=not document.text)
    finally:
        partial.close()
    return journal.before.documents


def lines_of(path: Path) -> list[dict[str, Any]]:
    content = path.with_name("out.partial.journal").read_text()
    return [json.loads(line) for line in content.splitlines()]


def test_a_journal_says_what_is_done(path: Path) -> None:
    run(path, DOCUMENTS[:3], resume=False)
    settings, *done = lines_of(path)
    assert settings == SETTINGS
    assert [line["documents"] for line in done] == [1, 2, 3]
    assert [line["bytes"] for line in done] == [7, 8, 12]
    assert [line["unwritable"] for line in done] == [0, 1, 1]
    assert done[0]["writer"] == [None, None, 0]


def test_a_run_goes_on_behind_what_is_done(path: Path) -> None:
    run(path, DOCUMENTS[:2], resume=False)
    with path.open("ab") as file:
        file.write(b"a record that is not wh")
    assert run(path, DOCUMENTS[:3]) == 2
    assert run(path, DOCUMENTS) == 3
    assert path.read_bytes() == b"Berlin\n\nRom\nBern\n"
    whole = lines_of(path)
    run(path, DOCUMENTS, resume=False)
    assert lines_of(path) == whole


def test_nothing_to_go_on_with_is_begun(path: Path) -> None:
    assert run(path, DOCUMENTS[:1]) == 0
    path.write_bytes(b"")
    assert run(path, DOCUMENTS) == 0
    assert path.read_bytes() == b"Berlin\n\nRom\nBern\n"


def test_a_run_without_resume_begins_anew(path: Path) -> None:
    run(path, DOCUMENTS)
    assert run(path, DOCUMENTS[:1], resume=False) == 0
    assert path.read_bytes() == b"Berlin\n"
    assert len(lines_of(path)) == 2


def test_what_was_written_before_the_first_note_is_written_again(path: Path) -> None:
    partial, journal = opened(path, resume=False)
    with journal:
        partial.write(b"<head>")
        partial.flush()
    partial.close()
    assert run(path, DOCUMENTS[:1]) == 0
    assert path.read_bytes() == b"Berlin\n"


@pytest.mark.parametrize("end", [b'{"documents": 9, "bytes"', b"\0\0\0\0", b"\0\n", b"7\n", b"}"])
def test_a_line_that_is_not_whole_does_not_count(path: Path, end: bytes) -> None:
    run(path, DOCUMENTS[:2])
    with path.with_name("out.partial.journal").open("ab") as file:
        file.write(end)
    assert run(path, DOCUMENTS) == 2
    assert [line["documents"] for line in lines_of(path)[1:]] == [1, 2, 3, 4]


def refused(path: Path, documents: list[Document], **changed: Any) -> str:
    """Why the run does not go on; the files stay as they are."""
    journal = path.with_name("out.partial.journal")
    before = path.read_bytes(), journal.exists() and journal.read_bytes()
    with pytest.raises(UsageError) as caught:
        run(path, documents, **changed)
    assert (path.read_bytes(), journal.exists() and journal.read_bytes()) == before
    said = str(caught.value)
    assert str(path) in said
    assert f"remove {path} to start over" in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("name", "value"),
    [("--lang", "ko"), ("--min-score", 0.0), ("model", {"model.onnx": [3, 5]}), ("--new", 1)],
)
def test_other_settings_are_refused(path: Path, name: str, value: object) -> None:
    run(path, DOCUMENTS[:2])
    assert f"was begun with another {name}: " in refused(path, DOCUMENTS, **{name: value})


@pytest.mark.parametrize("content", [b"", b"nothing\n", b"[]\n", b"[]\n{}\n", b"7\n8\n"])
def test_what_is_no_journal_is_refused(path: Path, content: bytes) -> None:
    run(path, DOCUMENTS[:2])
    path.with_name("out.partial.journal").write_bytes(content)
    assert "is no journal of nertag" in refused(path, DOCUMENTS)


@pytest.mark.parametrize("line", [b'{"pages": 3}', b"{}", b'{"check": "", "documents": 2}'])
def test_lines_of_another_kind_are_refused(path: Path, line: bytes) -> None:
    run(path, DOCUMENTS[:2])
    content = json.dumps(SETTINGS).encode() + b"\n" + line + b"\n"
    path.with_name("out.partial.journal").write_bytes(content)
    assert "is not what nertag has written" in refused(path, DOCUMENTS)


ODD_VALUES: tuple[Any, ...] = (None, True, -1, 1, 2, 10**30, 0.5, "", "x", [], [1, 2], {}, {"a": 1})


NAMES = ("documents", "bytes", "unwritable", "digest", "written", "writer")


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_was_changed_is_refused(path: Path, name: str) -> None:
    run(path, DOCUMENTS[:3])
    journal = path.with_name("out.partial.journal")
    whole = journal.read_bytes()
    *lines, last = lines_of(path)
    for value in (one for one in ODD_VALUES if json.dumps(one) != json.dumps(last[name])):
        changed = "".join(json.dumps(line) + "\n" for line in [*lines, last | {name: value}])
        journal.write_text(changed)
        assert "is not what nertag has written" in refused(path, DOCUMENTS)
    journal.write_bytes(whole)
    assert run(path, DOCUMENTS) == 3


def test_a_changed_byte_never_changes_the_output(path: Path) -> None:
    run(path, DOCUMENTS[:3])
    journal = path.with_name("out.partial.journal")
    output, whole = path.read_bytes(), journal.read_bytes()
    run(path, DOCUMENTS)
    expected = path.read_bytes()
    for file, content in ((path, output), (journal, whole)):
        for place in range(len(content)):
            path.write_bytes(output)
            journal.write_bytes(whole)
            changed = bytes([content[place] ^ 1])
            file.write_bytes(content[:place] + changed + content[place + 1 :])
            try:
                run(path, DOCUMENTS)
            except UsageError:
                continue
            assert path.read_bytes() == expected


def test_lines_nested_too_deeply_are_no_lines(path: Path) -> None:
    run(path, DOCUMENTS[:2])
    with path.with_name("out.partial.journal").open("ab") as file:
        file.write(b'{"documents": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n")
    assert run(path, DOCUMENTS) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_a_link_in_the_journals_place_is_not_followed(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("another's")
    journal = path.with_name("out.partial.journal")
    journal.symlink_to(other)
    run(path, DOCUMENTS[:2], resume=False)
    assert not journal.is_symlink()
    journal.unlink()
    journal.symlink_to(other)
    with pytest.raises(NertagError, match="cannot be written"):
        run(path, DOCUMENTS)
    assert other.read_text() == "another's"


def test_a_file_without_a_journal_is_refused(path: Path) -> None:
    path.write_bytes(b"work of hours\n")
    assert "has no journal" in refused(path, DOCUMENTS)


def test_a_file_that_is_too_short_is_refused(path: Path) -> None:
    run(path, DOCUMENTS)
    path.write_bytes(path.read_bytes()[:-1])
    assert "has lost its end" in refused(path, DOCUMENTS)


CHANGES: dict[str, Callable[[Document], Document]] = {
    "text": lambda document: replace(document, text="Paris"),
    "source": lambda document: replace(document, source="b.txt"),
    "fields": lambda document: replace(document, fields={"id": 1}),
    "conll": lambda document: replace(document, conll=ConllRows(("# c",), ("Rom O",))),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_other_documents_are_refused(path: Path, change: Callable[[Document], Document]) -> None:
    run(path, DOCUMENTS[:3])
    for changed in range(3):
        documents = [*DOCUMENTS]
        documents[changed] = change(documents[changed])
        assert "the input is not what it was" in refused(path, documents)
    documents = [*DOCUMENTS[:3], change(DOCUMENTS[3])]
    assert run(path, documents) == 3


def test_too_few_documents_are_refused(path: Path) -> None:
    run(path, DOCUMENTS[:3])
    assert "the input is not what it was" in refused(path, DOCUMENTS[:2])
    assert "the input is not what it was" in refused(path, [])
    assert run(path, DOCUMENTS[:3]) == 3


def test_a_line_speaks_of_bytes_that_the_disk_has(path: Path) -> None:
    partial, journal = opened(path, resume=False)
    with journal:
        for document in DOCUMENTS:
            partial.write(b"x" * 100)
            journal.add(document)
            assert lines_of(path)[-1]["bytes"] == path.stat().st_size
    partial.close()


def test_lines_are_rare_and_the_end_is_noted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LINES", 3600.0)

    def interrupted() -> Iterator[Document]:
        yield from DOCUMENTS[:3]
        raise KeyboardInterrupt

    partial, journal = opened(path, resume=False)
    with pytest.raises(KeyboardInterrupt), journal:  # noqa: PT012
        for document in interrupted():
            partial.write(b"x\n")
            journal.add(document)
            assert len(lines_of(path)) == 1
    partial.close()
    assert [line["documents"] for line in lines_of(path)[1:]] == [3]


def test_an_interrupt_on_the_way_back_loses_nothing(path: Path) -> None:
    run(path, DOCUMENTS[:3])
    before = lines_of(path)
    partial, journal = opened(path, resume=True)
    with pytest.raises(KeyboardInterrupt), journal:  # noqa: PT012
        next(journal.checked(iter(DOCUMENTS)))
        raise KeyboardInterrupt
    partial.close()
    assert lines_of(path) == before
    assert run(path, DOCUMENTS) == 3


def test_what_is_not_in_the_file_yet_is_not_done(path: Path) -> None:
    partial = PartialFile(path)
    is_written = iter([False, True, False])
    journal = Journal(
        partial,
        OUTPUT_FORMATS["html"](WriterOptions()),
        SETTINGS,
        resume=False,
        is_written=lambda: next(is_written),
    )
    with journal:
        for document in DOCUMENTS[:3]:
            partial.write(b"x\n")
            journal.add(document)
    partial.close()
    done = json.loads((path.parent / f"{path.name}.journal").read_bytes().splitlines()[-1])
    assert (done["documents"], done["bytes"]) == (2, 4)
    assert run(path, DOCUMENTS) == 2
