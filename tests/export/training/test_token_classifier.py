"""The project's own classifier beside that of transformers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch
import transformers

from tests.support.tiny_models import LABELS, ModelMaker

if TYPE_CHECKING:
    from pathlib import Path

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


def test_it_takes_what_the_auto_class_takes_in_its_order(checkpoint: ModelMaker) -> None:
    folder = checkpoint("xlmr")
    auto = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
    labels, types = torch.full_like(IDS, 2), torch.zeros_like(IDS)
    with torch.inference_mode():
        ours = _own(folder)(IDS, MASK, types, labels, return_dict=False)
        loss, logits = auto(IDS, MASK, types, labels=labels, return_dict=False)
    assert type(ours) is tuple
    assert torch.allclose(ours[0], loss)
    assert torch.allclose(ours[1], logits, atol=1e-6)
    with torch.inference_mode():
        (logits,) = _own(folder)(IDS, MASK, return_dict=False)
    assert torch.equal(logits, ours[1])


def test_hidden_states_and_attentions_are_given_on_demand(checkpoint: ModelMaker) -> None:
    model = _own(checkpoint("roberta"))
    model.set_attn_implementation("eager")
    output = model(IDS, MASK, output_hidden_states=True, output_attentions=True)
    assert len(output.hidden_states) == len(output.attentions) + 1 == 3


@pytest.mark.parametrize("shape", ["xlmr", "roberta"])
def test_a_plain_trainer_trains_and_scores_it(
    checkpoint: ModelMaker, shape: str, tmp_path: Path
) -> None:
    from datasets import Dataset

    folder = checkpoint(shape)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    row = {"input_ids": [0, 7, 9, 12, 2], "labels": [-100, 1, 2, 0, -100]}
    rows = Dataset.from_list([row] * 8)
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path), num_train_epochs=2, per_device_train_batch_size=2,
        gradient_accumulation_steps=2, eval_strategy="epoch", save_strategy="no", report_to=[],
        disable_tqdm=True, use_cpu=True, learning_rate=1e-3,
    )  # fmt: skip
    trainer = transformers.Trainer(
        model_init=lambda: _own(folder),
        args=arguments,
        data_collator=transformers.DataCollatorForTokenClassification(tokenizer),
        compute_metrics=lambda found: {"right": float((found.predictions.argmax(-1) == 1).mean())},
        train_dataset=rows,
        eval_dataset=rows,
        processing_class=tokenizer,
    )
    trainer.train()
    scores = [one for one in trainer.state.log_history if "eval_right" in one]
    assert len(scores) == 2
    assert scores[1]["eval_loss"] < scores[0]["eval_loss"]
    assert trainer.predict(rows).predictions.shape == (8, 5, len(LABELS))
