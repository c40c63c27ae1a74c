"""The `nertag-train` command as processes: a whole run, a killed one, two processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tagcli import load
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.support.tiny_models import ModelMaker

SAMPLES = ROOT / "samples"
BIN = Path(sys.executable).parent
COMMAND = str(BIN / "nertag-train")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def _run(*args: str, launcher: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*launcher, COMMAND, *args],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def _recipe(folder: Path, base: Path, **settings: object) -> Path:
    """A short run on the project's samples."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    lines += [f"base = {json.dumps(str(base))}", "rate = 3e-3", "head_rate = 5e-3"]
    lines += ["freeze_embeddings = false"]  # they are random ones
    for role, part in (("train", "train"), ("dev", "dev")):
        lines += [f"[[{role}]]", f"source = {json.dumps(str(SAMPLES / f'{part}.conll'))}"]
        lines += [f"[[{role}]]", f"source = {json.dumps(str(SAMPLES / f'ko.{part}.jsonl'))}"]
        lines += ['language = "ko"']
    path = folder / "short.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tiny_base: ModelMaker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples' own recipe, run as the README has it."""
    out = tmp_path_factory.mktemp("train") / "model"
    done = _run("--recipe", "samples/recipes/tiny.toml", "--base", str(tiny_base("xlmr")),
                "--out", str(out))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return out


