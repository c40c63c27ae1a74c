"""A name, folder or hub id into the files and settings of a model."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagcli.errors import UsageError
from tagcli.languages import LATIN, LATIN_LANGUAGES, unit_of
from tagcli.models.config import (
    CONFIG,
    odd_settings_told,
    own_settings,
    own_units,
    read_config,
    read_object,
)
from tagcli.models.hub import find_snapshot
from tagcli.models.int8_weights import WEIGHTS
from tagcli.names import as_known, did_you_mean
from tagcli.schemes import TagSet, read_tag_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BUNDLED = Path(__file__).parents[1] / "bundled"
"""Where the models are that come with nertag, each in a folder of its name."""
DEFAULT = "base"
TOKENIZER, ONNX = "tokenizer.json", "model.onnx"
INT8 = "int8"
"""What the config of a model says whose weights are stored as int8_weights has it."""

_DESCRIPTION = (CONFIG, TOKENIZER, "tokenizer_config.json")
_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_HUB_ONNX = (ONNX, "onnx/model.onnx")
_SAFETENSORS = ("model.safetensors", "model.safetensors.index.json", "model-*.safetensors")
# These architectures count positions from the padding id on
_OFFSET_POSITIONS = ("roberta", "xlm-roberta", "camembert", "xlm-roberta-xl", "mpnet")


@dataclass(frozen=True, slots=True)
class Model:
    """A model directory and what its config says.

    `limit` is the longest input in tokens, special ones included; `units` says per language
    what the model reads; `quantisation` is None for float weights. `licence` is that of the
    weights, `test_f1` the micro F1, 0 to 1, by test file that was measured when it was made,
    `layers` how many its encoder has, `pieces` how many its embeddings know.
    """

    folder: Path
    tag_set: TagSet
    limit: int
    pad_id: int
    units: Mapping[str, str] = field(default_factory=dict)
    types_by_language: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quantisation: str | None = None
    licence: str | None = None
    test_f1: Mapping[str, float] = field(default_factory=dict)
    layers: int | None = None
    pieces: int | None = None

    @property
    def onnx(self) -> Path | None:
        """The ONNX file, if the folder has one."""
        return next((p for name in _HUB_ONNX if (p := self.folder / name).is_file()), None)

    @property
    def has_safetensors(self) -> bool:
        """Whether the folder has a checkpoint's float weights."""
        return has_safetensors(self.folder)

    @property
    def has_int8_weights(self) -> bool:
        """Whether the folder has integer weights that torch can read, too."""
        return self.quantisation == INT8 and (self.folder / WEIGHTS).is_file()

    def unit(self, language: str) -> str:
        """What the model reads in this language, one of UNITS."""
        return unit_of(self.units, language)

    def types(self, language: str) -> tuple[str, ...] | None:
        """The types the model was taught for this language; None where the config says nothing."""
        if language != LATIN:
            return self.types_by_language.get(language)
        taught = [self.types_by_language.get(name) for name in LATIN_LANGUAGES]
        known = [types for types in taught if types is not None]
        return tuple(dict.fromkeys(t for types in known for t in types)) if known else None


def stamps(model: Model) -> dict[str, list[int]]:
    """Size and time of the files of a model that decide what it finds, by their names."""
    stats = {name: path.stat() for name, path in _deciding_files(model).items()}
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}


def model_version(model: Model, name: str) -> str:
    """What a model was asked for by, without folders and owners, and eight digits of what is in its
    files."""
    import hashlib

    digest = hashlib.blake2b(digest_size=4)
    for file_name, path in _deciding_files(model).items():
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "blake2b").hexdigest()
        digest.update(f"{file_name} {content}\n".encode())
    return f"{Path(name).resolve().name}-{digest.hexdigest()}"


def _deciding_files(model: Model) -> dict[str, Path]:
    """The files that decide what a model finds, by their names in its folder, in order."""
    onnx = (*_HUB_ONNX, *(f"{name}_data" for name in _HUB_ONNX))
    patterns = (*_DESCRIPTION, *onnx, WEIGHTS, *_SAFETENSORS)
    files = sorted({path for pattern in patterns for path in model.folder.glob(pattern)})
    return {path.relative_to(model.folder).as_posix(): path for path in files}


def has_safetensors(folder: Path) -> bool:
    """Whether a folder has a checkpoint's float weights."""
    return any(any(folder.glob(name)) for name in _SAFETENSORS)


def find_model(
    name: str | os.PathLike[str] | None, for_torch: bool = False, offline: bool = False
) -> Model:
    """The model that `find_folder` finds by a name.

    `for_torch` asks for safetensors rather than ONNX where a hub has both; `offline` takes a hub
    model from the cache alone. Raises UsageError with what is missing.
    """
    return read_model(find_folder(name, lambda hub_id: _from_hub(hub_id, for_torch, offline)))


def find_folder(
    name: str | os.PathLike[str] | None,
    from_hub: Callable[[str], Path],
    others: Sequence[Path] = (),
) -> Path:
    """The folder of a model or an encoder by its name, the first of these that there is: a
    directory; the bundled model so called (None: DEFAULT); a folder so called in one of `others`,
    folders of models of one's own; what `from_hub` fetches of a hub id.

    Raises UsageError for a name that is none of them.
    """
    name = None if name is None else os.fspath(name)
    if folder := _local_folder(name, others):
        return folder
    assert name is not None
    if os.path.exists(name):  # noqa: PTH110 - Path's raises for a name that is too long
        problem = "a model is a bundled one's name, a directory or a hub id"
        raise UsageError(f"{name} is a file: {problem}")
    if not _HUB_ID.fullmatch(name):
        raise UsageError(
            f"no model at {name}: there is no such directory, and it is no bundled model "
            f"({', '.join(bundled_names())}) and no hub id{_folders_like(name, others)}"
        )
    try:
        return from_hub(name)
    except UsageError as error:
        raise UsageError(f"{error}{_folders_like(name, others)}") from error


