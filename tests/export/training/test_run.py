"""Training runs in this process: what each setting of a recipe does, and what a resume keeps."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from export.corpora.source import Source
from export.training import callbacks, fine_tuning, trainer
from export.training import run as training
from export.training.dev_scores import DevScorer
from export.training.fine_tuning import CHECKPOINTS, LOG, fine_tune, training_arguments
from export.training.preparation import prepare
from export.training.recipe import Recipe
from export.training.recipes import RECIPE
from tagcli import load
from tagcli.errors import UsageError
from tests.support.paths import SAMPLES
from tests.support.tiny_models import ModelMaker, edit_json

if TYPE_CHECKING:
    from collections.abc import Callable

STILL = {"rate": 1e-12, "head_rate": 1e-12}  # too little to change a label


class _Killed(BaseException):
    """Ends a run where a test wants it to end."""


def _recipe(base: Path, **settings: Any) -> Recipe:
    """A short run on the project's samples."""
    sources = {
        role: (
            Source(str(SAMPLES / f"{role}.conll"), role),
            Source(str(SAMPLES / f"ko.{role}.jsonl"), role, language="ko"),
        )
        for role in ("train", "dev")
    }
    rates = {"rate": 3e-3, "head_rate": 5e-3}
    given: dict[str, Any] = {**rates, "epochs": 3, "batch_tokens": 400, **sources}
    given["freeze_embeddings"] = False  # they are random ones
    return Recipe(str(base), **{**given, **settings})


def _nothing(message: str) -> None:
    pass


def _kill_at(count: int) -> Callable[[str], None]:
    """A listener that ends the run at its so many-th evaluation, before that is saved."""
    heard: list[str] = []

    def note(message: str) -> None:
        heard.extend([message] if "dev F1" in message else [])
        if len(heard) == count:
            raise _Killed

    return note


