"""The masked loss: what a source does not annotate neither gains nor loses."""

from __future__ import annotations

import pytest
import torch

from export.corpora.labelling import IGNORED
from export.training.masked_loss import mask_unannotated, mean_loss, token_losses


@pytest.fixture
def logits() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(2, 4, 5, requires_grad=True)


LABELS = torch.tensor([[0, 1, IGNORED, 2], [0, IGNORED, 1, 0]])
ALL = torch.ones(2, 5, dtype=torch.bool)
SOME = torch.tensor([[True, True, True, False, False], [True, True, False, True, True]])


def test_without_a_mask_it_is_torchs_cross_entropy(logits: torch.Tensor) -> None:
    expected = torch.nn.functional.cross_entropy(
        logits.view(-1, 5), LABELS.view(-1), ignore_index=IGNORED
    )
    assert torch.allclose(mean_loss(logits, LABELS, ALL), expected)


def test_smoothing_over_all_labels_is_torchs(logits: torch.Tensor) -> None:
    expected = torch.nn.functional.cross_entropy(
        logits.view(-1, 5), LABELS.view(-1), ignore_index=IGNORED, label_smoothing=0.1
    )
    assert torch.allclose(mean_loss(logits, LABELS, ALL, 0.1), expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_labels_that_are_not_annotated_get_no_gradient(
    logits: torch.Tensor, smoothing: float
) -> None:
    mean_loss(logits, LABELS, SOME, smoothing).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    for sentence in range(2):
        assert (logits.grad[sentence][:, ~SOME[sentence]] == 0).all()
    assert logits.grad[0, 0, :3].abs().min() > 0


def test_ignored_positions_have_no_loss(logits: torch.Tensor) -> None:
    losses = token_losses(logits, LABELS, ALL)
    assert losses.shape == (2, 4)
    assert ((losses == 0) == (LABELS == IGNORED)).all()


def test_a_batch_without_labels_has_the_loss_zero(logits: torch.Tensor) -> None:
    nothing = torch.full((2, 4), IGNORED)
    assert mean_loss(logits, nothing, ALL).item() == 0


def test_masked_labels_are_never_the_best(logits: torch.Tensor) -> None:
    best = mask_unannotated(logits, SOME).argmax(-1)
    assert all(SOME[row][best[row]].all() for row in range(2))
