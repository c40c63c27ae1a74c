"""What hard-wrapped lines cost in F1: a corpus as paragraphs of four sentences, on one line each
and wrapped, read as nertag reads a text file.

    python wrapped.py wikineural/de klue/ko --data-dir CORPORA --sentences 1000 --hyphenate

Every width has two figures: with the lines read together where they look wrapped, and line by line.
--hyphenate divides words, too, by pyphen's patterns (pip install pyphen).
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.corpora.source import Source, language_of
from export.corpora.sources import load_source
from tagcli import Tagger, load
from tagcli.languages import LATIN_LANGUAGES
from tagcli.readers.base import ReaderOptions
from tagcli.readers.inputs import Line
from tagcli.readers.text import read_text
from tagcli.schemes import Span
from tagcli.segmentation.modes import AUTO, LINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TYPES = {"PER": "PER", "ORG": "ORG", "LOC": "LOC", "PS": "PER", "OG": "ORG", "LC": "LOC"}
SENTENCES_A_PARAGRAPH = 4
WIDTHS = (60, 72, 80)

Text = tuple[str, list[Span]]


def paragraphs(place: str, split: str, sentences: int, data_dir: Path | None) -> list[Text]:
    """Texts of a few sentences on one line, as people space them, with their entities."""
    language = language_of(Source(place, split))
    spacing = "natural" if language in LATIN_LANGUAGES else None
    source = Source(place, split, labels={**TYPES, "*": "O"}, cap=sentences, spacing=spacing)
    examples = load_source(source, data_dir).examples
    whole = [one for one in examples if one.text == " ".join(one.text.split())]
    made = []
    for first in range(0, len(whole), SENTENCES_A_PARAGRAPH):
        made.append(joined((one.text, list(one.spans)) for one in whole[first : first + 4]))
    return made


def joined(texts: Iterable[Text], between: str = " ") -> Text:
    """The texts as one."""
    whole, spans = "", []
    for text, own in texts:
        whole += between if whole else ""
        spans += [(len(whole) + start, len(whole) + end, label) for start, end, label in own]
        whole += text
    return whole, spans


def filled(text: str, width: int, divider: Any = None) -> list[str]:
    """The lines of a text, filled greedily; `divider`, a pyphen.Pyphen, also divides words."""
    if divider is None:
        return textwrap.wrap(text, width)
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) <= width:
            line += f" {word}"
            continue
        room = width - len(line) - 2
        parts = divider.iterate(word) if line and word.isalpha() else ()
        head, tail = next(((a, b) for a, b in parts if 1 < len(a) <= room), ("", word))
        lines += [f"{line} {head}-" if head else line] if line else []
        line = tail
    return [*lines, line]


def wrapped(text: Text, lines: Sequence[str]) -> Text:
    """The text in these lines, its entities where their characters have come to stand."""
    content, spans = text
    made, at, places = "\n".join(lines), 0, []
    for char in content:
        while made[at] != char and not (char == " " and made[at] == "\n"):
            at += 1  # a hyphen and a line end within a word
        places.append(at)
        at += 1
    return made, [(places[start], places[end - 1] + 1, label) for start, end, label in spans]


def f1(tagger: Tagger, text: Text, mode: str) -> float:
    """Strict F1 in per cent of what is found in the text, read as a text file is."""
    content, gold = text
    lines = (Line(number, line) for number, line in enumerate(content.split("\n"), start=1))
    found = set(spans_of(tagger, lines, mode))
    return 200 * len(found & set(gold)) / ((len(found) + len(gold)) or 1)


def spans_of(tagger: Tagger, lines: Iterator[Line], mode: str) -> Iterator[Span]:
    """The entities that are found in a text file, with their places in it."""
    at = 0
    for tagged in tagger.run(read_text(lines, "text", ReaderOptions(paragraphs=mode))):
        if tagged is not None:
            for one in tagged.entities:
                if one.label in TYPES.values():
                    yield at + one.start, at + one.end, one.label
            at += len(tagged.text) + 1


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("places", nargs="+", metavar="NAME/LANGUAGE", help="or FILE")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--split", default="test")
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--hyphenate", action="store_true")
    options = parser.parse_args(arguments)
    tagger = load(device="cpu")
    for place in options.places:
        texts = paragraphs(place, options.split, options.sentences, options.data_dir)
        whole = joined(texts, "\n\n")
        print(f"{place}: {len(texts)} paragraphs, on one line {f1(tagger, whole, AUTO):.1f}")
        dividers = [None]
        if options.hyphenate and (language := place.rpartition("/")[2]) in LATIN_LANGUAGES:
            import pyphen

            dividers.append(pyphen.Pyphen(lang=language))
        for width in WIDTHS:
            for divider in dividers:
                lines = [filled(text, width, divider) for text, _ in texts]
                text = joined(map(wrapped, texts, lines), "\n\n")
                how = ", words divided" if divider else ""
                figures = [f1(tagger, text, mode) for mode in (AUTO, LINES)]
                print(f"  {width}{how}: {figures[0]:.1f}, line by line {figures[1]:.1f}")


if __name__ == "__main__":
    main()
