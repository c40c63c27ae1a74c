"""Corpora from one format and scheme to another."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from export.corpora.brat import (
    ANN,
    BRAT,
    BratDocument,
    brat_files,
    brat_place,
    problem_of,
    read_brat,
    texts_without_ann,
    write_brat,
)
from export.corpora.json_gold import GOLD_FIELDS, MARK_FIELDS
from export.corpora.sources import Corpus, load_source
from export.corpora.tags import write_row
from export.corpora.xmi import XMI, xmi_of
from export.corpus_tools.annotation_tools import (
    doccano_lines,
    label_studio_lines,
    prodigy_lines,
)
from export.corpus_tools.example_words import word_spans, words_by_sentence
from export.corpus_tools.spans import SpansInOrder
from export.corpus_tools.splits import repairs_note
from export.evaluation.gold import check_is_not_gold
from tagcli.errors import DataError, UsageError
from tagcli.output.destination import Output
from tagcli.readers.columns import cells_of
from tagcli.readers.formats import format_of_name
from tagcli.readers.jsonl import TOKEN_FIELDS
from tagcli.records import is_separator
from tagcli.writers.conll import EOJEOL_COMMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from export.corpora.examples import Example
    from export.corpora.source import Source
    from tagcli.records import Document
    from tagcli.schemes import Span

_DATA = "data"
_OF_ENTITIES = {*MARK_FIELDS, "start_token", "end_token"}


def conll_lines(corpus: Corpus, scheme: str) -> Iterator[str]:
    """Every example as token and tag a line and a blank line after it.

    Text without tokens is split into sentences and these into words, as `nertag --format conll`
    has those of Korean, and cut at the ends of entities; tokens stay as they are. Raises DataError
    for what CoNLL cannot hold.
    """
    place = corpus.source.place
    for example in corpus.examples:
        sentences = list(words_by_sentence(example))
        all_words = [word for _, words in sentences for word in words]
        spans = SpansInOrder(_spans_in_columns(all_words, example, place))
        first = 0
        for language, words in sentences:
            last = first + len(words)
            inside = [(s - first, e - first, label) for s, e, label in spans.between(first, last)]
            labels = write_row(inside, len(words), scheme)
            yield f"{EOJEOL_COMMENT}\n" if language == "ko" else ""
            for (start, end), label in zip(words, labels, strict=True):
                yield f"{_token(example, start, end, place)}\t{label}\n"
            yield "\n"
            first = last


def _token(example: Example, start: int, end: int, place: str) -> str:
    token = example.text[start:end]
    if "\t" in token or "\n" in token or (token and not token.strip(" ")):
        problem = f"CoNLL cannot hold the token {token!r}"
        raise DataError(*brat_place(place, example.line), problem)
    return token


def _spans_in_columns(words: list[tuple[int, int]], example: Example, place: str) -> list[Span]:
    """The entities over word indices; raises DataError for those that CoNLL cannot hold."""
    spans = word_spans(words, example, place, "CoNLL")
    for first, last, label in spans:
        if not re.fullmatch(r"\S+", label):
            text = example.text[words[first][0] : words[last - 1][1]]
            what = f"the entity {text!r} has the type {label!r}: CoNLL cannot hold it"
            raise DataError(*brat_place(place, example.line), what)
    return spans


def jsonl_lines(corpus: Corpus, _scheme: str) -> Iterator[str]:
    """Every example as an object: its text, or its tokens, which are joined by one blank, and its
    entities in code points of that text."""
    for example in corpus.examples:
        if not example.text:
            continue
        record: dict[str, object] = {"text": example.text}
        spans: Iterable[Span] = example.spans
        if example.tokens is not None:
            record = {"tokens": [example.text[start:end] for start, end in example.tokens]}
            spans = _among_joined(example.tokens, spans)
        record["entities"] = [{"start": s, "end": e, "label": label} for s, e, label in spans]
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _among_joined(tokens: Sequence[tuple[int, int]], spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in the text that the tokens make with a blank between any two."""
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    joined = accumulate((end - start + 1 for start, end in tokens), initial=0)
    moved = [place - start for place, start in zip(joined, starts, strict=False)]
    for start, end, label in spans:
        first, last = max(bisect_right(starts, start) - 1, 0), bisect_left(ends, end)
        yield start + moved[first], end + moved[last], label


def xmi_lines(corpus: Corpus, _scheme: str) -> Iterator[str]:
    """One document with every example as a line."""
    yield xmi_of(*_one_document(corpus.examples), corpus.source.place)


CONVERTERS: dict[str, Callable[[Corpus, str], Iterator[str]]] = {
    "conll": conll_lines,
    "jsonl": jsonl_lines,
    "prodigy": prodigy_lines,
    "doccano": doccano_lines,
    "label-studio": label_studio_lines,
    "xmi": xmi_lines,
}


FORMATS = (*CONVERTERS, BRAT)
_BY_SUFFIX = {ANN: BRAT, XMI: "xmi"}


def convert(
    source: Source,
    out: Path,
    to: str | None,
    scheme: str,
    data_dir: Path | None,
    note: Callable[[str], None],
) -> None:
    """Write what a source has to `out` ("-": stdout) in the format `to`, one of FORMATS (None: as
    the name of `out` says), CoNLL's tags in one of CORPUS_SCHEMES; `note` is told of repairs and of
    what is not carried over.

    Raises UsageError for a source that is not there, a format that nothing says or a place that is
    taken, DataError for what is wrong in the source or what the format cannot hold.
    """
    chosen = _format_of(out, to)
    documents: list[Document] = []
    corpus = load_source(source, data_dir, note, documents.append)
    check_is_not_gold([out], [corpus], "OUT")
    if repairs := repairs_note(corpus, source.place):
        note(repairs)
    for lost in _losses(source.place, documents, chosen):
        note(lost)
    if chosen == BRAT:
        write_documents(corpus, out)
        return
    lines = list(CONVERTERS[chosen](corpus, scheme))  # what cannot be held leaves nothing behind
    with Output(None if str(out) == "-" else str(out)) as output:
        for line in lines:
            output.write(line)


