"""The loss of corpora with different label sets in one run."""

from __future__ import annotations

import torch

from export.corpora.labelling import IGNORED


def mask_unannotated(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Logits, shape (batch, tokens, labels), without the labels that a sentence's source does not
    annotate; `allowed`, shape (batch, labels), says which it does.

    An O of that source is then no evidence against them.
    """
    return logits.masked_fill(~allowed[:, None, :], torch.finfo(logits.dtype).min)


def token_losses(
    logits: torch.Tensor, labels: torch.Tensor, allowed: torch.Tensor, smoothing: float = 0.0
) -> torch.Tensor:
    """Cross-entropy in nats of every position, shape (batch, tokens), 0 where the label is
    IGNORED.

    `smoothing` spreads that share of the probability evenly over the allowed labels.
    """
    log_p = torch.log_softmax(mask_unannotated(logits.float(), allowed), dim=-1)
    known = labels != IGNORED
    losses = -log_p.gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    if smoothing:
        share = allowed[:, None, :].to(log_p.dtype)
        spread = -(log_p.masked_fill(~allowed[:, None, :], 0.0)).sum(-1) / share.sum(-1)
        losses = (1 - smoothing) * losses + smoothing * spread
    return losses * known


def mean_loss(
    logits: torch.Tensor, labels: torch.Tensor, allowed: torch.Tensor, smoothing: float = 0.0
) -> torch.Tensor:
    """The mean of `token_losses` over the labelled positions, a scalar."""
    count = (labels != IGNORED).sum().clamp(min=1)
    return token_losses(logits, labels, allowed, smoothing).sum() / count
