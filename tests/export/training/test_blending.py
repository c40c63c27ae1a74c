from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from export.training.blending import blend, check_base
from tagcli.errors import UsageError


def test_the_mean_has_the_share_of_each() -> None:
    model, base = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    expected = {
        name: 0.75 * one.detach() + 0.25 * dict(base.named_parameters())[name].detach()
        for name, one in model.named_parameters()
    }
    blend(model, base, 0.25)
    for name, one in model.named_parameters():
        assert torch.allclose(one, expected[name])
        assert one.requires_grad


def test_what_is_the_same_stays_to_the_bit() -> None:
    model, base = torch.nn.Linear(7, 5), torch.nn.Linear(7, 5)
    model.load_state_dict(base.state_dict())
    blend(model, base, 0.3)
    assert torch.equal(model.weight, base.weight)


def test_a_base_with_other_labels_is_refused(tmp_path: Path) -> None:
    labels = {str(number): f"B-{number}" for number in (10, *range(10))}
    (tmp_path / "config.json").write_text(json.dumps({"id2label": labels}), encoding="utf-8")
    check_base(tmp_path, [f"B-{number}" for number in range(11)])
    with pytest.raises(UsageError, match="base_share needs a base with the run's own labels"):
        check_base(tmp_path, ["O"])
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="has none"):
        check_base(tmp_path, ["O"])
