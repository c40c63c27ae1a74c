"""A model directory of some kilobytes, which looks every piece up in a table of random logits.

Made without torch, by onnx and tokenizers alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
MAX_TOKENS = 64
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_PIECES = (
    *"▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789äöüßéè.,:;-'()[]",
    *"이순신은서울에서태어났다각", "▁Berlin", "▁An", "gela", "▁Mer", "kel", "▁in", "er", "en",
)  # fmt: skip


def make_lookup_model(folder: Path) -> Path:
    """Write the directory; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    _tokenizer().save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(3).normal(0, 2, (len(_SPECIAL) + len(_PIECES), len(LABELS)))
    table[:, 0] += 2  # so that not nearly everything is an entity
    (folder / "model.onnx").write_bytes(lookup_graph(table.astype(np.float32)))
    (folder / "config.json").write_text(json.dumps(_config(len(table))), encoding="utf-8")
    return folder


def _config(pieces: int) -> dict[str, Any]:
    return {
        "model_type": "bert",
        "id2label": dict(enumerate(LABELS)),
        "max_position_embeddings": MAX_TOKENS,
        "pad_token_id": 1,
        "vocab_size": pieces,
        "nertag": {"scheme": "BIO2", "units": {"ko": "raw"}},
    }


def _tokenizer() -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    scored = [(piece, -4.0 / len(piece) - i / 1000) for i, piece in enumerate(_PIECES)]
    tokenizer = Tokenizer(models.Unigram([*((t, 0.0) for t in _SPECIAL), *scored], unk_id=3))
    dropped = Regex("[\u0000-\u0008\u200b-\u200f\u202a-\u202e\ufeff]")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(dropped, "")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def lookup_graph(table: Any, **changes: Any) -> bytes:
    """An ONNX graph that gives the rows of `table`, shape (pieces, labels), for the ids.

    `changes` spoil it: `inputs`, a dict of names to element type and shape; `output`, a name;
    `output_shape`; `hides_labels`, so that only running shows how many there are; `domain`, that
    of the operator; `outside`, where the table is said to lie.
    """
    from onnx import TensorProto, helper, numpy_helper

    hides_labels = changes.get("hides_labels", False)
    ids = {"input_ids": (TensorProto.INT64, ("batch", "tokens"))}
    inputs, output = changes.get("inputs", ids), changes.get("output", "logits")
    labels = "labels" if hides_labels else table.shape[1]
    shape = changes.get("output_shape", ("batch", "tokens", labels))
    found = ["rows" if hides_labels else output]
    domain = changes.get("domain", "")
    nodes = [helper.make_node("Gather", ["table", next(iter(inputs))], found, domain=domain)]
    constants = [_weights(table, changes.get("outside"))]
    if hides_labels:
        nodes.append(helper.make_node("Compress", ["rows", "all"], [output], axis=2))
        constants.append(numpy_helper.from_array(np.ones(table.shape[1], bool), "all"))
    kind = helper.np_dtype_to_tensor_dtype(table.dtype)
    graph = helper.make_graph(
        nodes,
        "lookup",
        [helper.make_tensor_value_info(name, *about) for name, about in inputs.items()],
        [helper.make_tensor_value_info(output, kind, shape)],
        constants,
    )
    domains = [helper.make_opsetid(name, version) for name, version in (("", 13), ("odd", 1))]
    return bytes(helper.make_model(graph, opset_imports=domains, ir_version=8).SerializeToString())


def _weights(table: Any, outside: str | None) -> Any:
    from onnx import TensorProto, numpy_helper

    weights = numpy_helper.from_array(table, "table")
    if outside is not None:
        weights.ClearField("raw_data")
        weights.data_location = TensorProto.EXTERNAL
        for key, value in (("location", outside), ("length", str(table.nbytes))):
            entry = weights.external_data.add()
            entry.key, entry.value = key, value
    return weights
