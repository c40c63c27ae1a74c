"""Teachers: their part of the loss, the order of their labels, and which cannot teach."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
import transformers
from transformers.modeling_outputs import TokenClassifierOutput

from export.corpora.labelling import IGNORED
from export.corpora.source import Source
from export.training.distillation import (
    Distillation,
    Lesson,
    distillation_loss,
    load_teachers,
    states_loss,
)
from export.training.recipe import Recipe
from tagcli.errors import UsageError
from tests.support.paths import SAMPLES
from tests.support.tiny_models import LABELS, ModelMaker, edit_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

GOLD = torch.tensor([[0, 1, IGNORED, 2], [0, IGNORED, 1, 0]])
INPUTS = {"input_ids": torch.tensor([[0, 7, 9, 2]]), "attention_mask": torch.ones(1, 4).long()}


def _load(
    *names: Path | str,
    base: Path,
    labels: Any = LABELS,
    units: Mapping[str, str] | None = None,
    **settings: Any,
) -> Distillation:
    recipe = Recipe(
        "b", (Source("a"),), (Source("a", "dev"),), teacher=tuple(map(str, names)), **settings
    )
    return load_teachers(recipe, labels, units or {}, base)


def test_a_teacher_of_another_unit(checkpoint: ModelMaker, tmp_path: Path) -> None:
    base, teacher = checkpoint("xlmr"), tmp_path / "teacher"
    shutil.copytree(base, teacher)
    edit_json(teacher / "config.json", nertag={"units": {"ko": "raw"}})
    assert _load(teacher, base=base, units={"de": "words", "ko": "raw"}).teachers
    assert _load(teacher, base=base, units={"de": "words"}).teachers
    with pytest.raises(UsageError, match="reads ko as raw, but is to teach a model of parts"):
        _load(teacher, base=base, units={"ko": "parts"})


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_the_loss_is_torchs_divergence_where_there_are_labels(temperature: float) -> None:
    torch.manual_seed(0)
    student, teacher = torch.randn(2, 4, 5, requires_grad=True), torch.randn(2, 4, 5)
    p = torch.softmax(teacher / temperature, -1)
    found = distillation_loss(student, p, GOLD, temperature)
    known = GOLD != IGNORED
    log_q = torch.log_softmax(student / temperature, -1)[known]
    expected = torch.nn.functional.kl_div(log_q, p[known], reduction="batchmean")
    assert torch.allclose(found, temperature**2 * expected)
    found.backward()
    assert student.grad is not None
    assert (student.grad[~known] == 0).all()
    assert (student.grad[known] != 0).all()  # whichever types the source annotates


def test_nothing_is_lost_on_a_student_like_its_teacher() -> None:
    logits = torch.randn(2, 4, 5) * 80  # probabilities of 0 among them
    found = distillation_loss(logits, torch.softmax(logits, -1), GOLD, 1.0)
    assert found.item() == pytest.approx(0, abs=1e-6)
    nothing = torch.full((2, 4), IGNORED)
    assert distillation_loss(logits, torch.softmax(-logits, -1), nothing, 1.0).item() == 0


def test_the_weight_is_the_teachers_share() -> None:
    logits, p = torch.randn(2, 4, 5), torch.softmax(torch.randn(2, 4, 5), -1)
    taught = distillation_loss(logits, p, GOLD, 3.0)
    student, mask = TokenClassifierOutput(logits=logits), torch.ones_like(GOLD)
    found = Distillation((), 0.25, 3.0).mixed(
        torch.tensor(2.0), student, Lesson(p, ((),)), GOLD, mask
    )
    assert torch.allclose(found, 0.75 * torch.tensor(2.0) + 0.25 * taught)


def _states(depth: int) -> list[torch.Tensor]:
    return list(torch.randn(depth + 1, 2, 4, 6).unbind())


def test_hidden_states_are_compared_by_direction_where_there_are_tokens() -> None:
    student, teacher, mask = _states(2), _states(4), torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0]])
    cosines = [
        torch.cosine_similarity(student[k], teacher[2 * k], dim=-1)[mask == 1].mean()
        for k in (1, 2)
    ]
    found = states_loss(student, teacher, mask)
    assert torch.allclose(found, 2 - cosines[0] - cosines[1])
    longer = [3 * one for one in student]
    longer[2][0, 3] = 0.0  # no token
    longer[0] *= -1  # the embeddings, which are no layer
    assert torch.allclose(states_loss(longer, teacher, mask), found)
    same = [teacher[0], teacher[2], teacher[4]]
    assert states_loss(same, teacher, mask).item() == pytest.approx(0, abs=1e-6)
    assert states_loss(student, teacher, 0 * mask).item() == 0


def test_a_teacher_of_fewer_layers_teaches_layers() -> None:
    student, teacher, mask = _states(4), _states(2), torch.ones_like(GOLD)
    expected = [
        states_loss([ours, ours], [theirs, theirs], mask)
        for ours, theirs in zip(student[1:], (teacher[k] for k in (1, 1, 2, 2)), strict=True)
    ]
    assert torch.allclose(states_loss(student, teacher, mask), torch.stack(expected).mean())


def test_the_distance_of_every_teacher_counts() -> None:
    student, mask = _states(2), torch.ones_like(GOLD)
    logits, p = torch.randn(2, 4, 5), torch.softmax(torch.randn(2, 4, 5), -1)
    output = TokenClassifierOutput(logits=logits, hidden_states=tuple(student))
    lesson = Lesson(p, (_states(4), _states(2)))
    plain, found = (
        Distillation((), 0.5, 2.0, weight).mixed(torch.tensor(2.0), output, lesson, GOLD, mask)
        for weight in (0.0, 3.0)
    )
    distances = [states_loss(student, one, mask) for one in lesson.states]
    assert torch.allclose(found - plain, 1.5 * (distances[0] + distances[1]))


def test_hidden_states_are_those_of_the_teachers_layers(checkpoint: ModelMaker) -> None:
    base = checkpoint("xlmr")
    assert _load(base, base=base).lesson(INPUTS).states == ((),)
    found = _load(base, base=base, teacher_states_weight=1.0).lesson(INPUTS).states
    model = transformers.AutoModelForTokenClassification.from_pretrained(base).eval()
    with torch.no_grad():
        expected = model(**INPUTS, output_hidden_states=True).hidden_states
    assert len(found) == 1
    assert len(found[0]) == len(expected)
    assert all(torch.allclose(*pair) for pair in zip(found[0], expected, strict=True))
    assert not any(one.requires_grad for one in found[0])


def test_a_teacher_of_another_width_has_no_states_to_compare(
    checkpoint: ModelMaker, checkpoint_copy: Callable[[str], Path]
) -> None:
    base, wider = checkpoint("xlmr"), checkpoint_copy("xlmr")
    config = transformers.AutoConfig.from_pretrained(wider)
    config.hidden_size *= 2
    transformers.AutoModelForTokenClassification.from_config(config).save_pretrained(wider)
    _load(wider, base=base)
    with pytest.raises(UsageError, match=r"teacher .* has hidden states of \d+ numbers, and"):
        _load(wider, base=base, teacher_states_weight=0.5)


def _in_other_order(folder: Path) -> tuple[str, ...]:
    """Turn the labels of a checkpoint round; what it finds stays."""
    model = transformers.AutoModelForTokenClassification.from_pretrained(folder)
    labels = LABELS[::-1]
    with torch.no_grad():
        for weight in (model.classifier.weight, model.classifier.bias):
            weight.copy_(weight.flip(0))
    model.config.id2label = dict(enumerate(labels))
    model.config.label2id = {label: number for number, label in enumerate(labels)}
    model.save_pretrained(folder)
    return labels


def test_labels_are_matched_by_name(
    checkpoint: ModelMaker, checkpoint_copy: Callable[[str], Path]
) -> None:
    base, turned = checkpoint("xlmr"), checkpoint_copy("xlmr")
    labels = _in_other_order(turned)
    plain = _load(base, base=base).lesson(INPUTS).probabilities
    assert torch.allclose(_load(turned, base=base).lesson(INPUTS).probabilities, plain)
    found = _load(turned, base=base, labels=labels).lesson(INPUTS).probabilities
    assert torch.allclose(found, plain.flip(-1))


def test_several_teachers_average_their_probabilities(
    checkpoint: ModelMaker, checkpoint_copy: Callable[[str], Path]
) -> None:
    base, other = checkpoint("xlmr"), checkpoint_copy("xlmr")
    model = transformers.AutoModelForTokenClassification.from_pretrained(other)
    torch.nn.init.normal_(model.classifier.bias, std=3.0)
    model.save_pretrained(other)
    found = _load(base, other, base=base, teacher_temperature=4.0).lesson(INPUTS).probabilities
    parts = []
    for folder in (base, other):
        model = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
        with torch.no_grad():
            parts.append(torch.softmax(model(**INPUTS).logits / 4, -1))
    assert torch.allclose(found, (parts[0] + parts[1]) / 2)
    assert not found.requires_grad


def test_an_int8_model_can_teach(
    checkpoint: ModelMaker, quantised_model: Callable[[str, str], Path]
) -> None:
    base = checkpoint("xlmr")
    taught = _load(quantised_model("xlmr", "rows"), base=base).lesson(INPUTS).probabilities
    assert torch.allclose(taught, _load(base, base=base).lesson(INPUTS).probabilities, atol=0.03)


def test_what_cannot_teach_is_said(
    checkpoint: ModelMaker, tiny_base: ModelMaker, checkpoint_copy: Callable[[str], Path]
) -> None:
    base = checkpoint("xlmr")
    with pytest.raises(UsageError, match=r"teacher .* has other labels: the teacher lacks B-DAT, "
                       r"I-DAT; only the teacher has B-LOC, I-LOC"):  # fmt: skip
        _load(base, base=base, labels=[*LABELS[:5], "B-DAT", "I-DAT"])
    with pytest.raises(UsageError, match=r"teacher .* has another tokenizer than"):
        _load(checkpoint("bert"), base=base)
    with pytest.raises(UsageError, match=r"no trained token classifier: no classifier\.bias"):
        _load(tiny_base("xlmr"), base=base)
    with pytest.raises(UsageError, match=r"teacher .*samples.*no config\.json"):
        _load(SAMPLES, base=base)
    broken = checkpoint_copy("xlmr")
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(UsageError, match="cannot be loaded"):
        _load(broken, base=base)


def test_a_tokenizer_written_otherwise_is_the_same(
    checkpoint: ModelMaker, checkpoint_copy: Callable[[str], Path]
) -> None:
    other = checkpoint_copy("xlmr")
    padding = {
        "strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 1,
        "pad_type_id": 0, "pad_token": "<pad>",
    }  # fmt: skip
    edit_json(other / "tokenizer.json", padding=padding)
    (teacher,) = _load(other, base=checkpoint("xlmr")).teachers
    assert teacher.name == str(other)


def test_windows_that_a_teacher_cannot_read_are_said(checkpoint: ModelMaker) -> None:
    base = checkpoint("xlmr")
    teachers = _load(base, base=base)
    teachers.check_lengths(64)
    with pytest.raises(UsageError, match="reads 64 tokens, and a window of the student has 65"):
        teachers.check_lengths(65)


def test_a_language_has_the_types_that_its_teachers_know(checkpoint: ModelMaker) -> None:
    base, some = checkpoint("xlmr"), checkpoint("nertag")  # the latter has PER alone in French
    of_all, of_some = _load(base, base=base), _load(some, base=base)
    assert of_some.with_types({"fr": [], "de": ["LOC"]}) == {
        "fr": ["PER"], "de": ["LOC", "PER", "ORG"]
    }  # fmt: skip
    assert of_all.with_types({"fr": []}) == {"fr": ["PER", "ORG", "LOC"]}
    both = replace(of_all, teachers=of_some.teachers + of_all.teachers)
    assert both.with_types({"fr": ["PER"]}) == {"fr": ["PER", "ORG", "LOC"]}