def test_it_leaves_a_model_directory_with_its_history(trained: Path) -> None:
    names = {path.name for path in trained.iterdir()}
    assert names >= {
        "model.safetensors", "model.onnx", "config.json", "tokenizer.json", "README.md",
        "recipe.toml", "log.jsonl", "metrics.json",
    }  # fmt: skip
    assert "checkpoints" not in names
    metrics = _metrics(trained)
    assert metrics["dev_f1"] > 0.75
    assert metrics["test"]["samples/dev.conll (test)"]["f1"] > 0.75
    assert set(metrics["versions"]) >= {"nertag", "torch", "transformers"}
    config = json.loads((trained / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["XLMRobertaForTokenClassification"]
    assert config["nertag"]["labels_by_language"] == {"ko": ["LOC", "ORG", "PER"]}
    log = [json.loads(line) for line in (trained / "log.jsonl").read_text().splitlines()]
    assert any("eval_f1_ko" in entry for entry in log)


def test_both_backends_tag_alike(trained: Path) -> None:
    text = "Ada Brenner wohnt in Kiel.\n김민서 씨는 부산에서 살고 있다."
    found = [
        [(e.text, e.label) for e in load(str(trained), backend=backend).tag(text).entities]
        for backend in ("onnx", "torch")
    ]
    assert found[0] == found[1]
    assert ("Ada Brenner", "PER") in found[0]
    assert ("부산", "LOC") in found[0]


def test_its_checkpoint_loads_in_plain_transformers(trained: Path) -> None:
    from transformers import AutoModelForTokenClassification

    model, report = AutoModelForTokenClassification.from_pretrained(
        trained, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert model.config.id2label[1] == "B-PER"


def _start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *args], cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    )


def _wait_for_step(process: subprocess.Popen[str], out: Path, step: int) -> None:
    """Until the run's log has come that far."""
    log = out / "log.jsonl"
    while process.poll() is None:
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        if any(json.loads(line)["step"] >= step for line in lines if line.endswith("}")):
            return
        time.sleep(0.005)
    pytest.fail(f"it ended before step {step}")


def _metrics(out: Path) -> Any:
    return json.loads((out / "metrics.json").read_text(encoding="utf-8"))


def test_a_killed_run_resumes_to_the_same_result(tiny_base: ModelMaker, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=5, batch_tokens=60, average=2)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert _run("--recipe", str(recipe), "--out", str(whole)).returncode == 0

    saved = [entry["step"] for entry in _metrics(whole)["dev_history"]]
    step = random.SystemRandom().choice([i for i in range(saved[0], saved[-2]) if i not in saved])
    process = _start("--recipe", str(recipe), "--out", str(killed))
    _wait_for_step(process, killed, step)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (killed / "metrics.json").exists(), "it was done before it could be killed"

    done = _run("--out", str(killed), "--resume")
    assert done.returncode == 0, done.stderr
    assert "checkpoint-" in done.stderr
    same = ("dev_f1", "best_step", "steps", "average")
    metrics = [_metrics(out) for out in (whole, killed)]
    message = f"killed at step {step}"
    assert [metrics[0][name] for name in same] == [metrics[1][name] for name in same], message
    scores = [[entry["eval_f1"] for entry in one["dev_history"]] for one in metrics]
    assert scores[0] == scores[1], message
    weights = [(out / "model.safetensors").read_bytes() for out in (whole, killed)]
    assert weights[0] == weights[1], message


@pytest.mark.parametrize(
    "launcher",
    [
        ("torchrun", "--no-python", "--nproc-per-node", "2"),
        # with --cpu accelerate starts one process, unless there is MPI
        ("accelerate", "launch", "--no_python", "--multi_gpu", "--num_processes", "2",
         "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"),
    ],
    ids=["torchrun", "accelerate"],
)  # fmt: skip
def test_two_processes_train_one_model(
    tiny_base: ModelMaker, checkpoint: ModelMaker, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    taught = {"teacher": str(checkpoint("xlmr")), "teacher_weight": 0.1, "average": 2}
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=12, batch_tokens=200, **taught)
    out = tmp_path / "model"
    launch = (str(BIN / launcher[0]), *launcher[1:])
    done = _run("--recipe", str(recipe), "--out", str(out), launcher=launch)
    assert done.returncode == 0, done.stderr
    assert "steps on 2 x cpu" in done.stderr
    assert done.stderr.count("exporting to ONNX") == 1
    assert done.stderr.count("mean of the weights at steps") == 1
    assert _metrics(out)["dev_f1"] > 0.5
    found = load(str(out)).tag("Ada Brenner wohnt in Kiel.").entities
    assert ("Ada Brenner", "PER") in {(entity.text, entity.label) for entity in found}


def test_a_signal_ends_a_run_after_a_checkpoint(tiny_base: ModelMaker, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=40, batch_tokens=1)  # a sentence a step
    out = tmp_path / "model"
    process = _start("--recipe", str(recipe), "--out", str(out))
    _wait_for_step(process, out, 1)
    before = list(out.glob("checkpoints/checkpoint-*"))
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate()
    assert not before, "the signal is to come first"
    assert process.returncode == 130, messages
    assert "--resume goes on" in messages
    assert "Traceback" not in messages
    (checkpoint,) = out.glob("checkpoints/checkpoint-*")
    assert (checkpoint / "trainer_state.json").exists()
    assert "dev F1" not in messages  # no evaluation was due


SAMPLE = ["--train", "samples/train.conll", "--dev", "samples/dev.conll"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "no base encoder"),
        (["--base", "samples", "--train", "a", "--dev", "b"], "no config.json"),
        (["--base", "{base}"], "nothing to train on"),
        (["--base", "{base}", "--train", "none.conll", "--dev", "x"], "no corpus none.conll"),
        (["--base", "{base}", "--train", "{bad}", "--dev", "x"], "bad.conll:2: I-LOC continues no"),
        (["--base", "{base}", "--resume"], "no such recipe"),
        (["--base", "{base}", *SAMPLE, "--seed", "-1"], "seed = -1 is not a whole number"),
        (["--base", "{base}", *SAMPLE, "--freeze-layers", "9"], "freeze_layers = 9, but"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    tiny_base: ModelMaker, tmp_path: Path, options: list[str], problem: str
) -> None:
    from export.commands.train import main

    bad = tmp_path / "bad.conll"
    bad.write_text("Anna\tB-PER\nKiel\tI-LOC\nist\tB-X\n", encoding="utf-8")
    named = [option.format(base=tiny_base("xlmr"), bad=bad) for option in options]
    result = CliRunner().invoke(main, [*named, "--out", str(tmp_path / "out")])
    assert result.exit_code in (1, 2)
    assert problem in result.stderr
    assert (
        len([line for line in result.stderr.splitlines() if "to train on; types" not in line]) == 1
    )
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(tiny_base: ModelMaker, tmp_path: Path) -> None:
    from export.commands.train import main

    recipe = _recipe(tmp_path, tiny_base("xlmr"))
    result = CliRunner().invoke(main, ["--recipe", str(recipe), "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "is not an empty directory" in result.stderr
