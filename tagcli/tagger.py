"""The tagger: a chain of generators from documents to tagged documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tagcli.backends.registry import BACKENDS, DEVICES, Backend, open_backend
from tagcli.errors import NertagError, UsageError, to_nobody
from tagcli.inference.batching import Batcher, Job
from tagcli.inference.decoding import Decoder
from tagcli.inference.encoding import (
    Encoder,
    LabelledUnits,
    ModelInput,
    encode_document,
    model_inputs,
)
from tagcli.inference.entities import build_entities
from tagcli.languages import AUTO, LANGUAGES, LATIN
from tagcli.models.directory import TOKENIZER, Model, find_model
from tagcli.names import as_known, did_you_mean
from tagcli.records import IDLE, Document, Entity, Sentence, TaggedDocument
from tagcli.segmentation.modes import AUTO as AUTO_PARAGRAPHS
from tagcli.segmentation.modes import MODES
from tagcli.segmentation.normalisation import NormalisedText, normalise_paragraphs

if TYPE_CHECKING:
    import os

    import numpy.typing as npt

    from tagcli.inference.list_files import Names
    from tagcli.inference.listed_names import ListedNames

OVERLAP_TOKENS = 64


@dataclass(frozen=True, slots=True)
class TagOptions:
    """How to tag: the language or "auto", the types and the least score to keep, and how many
    tokens neighbouring windows of a long sentence share; `paragraphs` is one of
    tagcli.segmentation.paragraphs.MODES; `lists` beat what the model finds."""

    language: str = AUTO
    labels: frozenset[str] | None = None
    min_score: float | Mapping[str, float] = 0.0
    overlap_tokens: int = OVERLAP_TOKENS
    paragraphs: str = AUTO_PARAGRAPHS
    lists: ListedNames | None = None

    @property
    def listed_labels(self) -> frozenset[str]:
        """The labels of lists, which the model need not have."""
        return frozenset() if self.lists is None else self.lists.labels


@dataclass(slots=True)
class _Sentence:
    """A sentence on its way through the model."""

    units: LabelledUnits
    logits: npt.NDArray[np.float32] | None = None
    filled: int = 0

    def add(self, logits: npt.NDArray[np.float32], is_last: bool) -> None:
        """Take a window's logits. Those of several go into one array at once: a line may be a
        sentence of megabytes."""
        if self.logits is None and is_last:
            self.logits = logits
            return
        if self.logits is None:
            self.logits = np.empty((len(self.units.rows()), logits.shape[1]), np.float32)
        self.logits[self.filled : self.filled + len(logits)] = logits
        self.filled += len(logits)


@dataclass(slots=True)
class _Step:
    """A window of a sentence of a document, or what ends them."""

    document: Document
    text: NormalisedText
    sentence: _Sentence | None = None
    ends_sentence: bool = False
    ends_document: bool = False


class Tagger:
    """Finds the named entities of texts with one model on one backend.

    Raises UsageError for options that do not fit the model.
    """

    def __init__(
        self, model: Model, encoder: Encoder, backend: Backend, options: TagOptions
    ) -> None:
        self.model = model
        self.backend = backend
        known = [*model.tag_set.types, *sorted(options.listed_labels - {*model.tag_set.types})]
        self.options = replace(
            options,
            labels=_known_labels(options.labels, known),
            min_score=_known_scores(options.min_score, known),
        )
        self._encoder = encoder
        self._decoder = Decoder(model.tag_set)
        if model.limit <= self._encoder.special_count:
            raise UsageError(f"{model.folder}: {model.limit} tokens leave no room for text")
        if model.pieces is not None and encoder.largest_id >= model.pieces:
            raise UsageError(
                f"{model.folder / TOKENIZER} has a piece {encoder.largest_id}, the model only "
                f"{model.pieces} pieces: it is another model's tokenizer"
            )
        if options.language not in (AUTO, *LANGUAGES):
            near = did_you_mean(options.language, (AUTO, *LANGUAGES))
            raise UsageError(
                f"unknown language {options.language!r}: {', '.join(LANGUAGES)}{near}"
            )

    def in_language(self, language: str) -> Tagger:
        """The same model on the same backend, for text of this language or "auto"."""
        options = replace(self.options, language=language)
        return Tagger(self.model, self._encoder, self.backend, options)

    def tag(self, text: str) -> TaggedDocument:
        """The tagged text; each of its lines is a paragraph, or a part of one that was wrapped.
        Raises UsageError for what is no string."""
        return next(self.stream([_text(text, "the text")]))

    def stream(self, texts: Iterable[str]) -> Iterator[TaggedDocument]:
        """The tagged texts in their order, taken from `texts` a bounded buffer at a time: results
        come when a buffer is full or `texts` ends; `tag` does not wait.

        Raises UsageError for one string in place of several, and in its turn for an item that is
        none."""
        if isinstance(texts, str) or not isinstance(texts, Iterable):
            raise UsageError(f"texts are wanted, and this is {_shown(texts)}: make it a list")
        documents = (
            Document(_text(text, f"item {i} of the texts, counted from 0,"), line=i + 1)
            for i, text in enumerate(texts)
        )
        return (tagged for tagged in self.run(documents) if tagged is not IDLE)

    def run(
        self, documents: Iterable[Document | None], done: int = 0
    ) -> Iterator[TaggedDocument | None]:
        """The tagged documents in their order, without the first `done`: these are read and cut,
        so that those behind them are batched, and come out, as in a run from the start.

        IDLE (None) in the input brings out all that came before it and then comes out itself, as
        it does at the end. An error in the input is raised after all that came before it is out.
        """
        batcher: Batcher[_Step] = Batcher(
            self.backend.run, self.backend.batch_tokens, self.model.pad_id, self.backend.workers
        )
        yield from self._assemble(batcher.stream(self._jobs(documents, done)))

    def inputs(self, documents: Iterable[Document]) -> Iterator[ModelInput]:
        """What the model is given for the documents: the windows of their sentences, in order."""
        for document in documents:
            for sentence in self._sentences(document, self._normalised(document)):
                yield from self._windows(sentence)

    def _jobs(self, documents: Iterable[Document | None], done: int) -> Iterator[Job[_Step] | None]:
        for document in documents:
            if document is IDLE:
                yield IDLE
                continue
            done -= 1
            wanted = done < 0
            text = self._normalised(document)
            for sentence in self._sentences(document, text):
                for one, is_last in _with_last_marked(self._windows(sentence)):
                    step = _Step(document, text, sentence, ends_sentence=is_last)
                    yield Job(step, one.ids, one.rows, wanted)
            yield Job(_Step(document, text, ends_document=True), wanted=wanted)

    def _normalised(self, document: Document) -> NormalisedText:
        mode, has_tokens = self.options.paragraphs, document.given_words is not None
        return normalise_paragraphs(document.text, has_tokens, mode, document.wrapped)

    def _sentences(self, document: Document, text: NormalisedText) -> Iterator[_Sentence]:
        encoded = encode_document(
            self._encoder, text, document.given_words, self.options.language, self.model.unit
        )
        yield from map(_Sentence, encoded)

    def _windows(self, sentence: _Sentence) -> Iterator[ModelInput]:
        return model_inputs(
            self._encoder, sentence.units, self.model.limit, self.options.overlap_tokens
        )

    def _assemble(
        self, results: Iterable[tuple[Job[_Step], npt.NDArray[np.float32] | None] | None]
    ) -> Iterator[TaggedDocument | None]:
        entities: list[Entity] = []
        sentences: list[Sentence] = []
        for result in results:
            if result is None:
                yield IDLE
                continue
            step, logits = result[0].payload, result[1]
            if step.sentence is not None and logits is not None:
                step.sentence.add(logits, step.ends_sentence)
                if step.ends_sentence:
                    free_from = entities[-1].end if entities else 0
                    found = self._entities(step.document, step.text, step.sentence)
                    # a letter composed across a line end would be in both sentences
                    entities += [entity for entity in found if entity.start >= free_from]
                    end = sentences[-1].end if sentences else 0
                    sentences += _finished(step.document, step.text, step.sentence, end)
            if step.ends_document:
                yield TaggedDocument(step.document, tuple(entities), tuple(sentences))
                entities, sentences = [], []

    def _entities(
        self, document: Document, text: NormalisedText, sentence: _Sentence
    ) -> Iterator[Entity]:
        taught = self.model.types(sentence.units.language)
        assert sentence.logits is not None
        if not np.isfinite(sentence.logits.max(axis=1)).all():
            place = f"{document.source}:{document.line}"
            raise NertagError(f"{self.model.folder} gives no numbers for the text of {place}")
        found = self._decoder.decode(sentence.logits, taught)
        entities: Iterable[Entity] = build_entities(document, text, sentence.units, found)
        if self.options.lists is not None:
            entities = self.options.lists.corrected(document, text, sentence.units, entities)
        for entity in entities:
            if self.options.labels is not None and entity.label not in self.options.labels:
                continue
            if entity.score >= self._least_score(entity.label):
                yield entity

    def _least_score(self, label: str) -> float:
        least = self.options.min_score
        return least if isinstance(least, float | int) else least.get(label, 0.0)


def _with_last_marked(inputs: Iterable[ModelInput]) -> Iterator[tuple[ModelInput, bool]]:
    """The inputs, and whether each is the last one."""
    before = None
    for one in inputs:
        if before is not None:
            yield before, False
        before = one
    if before is not None:
        yield before, True


def _known_labels(labels: Iterable[str] | None, known: Sequence[str]) -> frozenset[str] | None:
    """The labels as the model has them; raises UsageError for one that it does not have."""
    if labels is None:
        return None
    wanted = frozenset(as_known(label, known) for label in labels)
    if unknown := sorted(wanted.difference(known)):
        near = did_you_mean(unknown[0], known)
        raise UsageError(f"the model has no label {unknown[0]!r}; it has {', '.join(known)}{near}")
    return wanted


def _known_scores(
    min_score: float | Mapping[str, float], known: Sequence[str]
) -> float | Mapping[str, float]:
    """The least scores by labels as the model has them; raises UsageError for one that it does not
    have, and for a score that is none."""
    scores = [min_score] if isinstance(min_score, float | int) else min_score.values()
    if odd := [score for score in scores if not 0 <= score <= 1]:
        raise UsageError(f"min_score {odd[0]} is not between 0 and 1")
    if isinstance(min_score, float | int):
        return min_score
    _known_labels(min_score, known)
    return {as_known(label, known): score for label, score in min_score.items()}


def _text(value: object, name: str) -> str:
    """The text that it is; raises UsageError for anything else."""
    if not isinstance(value, str):
        raise UsageError(f"{name} is {_shown(value)}, not a string")
    return value


def _shown(value: object) -> str:
    """A value and its type, on one line."""
    return f"{' '.join(repr(value).split()):.40} ({type(value).__name__})"


def _finished(
    document: Document, text: NormalisedText, sentence: _Sentence, free_from: int
) -> Iterator[Sentence]:
    """The sentence, unless the one before it, which ends at `free_from`, has all of it."""
    units = sentence.units
    if document.given_words is not None:
        yield Sentence(0, len(document.text), units.language, document.given_words, "tokens")
        return
    whole = np.array([[units.start, units.end]], np.int32)
    for start, end in text.parted_spans(document.text, whole, free_from, len(document.text)):
        words = text.parted_spans(document.text, units.words, start, end)
        yield Sentence(int(start), int(end), units.language, words, units.unit)


def load(
    model: str | os.PathLike[str] | None = None,
    *,
    backend: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    lang: str = AUTO,
    labels: Iterable[str] | None = None,
    min_score: float | Mapping[str, float] = 0.0,
    overlap: int = OVERLAP_TOKENS,
    offline: bool = False,
    paragraphs: str = AUTO_PARAGRAPHS,
    always: Names | None = None,
    never: Names | None = None,
    ignore_case: bool = False,
    note: Callable[[str], None] = to_nobody,
) -> Tagger:
    """A tagger with a bundled model by its name, a model directory (a path or its text) or a
    Hugging Face hub id; without one with the default.

    The options are those of the command; `always` and `never` are files or pairs of a name and a
    label (never: or None); `note` is told what the command prints to stderr.
    Raises tagcli.NertagError (UsageError) in one sentence.
    """
    if backend not in (AUTO, *BACKENDS) or device not in DEVICES:
        raise UsageError(f"no backend {backend!r} or no device {device!r}")
    if overlap < 0 or (threads is not None and threads < 1):
        raise UsageError("overlap is at least 0 and threads at least 1")
    if paragraphs not in MODES:
        near = did_you_mean(paragraphs, MODES)
        raise UsageError(f"paragraphs {paragraphs!r} is none of {', '.join(MODES)}{near}")
    if isinstance(labels, str):
        labels = [labels]
    found = find_model(model, for_torch=backend == "torch", offline=offline)
    wanted = None if labels is None else frozenset(labels)
    lists = _lists(always, never, ignore_case, found)
    with ThreadPoolExecutor(1) as pool:  # the two halves of a cold start, side by side
        opening = pool.submit(open_backend, found, backend, device, threads, note)
        try:
            encoder = Encoder(found.folder / TOKENIZER)
        finally:
            opened = opening.result()  # what is wrong with the weights comes first
    options = TagOptions(lang, wanted, min_score, overlap, paragraphs, lists)
    tagger = Tagger(found, encoder, opened, options)
    if missing := _never_found(found, tagger.options):
        place = "any language" if lang == AUTO else f"text with --lang {lang}"
        note(f"the model finds no {' and no '.join(missing)} in {place}")
    return tagger


def _lists(
    always: Names | None, never: Names | None, ignore_case: bool, model: Model
) -> ListedNames | None:
    if always is None and never is None:
        return None
    from tagcli.inference.list_files import read_lists

    return read_lists(always, never, ignore_case, partial(as_known, known=model.tag_set.types))


def _never_found(model: Model, options: TagOptions) -> list[str]:
    """The labels that are asked for and that the model was not taught for the language."""
    languages = (LATIN, "ko") if options.language == AUTO else (options.language,)
    taught = [model.types(language) for language in languages]
    every = model.tag_set.types  # of a language of which the config says nothing
    known = {label for types in taught for label in (every if types is None else types)}
    return sorted((options.labels or frozenset()) - known - options.listed_labels)
