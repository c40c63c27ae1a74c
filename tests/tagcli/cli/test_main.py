"""The command as a shell sees it, with the bundled model.

Golden files under golden/cli hold what the samples become in each format, without what a model
decides (the entities). To write them anew: NERTAG_REGENERATE_GOLDEN=1 pytest with this file
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import queue
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from tagcli import tagger
from tagcli.cli import main as cli
from tagcli.models.directory import BUNDLED, DEFAULT
from tests.support.folders import names_in
from tests.support.golden import assert_golden
from tests.support.paths import SAMPLES

NAMES = ("de.txt", "en.txt", "fr.txt", "it.txt", "ko.txt", "panx.conll", "records.jsonl")
FORMATS = ("conll", "html", "jsonl", "spans")

KOREAN = "이순신은 서울에서 태어났다."
KOREAN_SPANS = "[이순신 PER]은 [서울 LOC]에서 태어났다."
GERMAN = "Angela Merkel wohnt in Berlin."
GERMAN_SPANS = "[Angela Merkel PER] wohnt in [Berlin LOC]."

PATIENCE = 120.0
"""Seconds that a subprocess may take on a busy machine."""

COMMAND = [sys.executable, "-c", "from tagcli.cli.main import main; main(prog_name='nertag')"]

pytestmark = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "model.onnx").is_file(),
    reason="the bundled model is not in this checkout",
)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and shells")


class Result(NamedTuple):
    code: int
    out: str
    err: str


_load = tagger.load


@functools.cache
def _loaded(model: str | None, options: str) -> tagger.Tagger:
    return _load(model, **json.loads(options))


@pytest.fixture(autouse=True)
def _models_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(model: str | None = None, *, note: Any = None, **options: Any) -> tagger.Tagger:
        return _loaded(model, json.dumps(options))

    monkeypatch.setattr(tagger, "load", load)


def runner() -> CliRunner:
    try:
        return CliRunner(mix_stderr=False)  # type: ignore[call-arg]  # click 8.1
    except TypeError:
        return CliRunner()


def nertag(*arguments: str | Path, stdin: bytes | str = b"") -> Result:
    """Run the command in this process; a traceback fails the test."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    texts = [str(argument) for argument in arguments]
    result = runner().invoke(
        cli.main, texts, input=data, catch_exceptions=False, prog_name="nertag"
    )
    return Result(result.exit_code, result.stdout_bytes.decode(), result.stderr_bytes.decode())


def tags(*arguments: str | Path, stdin: bytes | str = b"") -> str:
    """Standard output of a run that succeeds in silence."""
    result = nertag(*arguments, stdin=stdin)
    assert result.err == ""
    assert result.code == 0
    return result.out


def records(text: str) -> list[dict[str, Any]]:
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.split("\n")[:-1]]


def found(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entity["text"], entity["label"]) for entity in record["entities"]]


def assert_one_sentence(result: Result, code: int) -> None:
    assert result.code == code
    assert result.err.startswith("nertag: ")
    assert result.err.count("\n") == 1
    assert result.err.endswith("\n")


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# Golden files


def conll_structure(text: str) -> str:
    """CoNLL with "_" for each tag; Korean tokens, which are cut at entities, joined again."""
    blocks = []
    for block in text.split("\n\n"):
        rows = block.split("\n")
        comments = [row for row in rows if "\t" not in row]
        cells = [row.rsplit("\t", 1) for row in rows if "\t" in row]
        assert rows == comments + ["\t".join(cell) for cell in cells]
        before = "O"
        for _, tag in cells:
            assert re.fullmatch(r"O|[BI]-[A-Z]+", tag)
            assert tag[0] != "I" or before[1:] == tag[1:]
            before = tag
        if any(comment.startswith("# words = eojeols") for comment in comments):
            cells = [["".join(token for token, _ in cells), "_"]]
        blocks.append("\n".join([*comments, *(f"{token}\t_" for token, _ in cells)]))
    return "\n\n".join(blocks)


def jsonl_structure(text: str) -> str:
    """JSONL without the entities, once these have been seen to fit the text."""
    kept = []
    for record in records(text):
        end = 0
        for entity in record["entities"]:
            assert list(entity)[:5] == ["start", "end", "label", "text", "score"]
            assert end <= entity["start"] < entity["end"]
            assert record["text"][entity["start"] : entity["end"]] == entity["text"]
            assert 0 < entity["score"] <= 1
            assert entity["score"] == round(entity["score"], 4)
            assert set(list(entity)[5:]) in (set(), {"start_token", "end_token"})
            end = entity["end"]
        kept.append(json.dumps(record | {"entities": "_"}, ensure_ascii=False) + "\n")
    return "".join(kept)


def spans_structure(text: str) -> str:
    """The text without the brackets and labels."""
    return re.sub(r"\[([^\n\[\]]+) (?:PER|ORG|LOC|MISC|DAT|TIM|NUM)\]", r"\1", text)


def html_structure(text: str) -> str:
    """The page's paragraphs without marks, between its head and its end."""
    assert text.startswith("<!doctype html>\n")
    assert text.endswith("</main>\n</body>\n</html>\n")
    body = text[text.index("<main") :]
    mark = re.compile(r'<mark id="e\d+" class="c\d" data-label="(\w+)" '
                      r'title="\1, score [01]\.\d\d">([^<>]+)</mark>')  # fmt: skip
    return mark.sub(r"\2", body)


