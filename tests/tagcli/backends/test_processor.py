from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pytest

from tagcli.backends.processor import int8_instructions, processor_name

if TYPE_CHECKING:
    from pathlib import Path

X86 = """\
processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9354: 32-Core Processor
flags\t\t: fpu sse2 avx avx2 avx512f avx512_vnni avx_vnni_int8
bugs\t\t: avx_vnni

processor\t: 1
model name\t: another
flags\t\t: fpu amx_int8
"""
ARM = """\
processor\t: 0
BogoMIPS\t: 50.00
Features\t: fp asimd crc32 asimddp i8mm bf16
CPU implementer\t: 0x41

processor\t: 1
"""


@pytest.fixture
def cpuinfo(tmp_path: Path) -> Path:
    return tmp_path / "cpuinfo"


def test_an_x86_processor(cpuinfo: Path) -> None:
    cpuinfo.write_text(X86)
    assert processor_name(cpuinfo) == "AMD EPYC 9354: 32-Core Processor"
    assert int8_instructions(cpuinfo) == ["avx2", "avx512_vnni"]


def test_an_arm_processor_has_no_name_of_its_own(
    cpuinfo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpuinfo.write_text(ARM)
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert processor_name(cpuinfo) == "aarch64"
    assert int8_instructions(cpuinfo) == ["asimddp", "i8mm"]


def test_one_without_such_instructions(cpuinfo: Path) -> None:
    cpuinfo.write_text("flags : fpu sse2\n")
    assert int8_instructions(cpuinfo) == []


def test_where_the_kernel_says_nothing(cpuinfo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "processor", lambda: "i386")
    assert (processor_name(cpuinfo), int8_instructions(cpuinfo)) == ("i386", None)
    cpuinfo.write_bytes(b"\xff\xfe\n\n")
    assert (processor_name(cpuinfo), int8_instructions(cpuinfo)) == ("i386", None)
