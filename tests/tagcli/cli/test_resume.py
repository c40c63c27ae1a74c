"""Runs with -o that are ended before their time, and what --resume makes of them."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tagcli.models.config import CONFIG
from tagcli.models.directory import BUNDLED, DEFAULT
from tests.support.folders import names_in
from tests.support.paths import SAMPLES
from tests.support.processes import (
    Result,
    assert_one_sentence,
    end,
    needs_model,
    needs_posix,
    nertag,
    start,
    wait_until,
)

FORMATS = ("conll", "html", "jsonl", "label-studio", "spans")
TEXTS = "".join((SAMPLES / f"{name}.txt").read_text("utf-8") for name in ("de", "ko", "fr"))

pytestmark = [needs_model, needs_posix]

DYING = [
    sys.executable,
    "-c",
    """
import os, signal, sys
from tagcli.cli import process
from tagcli.output import journal
from tagcli.output import destination as output

journal._SECONDS_BETWEEN_LINES = 0
write, left = output.Output.write, int(sys.argv.pop(1))

def write_and_die(self, text):
    global left
    write(self, text)
    left -= 1
    if not left:
        self.flush()
        os.kill(os.getpid(), signal.SIGKILL)

output.Output.write = write_and_die
process.nertag()
""",
]
"""The command, but it kills itself behind so many writes, before the last is in the journal; behind
-1 it lives on."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def killed(after: int, *arguments: str | Path, **options: Any) -> None:
    """Run the command until its death behind so many writes, the head of the output included."""
    result = nertag(str(after), *arguments, command=DYING, **options)
    assert result.code == -signal.SIGKILL, result.err


def last_sentence(result: Result) -> str:
    return result.err.splitlines()[-1]


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_run_killed_twice_makes_the_file_of_an_undisturbed_one(output_format: str) -> None:
    inputs = [
        write("a.txt", TEXTS),
        write("b.jsonl", '{"tokens": ["Rom"]}\n{"tokens": ["a\\tb"]}\n{\n{"tokens": ["Bern"]}\n'),
        write("c.conll.gz", gzip.compress((SAMPLES / "panx.conll").read_bytes())),
        write("d.txt", b"Berlin\n\n\xff\nRom"),
    ]
    call = [*inputs, "--keep-going", "--format", output_format, "-o"]
    whole = nertag(*call, "whole")
    lines = TEXTS.count("\n")
    killed(20, *call, "out")
    assert not Path("out").exists()
    killed(lines - 10, "--resume", *call, "out")
    assert not Path("out").exists()
    again = nertag("--resume", *call, "out")
    assert Path("out").read_bytes() == Path("whole").read_bytes()
    assert (again.code, last_sentence(again)) == (whole.code, last_sentence(whole))
    assert names_in() == ["a.txt", "b.jsonl", "c.conll.gz", "d.txt", "out", "whole"]


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("output_format", ["html", "spans"])
def test_a_run_killed_at_once(output_format: str, after: int) -> None:
    call = [write("a.txt", "Berlin\nRom\n"), "--format", output_format, "-o"]
    assert nertag(*call, "whole").code == 0
    killed(after, *call, "out")
    assert nertag("--resume", *call, "out") == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_a_run_killed_behind_its_last_record() -> None:
    call = [write("a.txt", "Berlin\nRom\n"), "--format", "html", "-o"]
    assert nertag(*call, "whole").code == 0
    killed(4, *call, "out")
    assert Path("out.partial").read_bytes() == Path("whole").read_bytes()
    assert nertag("--resume", *call, "out") == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_a_page_has_the_date_of_its_beginning() -> None:
    call = [write("a.txt", "Berlin\nRom\n"), "--format", "html", "-o"]
    then, now = ({**os.environ, "SOURCE_DATE_EPOCH": str(day * 86_400)} for day in (0, 1))
    assert nertag(*call, "whole", env=then).code == 0
    killed(3, *call, "out", env=then)
    assert nertag("--resume", *call, "out", env=now) == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()
    assert b" 1970-01-01</div>" in Path("out").read_bytes()