STRUCTURE: dict[str, Callable[[str], str]] = {
    "conll": conll_structure,
    "html": html_structure,
    "jsonl": jsonl_structure,
    "spans": spans_structure,
}


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_samples_become_what_they_became(name: str, output_format: str) -> None:
    structure = STRUCTURE[output_format](tags(SAMPLES / name, "--format", output_format))
    assert_golden(f"cli/{name}.{output_format}", structure)


def test_spans_of_text_are_the_text() -> None:
    for name in ("de.txt", "ko.txt"):
        assert spans_structure(tags(SAMPLES / name)) == (SAMPLES / name).read_text("utf-8")


def test_tasks_for_label_studio_name_the_model_and_its_files() -> None:
    tasks = json.loads(tags("--format", "label-studio", stdin=f"😀 {GERMAN}\n\n{KOREAN}\n"))
    assert [task["data"]["text"] for task in tasks] == [f"😀 {GERMAN}", KOREAN]
    predictions = [task["predictions"][0] for task in tasks]
    (version,) = {one["model_version"] for one in predictions}
    assert re.fullmatch(rf"{DEFAULT}-[0-9a-f]{{8}}", version)
    merkel = predictions[0]["result"][0]["value"]
    assert (merkel["start"], merkel["end"], merkel["text"]) == (3, 16, "Angela Merkel")


def test_offsets_may_count_bytes() -> None:
    (record,) = records(tags("--format", "jsonl", "--offsets", "bytes", stdin=KOREAN + "\n"))
    assert record["offsets"] == "bytes"
    entity = record["entities"][0]
    assert KOREAN.encode()[entity["start"] : entity["end"]].decode() == entity["text"] == "이순신"


def test_conll_samples_stay_but_for_the_last_column() -> None:
    out = tags(SAMPLES / "panx.conll", "--format", "conll")
    cut = [line.rsplit("\t", 1)[0] if "\t" in line else line for line in out.split("\n")]
    assert "\n".join(cut).rstrip("\n") == (SAMPLES / "panx.conll").read_text("utf-8").rstrip("\n")


# What is found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KOREAN, [("이순신", "PER"), ("서울", "LOC")]),
        (GERMAN, [("Angela Merkel", "PER"), ("Berlin", "LOC")]),
        ("Victor Hugo est né à Besançon.", [("Victor Hugo", "PER"), ("Besançon", "LOC")]),
        ("Giuseppe Verdi visse a Milano.", [("Giuseppe Verdi", "PER"), ("Milano", "LOC")]),
        ("Barack Obama lives in Chicago.", [("Barack Obama", "PER"), ("Chicago", "LOC")]),
    ],
)
def test_entities_that_no_processor_doubts(text: str, expected: list[tuple[str, str]]) -> None:
    (record,) = records(tags("--format", "jsonl", stdin=text + "\n"))
    assert found(record) == expected
    assert all(entity["score"] > 0.5 for entity in record["entities"])


def test_entities_of_samples() -> None:
    wanted = {
        "de.txt": ("Johann Sebastian Bach", "PER"),
        "en.txt": ("Thomas Fennelly", "PER"),
        "fr.txt": ("Jacques Cartier", "PER"),
        "it.txt": ("Giuseppe Verdi", "PER"),
        "ko.txt": ("이순신", "PER"),
    }
    read = records(tags(*(SAMPLES / name for name in wanted), "--format", "jsonl"))
    for name, entity in wanted.items():
        mine = [record for record in read if record["source"] == str(SAMPLES / name)]
        assert len(mine) == (SAMPLES / name).read_bytes().count(b"\n")
        assert any(entity in found(record) for record in mine)


def test_lang_does_not_change_the_shape() -> None:
    out = tags("--lang", "ko", "--format", "jsonl", stdin=KOREAN)
    assert found(records(out)[0]) == [("이순신", "PER"), ("서울", "LOC")]


# Formats out


def test_spans_are_the_default() -> None:
    assert tags(stdin=f"{KOREAN}\n\n{GERMAN}") == f"{KOREAN_SPANS}\n\n{GERMAN_SPANS}\n"


def test_jsonl_has_an_object_for_every_line() -> None:
    out = tags("--format", "jsonl", stdin=f"{KOREAN}\n\n  \n{GERMAN}\n")
    read = records(out)
    assert [record["text"] for record in read] == [KOREAN, "", "  ", GERMAN]
    assert all(list(record) == ["text", "entities"] for record in read)
    assert read[1] == {"text": "", "entities": []}
    assert '"이순신"' in out
    entity = read[0]["entities"][0]
    assert list(entity) == ["start", "end", "label", "text", "score"]
    assert re.fullmatch(r"[01]\.\d{1,4}", str(entity["score"]))
    assert (entity["start"], entity["end"]) == (0, 3)


def test_conll_of_text() -> None:
    expected = f"# text = {GERMAN}\nAngela\tB-PER\nMerkel\tI-PER\nwohnt\tO\nin\tO\nBerlin\tB-LOC\n"
    assert tags("--format", "conll", stdin=GERMAN) == expected + ".\tO\n\n"


