"""The three levels: readers in this process, the whole chain in it, and the command in others."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from tagcli import load
from tagcli.errors import DataError, NertagError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.binary import table_at
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS
from tagcli.writers.summary import SummaryWriter

from .broken import BrokenInput
from .expected import Bad, Reading, check_reading
from .lookup_model import make_lookup_model

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from tagcli.records import Document, TaggedDocument

READ, REFUSED = "read", "refused"
"""The two good outcomes: all of it came through; or all that can be read did, and for the rest
there was one clear error."""

Level = Callable[[BrokenInput], str]
"""Returns the outcome; raises what is bad."""

_SECONDS = {"readers": 20.0, "chain": 120.0, "processes": 120.0}
_PLACE = re.compile(r"nertag: \S+:\d+: ")


def open_level(name: str, folder: Path) -> Level:
    """The level of this name; what it writes goes into `folder`."""
    seconds = _SECONDS[name]
    level = _LEVELS[name](folder)

    def limited(broken: BrokenInput) -> str:
        with _limited(seconds):
            return level(broken)

    return limited


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise Bad where it takes longer, on systems that can interrupt it."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Bad(f"still running after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Readers


def _readers(folder: Path) -> Level:
    def level(broken: BrokenInput) -> str:
        path = _written(broken, folder)
        if table_at(broken.data):  # whose errors have no line
            with suppress(NertagError):
                list(_documents(broken, path, None, []))
            return REFUSED
        kept = _reading(broken, path, keep_going=True)
        check_reading(broken, kept, _reading(broken, path, keep_going=False))
        return REFUSED if kept.errors else READ

    return level


def _written(broken: BrokenInput, folder: Path) -> Path:
    path = folder / f"input{broken.suffix}"
    path.write_bytes(broken.data)
    return path


def _documents(
    broken: BrokenInput, path: Path, told: list[DataError] | None, notes: list[str]
) -> Iterator[Document]:
    on_error = None if told is None else told.append
    options = ReaderOptions(broken.text_field, broken.token_column, on_error)
    source = Input(str(path), broken.encoding)
    return read_documents(source, broken.input_format, options, notes.append)


def _reading(broken: BrokenInput, path: Path, keep_going: bool) -> Reading:
    errors: list[DataError] = []
    notes: list[str] = []
    documents = []
    try:
        for document in _documents(broken, path, errors if keep_going else None, notes):
            documents.append(document)
    except DataError as error:
        errors.append(error)
    chosen = re.search(r": read as (\w+), ", notes[0]) if notes else None
    return Reading(documents, errors, chosen[1] if chosen else None)


# The chain


def _chain(folder: Path) -> Level:
    tagger = load(str(make_lookup_model(folder / "model")), device="cpu", threads=1)

    def level(broken: BrokenInput) -> str:
        path = _written(broken, folder)
        errors: list[DataError] = []
        read = _reading(broken, path, keep_going=True).documents
        tagged = [one for one in tagger.run(_documents(broken, path, errors, [])) if one]
        if [one.text for one in tagged] != [document.text for document in read]:
            raise Bad("other documents come out than went in")
        for one in tagged:
            _check_entities(one)
        refused = [_check_format(name, tagged) for name in OUTPUT_FORMATS]
        _check_summary(tagged)
        return REFUSED if errors or any(refused) else READ

    return level


def _check_entities(tagged: TaggedDocument) -> None:
    end = 0
    for entity in tagged.entities:
        if not end <= entity.start < entity.end <= len(tagged.text):
            raise Bad(f"{entity} after {end}")
        if tagged.text[entity.start : entity.end] != entity.text or entity.text.isspace():
            raise Bad(f"{entity} is not the text there")
        if not 0 <= entity.score <= 1.000001:
            raise Bad(f"{entity} has no probability")
        end = entity.end


def _check_format(name: str, tagged: list[TaggedDocument]) -> bool:
    """Whether the format refused a record; raises Bad for one that is lost or changed."""
    writer = OUTPUT_FORMATS[name](WriterOptions())
    writer.head().encode()
    refused = False
    for one in tagged:
        try:
            record = writer.record(one)
        except DataError:
            refused = True
            continue
        record.encode()
        if not one.document.holds_only_comments:
            _RECORDS[name](one, record)
    writer.tail().encode()
    return refused


def _check_conll(tagged: TaggedDocument, record: str) -> None:
    if (conll := tagged.document.conll) is not None:
        ends = [] if conll.after is None else [conll.after]
        among = [line for _, line in conll.between]
        written = record.removesuffix("\n").split("\n")
        lines = [*conll.before, *conll.tokens, *among, *ends]
        cut = [re.sub(r"[ \t](O|[BI]-\w+)\Z", "", row) for row in written]
        if len(written) != len(lines) or not {*conll.tokens, *among} <= {*written, *cut}:
            raise Bad(f"CoNLL changed: {written!r:.100} for {lines!r:.100}")
        return
    rows_written = [line.split("\t") for line in record.split("\n") if "\t" in line]
    if any(len(row) != 2 for row in rows_written):
        raise Bad(f"rows of other columns: {record!r:.100}")
    tokens = "".join(token for token, _ in rows_written)
    if "".join(tokens.split()) != "".join(tagged.text.split()):
        raise Bad(f"other tokens {tokens!r:.100} in {tagged.text!r:.100}")


def _check_jsonl(tagged: TaggedDocument, record: str) -> None:
    read = json.loads(record)
    if record.count("\n") != 1 or read["text"] != tagged.text:
        raise Bad(f"JSONL changed: {record!r:.100}")
    if len(read["entities"]) != len(tagged.entities):
        raise Bad("JSONL lost an entity")
    others = {name: value for name, value in read.items() if name not in ("text", "entities")}
    if list(others.values()) != list(tagged.document.fields.values()):
        raise Bad(f"JSONL lost a field: {record!r:.100}")


def _check_label_studio(tagged: TaggedDocument, record: str) -> None:
    if not tagged.text.strip():
        if record:
            raise Bad(f"a task without text: {record!r:.100}")
        return
    task = json.loads(record.lstrip(",\n"))
    (prediction,) = task["predictions"]
    if task["data"]["text"] != tagged.text or len(prediction["result"]) != len(tagged.entities):
        raise Bad(f"another task: {record!r:.100}")


def _check_spans(tagged: TaggedDocument, record: str) -> None:
    more = sum(len(f"[ {entity.label}]") for entity in tagged.entities)
    if len(record) != len(tagged.text) + more + 1:
        raise Bad(f"spans of another length: {record!r:.100}")


def _check_html(tagged: TaggedDocument, record: str) -> None:
    paragraphs = record.count("<p>") + record.count("<p ")
    marks = record.count("<mark ")
    if not paragraphs or record.count("</p>") != paragraphs or marks != len(tagged.entities):
        raise Bad(f"a page of other marks: {record!r:.100}")


_LINE_END = re.compile(r"\r?\n")


def _check_redacted(tagged: TaggedDocument, record: str) -> None:
    is_text = tagged.document.conll is None and not tagged.document.members
    kept = _LINE_END.sub("", record) == _LINE_END.sub("", tagged.text)
    if is_text and kept == bool(tagged.entities):
        raise Bad(f"redacted where there is no name, or the other way round: {record!r:.100}")


_RECORDS: dict[str, Callable[[TaggedDocument, str], None]] = {
    "conll": _check_conll,
    "html": _check_html,
    "jsonl": _check_jsonl,
    "label-studio": _check_label_studio,
    "redact": _check_redacted,
    "spans": _check_spans,
}


def _check_summary(tagged: list[TaggedDocument]) -> None:
    writer = SummaryWriter(WriterOptions())
    for one in tagged:
        writer.record(one)
    counted = sum(int(line.split("\t")[1]) for line in writer.tail().split("\n")[:-1])
    if counted != sum(len(one.entities) for one in tagged):
        raise Bad("the summary lost an entity")


# The command


def _processes(folder: Path) -> Level:
    model = make_lookup_model(folder / "model")

    def level(broken: BrokenInput) -> str:
        path = _written(broken, folder)
        keeps_going, from_pipe = broken.seed % 2 == 0, broken.seed % 3 == 0
        expected = _reading(broken, path, keeps_going)
        command = [*_command(broken), "--model", str(model), *["--keep-going"] * keeps_going]
        done = subprocess.run(
            [*command, "-" if from_pipe else str(path)],
            input=broken.data if from_pipe else b"",
            capture_output=True,
            env=os.environ | {"PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"},
            check=False,
        )
        named_alike = from_pipe and broken.input_format is None and broken.suffix != ""
        _check_process(done, None if named_alike else expected)
        return REFUSED if done.returncode else READ

    return level


def _command(broken: BrokenInput) -> list[str]:
    options: dict[str, Any] = {
        "--format": "jsonl",
        "--device": "cpu",
        "--threads": 1,
        "--encoding": broken.encoding,
        "--input-format": broken.input_format or "auto",
        "--text-field": broken.text_field,
        "--token-column": broken.token_column,
    }
    return [sys.executable, "-m", "tagcli", *(str(o) for pair in options.items() for o in pair)]


def _check_process(done: subprocess.CompletedProcess[bytes], expected: Reading | None) -> None:
    """Raise Bad for another end than success in silence or errors of a line each; `expected` is
    what can be read, None where that was not tried in the same way."""
    said = [line for line in done.stderr.decode().split("\n")[:-1] if not _GUESS.search(line)]
    if done.returncode == 2 and "--text-field has no meaning" in said[-1]:
        return
    if done.returncode not in (0, 1) or (done.returncode == 0) != (not said):
        raise Bad(f"exit code {done.returncode} with {done.stderr[-500:]!r}")
    if any(not line.startswith("nertag: ") for line in said):
        raise Bad(f"on stderr: {done.stderr[-500:]!r}")
    if said and not _PLACE.match(said[0]):
        raise Bad(f"no place in {said[0]!r}")
    texts = [json.loads(line)["text"] for line in done.stdout.decode().split("\n")[:-1]]
    if expected is None:
        return
    wanted = [d.text for d in expected.documents if not d.holds_only_comments]
    if texts != wanted:
        raise Bad(f"{len(texts)} records where {len(wanted)} can be read")
    if (done.returncode == 1) != bool(expected.errors):
        raise Bad(f"exit code {done.returncode} where {len(expected.errors)} errors were told")


_GUESS = re.compile(r"\(--\S+ .*\)$|looks like a table")

_LEVELS: dict[str, Callable[[Path], Level]] = {
    "readers": _readers,
    "chain": _chain,
    "processes": _processes,
}
NAMES = tuple(_LEVELS)
