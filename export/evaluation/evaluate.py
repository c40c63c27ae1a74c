"""Strict span scores of a tagger on annotated text, through the tagger's own path."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from export.evaluation.gold import Gold, documents, read_gold
from export.evaluation.scores import SpanCounts, of_types
from export.evaluation.thresholds import ScoredSpans
from export.evaluation.wrong_spans import WrongSpan, wrong_spans
from tagcli.errors import UsageError
from tagcli.languages import AUTO
from tagcli.names import as_known, did_you_mean
from tagcli.schemes import OUTSIDE_TAG, Span, Tag, chunks
from tagcli.spellings import OUTSIDE
from tagcli.writers.conll import token_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from export.corpora.sources import Corpus
    from tagcli.records import TaggedDocument
    from tagcli.tagger import Tagger

SCORED_TYPES = ("PER", "ORG", "LOC")

ALIASES = {
    "ps": "PER", "og": "ORG", "lc": "LOC",  # klue, klp2016
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",  # wnut17
    "pers": "PER", "organization": "ORG", "organisation": "ORG", "place": "LOC",
}  # fmt: skip
"""What public corpora call the types that many models know, in small letters."""


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What is scored: `types`, or None for those that the corpus annotates; `names` for types of
    the gold, as for `gold_names`."""

    types: tuple[str, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The counts of a corpus over `types` and how its gold was read: `names` are the types that
    were renamed; `scored` are the predictions with their scores. Predictions of other types are not
    counted: `left_out` are of types that the gold does not have, `not_asked` of types that it
    has."""

    counts: SpanCounts
    scored: ScoredSpans
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
    `chosen`, and those that the model does not know but in other letters' case or under their name
    of ALIASES. A type that is `chosen` to be called as it is keeps its name."""
    known = {name.casefold(): name for name in model_types}
    names = {}
    for name in sorted(gold_types):
        usual = name
        if name not in model_types:
            small = name.casefold()
            usual = known.get(small) or known.get(ALIASES.get(small, "").casefold()) or name
        names[name] = chosen.get(name, usual)
    return {name: new for name, new in names.items() if new != name}


def renamed(spans: Iterable[Span], names: Mapping[str, str]) -> list[Span]:
    """The spans with the types' new names, without those that are dropped."""
    named = ((start, end, names.get(label, label)) for start, end, label in spans)
    return [span for span in named if span[2] != OUTSIDE]


def evaluate_corpus(tagger: Tagger, corpus: Corpus) -> SpanCounts:
    """Strict span counts of a corpus over the types it annotates, by their own names."""
    return _evaluation(tagger, corpus, read_gold(corpus), {}, corpus.types).counts


def evaluate(
    tagger: Tagger,
    corpus: Corpus,
    options: EvaluationOptions,
    wrong: Callable[[WrongSpan], None] | None = None,
) -> Evaluation:
    """Tag a corpus and count, by tokens where its gold stands on them, else by code points;
    `wrong` is told each wrong span. The corpus is tagged in the language that it declares, unless
    the tagger has one.

    Raises UsageError for types that neither the gold nor the model has.
    """
    if tagger.options.language == AUTO:
        tagger = tagger.in_language(corpus.language)
    gold = read_gold(corpus)
    names = _rename(gold, corpus.types, tagger, options.names)
    annotated = annotated_types(corpus, names)
    known = annotated.union(tagger.model.tag_set.types)
    asked = options.types or sorted(annotated)
    types = tuple(as_known(name, known) for name in asked)
    if unknown := [name for name in types if name not in known]:
        place = corpus.source.place
        problem = f"neither {place} nor the model has a type {unknown[0]!r}"
        if unknown[0] in names:
            problem = f"{unknown[0]!r} of {place} is read as {names[unknown[0]]!r}"
        near = did_you_mean(unknown[0], known)
        raise UsageError(f"{problem}; the types are {', '.join(sorted(known))}{near}")
    return _evaluation(tagger, corpus, gold, names, types, wrong)


def annotated_types(corpus: Corpus, names: Mapping[str, str]) -> frozenset[str]:
    """The types that a corpus annotates, renamed."""
    return frozenset(names.get(name, name) for name in corpus.types) - {OUTSIDE}


def check_shared_types(tagger: Tagger, corpus: Corpus, options: EvaluationOptions) -> None:
    """Raise UsageError where a model has none of the types that a corpus marks, and nobody asked
    for types or chose their names."""
    known = tagger.model.tag_set.types
    annotated = annotated_types(corpus, gold_names(corpus.types, known, options.names))
    named = {*known, *options.names.values()}
    if annotated and options.types is None and not annotated.intersection(named):
        types = f"{', '.join(sorted(annotated))}, and the model has {', '.join(known)}"
        problem = f"{corpus.source.place} marks {types}"
        raise UsageError(f"{problem}: --map OLD=NEW renames a type of the gold")


def _rename(
    gold: Gold, declared: Iterable[str], tagger: Tagger, chosen: Mapping[str, str]
) -> dict[str, str]:
    """Call the types of the gold, and those that its source declares, as `gold_names` has them,
    which are returned."""
    names = gold_names(gold.types.union(declared), tagger.model.tag_set.types, chosen)
    gold.spans = [renamed(spans, names) for spans in gold.spans]
    return names


def _evaluation(
    tagger: Tagger,
    corpus: Corpus,
    gold: Gold,
    names: Mapping[str, str],
    types: tuple[str, ...],
    wrong: Callable[[WrongSpan], None] | None = None,
) -> Evaluation:
    counts, all_scored = SpanCounts(), ScoredSpans()
    left_out, not_asked = Counter[str](), Counter[str]()
    known = gold.types
    tagged_documents = (one for one in tagger.run(documents(corpus)) if one is not None)
    rows = zip(tagged_documents, gold.spans, gold.by_token, strict=True)
    for tagged, spans, by_token in rows:
        found = _predicted(tagged, by_token)
        others = [span[2] for span in found if span[2] not in types]
        not_asked.update(name for name in others if name in known)
        left_out.update(name for name in others if name not in known)
        scored, expected = of_types(found, types), of_types(spans, types)
        counts.add(scored, expected)
        all_scored.add({span: found[span] for span in scored}, expected)
        if wrong is not None:
            for one in wrong_spans(tagged, scored, expected, by_token):
                wrong(one)
    return Evaluation(
        counts, all_scored, types, gold.unit, corpus.scheme, corpus.repaired, names, left_out,
        not_asked, len(gold.spans),
    )  # fmt: skip


def _predicted(tagged: TaggedDocument, by_token: bool) -> dict[Span, float]:
    """What was found, with its score."""
    document = tagged.document
    scores = {(e.start, e.end, e.label): e.score for e in tagged.entities}
    if not by_token or document.tokens is None:
        return scores
    tokens = document.tokens.tolist()
    labels = token_tags(tokens, tagged.entities)
    # not by parse_row: a model may have types that no column of a corpus can hold
    tags = [Tag(tag[0], tag[2:]) if tag != OUTSIDE else OUTSIDE_TAG for tag in labels]
    return {
        (first, end, label): scores.get((tokens[first][0], tokens[end - 1][1], label), 0.0)
        for first, end, label in chunks(tags)
    }