def test_conll_of_korean_can_be_read_again() -> None:
    out = tags("--format", "conll", stdin=KOREAN)
    rows = [line.split("\t") for line in out.split("\n") if "\t" in line]
    assert ["이순신", "B-PER"] in rows
    assert ["서울", "B-LOC"] in rows
    assert "".join(token for token, _ in rows) == KOREAN.replace(" ", "")
    again = tags("--input-format", "conll", "--format", "conll", stdin=out)
    assert [line.split("\t")[:2] for line in again.split("\n") if "\t" in line] == rows


def test_odd_characters_end_no_lines() -> None:
    text = "Angela\u2028Merkel\x85wohnt\x0bin\rBerlin\xa0heute"
    shown = "Angela\u2028Merkel\ufffdwohnt␋in␍Berlin\xa0heute"
    assert spans_structure(tags(stdin=f"{text}\r\n{text}\n")) == f"{shown}\n{shown}\n"
    assert len(records(tags("--format", "jsonl", stdin=f"{text}\n{text}"))) == 2


def test_conll_in() -> None:
    data = "# id = 1\n\nAngela\tNE\tO\nMerkel\tNE\tO\n\n\n#\tSYM\tO\n#hashtag\tX\tO\n\n# end\n"
    expected = (
        "# id = 1\n\nAngela\tNE\tO\tB-PER\nMerkel\tNE\tO\tI-PER\n\n\n"
        "#\tSYM\tO\tO\n#hashtag\tX\tO\tO\n\n# end\n"
    )
    out = tags("--input-format", "conll", "--format", "conll", stdin=data)
    assert re.sub(r"(#.*)\t\S+\n", r"\1\tO\n", out) == expected
    first, second = records(tags("--input-format", "conll", "--format", "jsonl", stdin=data))
    assert first["text"] == "Angela Merkel"
    (entity,) = first["entities"]
    assert (entity["start_token"], entity["end_token"]) == (0, 2)
    assert (entity["start"], entity["end"], entity["label"]) == (0, 13, "PER")
    assert second["text"] == "# #hashtag"


def test_conll_with_another_token_column() -> None:
    data = "1 Angela O\n2 Merkel O\n"
    out = tags("--token-column", "2", "--format", "conll", stdin=data)
    assert out == "1 Angela O B-PER\n2 Merkel O I-PER\n\n"


def test_jsonl_in() -> None:
    record = {"id": 1, "body": GERMAN, "text": "old", "entities": [{"a": None}], "x": {"각": 0.1}}
    line = json.dumps(record)
    (out,) = records(tags("--text-field", "body", "--format", "jsonl", stdin=line))
    assert out["text"] == GERMAN
    assert found(out) == [("Angela Merkel", "PER"), ("Berlin", "LOC")]
    assert out["input_entities"] == [{"a": None}]
    assert out["id"] == 1
    assert out["x"] == {"각": 0.1}
    assert out["input_text"] == "old"


def test_json_tokens_in() -> None:
    tokens = ["Angela Merkel", "mag", "Berlin", "."]
    (out,) = records(tags("--format", "jsonl", stdin=json.dumps({"tokens": tokens})))
    assert out["text"] == "Angela Merkel mag Berlin ."
    assert out["tokens"] == tokens
    assert ("Berlin", "LOC", 2, 3) in [
        (e["text"], e["label"], e["start_token"], e["end_token"]) for e in out["entities"]
    ]


def test_html_is_a_page() -> None:
    out = tags("--format", "html", stdin=f"{KOREAN}\n\n{GERMAN}\n")
    assert html_structure(out).count("<p") == 3
    assert f">{KOREAN}</p>" in html_structure(out)
    assert "<title>&lt;stdin&gt;</title>" in out
    assert "<h1>&lt;stdin&gt;</h1>\n<div>nertag · model base · 2026-01-01</div>" in out
    assert out.count("<mark ") == 4


@pytest.mark.parametrize("epoch", ["", "yesterday", "9" * 30, None])
def test_html_has_today_where_no_date_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, epoch: str | None
) -> None:
    if epoch is None:
        monkeypatch.delenv("SOURCE_DATE_EPOCH")
    else:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    before = date.today()
    out = tags("--format", "html", stdin="Bonn")
    days = {str(before), str(date.today())}
    assert re.findall(r"nertag · model base · (.*)</div>", out)[0] in days