def _train(recipe: Recipe, out: Path) -> Any:
    """The trainer after the last step."""
    return fine_tune(prepare(recipe, None, _nothing), out, _nothing, False)[0]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a run says it made; the export is left out, as it takes longer than the training."""
    seen: dict[str, Any] = {}
    monkeypatch.setattr(training, "add_onnx", lambda out_dir: None)
    monkeypatch.setattr(training, "measure", lambda *given: seen.update(given[3]))
    return seen


def test_bf16_on_the_processor_is_told_to_the_trainer(
    tiny_base: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(fine_tuning, "has_bf16", lambda: True)
    arguments = training_arguments(_recipe(tiny_base("xlmr")), tmp_path, 10)
    assert arguments.bf16
    assert arguments.device.type == "cpu"


def test_a_run_out_of_patience_stops(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    recipe = _recipe(tiny_base("xlmr"), epochs=9, patience=2, **STILL)
    training.run_recipe(recipe, tmp_path / "out", _nothing)
    first = made["dev_history"][0]["step"]
    assert [entry["step"] for entry in made["dev_history"]] == [first, 2 * first, 3 * first]
    assert made["steps"] == made["best_step"] == 3 * first  # of equals the last


@pytest.mark.parametrize("evaluation", [2, 3])
def test_a_resumed_run_has_no_more_patience(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any], evaluation: int
) -> None:
    recipe = _recipe(tiny_base("xlmr"), epochs=9, patience=2, **STILL)
    with pytest.raises(_Killed):
        training.run_recipe(recipe, tmp_path / "out", _kill_at(evaluation))
    training.run_recipe(recipe, tmp_path / "out", _nothing, resume=True)
    assert made["steps"] == made["best_step"] == 3 * made["dev_history"][0]["step"]


def test_a_run_killed_in_its_export_does_not_train_on(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(out_dir: Path) -> None:
        raise _Killed

    recipe, out = _recipe(tiny_base("xlmr"), epochs=9, patience=1, **STILL), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(training, "add_onnx", kill)
        with pytest.raises(_Killed):
            training.run_recipe(recipe, out, _nothing)
    weights = load_file(out / "model.safetensors")
    said: list[str] = []
    training.run_recipe(recipe, out, said.append, resume=True)
    assert made["steps"] == 2 * made["dev_history"][0]["step"]
    assert not [message for message in said if "dev F1" in message]
    after = load_file(out / "model.safetensors")
    assert all(torch.equal(weights[name], after[name]) for name in weights)


def test_minutes_are_those_of_all_sessions(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    recipe, out = _recipe(tiny_base("xlmr"), epochs=2), tmp_path / "out"
    with pytest.raises(_Killed):
        training.run_recipe(recipe, out, _kill_at(2))
    with (out / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps({"step": 1, "seconds": 600.0}) + "\n")
    training.run_recipe(recipe, out, _nothing, resume=True)
    assert 10 <= made["minutes"] < 15
    last = (out / LOG).read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["seconds"] > 600
    assert callbacks.logged_seconds(tmp_path / "none.jsonl") == 0


def test_a_run_whose_recipe_says_less_can_be_resumed(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    recipe, out = _recipe(tiny_base("xlmr"), epochs=2), tmp_path / "out"
    with pytest.raises(_Killed):
        training.run_recipe(recipe, out, _kill_at(2))
    written = out / RECIPE
    lines = written.read_text(encoding="utf-8").splitlines(keepends=True)
    less = [line for line in lines if not line.startswith(("average", "teacher"))]
    written.write_text("".join(less), encoding="utf-8")  # as before there were these settings
    with pytest.raises(UsageError, match="is another recipe than the one to resume"):
        training.run_recipe(replace(recipe, average=1), out, _nothing, resume=True)
    longer = replace(recipe, max_minutes=9.0)
    training.run_recipe(longer, out, _nothing, resume=True)
    assert len(made["dev_history"]) == 2


def test_the_head_has_a_rate_of_its_own(tiny_base: ModelMaker, tmp_path: Path) -> None:
    recipe = _recipe(tiny_base("xlmr"), epochs=1, rate=1e-4, head_rate=2e-3, weight_decay=0.1)
    done = _train(recipe, tmp_path)
    names = {id(parameter): name for name, parameter in done.model.named_parameters()}
    seen = set()
    for group in done.optimizer.param_groups:
        for parameter in group["params"]:
            name = names.pop(id(parameter))
            head = name.startswith("classifier")
            plain = name.endswith("bias") or "LayerNorm" in name
            assert group["initial_lr"] == (2e-3 if head else 1e-4), name
            assert group["weight_decay"] == (0 if plain else 0.1), name
            seen.add((head, plain))
    assert not names
    assert len(seen) == 4


def test_what_is_frozen_stays(tiny_base: ModelMaker, tmp_path: Path) -> None:
    base = tiny_base("xlmr")
    before = load_file(base / "model.safetensors")
    recipe = _recipe(base, epochs=1, freeze_embeddings=True, freeze_layers=1)
    after = _train(recipe, tmp_path).model.roberta.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in after)
    after = _train(_recipe(base, epochs=1), tmp_path / "free").model.roberta.state_dict()
    assert not any(torch.equal(before[name], after[name]) for name in after if "dense" in name)


def test_labels_are_smoothed(
    tiny_base: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mean_loss, used = trainer.mean_loss, set()

    def loss(logits: Any, labels: Any, allowed: Any, smoothing: float) -> Any:
        used.add((logits.requires_grad, smoothing))
        return mean_loss(logits, labels, allowed, smoothing)

    monkeypatch.setattr(trainer, "mean_loss", loss)
    _train(_recipe(tiny_base("xlmr"), epochs=1, label_smoothing=0.2), tmp_path)
    assert used == {(True, 0.2)}


def test_when_time_is_over_the_best_checkpoint_is_kept(
    tiny_base: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores, clock = [0.5, 0.9, 0.3], [0.0]

    def compute(scorer: Any, network: Any) -> dict[str, float]:
        if len(scores) == 1:
            clock[0] = 61.0
        return {"f1": scores.pop(0) if scores else 0.1}

    monkeypatch.setattr(DevScorer, "scores", compute)
    monkeypatch.setattr(callbacks, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    done = _train(_recipe(tiny_base("xlmr"), epochs=9, max_minutes=1.0), tmp_path)
    history = [one for one in done.state.log_history if "eval_f1" in one]
    assert [one["eval_f1"] for one in history] == [0.5, 0.9, 0.3, 0.1]
    assert history[3]["step"] == history[2]["step"] + 1  # as soon as the time was over
    best = tmp_path / CHECKPOINTS / f"checkpoint-{history[1]['step']}"
    kept, weights = done.model.state_dict(), load_file(best / "model.safetensors")
    assert all(torch.equal(weights[name], kept[name]) for name in weights)


@pytest.fixture
def distilbert(tiny_base: ModelMaker, tmp_path: Path) -> Path:
    """An encoder of another build, with the pieces of the BERT one."""
    import transformers

    base = tmp_path / "distilbert"
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_base("bert"))
    tokenizer.save_pretrained(base)
    config = transformers.DistilBertConfig(
        vocab_size=len(tokenizer), dim=48, hidden_dim=48, n_layers=1, n_heads=2
    )
    torch.manual_seed(1)
    transformers.AutoModel.from_config(config).save_pretrained(base)
    return base


@pytest.mark.parametrize("shape", ["roberta", "klue", "bert", "electra", "distilbert"])
def test_other_encoders_learn_too(
    tiny_base: ModelMaker, distilbert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    shape: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(training, "measure", lambda *given: None)
    base = distilbert if shape == "distilbert" else tiny_base(shape)
    recipe = _recipe(base, epochs=20)
    out = training.run_recipe(recipe, tmp_path / "out", _nothing)
    text = "Ada Brenner wohnt in Kiel.\n김민서 씨는 부산에서 살고 있다."
    found = [
        [(e.text, e.label) for e in load(str(out), backend=backend).tag(text).entities]
        for backend in ("onnx", "torch")
    ]
    assert found[0] == found[1]
    assert ("Ada Brenner", "PER") in found[0]


def _halves(folder: Path) -> list[Source]:
    """People in one file and places in another, three times as many sentences without each."""
    names = ("Max Müller", "John Smith", "Victor Hugo", "Angela Merkel")
    places = ("Berlin", "London", "Paris", "Roma")
    rows = [(*name.split(), "in", place) for name, place in product(names, places)]
    sources = []
    for kind, places_of in (("PER", (0, 1)), ("LOC", (3,))):
        labels = np.full(4, "O", object)
        labels[list(places_of)] = [f"{prefix}-{kind}" for prefix in "BI"[: len(places_of)]]
        lines = ["\n".join(map("\t".join, zip(row, labels, strict=True))) for row in rows]
        path = folder / f"{kind}.conll"
        path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
        sources.append(Source(str(path), "train"))
    return sources


@pytest.mark.parametrize(
    ("annotates", "weights", "found"),
    [
        (None, (1.0, 3.0), {("John Smith", "PER"), ("Roma", "LOC")}),
        (("PER", "LOC"), (1.0, 3.0), {("Roma", "LOC")}),
        (("PER", "LOC"), (3.0, 1.0), {("John Smith", "PER")}),
    ],
    ids=["masked", "unmasked", "unmasked the other way round"],
)
def test_sources_with_other_types_do_not_speak_against_each_other(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any],
    annotates: tuple[str, ...] | None, weights: tuple[float, float], found: set[tuple[str, str]],
) -> None:  # fmt: skip
    halves = zip(_halves(tmp_path), weights, strict=True)
    train = [Source(one.place, annotates=annotates, weight=weight) for one, weight in halves]
    dev = tuple(Source(source.place, "dev", annotates=annotates) for source in train)
    recipe = _recipe(tiny_base("xlmr"), epochs=12, train=tuple(train), dev=dev)
    out = training.run_recipe(recipe, tmp_path / "out", _nothing)
    tagged = load(str(out), backend="torch").tag("John Smith in Roma")
    assert {(entity.text, entity.label) for entity in tagged.entities} == found


def test_types_of_a_source_without_a_language_are_tagged(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    (tmp_path / "de").mkdir()
    for split in ("train", "dev"):
        lines = "Max\tB-PER\nin\tO\nBerlin\tB-LOC\n\n" * 10
        (tmp_path / "de" / f"wiki.{split}.conll").write_text(lines, encoding="utf-8")
    dates = tmp_path / "dates.conll"
    dates.write_text("am\tO\nMontag\tB-DAT\n\n" * 20, encoding="utf-8")
    sources = {
        "train": (Source("wiki/de"), Source(str(dates))),
        "dev": (Source("wiki/de", "dev"), Source(str(dates), "dev")),
    }
    recipe = _recipe(tiny_base("xlmr"), epochs=40, batch_tokens=60, **sources)
    out = training.run_recipe(recipe, tmp_path / "out", _nothing, data_dir=tmp_path)
    tagged = load(str(out), backend="torch", lang="de").tag("am Montag")
    assert [(entity.text, entity.label) for entity in tagged.entities] == [("Montag", "DAT")]


def test_entities_that_labels_cannot_say_are_told(tiny_base: ModelMaker, tmp_path: Path) -> None:
    outer, inner = ({"start": 0, "end": 8, "label": "ORG"}, {"start": 4, "end": 8, "label": "LOC"})
    record = {"text": "Uni Köln", "entities": [outer, inner]}
    (tmp_path / "a.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    source, said = Source(str(tmp_path / "a.jsonl")), list[str]()
    recipe = _recipe(tiny_base("xlmr"), train=(source,), dev=(source,))
    prepare(recipe, None, said.append)
    assert said[0].startswith(f"{source.place} (train): 1 entities left out or cut")


def test_sentences_of_held_out_sets_are_not_trained_on(tiny_base: ModelMaker) -> None:
    said = list[str]()
    dev = Source(str(SAMPLES / "dev.conll"), "dev")
    train = (Source(str(SAMPLES / "train.conll"), "train"), dev)
    recipe = _recipe(tiny_base("xlmr"), train=train, dev=(dev,))
    both = prepare(recipe, None, said.append)
    alone = prepare(replace(recipe, drop_held_out=True), None, said.append)
    dropped = len(both.train.lengths) - len(alone.train.lengths)
    assert dropped == sum(len(corpus.examples) for corpus in both.dev)
    assert f"{dropped} train sentences left out that stand in a dev or test set too" in said


@pytest.mark.parametrize(
    "settings",
    [
        {"freeze_layers": 9},
        {"layers": (9,)},
        {"train": (Source("none.conll"),)},
        {"teacher": (str(SAMPLES),)},
        {"base_share": 0.5},
        {"train": (Source(str(SAMPLES / "train.conll"), weight=1e-9),)},
    ],
)
def test_a_mistake_leaves_no_folder_behind(
    tiny_base: ModelMaker, tmp_path: Path, settings: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        training.run_recipe(_recipe(tiny_base("xlmr"), **settings), tmp_path / "out", _nothing)
    assert not (tmp_path / "out").exists()


def _weights_at(monkeypatch: pytest.MonkeyPatch) -> dict[int, dict[str, Any]]:
    """The weights of every step that is saved, once training has run."""
    seen: dict[int, dict[str, Any]] = {}
    save = trainer.TokenTrainer._save_checkpoint

    def note(self: Any, *given: Any) -> None:
        seen[self.state.global_step] = {
            name: one.detach().clone() for name, one in self.model.named_parameters()
        }
        save(self, *given)

    monkeypatch.setattr(trainer.TokenTrainer, "_save_checkpoint", note)
    return seen


@pytest.mark.parametrize("frozen", [False, True])
def test_the_model_is_the_mean_of_the_last_evaluations(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
    frozen: bool,
) -> None:  # fmt: skip
    recipe = _recipe(tiny_base("xlmr"), epochs=2, evaluations=2, average=3)
    monkeypatch.setattr(DevScorer, "scores", lambda scorer, network: {"f1": 0.5})
    weights, said = _weights_at(monkeypatch), list[str]()
    recipe = replace(recipe, freeze_embeddings=frozen)
    out = training.run_recipe(recipe, tmp_path / "out", said.append)
    steps = sorted(weights)[-3:]
    assert made["average"] == {"f1": 0.5, "best_f1": 0.5, "steps": steps, "chosen": True}
    assert any("the mean is kept" in message for message in said)
    for name, found in load_file(out / "model.safetensors").items():
        expected = torch.stack([weights[step][name] for step in steps]).double().mean(0).float()
        assert torch.equal(found, expected), name
    assert not (out / CHECKPOINTS).exists()


def test_the_model_is_a_mean_with_its_base(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    first = training.run_recipe(_recipe(tiny_base("xlmr")), tmp_path / "first", _nothing)
    second = _recipe(first, seed=2)
    alone = training.run_recipe(second, tmp_path / "alone", _nothing)
    said = list[str]()
    recipe = replace(second, base_share=0.25)
    mean = training.run_recipe(recipe, tmp_path / "mean", said.append)
    assert f"which count for 0.25: dev F1 {made['dev_f1']:.4f}" in "".join(said)
    base, trained = (load_file(out / "model.safetensors") for out in (first, alone))
    for name, found in load_file(mean / "model.safetensors").items():
        assert torch.allclose(found, 0.75 * trained[name] + 0.25 * base[name], atol=1e-6), name


def test_a_mean_that_is_worse_is_not_kept(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = [0.5, 0.9, 0.3, 0.8]
    monkeypatch.setattr(DevScorer, "scores", lambda scorer, network: {"f1": scores.pop(0)})
    weights = _weights_at(monkeypatch)
    recipe = _recipe(tiny_base("xlmr"), epochs=3, average=2)
    out = training.run_recipe(recipe, tmp_path / "out", _nothing)
    steps = sorted(weights)
    assert made["average"] == {"f1": 0.8, "best_f1": 0.9, "steps": steps[1:], "chosen": False}
    assert (made["dev_f1"], made["best_step"]) == (0.9, steps[1])
    assert len(made["dev_history"]) == 3
    kept = load_file(out / "model.safetensors")
    assert all(torch.equal(kept[name], weights[steps[1]][name]) for name in kept)


@pytest.mark.parametrize("late", [False, True], ids=["in an evaluation", "before its checkpoint"])
def test_a_resumed_run_has_the_same_mean(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
    late: bool,
) -> None:  # fmt: skip
    # every mean is as good as every checkpoint
    monkeypatch.setattr(DevScorer, "scores", lambda scorer, network: {"f1": 0.5})
    recipe = _recipe(tiny_base("xlmr"), epochs=4, average=3, freeze_embeddings=True)
    whole = training.run_recipe(recipe, tmp_path / "whole", _nothing)
    expected = made.pop("average")
    out, calls = tmp_path / "killed", list[int]()
    save = trainer.TokenTrainer._save_checkpoint

    def kill(self: Any, *given: Any) -> None:
        calls.append(self.state.global_step)
        if late and len(calls) == 4:
            raise _Killed
        save(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(trainer.TokenTrainer, "_save_checkpoint", kill)
        with pytest.raises(_Killed):
            training.run_recipe(recipe, out, _nothing if late else _kill_at(4))
    training.run_recipe(recipe, out, _nothing, resume=True)
    assert made["average"] == expected
    assert expected["chosen"]
    names = ("model.safetensors",)
    assert all((whole / name).read_bytes() == (out / name).read_bytes() for name in names)


def _without_gold(folder: Path) -> Source:
    """The samples' training text, all of it O, in a source that annotates nothing."""
    words = (SAMPLES / "train.conll").read_text(encoding="utf-8").splitlines()
    lines = [line and f"{line.split()[0]}\tO" for line in words if not line.startswith("#")]
    path = folder / "plain.conll"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Source(str(path), language="de", annotates=())


