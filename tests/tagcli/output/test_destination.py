"""Results to standard output, devices, pipes and files that are whole or called partial."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import DataError, NertagError, UsageError
from tagcli.output.destination import Output, partial_path, stream_number
from tests.support.folders import names_in
from tests.support.path_like import PathLike

if TYPE_CHECKING:
    from collections.abc import Callable

KOREAN = "이순신\n"
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes and links")


def partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


def test_a_file_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    output = Output(str(path))
    with output:
        output.write(KOREAN)
        output.flush()
        assert not path.exists()
        assert partial(path).read_text(encoding="utf-8") == KOREAN
        assert output.partial is not None
        assert output.partial.path == partial(path)
        output.write("a\r\u2028\n")
    assert path.read_bytes() == f"{KOREAN}a\r\u2028\n".encode()
    assert output.partial is None
    assert names_in(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_a_path_of_any_kind(tmp_path: Path, kind: Callable[[Path], Any]) -> None:
    path = tmp_path / "out.txt"
    with Output(kind(path)) as output:
        output.write(KOREAN)
    assert path.read_text(encoding="utf-8") == KOREAN
    assert partial_path(kind(path)) == partial(path.resolve())


@pytest.mark.parametrize("error", [DataError("file", 3, "bad"), KeyboardInterrupt()])
def test_what_is_left_of_a_broken_run_is_called_partial(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    output = Output(str(path))
    with pytest.raises(type(error)), output:  # noqa: PT012
        output.write("one\n")
        output.write("two\n")
        raise error
    assert path.read_text() == "before"
    assert partial(path).read_text() == "one\ntwo\n"
    assert output.partial is not None
    assert output.partial.path == partial(path)


def test_what_an_unfinished_run_has_left_is_not_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    partial(path).write_text("old")
    with pytest.raises(UsageError, match=r"\.partial was left by an unfinished run: remove"):
        Output(str(path))
    journal = tmp_path / "out.txt.partial.journal"
    journal.write_text("known")
    with pytest.raises(UsageError, match="go on with --resume, or remove it"):
        Output(str(path))
    assert (partial(path).read_text(), journal.read_text()) == ("old", "known")
    partial(path).write_bytes(b"")  # nothing was done
    with Output(str(path)) as output:
        output.write("new\n")
    assert path.read_text() == "new\n"
    assert names_in(tmp_path) == ["out.txt"]


def test_all_or_nothing_leaves_nothing_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    (tmp_path / "out.txt.partial").write_bytes(b"left by a kill")
    output = Output(path, all_or_nothing=True)
    output.write("Berlin\n")
    output.__exit__(ValueError, ValueError(), None)
    assert names_in(tmp_path) == []
    with Output(path, all_or_nothing=True) as output:
        output.write("Berlin\n")
    assert (names_in(tmp_path), path.read_bytes()) == (["out.txt"], b"Berlin\n")


def test_what_an_unfinished_run_has_left_can_be_resumed(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    partial(path).write_text("old")
    output = Output(str(path), resume=True)
    with pytest.raises(KeyboardInterrupt), output:
        raise KeyboardInterrupt
    assert partial(path).read_text() == "old"


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    with Output(str(tmp_path / "out")) as output:
        output.write(b"\xff\n")
    assert (tmp_path / "out").read_bytes() == b"\xff\n"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@needs_posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o666])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    path.chmod(mode)
    umask = os.umask(0o022)
    try:
        with Output(str(path)) as output:
            output.write("private\n")
            output.flush()
            assert mode_of(partial(path)) == mode
        assert (path.read_text(), mode_of(path)) == ("private\n", mode)
        with Output(str(tmp_path / "new")):
            pass
        assert mode_of(tmp_path / "new") == 0o644
    finally:
        os.umask(umask)


@needs_posix
def test_what_is_resumed_is_as_private_as_what_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    path.chmod(0o600)
    partial(path).write_text("one\n")
    partial(path).chmod(0o644)
    with Output(str(path), resume=True) as output:
        assert output.partial is not None
        output.partial.cut(4)
        assert mode_of(partial(path)) == 0o600
        with output.partial.open_journal(new=True):
            assert mode_of(output.partial.journal) == 0o600
    assert (path.read_text(), mode_of(path)) == ("one\n", 0o600)


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 1)() != 0, reason="only root gives files to others"
)
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    os.chown(path, 65_534, 65_533)
    path.chmod(0o640)
    with Output(str(path)) as output:
        output.write("after\n")
    status = path.stat()
    assert (status.st_uid, status.st_gid, mode_of(path)) == (65_534, 65_533, 0o640)


@needs_posix
def test_a_group_that_cannot_be_kept_reads_no_more_than_all_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    path.chmod(0o664)

    def refuse(*given: object) -> None:
        raise PermissionError

    ours = os.fstat
    monkeypatch.setattr(os, "fchown", refuse)
    monkeypatch.setattr(os, "fstat", lambda number: _of_another_group(ours(number)))
    with Output(str(path)) as output:
        output.write("after\n")
    assert mode_of(path) == 0o644


def _of_another_group(status: os.stat_result) -> os.stat_result:
    fields = list(status)
    fields[stat.ST_GID] += 1
    return os.stat_result(fields)


@needs_posix
def test_a_link_in_the_place_of_the_partial_file_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("another's")
    path = tmp_path / "out.txt"
    for target in (other, tmp_path / "nothing"):
        partial(path).symlink_to(target)
        for resume in (False, True):
            with pytest.raises(UsageError, match="is a link, and is not followed: remove it"):
                Output(str(path), resume)
        partial(path).unlink()
    assert other.read_text() == "another's"
    assert names_in(tmp_path) == ["other"]


@needs_posix
def test_a_pipe_in_the_place_of_the_partial_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.txt.partial")
    with pytest.raises(UsageError, match="is no regular file: remove it"):
        Output(str(tmp_path / "out.txt"))


@needs_posix
def test_the_file_of_another_run_does_not_get_the_name(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    output = Output(str(path))
    with pytest.raises(NertagError, match="another file has taken its place"), output:  # noqa: PT012
        output.write("ours\n")
        partial(path).unlink()
        other = Output(str(path))
        other.write("theirs\n")
        other.flush()
    assert path.read_text() == "before"
    assert partial(path).read_text() == "theirs\n"
    with other:
        pass
    assert path.read_text() == "theirs\n"


def test_a_name_that_is_empty(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="-o '' names no file"):
        Output("")


def test_a_whole_file_that_cannot_have_its_name(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    output = Output(str(path))
    with pytest.raises(NertagError, match="cannot be written"), output:  # noqa: PT012
        output.write("one\n")
        path.mkdir()
    assert partial(path).read_text() == "one\n"


def test_nothing_written_is_an_empty_file(tmp_path: Path) -> None:
    with Output(str(tmp_path / "out.txt")):
        pass
    assert (tmp_path / "out.txt").read_bytes() == b""


@pytest.mark.parametrize("name", [None, "-"])
def test_standard_output(name: str | None, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output = Output(name)
    with output:
        output.write(KOREAN)
        assert output.partial is None
    assert capfdbinary.readouterr().out == KOREAN.encode()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_directly(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    with Output(str(path)) as output:
        assert output.partial is None
        output.write(KOREAN)
    reader.join(timeout=20)
    assert read == [KOREAN.encode()]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert names_in(tmp_path) == ["pipe"]


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_a_device_is_written_directly() -> None:
    with Output("/dev/null") as output:
        assert output.partial is None
        output.write(KOREAN)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with Output(str(tmp_path / "link")) as output:
        output.write("after\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "after\n"


@pytest.mark.parametrize("name", [".", "nothing/out.txt", "file/out.txt", "x" * 300, "taken"])
def test_what_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "taken.partial").mkdir()
    with pytest.raises(UsageError) as caught:
        Output(str(tmp_path / name))
    assert "\n" not in str(caught.value)
    assert names_in(tmp_path) == ["file", "taken.partial"]


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 0)() == 0, reason="root and Windows may write every file"
)
def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    path.chmod(0o400)
    with pytest.raises(UsageError, match="permission denied"):
        Output(str(path))


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
def test_an_open_stream_is_written_on_in(tmp_path: Path, folder: str) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as file:
        name = f"{folder}/{file.fileno()}"
        assert partial_path(name) is None
        with Output(name) as output:
            assert output.partial is None
            output.write("after\n")
    assert log.read_text() == "before\nafter\n"
    assert names_in(tmp_path) == ["log"]


def test_a_stream_that_is_not_open() -> None:
    with pytest.raises(UsageError, match="/dev/fd/987654 cannot be written"):
        Output("/dev/fd/987654")


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "one")
    with pytest.raises(UsageError, match="its links go in a circle"):
        Output(str(tmp_path / "one"))


def test_where_a_file_is_written_until_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("real", "link"):
        assert partial_path(str(tmp_path / name)) == tmp_path / "real.partial"
    assert partial_path("x" * 300) == Path("x" * 300 + ".partial").absolute()
    assert partial_path("-") is None
    assert partial_path("/dev/null") is None


@pytest.mark.parametrize(
    ("path", "number"),
    [(None, 1), ("-", 1), ("/dev/stdout", 1), ("/dev/stderr", 2), ("/dev/fd/7", 7), ("out", None),
     ("", None)],
)  # fmt: skip
def test_the_stream_that_output_goes_to(path: str | None, number: int | None) -> None:
    assert stream_number(path) == number