def test_html_of_several_files_has_headings(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one.txt", "Berlin\n\nRom\n"), write(tmp_path / "two&.txt", "Bern")
    out = tags(one, two, "--format", "html")
    assert re.findall(r"<h2>(.*)</h2>", out) == [str(one), str(two).replace("&", "&amp;")]
    assert "one.txt and 1 more</title>" in out
    assert "<h2>" not in tags(one, "--format", "html")


def test_html_is_closed_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.html"
    result = nertag("--format", "html", "-o", path, stdin=b"Berlin\n\nB\xffrn\nRom\n")
    assert result.code == 1
    partial = (tmp_path / "out.html.partial").read_text("utf-8")
    assert partial.endswith("Berlin</mark></p>\n<p></p>\n")
    (tmp_path / "out.html.partial").unlink()
    result = nertag("--format", "html", "-o", path, "--keep-going", stdin=b"Berlin\n\xff\nRom\n")
    assert result.code == 1
    assert html_structure(path.read_text("utf-8")).count("<p>") == 2
    assert names_in(tmp_path) == ["out.html"]


def test_control_characters_reach_programs_only() -> None:
    text = f"\x1b[31m{GERMAN}\x1b[0m \x9b1m \x07"
    shown = f"␛[31m{GERMAN}␛[0m \ufffd1m ␇"
    assert spans_structure(tags(stdin=text)) == shown + "\n"
    assert f"<p>{shown}</p>" in html_structure(tags("--format", "html", stdin=text))
    assert records(tags("--format", "jsonl", stdin=text))[0]["text"] == text
    assert f"# text = {text.split()[0]}" in tags("--format", "conll", stdin=text)


def test_forced_colours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out = tags(stdin=GERMAN)
    assert out.startswith("\x1b[1;4mAngela Merkel\x1b[0m\x1b[30;46m PER \x1b[0m wohnt")
    assert "\x1b" in tags("--summary", stdin=GERMAN)
    for output_format in ("conll", "html", "jsonl"):
        assert "\x1b" not in tags("--format", output_format, stdin=GERMAN)
    tags("-o", tmp_path / "out.txt", stdin=GERMAN)
    assert (tmp_path / "out.txt").read_text("utf-8") == GERMAN_SPANS + "\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert tags(stdin=GERMAN) == GERMAN_SPANS + "\n"


# Summary


def test_summary_of_all_inputs(tmp_path: Path) -> None:
    one = write(tmp_path / "one.txt", f"{KOREAN}\n{GERMAN}\n")
    two = write(tmp_path / "two.conll", "Berlin O\n")
    expected = ["LOC\t2\tBerlin", "LOC\t1\t서울", "PER\t1\tAngela Merkel", "PER\t1\t이순신"]
    assert tags("--summary", one, two).splitlines() == expected
    assert tags("--summary", "--labels", "PER", one, two).splitlines() == expected[2:]
    tags("--summary", "-o", tmp_path / "out.tsv", one, two)
    assert (tmp_path / "out.tsv").read_text("utf-8").splitlines() == expected


def test_summary_after_bad_data() -> None:
    data = b"Berlin\n\xff\nRom\n"
    result = nertag("--summary", stdin=data)
    assert_one_sentence(result, 1)
    assert result.out == ""
    assert nertag("--summary", "--keep-going", stdin=data).out == "LOC\t1\tBerlin\nLOC\t1\tRom\n"


def test_summary_is_no_format() -> None:
    result = nertag("--summary", "--format", "jsonl", stdin=GERMAN)
    assert_one_sentence(result, 2)
    assert "--summary" in result.err
    assert "--format" in result.err


# Inputs


def test_dash_is_standard_input(tmp_path: Path) -> None:
    assert tags("-", stdin=KOREAN) == KOREAN_SPANS + "\n"
    path = write(tmp_path / "a.txt", GERMAN)
    out = tags(path, "-", path, stdin=KOREAN)
    expected = [f"{path}: {GERMAN_SPANS}", f"<stdin>: {KOREAN_SPANS}", f"{path}: {GERMAN_SPANS}"]
    assert out.split("\n") == [*expected, ""]


def test_several_inputs_say_their_source(tmp_path: Path) -> None:
    one = write(tmp_path / "one.txt", f"{KOREAN}\n\n")
    two = write(tmp_path / "two.conll", "# c\nBerlin O\n")
    read = records(tags(one, two, "--format", "jsonl"))
    assert [record["source"] for record in read] == [str(one), str(one), str(two)]
    assert [record["text"] for record in read] == [KOREAN, "", "Berlin"]
    lines = tags(one, two, "--format", "conll").split("\n")
    assert lines.count(f"# source = {one}") == 2
    assert lines.count(f"# source = {two}") == 1
    assert lines.index("# c") < lines.index("Berlin O B-LOC")
    assert tags(one, two).split("\n")[:2] == [f"{one}: {KOREAN_SPANS}", f"{one}: "]
    assert "source" not in tags(one, "--format", "jsonl")


def test_source_field_of_the_input_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "Berlin", "source": "dpa"}\n')
    assert records(tags(path, "--format", "jsonl"))[0]["source"] == "dpa"
    record = records(tags(path, path, "--format", "jsonl"))[0]
    assert record["source"] == str(path)
    assert "dpa" in record.values()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp949"])
def test_encodings_gzip_and_line_ends(tmp_path: Path, encoding: str) -> None:
    data = f"{KOREAN}\r\n\r\n{KOREAN}".encode(encoding)
    expected = f"{KOREAN_SPANS}\n\n{KOREAN_SPANS}\n"
    assert tags("--encoding", encoding, stdin=data) == expected
    assert tags("--encoding", encoding, stdin=gzip.compress(data)) == expected
    path = write(tmp_path / "a.gz", gzip.compress(data))
    assert tags("--encoding", encoding, path) == expected


def test_byte_order_mark_and_crlf() -> None:
    data = b"\xef\xbb\xbfBerlin\tB-LOC\r\nist\tO\r\n\r\n"
    out = tags("--format", "conll", "--input-format", "conll", stdin=data)
    assert out.split("\n")[0] == "Berlin\tB-LOC\tB-LOC"