def _folders_like(name: str, others: Sequence[Path]) -> str:
    """What a message ends in where there is a model that is called nearly so."""
    name = name.rstrip(os.sep)
    head, tail = os.path.split(name)
    typed = name.removesuffix(tail)
    names = bundled_names()
    with suppress(OSError):  # a name that is too long, a folder that may not be read
        names += [f"{typed}{path.parent.name}" for path in Path(head).glob(f"*/{CONFIG}")]
        names += [path.name for other in others for path in other.glob("*")]
    return did_you_mean(name, names)


def _local_folder(name: str | None, others: Sequence[Path]) -> Path | None:
    if name is not None and os.path.isdir(name):  # noqa: PTH112 - as above
        return Path(name)
    if name is None:
        return BUNDLED / DEFAULT
    if (bundled := as_known(name, bundled_names())) in bundled_names():
        return BUNDLED / bundled
    own = (other / name for other in others)
    return next((one for one in own if os.path.isdir(one)), None)  # noqa: PTH112 - as above


def bundled_names() -> list[str]:
    """The names of the models that come with nertag, the default first."""
    names = (config.parent.name for config in BUNDLED.glob(f"*/{CONFIG}"))
    return sorted(names, key=lambda name: (name != DEFAULT, name))


def _from_hub(repo_id: str, for_torch: bool, offline: bool) -> Path:
    """The folder of a hub model: its description and one kind of weights."""
    onnx = (*(pattern for name in _HUB_ONNX for pattern in (name, f"{name}_data")), WEIGHTS)
    kinds = (_SAFETENSORS, onnx) if for_torch else (onnx, _SAFETENSORS)
    try:
        return find_snapshot(repo_id, _DESCRIPTION[:2], _DESCRIPTION[2:], kinds, offline)
    except UsageError as error:
        raise UsageError(
            f"unknown model {repo_id}: no such directory, no bundled model "
            f"({', '.join(bundled_names())}); {error}"
        ) from error


def read_model(folder: str | os.PathLike[str]) -> Model:
    """The settings of a model directory; raises UsageError for one that cannot tag."""
    folder = Path(folder)
    _check_files(folder)
    config = read_config(folder)
    if not (folder / TOKENIZER).is_file():
        raise UsageError(
            f"{folder} has no fast tokenizer ({TOKENIZER}); "
            "save one with transformers' AutoTokenizer(..., use_fast=True).save_pretrained"
        )
    with odd_settings_told(folder):
        return _model_of(folder, config)


def _check_files(folder: Path) -> None:
    """Raise UsageError for a pipe or a device among the files, of which a reader finds no end."""
    for path in (*folder.glob("*"), *folder.glob("onnx/*")):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UsageError(f"{path} is no regular file")


def _model_of(folder: Path, config: dict[str, Any]) -> Model:
    labels = {int(index): str(label) for index, label in config.get("id2label", {}).items()}
    if sorted(labels) != list(range(len(labels))) or not labels:
        raise UsageError(f"{folder / CONFIG} names no labels (id2label) numbered from 0")
    own = own_settings(folder, config)
    tag_set = read_tag_set([labels[i] for i in range(len(labels))], own.get("scheme"))
    if own.get("word_label", "first") != "first":
        raise UsageError(f"{folder / CONFIG}: word_label {own['word_label']!r} is not 'first'")
    by_language = {k: tuple(v) for k, v in own.get("labels_by_language", {}).items()}
    for language, types in by_language.items():
        if odd := set(types) - set(tag_set.types):
            raise UsageError(
                f"{folder / CONFIG}: labels_by_language {language} names {odd.pop()!r}, "
                "which the labels do not have"
            )
    pieces = None if config.get("vocab_size") is None else int(config["vocab_size"])
    pad_id = int(config.get("pad_token_id") or 0)
    if not 0 <= pad_id < (pieces or 1 << 31):
        raise UsageError(f"{folder / CONFIG}: the model has no piece {pad_id} (pad_token_id)")
    return Model(
        folder,
        tag_set,
        limit=token_limit(folder, config),
        pad_id=pad_id,
        units=own_units(folder, config),
        types_by_language=by_language,
        quantisation=_text_of(own, "quantisation"),
        licence=_text_of(own, "license"),
        test_f1={str(k): float(v) for k, v in own.get("test_f1", {}).items()},
        layers=config.get("num_hidden_layers"),
        pieces=pieces,
    )


def _text_of(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}, not text")
    return value


def token_limit(folder: Path, config: dict[str, Any]) -> int:
    """The longest input in tokens: what the nertag object says; otherwise the positions the
    encoder has, or less if the tokenizer says so."""
    if own_limit := own_settings(folder, config).get("max_tokens"):
        return int(own_limit)
    limit = int(config.get("max_position_embeddings", 512))
    if limit <= 0:  # relative positions: no limit of their own
        limit = 512
    elif config.get("model_type") in _OFFSET_POSITIONS:
        limit -= int(config.get("pad_token_id") or 0) + 1
    path = folder / "tokenizer_config.json"
    if not path.exists():
        return limit
    longest = read_object(path).get("model_max_length")
    return min(limit, longest) if isinstance(longest, int) and longest > 0 else limit