def test_compressed_output_is_gone_on_with() -> None:
    """A member of gzip is 256 KiB of records: the journal knows of whole ones."""
    records = [{"text": "Rom", "page": i, "image": "x" * 30_000} for i in range(60)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    call = [write("a.jsonl", lines), "--format", "jsonl", "-o"]
    assert nertag(*call, "whole.gz").code == 0
    killed(45, *call, "out.gz")
    done = json.loads(Path("out.gz.partial.journal").read_bytes().splitlines()[-1])
    assert 0 < done["documents"] < 45
    assert nertag("--resume", *call, "out.gz") == (0, b"", "")
    assert Path("out.gz").read_bytes() == Path("whole.gz").read_bytes()
    assert gzip.decompress(Path("out.gz").read_bytes()).count(b"\n") == len(records)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_ended_from_outside(how: signal.Signals) -> None:
    text = write("a.txt", TEXTS * 5)
    assert nertag(text, "-o", "whole").code == 0
    journal = Path("out.partial.journal")
    process = start("-1", text, "-o", "out", command=DYING)
    wait_until(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 2, process)
    process.send_signal(how)
    result = end(process)
    if how == signal.SIGINT:
        assert_one_sentence(result, 130)
        assert "out.partial, --resume goes on from there" in result.err
    else:
        assert result == (-how, b"", "")
    assert not Path("out").exists()
    assert nertag(text, "-o", "out", "--resume") == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_a_full_disk() -> None:
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    text = write("a.txt", TEXTS)
    assert nertag(text, "-o", "whole").code == 0
    result = nertag(text, "-o", "out", preexec_fn=small)
    assert result.code == 1
    assert all(line.startswith("nertag: ") for line in result.err.splitlines())
    assert "cannot be written: File too large" in last_sentence(result)
    partial = Path("out.partial")  # none, where a quick run had handed over nothing before
    left = partial.read_bytes() if partial.exists() else b""
    assert Path("whole").read_bytes().startswith(left)
    assert not left or left.endswith(b"\n")
    assert nertag(text, "-o", "out", "--resume") == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_a_bad_record_that_is_put_right() -> None:
    bad, good = TEXTS.encode() + b"B\xffrn\nRom\n", TEXTS.encode() + b"Bern\nRom\n"
    text = write("a.txt", bad)
    result = nertag(text, "-o", "out")
    assert result.code == 1
    assert "a.txt:" in last_sentence(result)
    text.write_bytes(good)
    assert nertag(text, "-o", "whole").code == 0
    partial = Path("out.partial").read_bytes()
    assert partial.count(b"\n") == TEXTS.count("\n")
    assert nertag(text, "-o", "out", "--resume") == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_a_bad_record_that_is_skipped_after_all() -> None:
    text = write("a.txt", TEXTS.encode() + b"B\xffrn\nRom\n")
    whole = nertag(text, "-o", "whole", "--keep-going")
    assert nertag(text, "-o", "out").code == 1
    assert nertag(text, "-o", "out", "--resume", "--keep-going") == whole
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_standard_input_from_a_file() -> None:
    text = write("a.txt", TEXTS)
    assert nertag(text, "-o", "whole").code == 0
    with text.open("rb") as stdin:
        killed(9, "-o", "out", stdin=stdin)
    with text.open("rb") as stdin:
        assert nertag("-o", "out", "--resume", stdin=stdin) == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_nothing_to_go_on_with_is_a_run_from_the_start() -> None:
    text = write("a.txt", "Berlin\n")
    for _ in range(2):
        assert nertag(text, "-o", "out", "--resume") == (0, b"", "")
        assert Path("out").read_bytes() == b"[Berlin LOC]\n"
        text.write_text("Rom\n")
        assert nertag(text, "-o", "out", "--resume") == (0, b"", "")
        assert Path("out").read_bytes() == b"[Rom LOC]\n"
        text.write_text("Berlin\n")
    assert names_in() == ["a.txt", "out"]


def test_without_resume_what_was_done_is_not_thrown_away() -> None:
    killed(9, write("a.txt", TEXTS), "-o", "out")
    left = Path("out.partial").read_bytes(), Path("out.partial.journal").read_bytes()
    write("b.txt", "Rom\n")
    for call in (["a.txt"], ["b.txt"], ["a.txt", "--summary"]):
        result = nertag(*call, "-o", "out")
        assert_one_sentence(result, 2)
        said = "out.partial was left by an unfinished run: go on with --resume, or remove it"
        assert said in result.err
        assert (Path("out.partial").read_bytes(), Path("out.partial.journal").read_bytes()) == left
    Path("out.partial").unlink()
    assert nertag("b.txt", "-o", "out") == (0, b"", "")
    assert Path("out").read_bytes() == b"[Rom LOC]\n"
    assert names_in() == ["a.txt", "b.txt", "out"]


def test_what_came_from_a_pipe_is_not_thrown_away() -> None:
    def piped(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["cat", name], stdout=subprocess.PIPE)

    write("a.txt", TEXTS)
    write("b.txt", "Rom\n")
    with piped("a.txt") as pipe:
        killed(9, "-o", "out", stdin=pipe.stdout)
    left = Path("out.partial").read_bytes()
    result = nertag("b.txt", "-o", "out")
    assert_one_sentence(result, 2)
    assert "out.partial was left by an unfinished run: remove it" in result.err
    assert Path("out.partial").read_bytes() == left
    Path("out.partial").unlink()
    with piped("b.txt") as pipe:
        assert nertag("-o", "out", stdin=pipe.stdout) == (0, b"", "")
    assert Path("out").read_bytes() == b"[Rom LOC]\n"
    assert names_in() == ["a.txt", "b.txt", "out"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.txt"], "-o"),
        (["a.txt", "-o", "-"], "-o"),
        (["a.txt", "-o", "/dev/null"], "-o"),
        (["a.txt", "-o", "new", "--summary"], "summary"),
        (["-", "-o", "new"], "<stdin> cannot be read a second time"),
        (["a.txt", "-", "-o", "new"], "<stdin> cannot be read a second time"),
    ],
)
def test_what_cannot_be_resumed(arguments: list[str], said: str) -> None:
    write("a.txt", "Berlin\n")
    result = nertag(*arguments, "--resume", stdin=subprocess.PIPE)
    assert_one_sentence(result, 2)
    assert said in result.err
    assert result.out == b""
    assert names_in() == ["a.txt"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.txt", "--lang", "ko"], "another --lang"),
        (["a.txt", "--format", "jsonl"], "another --format"),
        (["a.txt", "--labels", "PER"], "another --labels"),
        (["a.txt", "--min-score", "0.5"], "another --min-score"),
        (["a.txt", "--overlap", "3"], "another --overlap"),
        (["a.txt", "--model", "model"], "another model"),
        (["b.txt"], "another list of files"),
        (["a.txt", "b.txt"], "another list of files"),
    ],
)
def test_another_call_is_refused(arguments: list[str], said: str) -> None:
    Path("model").mkdir()
    for file in (BUNDLED / DEFAULT).iterdir():
        if file.name == CONFIG:
            write(f"model/{CONFIG}", file.read_bytes())  # the same, but of another time
        else:
            (Path("model") / file.name).symlink_to(file)
    write("b.txt", TEXTS)
    killed(9, write("a.txt", TEXTS), "-o", "out")
    before = Path("out.partial").read_bytes(), Path("out.partial.journal").read_bytes()
    result = nertag(*arguments, "-o", "out", "--resume")
    assert_one_sentence(result, 2)
    assert said in result.err
    assert (Path("out.partial").read_bytes(), Path("out.partial.journal").read_bytes()) == before
    assert nertag("a.txt", "-o", "out", "--resume") == (0, b"", "")