def test_nothing_in_nothing_out() -> None:
    for output_format in ("conll", "jsonl", "spans"):
        assert tags("--format", output_format) == ""
    assert "<p" not in html_structure(tags("--format", "html"))
    assert tags("--summary") == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("Berlin", "text"),
        ("\nBerlin\tB-LOC\n", "conll"),
        ("-DOCSTART- -X- -X- O\n", "conll"),
        ('{"tokens": ["Berlin"]}', "jsonl"),
    ],
)
def test_verbose_says_what_was_chosen(data: str, said: str) -> None:
    result = nertag("-v", stdin=data)
    assert result.code == 0
    assert all(line.startswith("nertag: ") for line in result.err.splitlines())
    assert any("<stdin>" in line and said in line for line in result.err.splitlines())
    assert "onnx" in result.err
    assert "cpu" in result.err


# Options


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("x.jsonl", b'{"text": '),
        ("x.NDJSON", b'{"text": '),
        ("x.conll", b"# text = "),
        ("x.html", b"<!doctype html>"),
        ("x.txt", b"Angela "),
        ("x", b"Angela "),
        ("x.jsonl.gz", b'{"text": '),
        ("x.gz", b"Angela "),
    ],
)
def test_the_name_of_the_output_says_its_format(tmp_path: Path, name: str, start: bytes) -> None:
    path = tmp_path / name
    assert nertag("-o", path, "--labels", "LOC", stdin=GERMAN) == (0, "", "")
    data = path.read_bytes()
    assert (gzip.decompress(data) if name.endswith(".gz") else data)[: len(start)] == start
    assert nertag("-o", path, "--labels", "LOC", "--format", "spans", stdin=GERMAN).code == 0
    data = path.read_bytes()
    assert (gzip.decompress(data) if name.endswith(".gz") else data)[:7] == b"Angela "
    assert nertag("-o", path, "--summary", stdin=GERMAN).code == 0


def test_a_line_end_in_a_name_ends_no_record(tmp_path: Path) -> None:
    path = write(tmp_path / "a\nb.txt", GERMAN)
    assert tags(path, "-", stdin="Rom").split("\n")[0].endswith(f"a b.txt: {GERMAN_SPANS}")


@pytest.mark.parametrize("arguments", [[""], ["-", ""], ["-o", ""]])
def test_a_name_of_nothing(arguments: list[str]) -> None:
    result = nertag(*arguments, stdin=GERMAN)
    assert_one_sentence(result, 2)
    assert "'' names no file" in result.err


def test_a_text_field_without_jsonl() -> None:
    result = nertag("--text-field", "body", stdin="id,text\n1,Anna\n")
    assert_one_sentence(result, 2)
    assert "--text-field" in result.err


def test_what_is_no_text(tmp_path: Path) -> None:
    pdf = write(tmp_path / "a.pdf", b"%PDF-1.4\nAnna\n")
    note = write(tmp_path / "a.txt", GERMAN)
    result = nertag(pdf, note, "--keep-going")
    assert (result.code, result.out.count("\n")) == (1, 1)
    assert "is a PDF, no text" in result.err


def test_own_conll_comes_back_in() -> None:
    for text in (GERMAN, KOREAN):
        conll = tags("--format", "conll", stdin=text)
        assert records(tags("--format", "jsonl", stdin=conll))[0]["text"].startswith(text[:3])
        assert "tokens" not in tags("--format", "conll", stdin=conll)


def test_labels_and_scores() -> None:
    assert tags("--labels", "LOC", stdin=GERMAN) == "Angela Merkel wohnt in [Berlin LOC].\n"
    assert tags("--labels", "LOC,PER", stdin=GERMAN) == GERMAN_SPANS + "\n"
    assert tags("--labels", "LOC, PER", stdin=GERMAN) == GERMAN_SPANS + "\n"
    assert tags("--labels", "LOC", "--labels", "PER", stdin=GERMAN) == GERMAN_SPANS + "\n"
    assert_one_sentence(nertag("--labels", "LOC", "--labels", "NOSUCH", stdin=GERMAN), 2)
    assert tags("--min-score", "1", stdin=GERMAN) == GERMAN + "\n"


def test_the_bundled_models_are_listed() -> None:
    listed = tags("--list-models")
    assert listed.splitlines()[1].startswith("base ")
    assert "CC BY-NC-SA 4.0" in listed


def test_help_and_version() -> None:
    for flag in ("--help", "-h"):
        assert "--input-format" in tags(flag)
    assert re.fullmatch(r"nertag \d+\.\d+\S*\n", tags("--version"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing.txt"],
        ["-", "nothing.txt"],
        ["."],
        ["x" * 300],
        ["--model", "no/such/model"],
        ["--model", "."],
        ["--model", "x" * 300 + "/y/z"],
        ["--encoding", "nosuch"],
        ["--encoding", "undefined"],
        ["--labels", "NOSUCH"],
        ["-o", "."],
        ["-o", "nothing/out"],
        ["-o", "x" * 300],
    ],
)
def test_usage_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = nertag(*arguments, stdin=GERMAN)
    assert_one_sentence(result, 2)
    assert result.out == ""
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "arguments", [["--format", "xml"], ["--nosuch"], ["--token-column", "0"], ["--lang", "xx"]]
)
def test_impossible_options(arguments: list[str]) -> None:
    result = nertag(*arguments, stdin=GERMAN)
    assert result.code == 2
    assert result.out == ""
    assert "Traceback" not in result.err


# Bad data

