"""The project's own classifier beside that of transformers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import transformers

from tests.support.tiny_models import LABELS, ModelMaker

IDS = torch.tensor([[0, 7, 9, 12, 2], [0, 8, 2, 1, 1]])
MASK = (IDS != 1).long()


def _own(folder: Path) -> transformers.PreTrainedModel:
    from export.training.token_classifier import OWN_CLASSES

    kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    return OWN_CLASSES[kind].from_pretrained(folder).eval()


@pytest.mark.parametrize("shape", ["xlmr", "roberta", "klue"])
def test_it_computes_what_the_auto_class_computes(checkpoint: ModelMaker, shape: str) -> None:
    folder = checkpoint(shape)
    auto = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
    with torch.inference_mode():
        ours = _own(folder)(input_ids=IDS, attention_mask=MASK).logits
        theirs = auto(input_ids=IDS, attention_mask=MASK).logits
    assert ours.shape == (2, 5, len(LABELS))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_its_loss_is_over_unmasked_positions(checkpoint: ModelMaker) -> None:
    labels = torch.tensor([[-100, 1, 2, 0, -100], [-100, 3, -100, -100, -100]])
    output = _own(checkpoint("xlmr"))(input_ids=IDS, attention_mask=MASK, labels=labels)
    known = labels != -100
    expected = torch.nn.functional.cross_entropy(output.logits[known], labels[known])
    assert torch.allclose(output.loss, expected)


@pytest.mark.parametrize("shape", ["xlmr", "klue"])
def test_what_it_saves_loads_in_the_auto_class(
    checkpoint: ModelMaker, shape: str, tmp_path: Path
) -> None:
    ours = _own(checkpoint(shape))
    ours.save_pretrained(tmp_path)
    loaded, report = transformers.AutoModelForTokenClassification.from_pretrained(
        tmp_path, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    with torch.inference_mode():
        assert torch.equal(loaded.eval()(IDS, MASK).logits, ours(IDS, MASK).logits)
