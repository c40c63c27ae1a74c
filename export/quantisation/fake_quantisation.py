"""A torch model that rounds as its int8 graph does, and can still learn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from export.quantisation.int8_graph import SMALL_TABLE, WEIGHT_LIMIT, Activations, uint8_grid
from tagcli.errors import NertagError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE_LIMIT = 127


class RoundedLinear(nn.Module):  # type: ignore[misc]
    """A linear layer whose input and weight are on the grids of the int8 graph.

    Gradients pass the rounding as if it were not there (straight through), but for inputs beyond
    their range. Source: https://arxiv.org/abs/1712.05877.
    """

    def __init__(self, linear: nn.Linear, activations: Activations) -> None:
        super().__init__()
        assert activations.smoothed is not None
        self.weight, self.bias = linear.weight, linear.bias
        factors = torch.from_numpy(activations.factors)
        self.register_buffer("factors", factors, persistent=False)
        self.register_buffer("inverse", 1 / factors, persistent=False)
        self._scale, self._zero = uint8_grid(*activations.smoothed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape (..., inputs) to (..., outputs)."""
        smoothed = x * self.inverse
        rounded = torch.fake_quantize_per_tensor_affine(smoothed, self._scale, self._zero, 0, 255)
        weight = on_grid(self.weight * self.factors, WEIGHT_LIMIT)
        return nn.functional.linear(rounded, weight, self.bias)

    def bake(self) -> None:
        """Give the weight the values that it is rounded to."""
        with torch.no_grad():
            rounded = on_grid(self.weight * self.factors, WEIGHT_LIMIT)
            self.weight.copy_(rounded / self.factors)


def on_grid(rows: torch.Tensor, limit: int) -> torch.Tensor:
    """Every row, shape (rows, columns), as multiples of its largest absolute value / `limit`."""
    scale = torch.linalg.vector_norm(rows.detach(), math.inf, dim=1) / limit
    scale = torch.where(scale == 0, 1.0, scale)
    zeros = torch.zeros(len(scale), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(rows, scale, zeros, 0, -limit, limit)


def round_model(model: Any, seen: Mapping[str, Activations]) -> list[RoundedLinear]:
    """Make the linear layers `seen`, by name, rounded ones, and round the embedding tables, which
    do not learn any more; returns the layers. Raises NertagError for a name that is of no layer."""
    modules = dict(model.named_modules())
    layers = []
    for name, activations in seen.items():
        linear = modules.get(name)
        if not isinstance(linear, nn.Linear):
            raise NertagError(f"the checkpoint has no linear layer {name}, but its graph has")
        layers.append(RoundedLinear(linear, activations))
        model.set_submodule(name, layers[-1])
    for module in modules.values():
        if isinstance(module, nn.Embedding):
            module.weight.requires_grad_(False)
            if module.num_embeddings > SMALL_TABLE:
                module.weight.copy_(on_grid(module.weight, _TABLE_LIMIT))
    return layers
