"""What a training run is told: the settings of a recipe, and those that override them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from export.corpora.setting_types import about
from export.corpora.source import FileReading, Source
from export.model_directory.licences import UNKNOWN
from export.training.setting_checks import checked
from tagcli.errors import UsageError
from tagcli.languages import LANGUAGES, UNITS

ROLES = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training run: its sources, the encoder that it begins with, and the settings of its
    optimisation."""

    base: str = field(
        metadata=about(
            "The pretrained encoder to begin with: a directory, a bundled model, `NAME` or "
            "`OWNER/NAME` among the `bases` of the data folder, or a hub id."
        )
    )
    train: tuple[Source, ...] = field(metadata=about("What to train on, as `[[train]]` tables."))
    dev: tuple[Source, ...] = field(
        metadata=about("What to choose the best checkpoint on, as `[[dev]]` tables.")
    )
    test: tuple[Source, ...] = field(
        default=(), metadata=about("What to measure F1 on at the end, as `[[test]]` tables.")
    )
    units: Mapping[str, str] | None = field(
        default=None,
        metadata=about(
            "What the model reads, by language: `words`, `raw` eojeols with a label for every "
            "piece, or `parts`, which have particles and punctuation apart; without it what the "
            'base learnt, or if it says nothing `ko = "raw"`.'
        ),
    )
    epochs: int | None = field(
        default=None,
        metadata=about(
            "How often to go through the train sets; without it 3 times, and small sets so often "
            "that there are 400 steps.",
            gt=0,
        ),
    )
    rate: float | None = field(
        default=None,
        metadata=about(
            "Learning rate of the encoder at the end of the warm-up, from where it falls linearly "
            "to 0; without it 5e-5, and 1e-4 for encoders narrower than 768.",
            gt=0,
        ),
    )
    head_rate: float = field(
        default=1e-3, metadata=about("Learning rate of the classifier, likewise.", gt=0)
    )
    batch_tokens: int | None = field(
        default=None,
        metadata=about(
            "Tokens in a batch at most, padding among them; without it 1536, and fewer, to 256, "
            "for small sets.",
            gt=0,
        ),
    )
    warmup: float = field(
        default=0.05, metadata=about("Share of all steps that the warm-up takes.", ge=0, lt=1)
    )
    weight_decay: float = field(
        default=0.01, metadata=about("Decay of all weights but biases and norms.", ge=0)
    )
    dropout: float = field(
        default=0.1, metadata=about("Dropout in front of the classifier.", ge=0, lt=1)
    )
    label_smoothing: float = field(
        default=0.0,
        metadata=about("Share of the probability that is spread over all labels.", ge=0, lt=1),
    )
    freeze_embeddings: bool | None = field(
        default=None,
        metadata=about("Leave the embeddings as they are; without it for a small set alone."),
    )
    freeze_layers: int = field(
        default=0,
        metadata=about("Leave so many layers from the bottom, and the embeddings, alone.", ge=0),
    )
    drop_held_out: bool = field(
        default=False,
        metadata=about("Leave sentences that a dev or test set has, too, out of the train sets."),
    )
    layers: tuple[int, ...] | None = field(
        default=None,
        metadata=about(
            "The base's encoder layers that the model is made of, counted from 0, in this order; "
            "without it all."
        ),
    )
    evaluations: int = field(
        default=1,
        metadata=about(
            "Evaluations on the dev sets in an epoch; without `epochs` ten in all at most.", gt=0
        ),
    )
    patience: int = field(
        default=0,
        metadata=about("Stop after so many evaluations without a better F1; 0: never.", ge=0),
    )
    average: int = field(
        default=0,
        metadata=about(
            "Take the mean of the weights at the last so many evaluations, if its dev F1 is no "
            "worse; 0: the best checkpoint is the model.",
            ge=0,
        ),
    )
    base_share: float = field(
        default=0.0,
        metadata=about(
            "What the base's weights count for in a mean with the trained ones.", ge=0, lt=1
        ),
    )
    teacher: tuple[str, ...] = field(
        default=(),
        metadata=about(
            "Trained token classifiers to learn from, each named as a base is; one may stand "
            "without brackets."
        ),
    )
    teacher_weight: float = field(
        default=0.5, metadata=about("The teachers' share of the loss.", ge=0, le=1)
    )
    teacher_temperature: float = field(
        default=2.0,
        metadata=about("Temperature at which teachers and model are compared.", gt=0),
    )
    teacher_states_weight: float = field(
        default=0.0,
        metadata=about("What the distance of the hidden states counts for besides.", ge=0),
    )
    seed: int = field(
        default=1,
        metadata=about("Seed of weights, batches and dropout.", ge=0, lt=2**32),  # as numpy's
    )
    max_minutes: float | None = field(
        default=None, metadata=about("End in order then, with the best checkpoint.", gt=0)
    )
    license: str = field(
        default=UNKNOWN,
        metadata=about(
            "Licence of the weights; where none is named that of the base and the teachers, if it "
            "is one that a model inherits (share-alike, non-commercial, no derivatives)."
        ),
    )

    def __post_init__(self) -> None:
        checked_settings({one.name: getattr(self, one.name) for one in fields(self)})
        for name in ("train", "dev"):
            if not getattr(self, name):
                raise UsageError(f"nothing to {name} on: give --{name} or [[{name}]] in a recipe")
        if self.base_share and self.layers is not None:
            raise UsageError("base_share needs all layers of the base: leave layers out")
        for source in self.train:
            if source.annotates == () and not self.needs_no_gold:
                raise UsageError(f"{source.place} annotates nothing, and there is no teacher")
        if self.teacher_states_weight and not self.teacher:
            raise UsageError("teacher_states_weight needs a teacher")

    @property
    def needs_no_gold(self) -> bool:
        """Whether teachers' predictions can stand in for gold that a source does not have."""
        return bool(self.teacher) and self.teacher_weight > 0

    @property
    def has_teacher(self) -> bool:
        """Whether a part of the loss is a teacher's."""
        return bool(self.teacher) and (self.teacher_weight > 0 or self.teacher_states_weight > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Settings that hold in place of a recipe's, which hold where these are None or no sources."""

    base: str | None = None
    train: Sequence[str] = ()
    dev: Sequence[str] = ()
    test: Sequence[str] = ()
    epochs: int | None = None
    rate: float | None = None
    head_rate: float | None = None
    batch_tokens: int | None = None
    freeze_embeddings: bool | None = None
    freeze_layers: int | None = None
    label_smoothing: float | None = None
    patience: int | None = None
    seed: int | None = None
    max_minutes: float | None = None
    license: str | None = None
    reading: FileReading = field(default_factory=FileReading)

    def settings(self) -> dict[str, Any]:
        """Those that are given, as `make_recipe` takes them; the sources are read as `reading`
        says. Raises UsageError where that says something and there are none."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        reading = given.pop("reading")
        for role in ROLES:
            given[role] = tuple(reading.source(place, role) for place in given[role]) or None
        if reading != FileReading() and not any(given[role] for role in ROLES):
            problem = "are for sources of the command line; a recipe's say how they are read"
            raise UsageError(f"--input-format, --encoding and the columns {problem}")
        return {name: value for name, value in given.items() if value is not None}


def checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a recipe in the types of its fields; raises UsageError for one that cannot be."""
    found = checked(Recipe, settings)
    layers = found.get("layers")
    if layers is not None and (not layers or min(layers) < 0 or len(set(layers)) < len(layers)):
        problem = "but needs one number or more from 0, each once"
        raise UsageError(f"layers = {list(layers)}, {problem}")
    for language, unit in (found.get("units") or {}).items():
        if language not in LANGUAGES or unit not in UNITS:
            known = f"a language ({', '.join(LANGUAGES)}) has one of {', '.join(UNITS)}"
            raise UsageError(f"units: {language} = {unit!r}, but {known}")
    return found


def make_recipe(settings: Mapping[str, Any]) -> Recipe:
    """The recipe of settings; raises UsageError for what is missing or cannot be."""
    if not settings.get("base"):
        raise UsageError("no base encoder: give --base or base in a recipe")
    return Recipe(**{"train": (), "dev": (), **settings})
