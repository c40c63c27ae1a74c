"""Short sentences for training: templates with names out of corpora, as JSONL.

    python fill_templates.py samples/templates/de.txt wikiann/de germeval2014/de \\
        --count 3000 --data-dir CORPORA > short.de.train.jsonl

A template is a line with {given}, {surname}, {full}, {org}, {loc} and {thing}, and :lower for small
letters. Given names and surnames are the ends of the corpora's persons of two words, {thing} comes
from things.txt beside the templates. The same seed draws the same sentences.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from export.corpora.source import Source
from export.corpora.sources import load_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SLOT = re.compile(r"\{(\w+)(:lower)?\}")
LABELS = {
    "given": "PER", "surname": "PER", "full": "PER", "org": "ORG", "loc": "LOC", "thing": "MISC",
}  # fmt: skip
RENAMED = {"PS": "PER", "OG": "ORG", "LC": "LOC", "PER": "PER", "ORG": "ORG", "LOC": "LOC"}
NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]+")
LONGEST = {"org": 4, "loc": 2}


def written_lines(path: Path) -> list[str]:
    """The lines of a file without comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def names_of(places: Sequence[str], data_dir: Path | None) -> dict[str, list[str]]:
    """The names of corpora for every slot but {thing}, in order, as often as they occur."""
    found: dict[str, list[str]] = {slot: [] for slot in LABELS}
    for place in places:
        source = Source(place, labels={**RENAMED, "*": "O"}, repair="conlleval")
        for example in load_source(source, data_dir).examples:
            for start, end, label in example.spans:
                add_name(found, example.text[start:end], label)
    return found


def add_name(found: Mapping[str, list[str]], text: str, label: str) -> None:
    """Sort a name of a corpus into the slots that it can fill."""
    words = text.split()
    if not all(map(NAME.fullmatch, words)):
        return
    if label == "PER" and len(words) == 2:
        for slot, name in zip(("given", "surname", "full"), (*words, text), strict=True):
            found[slot].append(name)
    slot = label.lower()
    if len(words) <= LONGEST.get(slot, 0):
        found[slot].append(text)


def fill(
    template: str, names: Mapping[str, Sequence[str]], draw: random.Random
) -> dict[str, object]:
    """A record of the template with names drawn."""
    text, last, entities = "", 0, []
    for slot in SLOT.finditer(template):
        name = draw.choice(names[slot[1]])
        text += template[last : slot.start()]
        last = slot.end()
        label = {"label": LABELS[slot[1]]}
        entities.append({"start": len(text), "end": len(text) + len(name), **label})
        text += name.lower() if slot[2] else name
    return {"text": text + template[last:], "entities": entities}


def records(
    templates: Sequence[str], names: Mapping[str, Sequence[str]], count: int, seed: int
) -> Iterator[dict[str, object]]:
    """So many records, each of a template drawn."""
    draw = random.Random(seed)
    for _ in range(count):
        yield fill(draw.choice(templates), names, draw)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the records, an object a line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("templates", type=Path)
    parser.add_argument("places", nargs="+", help="corpora to take the names from")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    names = names_of(options.places, options.data_dir)
    names["thing"] = written_lines(options.templates.with_name("things.txt"))
    made = records(written_lines(options.templates), names, options.count, options.seed)
    for record in made:
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
