"""Strict span scores of a tagger on annotated text, through the tagger's own path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from export.corpora.source import language_of
from export.corpora.sources import Corpus
from export.evaluation.gold import Gold, documents, length, read_gold
from export.evaluation.scores import Span, SpanCounts, of_types
from export.evaluation.wrong_spans import WrongSpan, wrong_spans
from tagcli.errors import DataError, UsageError
from tagcli.languages import AUTO
from tagcli.records import TaggedDocument
from tagcli.schemes import OUTSIDE, OUTSIDE_TAG, Tag, chunks
from tagcli.tagger import Tagger
from tagcli.writers.conll import token_tags

SCORED_TYPES = ("PER", "ORG", "LOC")

ALIASES = {
    "PS": "PER", "OG": "ORG", "LC": "LOC",  # klue, klp2016
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",  # wnut17
}  # fmt: skip
"""What public corpora call the types that many models know."""


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What is scored: `types`, or None for those of the gold, which for a corpus are those that
    it annotates; `rules`, a key of
    export.corpora.tags.REPAIRS, for illegal tags in the gold; `names` for types of the gold, as for
    `gold_names`."""

    types: tuple[str, ...] | None = None
    rules: str = "conlleval"
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The counts of a file or corpus over `types` and how its gold was read: `names` are the types
    that were renamed. Predictions of other types are not counted: `left_out` are of types that the
    gold does not have, `not_asked` of types that it has."""

    counts: SpanCounts
    types: tuple[str, ...]
    unit: str  # "tokens" or "code points"
    scheme: str | None
    repaired: int
    names: Mapping[str, str]
    left_out: Counter[str]
    not_asked: Counter[str]
    documents: int


def gold_names(
    gold_types: Iterable[str], model_types: Collection[str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Old and new names of the types of the gold that are renamed ("O" drops one): those of
    `chosen`, and by ALIASES those that the model does not know under the one name but under the
    other. A type that is `chosen` to be called as it is keeps its name."""
    names = {}
    for name in sorted(gold_types):
        alias = ALIASES.get(name, name)
        usual = alias if alias in model_types and name not in model_types else name
        names[name] = chosen.get(name, usual)
    return {name: new for name, new in names.items() if new != name}


def renamed(spans: Iterable[Span], names: Mapping[str, str]) -> list[Span]:
    """The spans with the types' new names, without those that are dropped."""
    named = ((start, end, names.get(label, label)) for start, end, label in spans)
    return [span for span in named if span[2] != OUTSIDE]


def evaluate_corpus(tagger: Tagger, corpus: Corpus) -> SpanCounts:
    """Strict span counts of a corpus over the types it annotates, by their own names."""
    return _evaluation(tagger, corpus, read_gold(corpus, ""), {}, corpus.types).counts


def evaluate_file(
    tagger: Tagger,
    test: Path | Corpus,
    options: EvaluationOptions,
    wrong: Callable[[WrongSpan], None] | None = None,
) -> Evaluation:
    """Tag a CoNLL file, which is compared by tokens, a JSONL file, compared by code points, or a
    corpus, by tokens where its gold stands on them, and count; `wrong` is told each wrong span.
    A corpus is tagged in the language that it declares, unless the tagger has one.

    Raises DataError with file and line where the gold is missing or cannot be read, UsageError
    for types that neither the gold nor the model has.
    """
    if isinstance(test, Corpus) and tagger.options.language == AUTO:
        tagger = tagger.in_language(language_of(test.source))
    gold = read_gold(test, options.rules)
    names = _rename(gold, tagger, options.names)
    annotated = gold.types
    if isinstance(test, Corpus):
        annotated |= {names.get(name, name) for name in test.types} - {OUTSIDE}
    known = annotated.union(tagger.model.tag_set.types)
    types = options.types or tuple(sorted(annotated))
    if unknown := [name for name in types if name not in known]:
        place = test.name if isinstance(test, Corpus) else test
        problem = f"neither {place} nor the model has a type {unknown[0]!r}"
        if unknown[0] in names:
            problem = f"{unknown[0]!r} of {place} is read as {names[unknown[0]]!r}"
        raise UsageError(f"{problem}; the types are {', '.join(sorted(known))}")
    return _evaluation(tagger, test, gold, names, types, wrong)


def _rename(gold: Gold, tagger: Tagger, chosen: Mapping[str, str]) -> dict[str, str]:
    """Call the types as `gold_names` has them, which are returned."""
    names = gold_names(gold.types, tagger.model.tag_set.types, chosen)
    gold.spans = [renamed(spans, names) for spans in gold.spans]
    return names


def _evaluation(
    tagger: Tagger,
    test: Path | Corpus,
    gold: Gold,
    names: Mapping[str, str],
    types: tuple[str, ...],
    wrong: Callable[[WrongSpan], None] | None = None,
) -> Evaluation:
    counts, left_out, not_asked = SpanCounts(), Counter[str](), Counter[str]()
    known = gold.types
    tagged_documents = (one for one in tagger.run(documents(test)) if one is not None)
    rows = zip(tagged_documents, gold.spans, gold.by_token, gold.lengths, strict=True)
    for tagged, spans, by_token, size in rows:
        if length(tagged.document) != size:
            problem = "the file changed while it was read"
            raise DataError(tagged.document.source, tagged.document.line, problem)
        found = _predicted(tagged, by_token)
        others = [span[2] for span in found if span[2] not in types]
        not_asked.update(name for name in others if name in known)
        left_out.update(name for name in others if name not in known)
        scored, expected = of_types(found, types), of_types(spans, types)
        counts.add(scored, expected)
        if wrong is not None:
            for one in wrong_spans(tagged, scored, expected, by_token):
                wrong(one)
    return Evaluation(
        counts, types, gold.unit, gold.scheme, gold.repaired, names, left_out, not_asked,
        len(gold.spans),
    )  # fmt: skip


def _predicted(tagged: TaggedDocument, by_token: bool) -> list[Span]:
    document = tagged.document
    if not by_token or document.tokens is None:
        return [(e.start, e.end, e.label) for e in tagged.entities]
    labels = token_tags(document.tokens.tolist(), tagged.entities)
    # not by parse_row: a model may have types that no column of a corpus can hold
    return chunks([Tag(tag[0], tag[2:]) if tag != OUTSIDE else OUTSIDE_TAG for tag in labels])