@pytest.mark.parametrize("changed", [TEXTS.replace("a", "b", 1), TEXTS[:300], ""])
def test_another_text_is_refused(changed: str) -> None:
    killed(9, write("a.txt", TEXTS), "-o", "out")
    write("a.txt", changed)
    result = nertag("a.txt", "-o", "out", "--resume")
    assert result.code == 2
    assert "the input is not what it was" in last_sentence(result)
    write("a.txt", TEXTS)
    assert nertag("a.txt", "-o", "whole") == (0, b"", "")
    assert nertag("a.txt", "-o", "out", "--resume") == (0, b"", "")
    assert Path("out").read_bytes() == Path("whole").read_bytes()


def test_a_run_while_another_writes_the_same_file() -> None:
    write("a.txt", "Rom\n")
    first = start("-o", "out", stdin=subprocess.PIPE)
    wait_until(Path("out.partial").exists, first)
    for more in ([], ["--resume"]):
        result = nertag("a.txt", "-o", "out", *more)
        assert_one_sentence(result, 2)
        assert "out.partial is in use: another run is writing it" in result.err
    assert nertag("a.txt", "-o", "other") == (0, b"", "")
    assert first.stdin is not None
    first.stdin.write(b"Berlin\n")
    assert end(first) == (0, b"", "")
    assert Path("out").read_bytes() == b"[Berlin LOC]\n"
    assert names_in() == ["a.txt", "other", "out"]
