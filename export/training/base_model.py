"""The encoder that a run begins with: its folder, its configuration, its layers, its head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from export.corpora.places import bases_of
from tagcli.errors import UsageError, reason_of
from tagcli.languages import RAW
from tagcli.models.config import (
    CONFIG,
    odd_settings_told,
    own_settings,
    own_units,
    read_config,
)
from tagcli.models.directory import INT8, TOKENIZER, find_folder, has_safetensors, token_limit
from tagcli.models.hub import find_snapshot
from tagcli.models.int8_weights import WEIGHTS, float_parameters
from tagcli.models.transformers_checkpoint import check_shards, read_transformers_config

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from export.training.recipe import Recipe

_BESIDE = ("tokenizer*", "*.model", "vocab*", "special_tokens_map.json", "README.md")
_SAFETENSORS = ("*.safetensors*",)


def find_base(name: str, data_dir: Path | None = None) -> Path:
    """The folder of an encoder by a name as `find_folder` takes it, with bases/NAME (or
    bases/OWNER/NAME) in the data folder before a hub id.

    Raises UsageError for what cannot be had or has no fast tokenizer.
    """
    folder = find_folder(name, _from_hub, bases_of(data_dir))
    for file in (CONFIG, TOKENIZER):
        if not (folder / file).is_file():
            raise UsageError(f"{folder} is no base encoder with a fast tokenizer: it has no {file}")
    return folder


def _from_hub(name: str) -> Path:
    try:
        return find_snapshot(name, (CONFIG,), _BESIDE, (_SAFETENSORS,), offline=False)
    except UsageError as error:
        raise UsageError(f"no base encoder {name}: no such folder; {error}") from error


def window_limit(folder: Path) -> int:
    """The longest input of the encoder in tokens, special ones included."""
    with odd_settings_told(folder):
        return token_limit(folder, read_config(folder))


def base_units(folder: Path) -> dict[str, str]:
    """Per language what the encoder reads: what it learnt, and if it does not say Korean as eojeols
    with a label for every piece. Raises UsageError for units that there are not."""
    config = read_config(folder)
    if "units" not in own_settings(folder, config):
        return {"ko": RAW}
    return own_units(folder, config)


def pad_id(folder: Path) -> int:
    """The piece that fills up short inputs."""
    with odd_settings_told(folder):
        return int(read_config(folder).get("pad_token_id") or 0)


def load_weights(model_class: Any, folder: Path, **options: Any) -> Any:
    """What `from_pretrained` of a class of transformers makes of a checkpoint's safetensors, or of
    the integers of an int8 model, read as floats; its `options` include the config."""
    if not _has_only_int8(folder):
        check_shards(folder)
        return model_class.from_pretrained(folder, use_safetensors=True, **options)
    return model_class.from_pretrained(
        None, state_dict=float_parameters(folder / WEIGHTS), **options
    )


def _has_only_int8(folder: Path) -> bool:
    """Whether the weights are integers that can be read as floats."""
    if has_safetensors(folder) or not (folder / WEIGHTS).is_file():
        return False
    return bool(own_settings(folder, read_config(folder)).get("quantisation") == INT8)


def token_classifier_class(config: Any) -> Any:
    """The class of transformers for a token classifier with this config. Raises UsageError where
    it has none."""
    from transformers import MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING as CLASSES

    if type(config) not in CLASSES:
        raise UsageError(f"transformers has no token classifier for {config.model_type}")
    return CLASSES[type(config)]


def load_tokenizer(folder: Path) -> Any:
    """The fast tokenizer of a base; an int8 model, which has tokenizer.json alone, gets one
    without a class of its own."""
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    if (folder / "tokenizer_config.json").is_file():
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    made = PreTrainedTokenizerFast(tokenizer_file=str(folder / TOKENIZER))
    made.pad_token = made.convert_ids_to_tokens(pad_id(folder))
    return made


def make_model(folder: Path, recipe: Recipe, labels: Sequence[str], nertag: dict[str, Any]) -> Any:
    """The encoder with a token classifier for `labels`, its layers those of the recipe and parts
    of it frozen as the recipe says.

    RoBERTa and XLM-R get the classifier of export.training.token_classifier, others that
    of their Auto class. A head with exactly these labels is kept, any other replaced by a
    fresh one.
    """
    from export.training.token_classifier import OWN_CLASSES

    config = read_transformers_config(folder)
    known = [config.id2label.get(i) for i in range(len(config.id2label))]
    keep_head = known == list(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: number for number, label in enumerate(labels)}
    config.classifier_dropout = recipe.dropout
    config.nertag = nertag
    try:
        model_class = OWN_CLASSES.get(config.model_type) or token_classifier_class(config)
        model = load_weights(model_class, folder, config=config, ignore_mismatched_sizes=True)
    except Exception as error:  # transformers and safetensors raise many kinds
        raise UsageError(f"{folder} cannot be a base: {reason_of(error)}") from error
    if not keep_head:
        _renew(model)
    if recipe.layers is not None:
        _keep_layers(model, recipe.layers)
    _freeze(model, recipe)
    return model


def _renew(model: Any) -> None:
    """Give the model a fresh head."""
    for parameter in model.classifier.parameters():
        parameter._is_hf_initialized = False  # transformers 5 leaves alone what was loaded
    model._init_weights(model.classifier)


def _keep_layers(model: Any, kept: Sequence[int]) -> None:
    """Leave the encoder these of its layers, from 0, in this order."""
    from torch import nn

    name = type(model.base_model).__name__
    encoder: Any = getattr(model.base_model, "encoder", None)
    layers = getattr(encoder, "layer", None)
    if not isinstance(layers, nn.ModuleList):
        raise UsageError(f"layers can be chosen of BERT-like encoders, and {name} is none")
    if max(kept) >= len(layers):
        problem = f"{name} has those from 0 to {len(layers) - 1}"
        raise UsageError(f"layers has {max(kept)}, but {problem}")
    encoder.layer = nn.ModuleList(layers[number] for number in kept)
    model.config.num_hidden_layers = len(kept)


def _freeze(model: Any, recipe: Recipe) -> None:
    if not recipe.freeze_embeddings and not recipe.freeze_layers:
        return
    encoder = model.base_model
    embeddings = getattr(encoder, "embeddings", None) or encoder.get_input_embeddings()
    embeddings.requires_grad_(False)
    layers = _layers(encoder)
    if recipe.freeze_layers > len(layers):
        problem = f"{type(encoder).__name__} has {len(layers)} that can be frozen"
        raise UsageError(f"freeze_layers = {recipe.freeze_layers}, but {problem}")
    for layer in layers[: recipe.freeze_layers]:
        layer.requires_grad_(False)


def _layers(encoder: Any) -> Sequence[Any]:
    """The encoder's list of layers, wherever its architecture keeps it; empty if it has none."""
    named = ((name.rpartition(".")[2], module) for name, module in encoder.named_modules())
    return next((module for name, module in named if name in ("layer", "layers")), [])
