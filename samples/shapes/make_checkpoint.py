"""A token-classification checkpoint with the shape of a well-known encoder and random weights.

    python make_checkpoint.py xlm-roberta-base OUT --tokenizer tokenizer.json
    python make_checkpoint.py klue-roberta-base OUT --text a.conll --text b.txt

Its tokenizer is trained on the text, or the given one. It tags nonsense, but costs what the real
one costs to export, load and run.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing

from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LABELS = ("O", *(f"{prefix}-{name}" for name in ("PER", "ORG", "LOC") for prefix in "BI"))
SHAPES: dict[str, tuple[tuple[str, ...], int]] = {
    "xlm-roberta-base": (("<s>", "<pad>", "</s>", "<unk>", "<mask>"), 250_002),
    "klue-roberta-base": (("[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"), 32_000),
}
"""The special tokens of each shape, by their numbers, and the size of its vocabulary."""


def sentences(files: Sequence[Path]) -> Iterator[str]:
    """The text of CoNLL, JSONL and plain files, a record at a time."""
    for file in files:
        for document in read_documents(Input(str(file)), None, ReaderOptions()):
            yield document.text


def trained(shape: str, files: Sequence[Path], size: int) -> Tokenizer:
    """Unigram for XLM-R, WordPiece for klue/roberta, of at most `size` pieces."""
    special = list(SHAPES[shape][0])
    trainer: Any
    if shape == "xlm-roberta-base":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
        )
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=size, special_tokens=special, unk_token=special[3], show_progress=False
        )
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token=special[3]))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=special, show_progress=False
        )
    tokenizer.train_from_iterator(sentences(files), trainer)
    first, _, last = special[:3]
    tokenizer.post_processor = TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} {last} $B {last}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (first, last)],
    )
    return tokenizer


def write_checkpoint(shape: str, tokenizer: Tokenizer, out: Path, sizes: dict[str, int]) -> int:
    """Write tokenizer and random weights; returns the number of parameters."""
    import torch
    import transformers

    is_xlmr = shape == "xlm-roberta-base"
    first, pad, last, unknown, mask = SHAPES[shape][0]
    kind = transformers.XLMRobertaTokenizerFast if is_xlmr else transformers.BertTokenizerFast
    kind(
        tokenizer_object=tokenizer, model_max_length=sizes["max_position_embeddings"] - 2,
        bos_token=first, cls_token=first, pad_token=pad, eos_token=last, sep_token=last,
        unk_token=unknown, mask_token=mask,
        **({} if is_xlmr else {"do_lower_case": False}),
    ).save_pretrained(out)  # fmt: skip
    config_kind = transformers.XLMRobertaConfig if is_xlmr else transformers.RobertaConfig
    config = config_kind(
        vocab_size=tokenizer.get_vocab_size(), type_vocab_size=1, layer_norm_eps=1e-5,
        pad_token_id=1, bos_token_id=0, eos_token_id=2,
        id2label=dict(enumerate(LABELS)), label2id={name: i for i, name in enumerate(LABELS)},
        **sizes,
    )  # fmt: skip
    torch.manual_seed(1)
    network = transformers.AutoModelForTokenClassification.from_config(config)
    network.save_pretrained(out, max_shard_size="10GB")  # nertag reads a single file
    return int(network.num_parameters())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("out", type=Path)
    parser.add_argument("--text", type=Path, action="append", help="to train a tokenizer on")
    parser.add_argument("--tokenizer", type=Path, help="a tokenizer.json to take instead")
    parser.add_argument("--pieces", type=int, help="vocabulary at most; default: that of the shape")
    parser.add_argument("--layers", type=int, default=12, dest="num_hidden_layers")
    parser.add_argument("--hidden", type=int, default=768, dest="hidden_size")
    parser.add_argument("--heads", type=int, default=12, dest="num_attention_heads")
    parser.add_argument("--intermediate", type=int, default=3072, dest="intermediate_size")
    parser.add_argument("--positions", type=int, default=514, dest="max_position_embeddings")
    options = vars(parser.parse_args(arguments))
    shape, out, text, given, pieces = (
        options.pop(name) for name in ("shape", "out", "text", "tokenizer", "pieces")
    )
    if bool(text) == bool(given):
        parser.error("give either --text or --tokenizer")
    wanted = pieces or SHAPES[shape][1]
    try:
        tokenizer = Tokenizer.from_file(str(given)) if given else trained(shape, text, wanted)
    except Exception as error:  # tokenizers raises no kind of its own
        parser.error(str(error))
    parameters = write_checkpoint(shape, tokenizer, out, options)
    found = tokenizer.get_vocab_size()
    less = f", {wanted} were wanted but the text has no more" if found < wanted else ""
    print(f"{out}: {found} pieces{less}; {parameters / 1e6:.1f} M parameters")


if __name__ == "__main__":
    main()
