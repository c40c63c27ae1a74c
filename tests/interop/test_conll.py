"""CoNLL output as seqeval and conlleval read it."""

from __future__ import annotations

import json
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from conlleval.conlleval import end_of_chunk, parse_tag, start_of_chunk
from conlleval.conlleval import evaluate as conlleval
from hypothesis import assume, given
from hypothesis import strategies as st
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2, Entities

from export.commands.evaluate import main as nertag_eval
from export.corpora.source import Source
from export.corpora.sources import load_source
from export.corpora.tags import write_row
from export.evaluation.evaluate import EvaluationOptions, evaluate
from tagcli.cli.main import main as nertag
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.records import Document, Entity, TaggedDocument
from tagcli.schemes import Span
from tagcli.writers.base import WriterOptions
from tagcli.writers.conll import write_conll
from tests.support.paths import SAMPLES
from tests.support.tagged import spans_of_units, tagged_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

Row = tuple[int, list[Span]]


def by_seqeval(tags: Sequence[str]) -> list[Span]:
    """Entities over tokens, as its strict mode has them."""
    (found,) = Entities([list(tags)], IOB2).entities
    return [(one.start, one.end, one.tag) for one in found]


def by_conlleval(tags: Sequence[str]) -> list[Span]:
    """Entities over tokens, by its rules for where a chunk starts and ends."""
    found, start = [], 0
    parsed = [parse_tag(tag) for tag in ("O", *tags, "O")]
    for index, ((before, before_type), (tag, tag_type)) in enumerate(pairwise(parsed)):
        if end_of_chunk(before, tag, before_type, tag_type):
            found.append((start, index, before_type))
        if start_of_chunk(before, tag, before_type, tag_type, "O"):
            start = index
    return found


READERS = [by_seqeval, by_conlleval]


def sentences_of(conll: str) -> Iterator[list[list[str]]]:
    """Columns of the tokens of every sentence, read as the format is commonly described."""
    for block in conll.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("# ")]
        if lines:
            yield [line.split("\t") for line in lines]


def written(tagged: TaggedDocument) -> str:
    return write_conll(tagged, WriterOptions())


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("language", ["de", "en", "fr", "it", "ko"])
def test_entities_of_samples_are_read(
    bundled_tagger: Any, language: str, read: Callable[[Sequence[str]], list[Span]]
) -> None:
    lines = (SAMPLES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    count = 0
    for tagged in bundled_tagger.stream(lines):
        found, at = [], 0
        for sentence in sentences_of(written(tagged)):
            ends = []
            for token, _ in sentence:
                start = tagged.text.index(token, at)
                at = start + len(token)
                ends.append((start, at))
            spans = read([tag for _, tag in sentence])
            found += [(ends[first][0], ends[last - 1][1], label) for first, last, label in spans]
        assert found == [(one.start, one.end, one.label) for one in tagged.entities]
        count += len(found)
    assert count > 15


@pytest.mark.parametrize("read", READERS)
@given(drawn=st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), spans_of_units(n))))
def test_any_entities_are_read(read: Callable[[Sequence[str]], list[Span]], drawn: Row) -> None:
    count, spans = drawn
    (rows,) = sentences_of(written(tagged_tokens([f"w{i}" for i in range(count)], spans)))
    assert read([tag for _, tag in rows]) == spans


class Knowing:
    """A tagger that finds what it was told, document by document."""

    def __init__(self, found: Sequence[Sequence[Span]]) -> None:
        self.model = SimpleNamespace(tag_set=SimpleNamespace(types=("LOC", "PER")))
        self.options = SimpleNamespace(language="de")
        self._found = found

    def run(self, documents: Iterator[Document]) -> Iterator[TaggedDocument]:
        for document, spans in zip(documents, self._found, strict=True):
            assert document.tokens is not None
            offsets = document.tokens.tolist()
            ends = [(offsets[first][0], offsets[last - 1][1], x) for first, last, x in spans]
            entities = [Entity(s, e, label, document.text[s:e], 1.0) for s, e, label in ends]
            yield TaggedDocument(document, tuple(entities), ())


CORPORA = st.lists(
    st.integers(1, 9).flatmap(
        lambda n: st.tuples(st.just(n), spans_of_units(n), spans_of_units(n))
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def gold_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interop") / "gold.conll"


@given(corpus=CORPORA)
def test_counts_are_seqevals_and_conllevals(
    gold_file: Path, corpus: list[tuple[int, list[Span], list[Span]]]
) -> None:
    gold = [write_row(spans, count, "BIO") for count, spans, _ in corpus]
    assume(any(spans or others for _, spans, others in corpus))
    gold_file.write_text(
        "\n".join("".join(f"w\t{label}\n" for label in row) for row in gold), encoding="utf-8"
    )
    tagger = Knowing([found for _, _, found in corpus])
    options = EvaluationOptions(types=("LOC", "PER"))
    read = load_source(Source(str(gold_file), "test"))
    counts = evaluate(tagger, read, options).counts  # type: ignore[arg-type]

    documents = read_documents(Input(str(gold_file)), None, ReaderOptions())
    output = "".join(map(written, tagger.run(documents)))
    by_type = conlleval(output.splitlines())["slots"]["chunks"]
    found = [[columns[-1] for columns in sentence] for sentence in sentences_of(output)]
    report = classification_report(
        gold, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    assert set(counts.types) == set(by_type)
    for name in counts.types:
        score = counts.score(name)
        assert by_type[name]["stats"] == {
            "gold": score.gold, "pred": score.predicted, "correct": score.correct,
        }  # fmt: skip
        theirs = report[name]
        assert theirs["support"] == score.gold
        ours = [score.precision, score.recall, score.f1]
        assert ours == pytest.approx([theirs[x] for x in ("precision", "recall", "f1-score")])


def test_a_tagged_gold_file_is_what_conlleval_scores(bundled_tagger: Any) -> None:
    """Gold and predicted tag are the last two columns; its comments are nertag's alone."""
    gold = str(SAMPLES / "panx.conll")
    output = CliRunner().invoke(nertag, [gold, "--format", "conll"]).stdout
    lines = [line for line in output.splitlines() if not line.startswith("# ")]
    theirs = conlleval(lines)["slots"]["chunks"]
    (ours,) = json.loads(CliRunner().invoke(nertag_eval, [gold, "--format", "json"]).stdout)
    assert ours["types"].keys() == {"LOC", "ORG", "PER"}
    for name, scores in ours["types"].items():
        stats = theirs[name]["stats"]
        assert [stats[x] for x in ("gold", "pred", "correct")] == [
            scores[x] for x in ("gold", "predicted", "correct")
        ]