def test_a_teacher_teaches_types_that_a_source_does_not_annotate(
    tiny_base: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    taught = _recipe(tiny_base("xlmr"), epochs=20)
    teacher = training.run_recipe(taught, tmp_path / "teacher", _nothing)
    gold = tmp_path / "gold.conll"
    gold.write_text("Kiel\tB-LOC\n\n", encoding="utf-8")
    one = Source(str(gold), language="fr", annotates=("PER", "ORG", "LOC"))
    recipe = replace(
        taught, train=(_without_gold(tmp_path), one), teacher=(str(teacher),), teacher_weight=0.9
    )
    out = training.run_recipe(recipe, tmp_path / "student", _nothing)
    tagged = load(str(out), backend="torch", lang="de").tag("Ada Brenner wohnt in Kiel.")
    assert ("Ada Brenner", "PER") in {(entity.text, entity.label) for entity in tagged.entities}
    names = [set(load_file(folder / "model.safetensors")) for folder in (out, teacher)]
    assert names[0] == names[1]  # the teacher is no part of the student


def test_a_teacher_acts_in_training_alone_and_never_learns(
    tiny_base: ModelMaker, checkpoint: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fine_tuning, "has_bf16", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    folder = checkpoint("xlmr")
    recipe = _recipe(tiny_base("xlmr"), epochs=1, teacher=(str(folder),))
    run = prepare(recipe, None, _nothing)
    assert run.distillation is not None
    teacher = run.distillation.teachers[0].model
    calls: list[tuple[bool, bool, Any]] = []
    teacher.classifier.register_forward_hook(
        lambda module, given, out: calls.append((module.training, out.requires_grad, out.dtype))
    )
    done = fine_tune(run, tmp_path, _nothing, False)[0]
    assert calls == [(False, False, torch.bfloat16)] * done.state.global_step
    after, before = teacher.state_dict(), load_file(folder / "model.safetensors")
    assert all(torch.equal(before[name], after[name]) for name in before)
    learnt = {id(one) for group in done.optimizer.param_groups for one in group["params"]}
    assert learnt == {id(one) for one in done.model.parameters()}


def test_a_student_learns_the_hidden_states_of_its_teacher(
    checkpoint: ModelMaker, tmp_path: Path
) -> None:
    from export.training.distillation import load_teachers, states_loss

    teacher = str(checkpoint("xlmr"))
    recipe = _recipe(Path(teacher), epochs=6, layers=(0,), teacher=(teacher,), teacher_weight=1.0)
    inputs = {"input_ids": torch.arange(5, 45)[None], "attention_mask": torch.ones(1, 40).long()}
    distances = []
    for weight in (0.0, 20.0):
        taught = replace(recipe, teacher_states_weight=weight)
        run = prepare(taught, None, _nothing)
        student = fine_tune(run, tmp_path / str(weight), _nothing, False)[0].model.eval()
        compared = replace(taught, teacher_states_weight=1.0)
        lesson = load_teachers(compared, run.labels, {}, run.base).lesson(inputs)
        with torch.no_grad():
            states = student(**inputs, output_hidden_states=True).hidden_states
        found = states_loss(states, lesson.states[0], inputs["attention_mask"])
        distances.append(found.item())
    assert distances[1] < 0.7 * distances[0]


def test_a_resumed_run_has_its_teacher_again(
    tiny_base: ModelMaker, checkpoint: ModelMaker, tmp_path: Path, made: dict[str, Any]
) -> None:
    recipe = _recipe(tiny_base("xlmr"), epochs=3, teacher=(str(checkpoint("xlmr")),))
    whole = training.run_recipe(recipe, tmp_path / "whole", _nothing)
    with pytest.raises(_Killed):
        training.run_recipe(recipe, tmp_path / "killed", _kill_at(3))
    killed = training.run_recipe(recipe, tmp_path / "killed", _nothing, resume=True)
    without = training.run_recipe(replace(recipe, teacher=()), tmp_path / "without", _nothing)
    weights = [(out / "model.safetensors").read_bytes() for out in (whole, killed, without)]
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]


def test_nothing_left_to_train_on_is_said(checkpoint: ModelMaker) -> None:
    train = (Source(str(SAMPLES / "dev.conll")),)
    dev = (Source(str(SAMPLES / "dev.conll"), "dev"),)
    recipe = _recipe(checkpoint("xlmr"), train=train, dev=dev, drop_held_out=True)
    with pytest.raises(UsageError, match="nothing is left to train on"):
        prepare(recipe, None, _nothing)


@pytest.mark.parametrize(("weight", "taught"), [(0.5, {"PER", "ORG", "LOC"}), (0.0, {"LOC"})])
def test_hidden_states_teach_no_types(
    checkpoint: ModelMaker, tmp_path: Path, weight: float, taught: set[str]
) -> None:
    for language, types in (("fr", "LOC"), ("de", "LOC PER ORG")):
        tags = "".join(f"wort{i}\tB-{name}\n" for i, name in enumerate(types.split()))
        (tmp_path / f"{language}.conll").write_text(tags, encoding="utf-8")
    train = tuple(Source(str(tmp_path / f"{one}.conll"), language=one) for one in ("fr", "de"))
    dev = (Source(str(tmp_path / "de.conll"), "dev", language="de"),)
    base = checkpoint("xlmr")
    recipe = _recipe(
        base, train=train, dev=dev, teacher=(str(base),), teacher_weight=weight,
        teacher_states_weight=1.0,
    )  # fmt: skip
    run = prepare(recipe, None, _nothing)
    assert set(run.nertag["labels_by_language"]["fr"]) == taught


def test_a_model_goes_on_reading_what_its_base_read(checkpoint: ModelMaker, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(checkpoint("xlmr"), base)
    edit_json(base / "config.json", nertag={"units": {"ko": "parts"}})
    for asked, units in ((None, {"ko": "parts"}), ({"ko": "raw"}, {"ko": "raw"})):
        run = prepare(_recipe(base, units=asked), None, _nothing)
        assert run.nertag["units"] == units


def _licensed(folder: Path, model: Path, licence: str) -> str:
    """A copy of a model whose card alone names its licence."""
    shutil.copytree(model, folder)
    (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n", encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("given", "licence", "says"),
    [
        ("unknown", "cc-by-nc-sa-4.0", []),
        ("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0", []),
        ("MIT", "MIT", ["license MIT is laxer than cc-by-nc-sa-4.0, that of the base"]),
    ],
)
def test_a_model_inherits_the_licence_of_its_base(
    checkpoint: ModelMaker, tmp_path: Path, given: str, licence: str, says: list[str]
) -> None:
    base = _licensed(tmp_path / "base", checkpoint("xlmr"), "cc-by-nc-sa-4.0")
    said = list[str]()
    run = prepare(_recipe(Path(base), license=given), None, said.append)
    assert run.licence == run.nertag["license"] == licence
    found = [message for message in said if "licen" in message or "contradict" in message]
    assert len(found) == len(says)
    assert all(map(str.startswith, found, says))


def test_a_model_inherits_the_licences_of_its_teachers(
    checkpoint: ModelMaker, tmp_path: Path
) -> None:
    model = checkpoint("xlmr")
    recipe = _recipe(model, teacher=(
        _licensed(tmp_path / "a", model, "cc-by-sa-4.0"),
        _licensed(tmp_path / "b", model, "cc-by-nc-sa-4.0"),
    ))  # fmt: skip
    said = list[str]()
    assert prepare(recipe, None, said.append).licence == "cc-by-nc-sa-4.0"
    (sentence,) = [message for message in said if "contradict" in message]
    assert f"that of the teacher {tmp_path / 'a'}" in sentence
    assert prepare(replace(recipe, teacher_weight=0.0), None, _nothing).licence == "unknown"


def test_an_inherited_licence_stands_in_the_config_and_on_the_card(
    tiny_base: ModelMaker, tmp_path: Path
) -> None:
    base = _licensed(tmp_path / "base", tiny_base("xlmr"), "cc-by-nc-sa-4.0")
    out = training.run_recipe(_recipe(Path(base), epochs=1), tmp_path / "out", _nothing)
    assert load(str(out)).model.licence == "cc-by-nc-sa-4.0"
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "\nlicense: cc-by-nc-sa-4.0\n" in card
    assert "## Licence\n\ncc-by-nc-sa-4.0\n" in card
    assert 'license = "unknown"' in (out / RECIPE).read_text(encoding="utf-8")