BAD = [
    ("a.txt", b"Berlin\n\nB\xffrn\nRom\n", 3),
    ("a.jsonl", b'{"text": "Berlin"}\n\n{"text": \n{"text": "Rom"}\n', 3),
    ("a.jsonl", b'{"text": "Berlin"}\n[]\n{"text": "Rom"}\n', 2),
    ("a.conll", b"Berlin O\n\nBern X O\n\nRom O\n", 3),
    ("a.conll", b"# c\nBerlin O\n\nBern\n\nRom O\n", 4),
]


@pytest.mark.parametrize(("name", "data", "line"), BAD)
def test_bad_data(tmp_path: Path, name: str, data: bytes, line: int) -> None:
    path = write(tmp_path / name, data)
    result = nertag(path)
    assert_one_sentence(result, 1)
    assert f"{path}:{line}: " in result.err
    assert result.out.strip("\n") == "[Berlin LOC]"
    if name == "a.txt":
        assert "byte 2" in result.err


@pytest.mark.parametrize(("name", "data", "line"), BAD)
def test_bad_data_from_standard_input(name: str, data: bytes, line: int) -> None:
    input_format = {"a.txt": "text", "a.jsonl": "jsonl", "a.conll": "conll"}[name]
    result = nertag("--input-format", input_format, stdin=data)
    assert_one_sentence(result, 1)
    assert f"<stdin>:{line}: " in result.err
    assert result.out.strip("\n") == "[Berlin LOC]"


@pytest.mark.parametrize(("name", "data", "line"), BAD)
def test_keep_going(tmp_path: Path, name: str, data: bytes, line: int) -> None:
    path = write(tmp_path / name, data)
    result = nertag("--keep-going", path)
    assert result.code == 1
    assert result.out.split() == ["[Berlin", "LOC]", "[Rom", "LOC]"]
    first, last = result.err.splitlines()
    assert f"{path}:{line}: " in first
    assert last.startswith("nertag: 1 ")


