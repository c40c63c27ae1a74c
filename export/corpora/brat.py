"""brat's standoff format: a text in NAME.txt and what is marked in it in NAME.ann.

Source: brat.nlplab.org/standoff.html; spans are cut at line ends as brat's annotator.py does it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tagcli.errors import DataError, UsageError
from tagcli.output.destination import Output
from tagcli.readers.inputs import Input, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.schemes import Span

BRAT = "brat"
ANN, TXT = ".ann", ".txt"

_ENTITY = re.compile(r"(T\S+)\t(\S+) (\d{1,18} \d{1,18}(?:;\d{1,18} \d{1,18})*)(?:\t(.*))?")
_OTHERS = {
    "R": "relation", "E": "event", "A": "attribute", "M": "attribute", "N": "normalisation",
    "#": "note", "*": "equivalence",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BratDocument:
    """A text and its entities in code points, in order; `others` counts the lines that are no
    entities by what they are, `discontinuous` the entities with text between their fragments,
    which are read as their whole span, `empty` those of length 0, which say nothing and are left
    out."""

    text: str
    spans: tuple[Span, ...]
    others: Counter[str]
    discontinuous: int
    empty: int


def brat_files(place: str) -> list[Path]:
    """The .ann files that a place names: one, or those of a folder by their names; none where it
    is something else."""
    path = Path(place)
    if path.is_dir():
        return sorted(path.glob(f"*{ANN}"))
    return [path] if path.suffix == ANN and path.is_file() else []


def texts_without_ann(place: str) -> int:
    """How many texts of a folder nobody has marked anything in."""
    texts = Path(place).glob(f"*{TXT}") if Path(place).is_dir() else ()
    return sum(not text.with_suffix(ANN).exists() for text in texts)


def brat_place(place: str, number: int) -> tuple[str, int | None]:
    """Where the example with this number stands, for an error: in a file of a folder of documents,
    otherwise on that line of the place."""
    files = brat_files(place)
    return (str(files[number - 1]), None) if files else (place, number)


def read_brat(ann: Path) -> BratDocument:
    """A document by its .ann file; raises DataError with file and line for what is wrong in it."""
    text_file = ann.with_suffix(TXT)
    text = _read_text(text_file)
    spans, others, discontinuous, empty = [], Counter[str](), 0, 0
    for line in Input(str(ann)).lines():
        if line.text.startswith("T"):
            fragments, label = _read_entity(line, ann, text)
            start, end = min(fragments)[0], max(end for _, end in fragments)
            if start < end:
                spans.append((start, end, label))
                discontinuous += _has_gap(text, sorted(fragments))
            else:
                empty += 1
        elif line.text.strip():
            others[_kind(line, ann)] += 1
    return BratDocument(text, tuple(sorted(spans)), others, discontinuous, empty)


def _read_text(path: Path) -> str:
    """The text as it is: offsets count carriage returns and a byte order mark, too."""
    if not path.is_file():
        raise UsageError(f"{path.with_suffix(ANN)} has no text: there is no {path}")
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(str(path), line, "not utf-8") from error


def _kind(line: Line, ann: Path) -> str:
    kind = _OTHERS.get(line.text[0])
    if kind is None or "\t" not in line.text:
        raise DataError(str(ann), line.number, f"{line.text!r:.80} is no line of brat's")
    return kind


def _read_entity(line: Line, ann: Path, text: str) -> tuple[list[tuple[int, int]], str]:
    """The fragments of an entity and its type."""
    found = _ENTITY.fullmatch(line.text)
    if found is None:
        problem = f"{line.text!r:.80} is no entity: ID, tab, TYPE START END, tab, TEXT"
        raise DataError(str(ann), line.number, problem)
    name, label, offsets, written = found.groups()
    fragments = [_pair(one) for one in offsets.split(";")]
    for start, end in fragments:
        if not start <= end <= len(text):
            problem = f"{name}: {start} {end} is no span of a text of {len(text)} code points"
            raise DataError(str(ann), line.number, problem)
    marked = _marked(text, fragments)
    if written is not None and not _says(written, marked):
        problem = f"{name} is {written!r:.80}, but at {offsets} the text has {marked!r:.80}"
        raise DataError(str(ann), line.number, problem)
    return fragments, label


def _pair(offsets: str) -> tuple[int, int]:
    start, end = offsets.split(" ")
    return int(start), int(end)


def _says(written: str, marked: str) -> bool:
    """Whether what a line has behind its offsets is the marked text, any blanks for its line ends
    or none; a comment may follow."""
    letters = r"\s*".join(map(re.escape, "".join(marked.split())))
    return re.fullmatch(rf"\s*{letters}(?:\s.*)?", written) is not None


def _has_gap(text: str, fragments: Sequence[tuple[int, int]]) -> bool:
    return any(text[end:start].strip() for (_, end), (start, _) in pairwise(fragments))


def write_brat(ann: Path, text: str, spans: Iterable[Span]) -> None:
    """Write NAME.ann and NAME.txt with entities that `problem_of` finds nothing wrong with.

    A text that is there already and differs in no more than the line ends after it stays as it is.
    Raises UsageError where there is another, or an .ann file that somebody may have worked on.
    """
    text_file = ann.with_suffix(TXT)
    if text_file.exists() and _read_text(text_file).rstrip("\n") != text.rstrip("\n"):
        raise UsageError(f"{text_file} is there and is another text: choose another name")
    if ann.exists() and ann.stat().st_size:
        raise UsageError(f"{ann} is there and marks something: choose another name")
    if not text_file.exists():
        with Output(str(text_file)) as output:
            output.write(text)
    with Output(str(ann)) as output:
        for number, (start, end, label) in enumerate(spans, start=1):
            fragments = list(_fragments(text, start, end))
            offsets = ";".join(f"{start} {end}" for start, end in fragments)
            output.write(f"T{number}\t{label} {offsets}\t{_marked(text, fragments)}\n")


def problem_of(text: str, span: Span) -> str | None:
    """Why brat cannot hold an entity; None where it can."""
    start, end, label = span
    if not text[start:end].strip():
        return "holds no text"
    return None if re.fullmatch(r"\S+", label) else f"has the type {label!r}"


def _fragments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of text[start:end] that hold something, without the blanks around it."""
    for line in text[start:end].splitlines(keepends=True):
        if found := line.strip():
            first = start + line.index(found)
            yield first, first + len(found)
        start += len(line)


def _marked(text: str, fragments: Iterable[tuple[int, int]]) -> str:
    return " ".join(text[start:end] for start, end in fragments)
