"""The `nertag-export` command: a checkpoint into a model directory, measured."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

import click

from export.extras import check_packages
from tagcli.errors import NertagError, UsageError, say

_NEEDED = ("torch", "transformers", "onnx", "optimum", "optimum.exporters.onnx")
_say = partial(say, "nertag-export")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("out_dir", type=click.Path(path_type=Path))
@click.option("--float", "keep_float", is_flag=True,
              help="Keep float weights, for CUDA; without it they become int8, for the CPU.")
@click.option("--test", "tests", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
              help="Measure F1 on this CoNLL or JSONL file, before and after; may be repeated.")
@click.option("--max-loss", default=1.0, metavar="POINTS", type=click.FloatRange(min=0),
              help="Refuse an int8 model that loses more points of F1 on a test file.")
@click.option("--license", "licence", default="unknown", metavar="NAME",
              help="Licence of the weights, for the model card.")
def main(
    checkpoint: Path,
    out_dir: Path,
    keep_float: bool,
    tests: tuple[Path, ...],
    max_loss: float,
    licence: str,
) -> None:
    """Export CHECKPOINT, a Hugging Face token-classification model, to OUT_DIR for nertag.

    OUT_DIR gets model.onnx, tokenizer.json, config.json and README.md, the model card.

    \b
      nertag-export my-checkpoint my-model --test test.conll
      nertag --model my-model doc.txt
    """  # fmt: skip
    try:
        check_packages(_NEEDED, "exporting")
        _export(checkpoint, out_dir, keep_float, tests, max_loss, licence)
    except NertagError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        _say(f"cannot write: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _export(
    checkpoint: Path,
    out_dir: Path,
    keep_float: bool,
    tests: tuple[Path, ...],
    max_loss: float,
    licence: str,
) -> None:
    from export.model_card import write_card
    from export.onnx_export import check_checkpoint, export_float
    from export.quantisation import measure_loss, quantise

    check_checkpoint(checkpoint)
    if missing := [path for path in tests if not path.is_file()]:
        raise UsageError(f"no such file: {missing[0]}")
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise UsageError(f"{out_dir} exists and is not an empty directory")
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=".nertag-export-") as folder:
        float_dir = Path(folder) / "float"
        _say(f"exporting {checkpoint} to ONNX")
        made = export_float(checkpoint, float_dir)
        if not keep_float:
            _say("quantising to int8")
            made = quantise(float_dir, Path(folder) / "int8")
        scores = measure_loss(float_dir, made, tests, max_loss, _say)
        write_card(made, scores, licence)
        if out_dir.exists():
            out_dir.rmdir()
        made.rename(out_dir)
    size = sum(path.stat().st_size for path in out_dir.iterdir())
    _say(f"{out_dir}: {size / 1e6:.1f} MB")
