"""Files, pipes and standard input as numbered lines."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from encodings.aliases import aliases
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError, NertagError, UsageError
from tagcli.readers.inputs import Input, Line, check_encoding
from tests.support.path_like import PathLike

if TYPE_CHECKING:
    from collections.abc import Callable

# Everything that some other splitter takes for a line end or a blank.
ODD = "a\u2028b\u2029c\x85d\x0be\x0cf\rg\xa0h\x1ci\x1dj\x1ek"
KOREAN = "이순신은 서울에서 태어났다."


def lines_of(path: Path, encoding: str = "utf-8") -> list[str]:
    return [line.text for line in Input(str(path), encoding).lines()]


def write(folder: Path, data: bytes, name: str = "in.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_lines_are_numbered_from_one(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n\nb\n")
    assert list(Input(str(path)).lines()) == [Line(1, "a"), Line(2, ""), Line(3, "b")]


def test_a_name_of_nothing_is_no_file() -> None:
    with pytest.raises(UsageError, match="'' names no file"):
        Input("")


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_a_path_of_any_kind(tmp_path: Path, kind: Callable[[Path], Any]) -> None:
    path = write(tmp_path, b"a\n")
    source = Input(kind(path))
    assert (source.name, source.size) == (str(path), 2)
    assert list(source.lines()) == [Line(1, "a")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\n\n", ["a", ""]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\n\r\nb", ["a", "", "b"]),
        (b"a\rb\n", ["a\rb"]),
        (b"a\r\r\n", ["a\r"]),
        (b"  a\t\n", ["  a\t"]),
    ],
)
def test_line_ends(tmp_path: Path, data: bytes, expected: list[str]) -> None:
    assert lines_of(write(tmp_path, data)) == expected


def test_only_line_feeds_end_lines(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path, f"{ODD}\nx".encode())) == [ODD, "x"]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inputs") / "scratch"


TEXTS = st.lists(
    st.text(st.characters(exclude_characters="\0\n\ufeff", exclude_categories=["Cs"])).filter(
        lambda text: not text.endswith("\r")
    )
)


@given(
    texts=TEXTS,
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    zipped=st.booleans(),
    bom=st.booleans(),
)
def test_lines_come_as_they_were_written(
    scratch: Path, texts: list[str], end: str, encoding: str, zipped: bool, bom: bool
) -> None:
    data = "".join(text + end for text in texts).encode(encoding)
    if bom and encoding == "utf-8":
        data = b"\xef\xbb\xbf" + data
    scratch.write_bytes(gzip.compress(data) if zipped else data)
    assert lines_of(scratch, encoding) == texts


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "cp949", "euc-kr", "utf-16-le", "iso2022_kr", "utf-8-sig"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, f"{KOREAN}\r\n\r\n{KOREAN}".encode(encoding))
    assert lines_of(path, encoding) == [KOREAN, "", KOREAN]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_byte_order_mark_is_no_text(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, f"\ufeff{KOREAN}\nb\n".encode(encoding))
    assert lines_of(path, encoding) == [KOREAN, "b"]


def test_a_byte_order_mark_alone(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path, b"\xef\xbb\xbf")) == []
    assert lines_of(write(tmp_path, b"\xef\xbb\xbf\n")) == [""]


def test_the_mark_of_utf8_is_text_elsewhere(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf\xa1\n"
    assert lines_of(write(tmp_path, data), "cp949") == [data.decode("cp949").rstrip("\n")]


def test_a_mark_inside_the_text_stays(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path, "a\n\ufeffb\n".encode())) == ["a", "\ufeffb"]


@pytest.mark.parametrize("name", ["in.txt", "in.txt.gz", "in"])
def test_gzip_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    zipped = write(tmp_path, gzip.compress(f"\ufeff{KOREAN}\r\nb".encode()), name)
    assert lines_of(zipped) == [KOREAN, "b"]
    plain = write(tmp_path, f"{KOREAN}\n".encode(), name)
    assert lines_of(plain) == [KOREAN]


def test_gzip_members_follow_each_other(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"a\nb") + gzip.compress(b"c\nd\n"))
    assert lines_of(path) == ["a", "bc", "d"]


def test_lines_longer_than_a_read(tmp_path: Path) -> None:
    texts = ["ä" * 100_001, "", "b" * 70_000, "한" * 65_536]
    data = "\n".join(texts).encode()
    assert lines_of(write(tmp_path, data)) == texts
    assert lines_of(write(tmp_path, gzip.compress(data))) == texts
    assert lines_of(write(tmp_path, "\n".join(texts).encode("utf-16")), "utf-16") == texts


@pytest.mark.parametrize("bad", [b"b\xff", b"\xed\xa0\x80", b"\xc3", b"\xf5\x80\x80\x80"])
def test_bad_utf8_says_file_line_and_byte(tmp_path: Path, bad: bytes) -> None:
    path = write(tmp_path, b"a\nb\n" + "ö".encode() + bad + b"\nc\n")
    read = []
    with pytest.raises(DataError) as caught:
        read += [line.text for line in Input(str(path)).lines()]
    byte = 3 + (bad[:1] == b"b")
    assert str(caught.value).startswith(f"{path}:3: ")
    assert f"byte {byte} " in str(caught.value)


def test_what_is_before_bad_bytes_comes_out(tmp_path: Path) -> None:
    lines = Input(str(write(tmp_path, b"a\nb\n\xff\nc\n"))).lines()
    assert [next(lines).text, next(lines).text] == ["a", "b"]
    with pytest.raises(DataError):
        next(lines)


def test_bad_bytes_can_be_left_out(tmp_path: Path) -> None:
    told: list[DataError] = []
    path = write(tmp_path, b"a\n\xff\nb\n\xfe\n")
    read = list(Input(str(path)).lines(told.append))
    assert {(1, "a"), (3, "b")} <= {(line.number, line.text) for line in read}
    assert [error.line for error in told] == [2, 4]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16"])
def test_what_is_before_bad_utf16_comes_out(tmp_path: Path, encoding: str) -> None:
    data = "a\nb\n".encode(encoding) + b"\x00\xdc" + "\nc\n".encode("utf-16-le")
    lines = Input(str(write(tmp_path, data)), encoding).lines()
    assert [next(lines).text, next(lines).text] == ["a", "b"]
    with pytest.raises(DataError, match=r":3: .*utf-16"):
        next(lines)


def test_utf16_cut_in_the_middle_of_a_character(tmp_path: Path) -> None:
    path = write(tmp_path, "a\nb".encode("utf-16")[:-1])
    with pytest.raises(DataError, match=r":2: "):
        lines_of(path, "utf-16")


@pytest.mark.parametrize("cut", [-1, -9, 20])
def test_gzip_cut_short(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(os.urandom(3000).hex().encode())
    path = write(tmp_path, whole[:cut])
    with pytest.raises(DataError, match="gzip") as caught:
        lines_of(path)
    assert str(path) in str(caught.value)
    told: list[DataError] = []
    (last,) = Input(str(path)).lines(told.append)
    assert (last.number, last.text, last.bad) == (1, "", True)
    assert [error.line for error in told] == [1]


def test_broken_gzip_says_after_which_line(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"a\nb\n") + b"what follows is no gzip")
    lines = Input(str(path)).lines()
    assert [next(lines).text, next(lines).text] == ["a", "b"]
    with pytest.raises(DataError, match=r"in\.txt:3: broken gzip"):
        next(lines)


def test_broken_gzip(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(b"a\nb\n" * 1000))
    whole[20:24] = b"\xff\xff\xff\xff"
    with pytest.raises(DataError, match="gzip"):
        lines_of(write(tmp_path, bytes(whole)))
    with pytest.raises(DataError, match="gzip"):
        lines_of(write(tmp_path, b"\x1f\x8bnothing of the kind"))


def test_one_byte_is_no_gzip(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path, b"\x1f")) == ["\x1f"]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such file: .*nothing\.txt"):
        Input(str(tmp_path / "nothing.txt"))


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="directory"):
        Input(str(tmp_path))


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Input(str(tmp_path / ("x" * 300)))


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 0)() == 0, reason="root and Windows may read every file"
)
def test_forbidden_file(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n")
    path.chmod(0)
    with pytest.raises(UsageError, match="permission denied"):
        Input(str(path))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_a_file_that_fails_while_it_is_read() -> None:
    with pytest.raises(NertagError, match="/proc/self/mem"):
        lines_of(Path("/proc/self/mem"))


def test_a_file_that_is_cut_short_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n" * 100_000 + b"b")
    told: list[DataError] = []
    lines = Input(str(path)).lines(told.append)
    next(lines)
    os.truncate(path, 70_001)
    assert {line.text for line in lines if not line.bad} == {"a"}
    assert [str(error) for error in told] == [f"{path}: was cut short while it was read"]


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n", os.fsdecode(b"\xff.txt"))
    source = Input(str(path))
    assert source.name == f"{tmp_path}/\ufffd.txt"
    assert [line.text for line in source.lines()] == ["a"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    data = gzip.compress(f"{KOREAN}\nb".encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    source = Input("-")
    assert source.name == "<stdin>"
    assert [line.text for line in source.lines()] == [KOREAN, "b"]
    assert not sys.stdin.closed


def test_size_and_position(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n" * 100_000)
    source = Input(str(path))
    assert source.size == 200_000
    assert source.position == 0
    lines = source.lines()
    next(lines)
    assert 0 < source.position < 200_000
    list(lines)
    assert source.size == 200_000


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes")
def test_a_pipe_that_does_not_block_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        lines = Input("-").lines()
        late = threading.Timer(0.2, lambda: (os.write(writing, b"a\nb"), os.close(writing)))
        late.start()
        assert [line.text for line in lines] == ["a", "b"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_has_no_size(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Input(str(tmp_path / "pipe")).size is None


@pytest.mark.parametrize("name", ["nosuch", "base64", "rot13", "undefined", ""])
def test_unknown_encodings(name: str) -> None:
    with pytest.raises(UsageError, match="encoding"):
        check_encoding(name)


@pytest.mark.parametrize("name", ["utf-8", "UTF8", "cp949", "utf-16", "latin-1", "euc_kr"])
def test_known_encodings(name: str) -> None:
    assert check_encoding(name) == name


@pytest.mark.parametrize(
    "encoding", sorted({*aliases.values(), "punycode", "idna", "undefined", "unicode_escape"})
)
def test_no_encoding_fails_with_more_than_a_sentence(tmp_path: Path, encoding: str) -> None:
    messages = []
    for data in (b"Berlin\n\xff\xfe\x80\nBern\n", b"+2AA-\n", b"\\ud800\n"):
        path = write(tmp_path, data)
        try:
            for text in lines_of(path, check_encoding(encoding)):
                text.encode()  # half a surrogate pair is no text
        except NertagError as error:
            messages.append(str(error))
    assert not any("\n" in message for message in messages)


def test_utf16_needs_no_byte_order_mark_to_fail_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r":1: .*utf-16"):
        lines_of(write(tmp_path, b"Angela Merkel\n"), "utf-16")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_bad_byte_of_utf8_with_a_mark_costs_its_line_only(tmp_path: Path, mark: bytes) -> None:
    path = write(tmp_path, mark + b"a\nb\xff\nc\n")
    told: list[DataError] = []
    lines = list(Input(str(path), "utf-8-sig").lines(told.append))
    assert [line.text for line in lines] == ["a", "", "c"]
    assert [error.line for error in told] == [2]


def test_what_is_before_half_a_surrogate_pair_comes_out(tmp_path: Path) -> None:
    path = write(tmp_path, b"eins\\nzwei\\n\\ud800\\ndrei")
    lines, seen = Input(str(path), "unicode_escape").lines(), []
    with pytest.raises(DataError, match=r":3: not unicode_escape"):
        seen.extend(line.text for line in lines)
    assert seen == ["eins", "zwei"]


def test_what_is_before_bad_bytes_of_an_encoding_with_a_state_comes_out(tmp_path: Path) -> None:
    good = "Berlin\n이순신\n".encode("iso2022_kr")
    lines, seen = Input(str(write(tmp_path, good + b"\xff\n")), "iso2022_kr").lines(), []
    with pytest.raises(DataError, match=r":3: not iso2022_kr"):
        seen.extend(line.text for line in lines)
    assert seen == ["Berlin", "이순신"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", None),
        (b"Berlin\n", None),
        (gzip.compress(b"Berlin\n", mtime=0), None),
        (b"PAR1\x15\x04", None),
        (b"%PDF-1.7", "is a PDF"),
        (gzip.compress(b"%PDF-1.7", mtime=0), "is a PDF"),
        (gzip.compress(b"Berlin\n", mtime=0)[:10], "broken gzip data"),
    ],
)
def test_the_first_bytes_tell_what_is_no_text(
    tmp_path: Path, data: bytes, problem: str | None
) -> None:
    found = Input(write(tmp_path, data)).problem()
    assert found is None if problem is None else found and problem in found


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe with a name")
def test_a_pipe_is_not_looked_into(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no regular file"):
        Input(tmp_path / "pipe").problem()


def test_lines_know_their_ends(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"a\r\n\nb\rc\n\r\nd")
    found = [(line.text, line.end) for line in Input(str(path)).lines()]
    assert found == [("a", "\r\n"), ("", "\n"), ("b\rc", "\n"), ("", "\r\n"), ("d", "")]
