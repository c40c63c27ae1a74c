"""transformers, kept quiet."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.tiny_models import ModelMaker

PROGRAM = """
import sys
import huggingface_hub.utils as hub
from tagcli.models.transformers_checkpoint import quieten

if sys.argv[2] == "silent":
    hub.disable_progress_bars()
quieten()
from transformers import AutoModelForTokenClassification
options = {"num_labels": 3, "ignore_mismatched_sizes": True}  # of which there is much to tell
AutoModelForTokenClassification.from_pretrained(sys.argv[1], **options)
print("silent" if hub.are_progress_bars_disabled() else "drawing")
"""


@pytest.mark.parametrize("hub", ["silent", "drawing"])
def test_nothing_is_told_or_drawn_and_the_hub_does_as_before(
    checkpoint: ModelMaker, hub: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, checkpoint("bert"), hub],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{hub}\n", "")
