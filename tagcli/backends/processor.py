"""The processor: its name, and which of its instructions multiply 8-bit integers."""

from __future__ import annotations

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_FLAGS = ("flags", "Features")
_INT8 = ("avx2", "avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm")


def processor_name(cpuinfo: Path = _CPUINFO) -> str:
    """Its name as the kernel has it; otherwise what Python knows, the architecture at least."""
    return _fields(cpuinfo).get("model name") or platform.processor() or platform.machine()


def int8_instructions(cpuinfo: Path = _CPUINFO) -> list[str] | None:
    """Those of AVX, AMX and NEON that it has, by the kernel's names; None if it does not say."""
    known = _fields(cpuinfo)
    listed = next((known[field] for field in _FLAGS if field in known), None)
    return None if listed is None else [name for name in _INT8 if name in listed.split()]


def _fields(cpuinfo: Path) -> dict[str, str]:
    """Those of the first core; all of them have the same here."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    rows = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in rows}
