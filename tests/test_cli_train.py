"""The `nertag-train` command as processes: a whole run, a killed one, two processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ModelMaker

from tagcli import load

ROOT = Path(__file__).parent.parent
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
    metrics = json.loads((trained / "metrics.json").read_text(encoding="utf-8"))
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


def test_a_killed_run_resumes_to_the_same_result(tiny_base: ModelMaker, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=8, batch_tokens=300, evaluations=2)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert _run("--recipe", str(recipe), "--out", str(whole)).returncode == 0

    process = subprocess.Popen(
        [COMMAND, "--recipe", str(recipe), "--out", str(killed)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not list(killed.glob("checkpoints/*/trainer_state.json")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "metrics.json").exists(), "it was done before it could be killed"

    done = _run("--out", str(killed), "--resume")
    assert done.returncode == 0, done.stderr
    assert "from the beginning" not in done.stderr
    same = ("dev_f1", "best_step", "steps")
    metrics = [json.loads((out / "metrics.json").read_text()) for out in (whole, killed)]
    assert [metrics[0][name] for name in same] == [metrics[1][name] for name in same]
    scores = [[entry["eval_f1"] for entry in one["dev_history"]] for one in metrics]
    assert scores[0] == scores[1]
    weights = [(out / "model.safetensors").read_bytes() for out in (whole, killed)]
    assert weights[0] == weights[1]


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
    tiny_base: ModelMaker, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=6, batch_tokens=200)
    out = tmp_path / "model"
    launch = (str(BIN / launcher[0]), *launcher[1:])
    done = _run("--recipe", str(recipe), "--out", str(out), launcher=launch)
    assert done.returncode == 0, done.stderr
    assert "steps on 2 x cpu" in done.stderr
    assert done.stderr.count("exporting to ONNX") == 1
    assert json.loads((out / "metrics.json").read_text())["dev_f1"] > 0.2
    assert load(str(out)).tag("Ada Brenner wohnt in Kiel.").text


def test_a_signal_ends_a_run_after_a_checkpoint(tiny_base: ModelMaker, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=400)
    out = tmp_path / "model"
    process = subprocess.Popen(
        [COMMAND, "--recipe", str(recipe), "--out", str(out)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list(out.glob("checkpoints/*")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate()
    assert process.returncode == 130, messages
    assert "--resume goes on" in messages
    assert "Traceback" not in messages


def test_it_ends_in_order_when_its_time_is_over(tiny_base: ModelMaker, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, tiny_base("xlmr"), epochs=400)
    out = tmp_path / "model"
    done = _run("--recipe", str(recipe), "--out", str(out), "--max-minutes", "0.05")
    assert done.returncode == 0, done.stderr
    assert "0.05 minutes are over" in done.stderr
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["steps"] < 400
    assert (out / "model.onnx").exists()


@pytest.mark.parametrize("shape", ["klue", "bert", "electra"])
def test_other_encoders_train_too(tiny_base: ModelMaker, tmp_path: Path, shape: str) -> None:
    recipe = _recipe(tmp_path, tiny_base(shape), epochs=2)
    done = _run("--recipe", str(recipe), "--out", str(tmp_path / "model"))
    assert done.returncode == 0, done.stderr
    for backend in ("onnx", "torch"):
        tagged = load(str(tmp_path / "model"), backend=backend).tag("Ada Brenner wohnt in Kiel.")
        assert tagged.text == "Ada Brenner wohnt in Kiel."


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "no base encoder"),
        (["--base", "samples", "--train", "a", "--dev", "b"], "no config.json"),
        (["--base", "{base}"], "nothing to train on"),
        (["--base", "{base}", "--train", "none.conll", "--dev", "x"], "no corpus none.conll"),
        (["--base", "{base}", "--train", "{bad}", "--dev", "x"], "bad.conll:2: I-LOC continues no"),
        (["--base", "{base}", "--resume"], "no such recipe"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    tiny_base: ModelMaker, tmp_path: Path, options: list[str], problem: str
) -> None:
    from export.cli_train import main

    bad = tmp_path / "bad.conll"
    bad.write_text("Anna\tB-PER\nKiel\tI-LOC\nist\tB-X\n", encoding="utf-8")
    named = [option.format(base=tiny_base("xlmr"), bad=bad) for option in options]
    result = CliRunner().invoke(main, [*named, "--out", str(tmp_path / "out")])
    assert result.exit_code in (1, 2)
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_with_something_in_it_is_left_alone(
    tiny_base: ModelMaker, tmp_path: Path
) -> None:
    from export.cli_train import main

    recipe = _recipe(tmp_path, tiny_base("xlmr"))
    result = CliRunner().invoke(main, ["--recipe", str(recipe), "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "is not an empty directory" in result.stderr