def _format_of(out: Path, to: str | None) -> str:
    chosen = to or _BY_SUFFIX.get(out.suffix.lower()) or format_of_name(str(out))
    if chosen not in FORMATS:
        raise UsageError(f"{out}: say the format, --to {' or '.join(FORMATS)}")
    if chosen == BRAT and str(out) == "-":
        raise UsageError(f"brat is two files: name a folder or NAME{ANN}")
    return chosen


def _losses(place: str, documents: Sequence[Document], to: str) -> Iterator[str]:
    """What of a file's documents, or of brat's, the conversion does not carry over."""
    if files := brat_files(place):
        marked = [read_brat(file) for file in files]
        if whole := sum(document.discontinuous for document in marked):
            entities = "entity" if whole == 1 else "entities"
            yield f"{place}: {whole} discontinuous {entities} read as one span"
        lost = left_out_of_brat(place, marked)
    else:
        lost = left_out(documents, to)
    if lost:
        yield f"not carried over from {place}: {', '.join(lost)}"


def write_documents(corpus: Corpus, out: Path) -> None:
    """Every example as a brat document of the folder `out`; where that is NAME.ann, as a line of
    one document. Raises DataError for what brat cannot hold, UsageError for a folder that has
    documents already."""
    examples = corpus.examples
    for example in examples:
        _check_for_brat(example, corpus.source.place)
    if out.suffix == ANN:
        write_brat(out, *_one_document(examples))
        return
    if brat_files(str(out)):
        raise UsageError(f"{out} has brat documents in it: choose another folder")
    out.mkdir(exist_ok=True)
    width = len(str(len(examples)))
    for number, example in enumerate(examples, start=1):
        write_brat(out / f"{number:0{width}}{ANN}", example.text, example.spans)


def _check_for_brat(example: Example, place: str) -> None:
    for span in example.spans:
        if problem := problem_of(example.text, span):
            what = f"the entity {example.text[span[0] : span[1]]!r} {problem}: brat cannot hold it"
            raise DataError(*brat_place(place, example.line), what)


def _one_document(examples: Sequence[Example]) -> tuple[str, list[Span]]:
    """The examples as the lines of one text, and their entities in it."""
    starts = accumulate((len(one.text) + 1 for one in examples), initial=0)
    spans = [
        (start + by, end + by, label)
        for one, by in zip(examples, starts, strict=False)
        for start, end, label in one.spans
    ]
    return "\n".join(one.text for one in examples), spans


def left_out(documents: Iterable[Document], to: str) -> list[str]:
    """What of a file the conversion to a format does not carry over: comments, -DOCSTART-, columns
    between token and tag, records without text, the ends of tokens, fields of JSON objects."""
    counts: Counter[str] = Counter()
    columns, fields, has_tokens = 2, dict[str, None](), False
    for document in documents:
        has_tokens |= document.tokens is not None
        if document.conll is None:
            counts["empty record"] += not document.text and to != BRAT
            fields |= dict.fromkeys(_other_fields(document))
            continue
        rows = document.conll
        asides = [line for line in rows.before if line.strip()]
        separators = sum(map(is_separator, asides))
        counts["comment"] += len(asides) - separators
        counts["-DOCSTART- line"] += separators
        for _, line in rows.between:
            counts[_kind_of_line(line)] += 1
        if rows.tokens:
            columns = max(2, len(cells_of(rows)[0]) - rows.token_column)
    counts["middle column"] = columns - 2
    ends = ["the ends of tokens"] if has_tokens and to == BRAT else []
    return [*_counted(counts), *ends, *(f"field {name}" for name in fields)]


def _kind_of_line(line: str) -> str:
    """What a line among the rows of a sentence is."""
    number = line.split("\t", 1)[0]
    if number.isdigit():
        return "syntactic word"
    return "empty node" if number.replace(".", "", 1).isdigit() else "comment"


def left_out_of_brat(place: str, documents: Iterable[BratDocument]) -> list[str]:
    """What of a place's brat documents no conversion carries over: lines that are no entities, and
    texts without an .ann file."""
    counts = sum((document.others for document in documents), start=Counter[str]())
    counts["unannotated text"] = texts_without_ann(place)
    return _counted(counts)


def _counted(counts: Counter[str]) -> list[str]:
    return [f"{n} {what}{'s' * (n != 1)}" for what, n in counts.items() if n]


def _other_fields(document: Document) -> Iterator[str]:
    carried = GOLD_FIELDS if document.tokens is None else GOLD_FIELDS.union(TOKEN_FIELDS)
    yield from (name for name in document.fields if name not in {*carried, _DATA})
    data = document.fields.get(_DATA, {})
    if not isinstance(data, dict):
        yield _DATA
    else:  # of Label Studio
        yield from (f"{_DATA}.{name}" for name in data if data[name] != document.text)
    for entity in document.fields.get("entities", ()):
        if isinstance(entity, dict):
            yield from (f"entities.{name}" for name in entity if name not in _OF_ENTITIES)
