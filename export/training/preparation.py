"""A recipe before the first step: its corpora as windows with labels, its base, its teachers, and
what the model will say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from export.corpora.labelling import Labeller, misfit_note
from export.corpora.overlap import without_held_out
from export.corpora.sources import Corpus, load_source
from export.model_directory.licences import UNKNOWN, inherited_licence, licence_of, warnings
from export.training.base_model import base_units, find_base, pad_id, window_limit
from export.training.run_length import settled
from export.training.training_set import TrainingSet, label_names, make_set, types_by_language
from tagcli.errors import UsageError
from tagcli.inference.encoding import Encoder
from tagcli.languages import unit_of
from tagcli.models.config import read_config
from tagcli.models.directory import TOKENIZER, Model
from tagcli.schemes import read_tag_set
from tagcli.tagger import OVERLAP_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from export.training.distillation import Distillation
    from export.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Run:
    """What a recipe becomes before the first step: the train set and its number of sentences, the
    other corpora, labels, the encoder's folder, and the teachers if it has any. `nertag` is the
    object of that name in the model's config.json."""

    recipe: Recipe
    base: Path
    labels: list[str]
    train: TrainingSet
    sentences: int
    dev: list[Corpus]
    test: list[Corpus]
    nertag: dict[str, Any]
    distillation: Distillation | None

    @property
    def model(self) -> Model:
        """What its config.json will say."""
        return Model(
            self.base,
            read_tag_set(self.labels, self.nertag["scheme"]),
            limit=self.nertag["max_tokens"],
            pad_id=pad_id(self.base),
            units=self.nertag["units"],
            types_by_language={
                language: tuple(types)
                for language, types in self.nertag["labels_by_language"].items()
            },
        )

    @property
    def licence(self) -> str:
        """That of the model's weights."""
        return str(self.nertag["license"])


def prepare(recipe: Recipe, data_dir: Path | None, note: Callable[[str], None]) -> Run:
    """Read the sources and turn them into windows; `note` is a progress callback. Raises
    NertagError for what is wrong."""
    base = find_base(recipe.base, data_dir)
    train, dev, test = _load_corpora(recipe, data_dir, note)
    labels = label_names(train)
    types = list(dict.fromkeys(label[2:] for label in labels[1:]))
    _check_types(dev, types)
    units = base_units(base) if recipe.units is None else dict(recipe.units)
    train_set = _train_set(base, units, labels, train, note)
    by_language = types_by_language(train, train_set)
    distillation = None
    if recipe.has_teacher:
        from export.training.distillation import load_teachers

        read = {name: unit_of(units, name) for name in {*by_language, *train_set.languages}}
        distillation = load_teachers(recipe, labels, read, base, data_dir)
        distillation.check_lengths(max(train_set.lengths))
        if recipe.needs_no_gold:
            by_language = distillation.with_types(by_language)
    nertag = {
        "scheme": "BIO2",
        "units": units,
        "word_label": "first",
        "labels_by_language": by_language,
        "max_tokens": window_limit(base),
        "quantisation": None,
        "license": _licence(recipe, base, distillation, note),
    }
    width = int(read_config(base).get("hidden_size") or 768)
    recipe = settled(recipe, width, train_set.lengths, train_set.window_weights)
    sentences, tokens = sum(len(corpus.examples) for corpus in train), sum(train_set.lengths)
    note(f"{sentences} sentences, {tokens} tokens to train on; types {', '.join(types)}")
    return Run(recipe, base, labels, train_set, sentences, dev, test, nertag, distillation)


def _load_corpora(
    recipe: Recipe, data_dir: Path | None, note: Callable[[str], None]
) -> tuple[list[Corpus], list[Corpus], list[Corpus]]:
    """Train, dev and test."""
    train, dev, test = (
        [load_source(source, data_dir, note) for source in sources]
        for sources in (recipe.train, recipe.dev, recipe.test)
    )
    for corpus in (*train, *dev, *test):
        if corpus.repaired:
            note(f"{corpus.name}: {corpus.repaired} tags repaired ({corpus.source.repair})")
    if recipe.drop_held_out:
        before = sum(len(corpus.examples) for corpus in train)
        train = without_held_out(train, (*dev, *test))
        dropped = before - sum(len(corpus.examples) for corpus in train)
        note(f"{dropped} train sentences left out that stand in a dev or test set too")
    for corpus in train:
        if not corpus.types and not recipe.needs_no_gold:
            raise UsageError(f"{corpus.name} annotates nothing, and there is no teacher")
    return train, dev, test


def _check_types(dev: Sequence[Corpus], types: Sequence[str]) -> None:
    by_letters = {name.casefold(): name for name in types}
    for corpus in dev:
        for name in sorted(set(corpus.types).difference(types)):
            problem = f"{corpus.name} has {name}, which no train source has"
            if twin := by_letters.get(name.casefold()):
                raise UsageError(f"{problem}: they have {twin}, in other letters")
            raise UsageError(f"{problem}: they have {', '.join(types)}")


def _train_set(
    base: Path,
    units: dict[str, str],
    labels: Sequence[str],
    train: Sequence[Corpus],
    note: Callable[[str], None],
) -> TrainingSet:
    """The windows of the train corpora."""
    labeller = Labeller(
        Encoder(base / TOKENIZER),
        window_limit(base),
        OVERLAP_TOKENS,
        partial(unit_of, units),
        {label: number for number, label in enumerate(labels)},
    )
    train_set = make_set(train, labeller, labels)
    if not train_set.lengths:
        raise UsageError("nothing is left to train on: no train source has a sentence of its own")
    for corpus, count in zip(train, train_set.misfits, strict=True):
        if count:
            note(misfit_note(corpus.name, count))
    return train_set


def _licence(
    recipe: Recipe, base: Path, distillation: Distillation | None, note: Callable[[str], None]
) -> str:
    """The recipe's licence, or where it names none the one that the model inherits of its base and
    of its teachers; `note` is told what is wrong with it."""
    teachers = distillation.teachers if distillation else ()
    named = {f"the base {recipe.base}": licence_of(base)}
    named |= {f"the teacher {teacher.name}": teacher.licence for teacher in teachers}
    licences = {what: licence for what, licence in named.items() if licence is not None}
    for warning in warnings(recipe.license, licences):
        note(warning)
    if recipe.license != UNKNOWN:
        return recipe.license
    return inherited_licence(licences) or UNKNOWN
