"""The encoder that a run begins with: where it is found, its head, its layers, what is frozen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
import transformers

from export.corpora.source import Source
from export.training.base_model import base_units, find_base, load_tokenizer, make_model
from export.training.recipe import Recipe
from tagcli.errors import UsageError
from tagcli.models.directory import BUNDLED, DEFAULT
from tagcli.models.int8_weights import WEIGHTS, float_parameters
from tests.support.tiny_models import LABELS, ModelMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _recipe(**settings: Any) -> Recipe:
    return Recipe("b", (Source("a"),), (Source("a", "dev"),), **settings)


def _frozen(model: Any) -> set[str]:
    return {name for name, one in model.named_parameters() if not one.requires_grad}


@pytest.fixture
def distilbert(tmp_path: Path) -> Path:
    """An encoder whose layers are not in `encoder.layer`."""
    config = transformers.DistilBertConfig(
        vocab_size=50, dim=16, hidden_dim=16, n_layers=2, n_heads=2
    )
    transformers.AutoModel.from_config(config).save_pretrained(tmp_path)
    return tmp_path


def test_an_owners_base_is_that_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    asked = list[str]()

    def refuse(*args: object, allow_patterns: Sequence[str] = (), **settings: object) -> None:
        asked.extend(allow_patterns)
        raise OSError(5, "no hub")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    for name in ("roberta-base", "klue/roberta-base"):
        folder = tmp_path / "bases" / name
        folder.mkdir(parents=True)
        for file in ("config.json", "tokenizer.json"):
            (folder / file).write_text("{}", encoding="utf-8")
        assert find_base(name, tmp_path) == folder
    with pytest.raises(UsageError, match=r"no base encoder other/roberta-base: .*no hub"):
        find_base("other/roberta-base", tmp_path)
    assert {"config.json", "README.md"} < set(asked), "the card may name a licence"
    assert find_base(DEFAULT, tmp_path) == BUNDLED / DEFAULT


def test_a_bundled_model_comes_before_a_base_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "data" / "bases" / DEFAULT, tmp_path / DEFAULT):
        folder.mkdir(parents=True)
        for file in ("config.json", "tokenizer.json"):
            (folder / file).write_text("{}", encoding="utf-8")
    monkeypatch.setenv("NERTAG_DATA", str(tmp_path / "data"))
    assert find_base(DEFAULT) == BUNDLED / DEFAULT
    monkeypatch.chdir(tmp_path)
    assert find_base(DEFAULT) == Path(DEFAULT)


def test_a_head_with_the_same_labels_is_kept(checkpoint: ModelMaker) -> None:
    folder = checkpoint("xlmr")
    weights = transformers.AutoModelForTokenClassification.from_pretrained(folder)
    model = make_model(folder, _recipe(), list(LABELS), {})
    assert torch.equal(model.classifier.weight, weights.classifier.weight)


@pytest.mark.parametrize("labels", [LABELS[:5], ("O", *LABELS[:0:-1])], ids=["fewer", "other"])
def test_a_head_with_other_labels_is_replaced(
    checkpoint: ModelMaker, labels: tuple[str, ...]
) -> None:
    folder = checkpoint("xlmr")
    weights = transformers.AutoModelForTokenClassification.from_pretrained(folder)
    model = make_model(folder, _recipe(), labels, {})
    head = model.classifier
    assert head.weight.shape[0] == len(labels)
    assert not torch.equal(head.weight, weights.classifier.weight[: len(labels)])
    assert not head.bias.any()
    encoder = "roberta.encoder.layer.0.output.dense.weight"
    assert torch.equal(model.get_parameter(encoder), weights.get_parameter(encoder))


@pytest.mark.parametrize(
    ("settings", "beginnings"),
    [
        ({}, ()),
        ({"freeze_embeddings": True}, ("roberta.embeddings",)),
        ({"freeze_layers": 1}, ("roberta.embeddings", "roberta.encoder.layer.0")),
    ],
)
def test_what_is_frozen(
    checkpoint: ModelMaker, settings: dict[str, Any], beginnings: tuple[str, ...]
) -> None:
    model = make_model(checkpoint("xlmr"), _recipe(**settings), LABELS, {})
    names = {name for name, _ in model.named_parameters()}
    assert _frozen(model) == {name for name in names if name.startswith(beginnings)}
    assert bool(_frozen(model)) == bool(beginnings)


def test_layers_are_found_where_an_architecture_has_them(distilbert: Path) -> None:
    assert not _frozen(make_model(distilbert, _recipe(), LABELS, {}))
    frozen = _frozen(make_model(distilbert, _recipe(freeze_layers=1), LABELS, {}))
    assert {".".join(name.split(".")[:4]) for name in frozen if ".layer." in name} == {
        "distilbert.transformer.layer.0"
    }


def test_more_layers_than_there_are_cannot_be_frozen(distilbert: Path) -> None:
    with pytest.raises(UsageError, match="freeze_layers = 3, but DistilBertModel has 2"):
        make_model(distilbert, _recipe(freeze_layers=3), LABELS, {})


def test_weights_that_cannot_be_read_are_said(checkpoint: ModelMaker, tmp_path: Path) -> None:
    shutil.copytree(checkpoint("xlmr"), tmp_path / "base")
    (tmp_path / "base" / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(UsageError, match="cannot be a base"):
        make_model(tmp_path / "base", _recipe(), LABELS, {})


@pytest.mark.parametrize("shape", ["xlmr", "bert", "electra"])
@pytest.mark.parametrize("method", ["rows", "calibrated"])
def test_an_int8_model_can_be_a_base(
    checkpoint: ModelMaker,
    quantised_model: Callable[[str, str], Path],
    tmp_path: Path,
    shape: str,
    method: str,
) -> None:
    folder = quantised_model(shape, method)
    labels = transformers.AutoConfig.from_pretrained(folder).id2label.values()
    made = make_model(folder, _recipe(), list(labels), {})
    expected = float_parameters(folder / WEIGHTS)
    for name, weight in made.named_parameters():
        assert torch.equal(weight, expected[name]), name
    made.save_pretrained(tmp_path)
    load_tokenizer(folder).save_pretrained(tmp_path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    own = transformers.AutoTokenizer.from_pretrained(checkpoint(shape))
    for text in ("Max Müller aus Köln", "이순신은 서울에서"):
        assert tokenizer(text)["input_ids"] == own(text)["input_ids"]
    assert tokenizer.pad_token_id == own.pad_token_id


def test_weights_that_cannot_be_read_as_floats_are_no_base(
    quantised_model: Callable[[str, str], Path],
) -> None:
    with pytest.raises(UsageError, match=r"cannot be a base: .*model\.safetensors"):
        make_model(quantised_model("bert", "blocks8"), _recipe(), LABELS, {})


def test_an_architecture_without_token_classifier_is_said(tmp_path: Path) -> None:
    transformers.CLIPTextConfig().save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="no token classifier for clip_text_model"):
        make_model(tmp_path, _recipe(), LABELS, {})


@pytest.mark.parametrize("shape", ["xlmr", "roberta", "bert", "electra"])
def test_layers_are_those_of_the_base_in_the_order_asked_for(
    checkpoint: ModelMaker, tmp_path: Path, shape: str
) -> None:
    folder = checkpoint(shape)
    whole = transformers.AutoModelForTokenClassification.from_pretrained(folder)
    labels = list(whole.config.id2label.values())
    made = make_model(folder, _recipe(layers=(1, 0)), labels, {})
    assert torch.equal(made.classifier.weight, whole.classifier.weight)  # still the trained head
    for place, number in enumerate((1, 0)):
        expected = whole.base_model.encoder.layer[number].state_dict()
        layer = made.base_model.encoder.layer[place].state_dict()
        assert all(torch.equal(layer[name], expected[name]) for name in expected)

    upper = make_model(folder, _recipe(layers=(1,), freeze_layers=1), labels, {})
    assert upper.config.num_hidden_layers == 1
    assert any("encoder.layer.0" in name for name in _frozen(upper))
    upper.save_pretrained(tmp_path)
    plain, report = transformers.AutoModelForTokenClassification.from_pretrained(
        tmp_path, output_loading_info=True
    )
    assert not any(report.values())
    ids = torch.tensor([[0, 5, 9, 2]])
    with torch.no_grad():
        assert torch.equal(plain.eval()(ids).logits, upper.eval()(ids).logits)


def test_layers_that_the_base_does_not_have_are_said(
    checkpoint: ModelMaker, distilbert: Path
) -> None:
    with pytest.raises(UsageError, match="layers has 2, but RobertaModel has those from 0 to 1"):
        make_model(checkpoint("xlmr"), _recipe(layers=(0, 2)), LABELS, {})
    with pytest.raises(UsageError, match="of BERT-like encoders, and DistilBertModel is none"):
        make_model(distilbert, _recipe(layers=(0,)), LABELS, {})


@pytest.mark.parametrize(
    ("config", "units"),
    [
        ({}, {"ko": "raw"}),
        ({"nertag": {"scheme": "BIO2"}}, {"ko": "raw"}),
        ({"nertag": {"units": {"ko": "parts"}}}, {"ko": "parts"}),
        ({"nertag": {"units": {}}}, {}),
    ],
)
def test_what_a_base_reads(
    tmp_path: Path, config: dict[str, object], units: dict[str, str]
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert base_units(tmp_path) == units


@pytest.mark.parametrize("units", [None, {"ko": "syllables"}, {"ko": []}, ["raw"]])
def test_units_that_there_are_not_are_said(tmp_path: Path, units: object) -> None:
    config = {"nertag": {"units": units}}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(UsageError, match=r"is none of words, raw, parts|is not a JSON object"):
        base_units(tmp_path)
