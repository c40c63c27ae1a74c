"""Teachers: trained token classifiers whose probabilities and hidden states a model learns beside
the gold.

Sources: "Distilling the knowledge in a neural network" (Hinton, Vinyals and Dean, 2015),
https://arxiv.org/abs/1503.02531; for the hidden states "Patient knowledge distillation for BERT
model compression" (Sun, Cheng, Gan and Liu, 2019), https://arxiv.org/abs/1908.09355.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer

from export.corpora.labelling import IGNORED
from export.model_directory.licences import licence_of
from export.training.base_model import find_base, load_weights, token_classifier_class, window_limit
from tagcli.errors import UsageError, reason_of
from tagcli.languages import WORDS
from tagcli.models.directory import TOKENIZER
from tagcli.models.transformers_checkpoint import read_transformers_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from export.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Teacher:
    """A token classifier that does not learn; its logits of the student's labels are those at
    `columns`, shape (labels,). `limit` is its longest input in tokens, `licence` that of its
    weights, where its folder names one."""

    name: str
    model: Any
    columns: torch.Tensor
    limit: int
    licence: str | None

    def types_of(self, language: str) -> list[str]:
        """The entity types it has learnt in a language: all, unless its config says less."""
        own = getattr(self.model.config, "nertag", None) or {}
        labels = self.model.config.id2label.values()
        every = list(dict.fromkeys(label[2:] for label in labels if label != "O"))
        return list(own.get("labels_by_language", {}).get(language, every))


@dataclass(frozen=True, slots=True)
class Lesson:
    """The teachers' predictions of a batch: the mean of their probabilities, shape (batch, tokens,
    labels), and if they are wanted the hidden states of each, a tensor of shape (batch, tokens,
    width) for the embeddings and every layer."""

    probabilities: torch.Tensor
    states: tuple[Sequence[torch.Tensor], ...]


@dataclass(frozen=True, slots=True)
class Distillation:
    """The part `weight` of the loss is the teachers'; they and the student are compared at
    `temperature`. `states_weight` times the distance of the hidden states is added to it."""

    teachers: tuple[Teacher, ...]
    weight: float
    temperature: float
    states_weight: float = 0.0

    @property
    def options(self) -> dict[str, bool]:
        """What teachers and student are called with besides their inputs."""
        return {"output_hidden_states": True} if self.states_weight else {}

    def to(self, device: Any) -> Distillation:
        """The same with its teachers on a device."""
        moved = (
            replace(one, model=one.model.to(device), columns=one.columns.to(device))
            for one in self.teachers
        )
        return replace(self, teachers=tuple(moved))

    def lesson(self, inputs: Mapping[str, torch.Tensor]) -> Lesson:
        """The teachers' predictions of model inputs."""
        parts, states = [], []
        for teacher in self.teachers:
            with torch.no_grad():
                output = teacher.model(**inputs, **self.options)
            logits = output.logits.float()[..., teacher.columns]
            parts.append(torch.softmax(logits / self.temperature, dim=-1))
            states.append(output.hidden_states or ())
        return Lesson(torch.stack(parts).mean(0), tuple(states))

    def mixed(
        self,
        gold_loss: torch.Tensor,
        student: Any,
        lesson: Lesson,
        labels: torch.Tensor,
        mask: torch.Tensor,
    ) -> torch.Tensor:
        """The loss, a scalar, of the gold's loss and the student's output: its logits, shape
        (batch, tokens, labels), and if they are compared its hidden states. `mask`, shape (batch,
        tokens), is 1 where there is a token."""
        taught = distillation_loss(student.logits, lesson.probabilities, labels, self.temperature)
        loss = (1 - self.weight) * gold_loss + self.weight * taught
        if self.states_weight:
            parts = [states_loss(student.hidden_states, one, mask) for one in lesson.states]
            loss = loss + self.states_weight * torch.stack(parts).mean()
        return loss

    def with_types(self, by_language: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """The types learnt in each language with those that the teachers know there."""
        return {
            language: list(dict.fromkeys([*types, *self._types_of(language)]))
            for language, types in by_language.items()
        }

    def _types_of(self, language: str) -> Iterable[str]:
        return (name for teacher in self.teachers for name in teacher.types_of(language))

    def check_lengths(self, longest: int) -> None:
        """Raise UsageError if a window of so many tokens is too long for a teacher."""
        for teacher in self.teachers:
            if longest > teacher.limit:
                problem = f"reads {teacher.limit} tokens, and a window of the student has {longest}"
                raise UsageError(f"teacher {teacher.name} {problem}")


def distillation_loss(
    logits: torch.Tensor, probabilities: torch.Tensor, labels: torch.Tensor, temperature: float
) -> torch.Tensor:
    """The divergence KL(teacher || student) in nats times the temperature squared, which keeps its
    gradients as large as those of the gold; the mean over the positions whose label is not
    IGNORED, a scalar.

    `logits` are the student's and `probabilities` the teacher's, at that temperature, both of
    shape (batch, tokens, labels). All labels count, whatever the gold annotates.
    """
    log_q = torch.log_softmax(logits.float() / temperature, dim=-1)
    losses = (torch.xlogy(probabilities, probabilities) - probabilities * log_q).sum(-1)
    known = labels != IGNORED
    return temperature**2 * (losses * known).sum() / known.sum().clamp(min=1)


def states_loss(
    student: Sequence[torch.Tensor], teacher: Sequence[torch.Tensor], mask: torch.Tensor
) -> torch.Tensor:
    """The squared distance of hidden states, each brought to length 1; the mean over tokens and the
    student's layers, a scalar from 0 to 4.

    `student` and `teacher` are tensors of shape (batch, tokens, width) for the embeddings and every
    layer; of n layers the student's k-th is compared with the one at k/n of the teacher's, rounded
    up. `mask`, shape (batch, tokens), is 1 where there is a token.
    """
    depth, teacher_depth = len(student) - 1, len(teacher) - 1
    losses = []
    for number in range(1, depth + 1):
        pair = (student[number], teacher[math.ceil(number * teacher_depth / depth)])
        ours, theirs = (torch.nn.functional.normalize(one.float(), dim=-1) for one in pair)
        losses.append((ours - theirs).square().sum(-1))
    return (torch.stack(losses).mean(0) * mask).sum() / mask.sum().clamp(min=1)


def load_teachers(
    recipe: Recipe,
    labels: Sequence[str],
    units: Mapping[str, str],
    base: Path,
    data_dir: Path | None = None,
) -> Distillation:
    """The teachers of a recipe, for a student with these labels, the tokenizer in `base` and these
    `units` by language.

    Raises UsageError for what is no token classifier, or has other labels, another tokenizer,
    other units or, where hidden states are compared, other ones.
    """
    teachers = tuple(_load_teacher(name, labels, base, data_dir) for name in recipe.teacher)
    for teacher in teachers:
        _check_units(teacher, units)
    if recipe.teacher_states_weight:
        _check_widths(teachers, read_transformers_config(base))
    return Distillation(
        teachers, recipe.teacher_weight, recipe.teacher_temperature, recipe.teacher_states_weight
    )


def _check_widths(teachers: Iterable[Teacher], student: Any) -> None:
    for teacher in teachers:
        width = teacher.model.config.hidden_size
        if width != student.hidden_size:
            problem = f"has hidden states of {width} numbers, and the student {student.hidden_size}"
            raise UsageError(f"teacher {teacher.name} {problem}")


def _load_teacher(name: str, labels: Sequence[str], base: Path, data_dir: Path | None) -> Teacher:
    try:
        folder = find_base(name, data_dir)
    except UsageError as error:
        raise UsageError(f"teacher {name}: {error}") from error
    try:
        config = read_transformers_config(folder)
        model, report = load_weights(
            token_classifier_class(config), folder, config=config, output_loading_info=True
        )
    except Exception as error:  # transformers and safetensors raise many kinds
        raise UsageError(f"teacher {name} cannot be loaded: {reason_of(error)}") from error
    if missing := report["missing_keys"]:
        raise UsageError(f"teacher {name} is no trained token classifier: no {min(missing)}")
    if not _same_pieces(folder / TOKENIZER, base / TOKENIZER):
        raise UsageError(f"teacher {name} has another tokenizer than {base}")
    columns = _columns(name, model.config, labels)
    model.eval().requires_grad_(False)
    return Teacher(name, model, columns, window_limit(folder), licence_of(folder))


def _check_units(teacher: Teacher, units: Mapping[str, str]) -> None:
    """A teacher's predictions of text that is cut otherwise than it learnt are worth nothing."""
    own = getattr(teacher.model.config, "nertag", None)
    for language, unit in units.items():
        known = unit if own is None else own.get("units", {}).get(language, WORDS)
        if known != unit:
            problem = f"reads {language} as {known}, but is to teach a model of {unit}"
            raise UsageError(f"teacher {teacher.name} {problem}")


def _columns(name: str, config: Any, labels: Sequence[str]) -> torch.Tensor:
    """Where the teacher has each of the student's labels."""
    known = [config.id2label[number] for number in range(len(config.id2label))]
    problems = [
        f"{who} {', '.join(sorted(several))}"
        for who, several in (
            ("the teacher lacks", set(labels) - set(known)),
            ("only the teacher has", set(known) - set(labels)),
        )
        if several
    ]
    if problems:
        raise UsageError(f"teacher {name} has other labels: {'; '.join(problems)}")
    return torch.tensor([known.index(label) for label in labels])


def _same_pieces(one: Path, other: Path) -> bool:
    """Whether two tokenizers number the same pieces alike and put the same special tokens around a
    text: then the ids of one are right for the other."""
    if one.read_bytes() == other.read_bytes():
        return True
    ours, theirs = Tokenizer.from_file(str(one)), Tokenizer.from_file(str(other))
    for tokenizer in (ours, theirs):
        tokenizer.no_padding()
    same_frame: bool = ours.encode("").ids == theirs.encode("").ids
    return same_frame and ours.get_vocab() == theirs.get_vocab()