def test_keep_going_counts_all_bad_records(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", "{\n" * 3 + '{"text": "Berlin"}\n')
    two = write(tmp_path / "two.txt", b"\xff\nRom\n")
    result = nertag("--keep-going", one, two)
    assert result.code == 1
    assert result.out == f"{one}: [Berlin LOC]\n{two}: [Rom LOC]\n"
    assert result.err.splitlines()[-1].startswith("nertag: 4 ")


def test_keep_going_without_bad_records() -> None:
    assert tags("--keep-going", stdin=KOREAN) == KOREAN_SPANS + "\n"


def test_records_that_conll_cannot_hold() -> None:
    data = '{"tokens": ["Berlin"]}\n{"tokens": ["a\\tb"]}\n{"tokens": ["Rom"]}\n'
    result = nertag("--format", "conll", stdin=data)
    assert_one_sentence(result, 1)
    assert "<stdin>:2: " in result.err
    assert "Berlin\tB-LOC\n\n" in result.out
    assert "Rom" not in result.out
    result = nertag("--format", "conll", "--keep-going", stdin=data)
    assert result.code == 1
    assert "Rom\tB-LOC" in result.out
    assert result.err.splitlines()[-1].startswith("nertag: 1 ")


def test_gzip_cut_short() -> None:
    whole = gzip.compress(b"Berlin\n" + os.urandom(2000).hex().encode() + b"\n")
    result = nertag("--input-format", "text", stdin=whole[:-300])
    assert_one_sentence(result, 1)
    assert result.out.startswith("[Berlin LOC]\n")
    assert nertag("--keep-going", stdin=whole[:-300]).code == 1


# -o


def test_output_file(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    assert tags("-o", path, stdin=KOREAN) == ""
    assert path.read_text("utf-8") == KOREAN_SPANS + "\n"
    assert names_in(tmp_path) == ["out.txt"]


def test_output_file_after_a_data_error(tmp_path: Path) -> None:
    path = write(tmp_path / "out.jsonl", "before")
    result = nertag("-o", path, "--format", "jsonl", stdin=b"Berlin\n\nB\xffrn\nRom\n")
    assert result.code == 1
    assert path.read_text() == "before"
    partial = tmp_path / "out.jsonl.partial"
    assert [record["text"] for record in records(partial.read_text())] == ["Berlin", ""]
    assert str(partial) in result.err
    assert "<stdin>:3: " in result.err
    assert all(line.startswith("nertag: ") for line in result.err.splitlines())
    again = nertag("-o", path, stdin=KOREAN)
    assert_one_sentence(again, 2)
    assert f"{partial} was left by an unfinished run: remove it" in again.err
    partial.unlink()
    assert tags("-o", path, stdin=KOREAN) == ""
    assert names_in(tmp_path) == ["out.jsonl"]


def test_keep_going_makes_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    result = nertag("-o", path, "--keep-going", stdin=b"Berlin\n\xff\nRom\n")
    assert result.code == 1
    assert path.read_text() == "[Berlin LOC]\n[Rom LOC]\n"
    assert names_in(tmp_path) == ["out.txt"]


@needs_posix
def test_output_device() -> None:
    assert tags("-o", "/dev/null", stdin=GERMAN) == ""
    assert not Path("/dev/null.partial").exists()
    assert not Path("/dev/null").is_file()


# In a process of its own


class Process:
    """A running command whose lines are read with patience, and which never outlives its test."""

    def __init__(self, *arguments: str | Path, **options: Any) -> None:
        environment = os.environ | {"HF_HUB_OFFLINE": "1"} | options.pop("env", {})
        command = options.pop("command", [*COMMAND, *map(str, arguments)])
        self.process = subprocess.Popen(
            command,
            stdin=options.pop("stdin", subprocess.PIPE),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            env=environment,
            **options,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        if self.process.stdout is not None:
            self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def write(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def line(self) -> str:
        return self._lines.get(timeout=PATIENCE).decode()

    def end(self, close: bool = True) -> Result:
        """What is left, after its end; `close` closes its standard input first."""
        assert self.process.stderr is not None
        if close and self.process.stdin is not None:
            self.process.stdin.close()
        code = self.process.wait(timeout=PATIENCE)
        if self.process.stdout is not None:
            self._reader.join(timeout=PATIENCE)
        left = [self._lines.get() for _ in range(self._lines.qsize())]
        return Result(code, b"".join(left).decode(), self.process.stderr.read().decode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    running: list[Process] = []

    def begin(*arguments: str | Path, **options: Any) -> Process:
        running.append(Process(*arguments, **options))
        return running[-1]

    yield begin
    for process in running:
        process.close()


Start = Callable[..., Process]

MODULES = """
import sys
from tagcli.cli.main import main
try:
    main(sys.argv[1:], prog_name="nertag")
finally:
    heavy = ("torch", "transformers", "onnxruntime", "optimum", "tagcli")
    print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""


def test_help_loads_no_runtime(start: Start) -> None:
    result = start(command=[sys.executable, "-c", MODULES, "--help"]).end()
    assert (result.code, result.err.strip()) == (0, "['tagcli']")
    assert "--input-format" in result.out


def test_onnx_loads_no_torch(start: Start) -> None:
    process = start(command=[sys.executable, "-c", MODULES], env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    process.write(KOREAN + "\n")
    result = process.end()
    assert result == (0, KOREAN_SPANS + "\n", "['onnxruntime', 'tagcli']\n")


def test_results_arrive_while_standard_input_is_open(start: Start) -> None:
    process = start()
    for _ in range(2):
        process.write(KOREAN + "\n")
        assert process.line() == KOREAN_SPANS + "\n"
    process.write(f"\n{GERMAN}\n")
    assert process.line() == "\n"
    assert process.line() == GERMAN_SPANS + "\n"
    assert process.end() == (0, "", "")


def test_sentences_arrive_while_standard_input_is_open(start: Start) -> None:
    process = start("--format", "jsonl")
    process.write("# id = 1\nBerlin B-LOC\nMitte I-LOC\n\n")
    assert json.loads(process.line())["text"] == "Berlin Mitte"
    process.write("Rom O\n\n")
    assert json.loads(process.line())["text"] == "Rom"
    process.write("Bern\n\n")
    result = process.end(close=False)
    assert_one_sentence(result, 1)
    assert "<stdin>:7: " in result.err


@needs_posix
def test_interrupt(start: Start, tmp_path: Path) -> None:
    process = start()
    process.write(KOREAN + "\n")
    assert process.line() == KOREAN_SPANS + "\n"
    process.process.send_signal(signal.SIGINT)
    assert process.end(close=False) == (130, "", "")


@needs_posix
def test_interrupt_leaves_the_partial_file(start: Start, tmp_path: Path) -> None:
    partial = tmp_path / "out.jsonl.partial"
    process = start("-o", tmp_path / "out.jsonl", "--format", "jsonl")
    process.write(f"{KOREAN}\n{GERMAN}\n")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if partial.exists() and partial.read_bytes().count(b"\n") == 2:
            break
        time.sleep(0.05)
    process.process.send_signal(signal.SIGINT)
    result = process.end(close=False)
    assert_one_sentence(result, 130)
    assert str(partial) in result.err
    assert [record["text"] for record in records(partial.read_text("utf-8"))] == [KOREAN, GERMAN]
    assert names_in(tmp_path) == [partial.name]


needs_shell = pytest.mark.skipif(
    shutil.which("bash") is None or os.name != "posix", reason="needs bash"
)


def shell(start: Start, script: str, **options: Any) -> Process:
    nertag_command = " ".join(shlex.quote(part) for part in COMMAND)
    script = f'nertag() {{ {nertag_command} "$@"; }}\n{script}'
    return start(command=["bash", "-c", script], **options)


@needs_shell
def test_head_ends_quietly(start: Start, tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Berlin\n" * 20_000)
    script = f"nertag {shlex.quote(str(path))} | head -n 1; echo ${{PIPESTATUS[0]}}"
    assert shell(start, script).end() == (0, "[Berlin LOC]\n0\n", "")


@needs_shell
def test_head_ends_quietly_while_standard_input_is_open(start: Start) -> None:
    process = shell(start, "nertag | head -n 1; echo ${PIPESTATUS[0]}")
    process.write("Berlin\n")
    assert process.line() == "[Berlin LOC]\n"
    process.write("Berlin\n")
    assert process.end(close=False) == (0, "0\n", "")


@needs_shell
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["> /dev/full", "-o /dev/full", ">&-"])
def test_output_that_cannot_be_written(start: Start, arguments: str) -> None:
    process = shell(start, f"nertag {arguments}")
    process.write("Berlin\n")
    result = process.end()
    assert result.code in (1, 2)
    assert_one_sentence(result, result.code)


@needs_shell
@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_output_pipe_by_its_device(start: Start) -> None:
    process = shell(start, "nertag -o /dev/stdout | cat")
    process.write("Berlin\n")
    assert process.line() == "[Berlin LOC]\n"  # written directly: it is there before the end
    assert process.end() == (0, "", "")


@needs_shell
def test_no_standard_input(start: Start) -> None:
    result = shell(start, "nertag <&-").end()
    assert_one_sentence(result, 2)


def test_unknown_model(start: Start) -> None:
    result = start("--model", "nertag/there-is-no-such-model", stdin=subprocess.DEVNULL).end()
    assert_one_sentence(result, 2)
    assert "nertag/there-is-no-such-model" in result.err


def at_a_terminal(start: Start, arguments: list[str], environment: dict[str, str]) -> str:
    """What a terminal shows of the tagged German sentence."""
    import pty

    leader, follower = pty.openpty()
    process = start(*arguments, stdout=follower, env={"TERM": "xterm-256color"} | environment)
    os.close(follower)
    process.write(GERMAN + "\n")
    process.process.stdin.close()  # type: ignore[union-attr]
    shown = b""
    try:
        while more := os.read(leader, 1000):
            shown += more
    except OSError:  # Linux's way of saying that the other side is closed
        pass
    os.close(leader)
    assert process.end(close=False).code == 0
    return shown.decode().replace("\r\n", "\n")


@needs_posix
@pytest.mark.parametrize("paged", [False, True])
def test_progress_is_not_drawn_over_a_pager(tmp_path: Path, paged: bool) -> None:
    import pty
    import tty

    text = tmp_path / "a.txt"
    text.write_text("Berlin\n")
    leader, follower = pty.openpty()
    if paged:
        tty.setraw(follower)  # as less does
    os.set_blocking(leader, False)
    environment = os.environ | {"TERM": "xterm-256color"}
    done = subprocess.run(
        [*COMMAND, text], stdout=subprocess.PIPE, stderr=follower, env=environment, check=True
    )
    assert done.stdout == b"[Berlin LOC]\n"
    try:
        drawn = os.read(leader, 10_000)
    except BlockingIOError:
        drawn = b""
    os.close(leader)
    os.close(follower)
    assert (b"tagging" in drawn) == (not paged)


@needs_posix
@pytest.mark.parametrize("no_colour", [False, True])
def test_a_terminal_changes_colours_only(start: Start, no_colour: bool) -> None:
    text = at_a_terminal(start, [], {"NO_COLOR": "1" if no_colour else ""})
    if no_colour:
        assert text == GERMAN_SPANS + "\n"
    else:
        bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert bare != text
        assert bare.split() == ["Angela", "Merkel", "PER", "wohnt", "in", "Berlin", "LOC", "."]


@needs_posix
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "[Angela Merkel PER]\nwohnt in\n[Berlin LOC].\n"),
        (
            ["--summary"],
            "LOC  1  ████████████\nPER  1  ████████████\n\n"
            "LOC\n  Berlin     1  ████\n\nPER\n  Angela M…  1  ████\n",
        ),
    ],
)
def test_a_terminal_has_a_width(start: Start, arguments: list[str], expected: str) -> None:
    shown = at_a_terminal(start, arguments, {"NO_COLOR": "1", "COLUMNS": "20"})
    assert shown == expected


@pytest.mark.parametrize("options", [[], ["--resume"], ["--format", "html"]])
def test_what_is_written_is_not_read(tmp_path: Path, options: list[str]) -> None:
    left = tmp_path / "out.partial"
    left.write_text("Bonn\n", encoding="utf-8")
    result = nertag(SAMPLES / "de.txt", left, "-o", tmp_path / "out", *options)
    assert (result.code, result.out) == (2, "")
    assert "out.partial is an input and " in result.err
    assert left.read_text(encoding="utf-8") == "Bonn\n"
    assert not (tmp_path / "out").exists()


def test_a_page_about_models_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    folder = tmp_path / "모델"
    folder.symlink_to(BUNDLED / DEFAULT)
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [*COMMAND, "--model-info", "--model", str(folder)]
    done = subprocess.run(
        command, env=environment, capture_output=True, check=True, timeout=PATIENCE
    )
    assert f"place         {folder}" in done.stdout.decode("utf-8")


def test_scores_by_label() -> None:
    assert tags("--min-score", "PER=1", stdin=GERMAN) == "Angela Merkel wohnt in [Berlin LOC].\n"
    both = tags("--min-score", "per=0.1, LOC=0.2", stdin=GERMAN)
    assert both == "[Angela Merkel PER] wohnt in [Berlin LOC].\n"


@pytest.mark.parametrize(
    ("scores", "problem"),
    [
        ("PER=2", "2.0 is not in the range 0<=x<=1"),
        ("PER=x", "'x' is not a valid float"),
        ("PER=0.5,PER=0.6", "'PER=0.6' is not LABEL=SCORE"),
        ("=0.5", "'=0.5' is not LABEL=SCORE"),
        ("PER=0.5=1", "'PER=0.5=1' is not LABEL=SCORE"),
        ("PR=0.5", "the model has no label 'PR'"),
    ],
)
def test_scores_by_label_that_cannot_be(scores: str, problem: str) -> None:
    result = nertag("--min-score", scores, stdin=GERMAN)
    assert result.code == 2
    assert problem in result.err
