"""Tiny random-weight checkpoints of the usual shapes, with tokenizers trained on a few sentences.

They need torch, transformers and optimum to be made; without these the tests that want them skip.
"""

from __future__ import annotations

import importlib.util
import json
import math
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SENTENCES: dict[str, tuple[str, ...]] = {
    "de": (
        "Die Firma Siemens aus München hat den Physiker Max Müller eingestellt.",
        "Am 3. Oktober 1990 feierte Berlin mit Angela Merkel die Einheit.",
        "Der Zug nach Zürich fährt über Straßburg, sagte die Bürgermeisterin.",
        "Österreichische Gäste wohnten im Hotel Schöne Aussicht in Köln.",
    ),
    "en": (
        "John Smith moved from London to New York and works for Acme Corp.",
        "The United Nations met in Geneva; Ms. O'Neill didn't attend.",
        "On Monday, Barack Obama visited the University of Oxford.",
        "Shares of Apple rose by 3.5 per cent in San Francisco.",
    ),
    "fr": (
        "L'écrivain Victor Hugo est né à Besançon et mort à Paris.",
        "Aujourd'hui, la société Renault ouvre une usine près de Lyon.",
        "Le président Emmanuel Macron a rencontré François à l'Élysée.",
        "C'était un été à Marseille, où vivait Jean-Pierre Lefèvre.",
    ),
    "it": (
        "L'attrice Sophia Loren è nata a Roma e vive in Svizzera.",
        "La Ferrari ha vinto a Monza, dice il dottor Rossi dell'università.",
        "Perché Giuseppe Verdi lavorò così tanto alla Scala di Milano?",
        "Nell'estate del 1982 l'Italia giocò a Madrid contro la Germania.",
    ),
    "ko": (
        "이순신은 서울에서 태어났다.",
        "김철수가 미국의 뉴욕으로 갔고 제주도는 비가 왔다.",
        "삼성전자는 수원에 있으며 부산으로 공장을 옮겼다.",
        "나는 한국대학교에서 책을 읽었다. 서울로 돌아왔다.",
    ),
}  # fmt: skip

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
LABELS_PREFIX_LAST = ("O", "PER-B", "PER-I", "ORG-B", "ORG-I", "LOC-B", "LOC-I")

# XLM-R, RoBERTa with byte-level BPE, RoBERTa with WordPiece (klue/roberta), BERT, KoELECTRA
SHAPES = ("xlmr", "roberta", "klue", "bert", "electra")

NERTAG_OBJECT: dict[str, Any] = {
    "scheme": "BIO2",
    "units": {"de": "words", "en": "words", "fr": "words", "it": "words", "ko": "raw"},
    "word_label": "first",
    "labels_by_language": {
        "de": ["PER", "ORG"],
        "en": ["PER", "ORG"],
        "fr": ["PER"],
        "it": ["PER"],
        "ko": ["PER", "ORG", "LOC"],
    },
}

XLMR_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
KLUE_SPECIAL = ("[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]")

MAX_POSITIONS = 66
"""Positions of the XLM-R shape: with its two reserved ones a window has 64 tokens."""

ModelMaker = Callable[[str], Path]
TaggerMaker = Callable[..., Any]


def all_sentences() -> list[str]:
    return [sentence for several in SENTENCES.values() for sentence in several]


def edit_json(path: Path, **changes: Any) -> None:
    """Set top-level fields of a JSON file; None removes one."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content.update(changes)
    content = {name: value for name, value in content.items() if value is not None}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def require(*packages: str) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: no tiny checkpoint can be made")


def _piece_counts(tokenizer: Any, inner: str = "") -> dict[str, int]:
    """The letters and the frequent parts of the sentences' words, the latter by frequency.

    In place of the library's trainers, whose results change from run to run. `inner` marks what
    does not begin a word.
    """
    counts: Counter[str] = Counter()
    for sentence in all_sentences():
        normalised = tokenizer.normalizer.normalize_str(sentence)
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalised):
            for start in range(len(word)):
                for end in range(start + 1, min(start + 6, len(word)) + 1):
                    counts[(inner if start else "") + word[start:end]] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    letters = [(piece, count) for piece, count in ranked if len(piece.removeprefix(inner)) == 1]
    longer = [(piece, count) for piece, count in ranked if len(piece.removeprefix(inner)) > 1]
    return dict(letters + longer[:400])


def _train_unigram() -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(models.Unigram())
    dropped = Regex("[\u0000-\u0008\u200b-\u200f\u202a-\u202e\ufeff]")  # as its charsmap does
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(dropped, "")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    counts = _piece_counts(tokenizer)
    total = sum(counts.values())
    scored = [(piece, math.log(len(piece) * count / total)) for piece, count in counts.items()]
    vocab = [*((token, 0.0) for token in XLMR_SPECIAL[:4]), *scored, (XLMR_SPECIAL[4], 0.0)]
    tokenizer.model = models.Unigram(vocab, unk_id=3)
    tokenizer.add_special_tokens([*XLMR_SPECIAL])
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


def _train_byte_level() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from tokenizers.processors import RobertaProcessing

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=list(XLMR_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(all_sentences(), trainer)
    tokenizer.post_processor = RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False
    )
    return tokenizer


def _train_word_piece(special: tuple[str, ...], lowercase: bool) -> Any:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    inner = _piece_counts(tokenizer, "##")
    tokenizer.model = models.WordPiece(
        {piece: index for index, piece in enumerate([*special, *inner])}, unk_token="[UNK]"
    )
    tokenizer.add_special_tokens([*special])
    cls, sep = special.index("[CLS]"), special.index("[SEP]")
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", cls), ("[SEP]", sep)],
    )
    return tokenizer


def _tokenizer(shape: str) -> Any:
    from transformers import (
        BertTokenizerFast,
        ElectraTokenizerFast,
        RobertaTokenizerFast,
        XLMRobertaTokenizerFast,
    )

    if shape == "xlmr":
        return XLMRobertaTokenizerFast(tokenizer_object=_train_unigram())
    if shape == "roberta":
        return RobertaTokenizerFast(tokenizer_object=_train_byte_level(), add_prefix_space=False)
    if shape == "klue":
        trained = _train_word_piece(KLUE_SPECIAL, lowercase=False)
        return BertTokenizerFast(tokenizer_object=trained, do_lower_case=False)
    if shape == "bert":  # uncased: its pieces have other lengths than the text
        trained = _train_word_piece(BERT_SPECIAL, lowercase=True)
        return BertTokenizerFast(tokenizer_object=trained, do_lower_case=True)
    trained = _train_word_piece(BERT_SPECIAL, lowercase=False)
    return ElectraTokenizerFast(tokenizer_object=trained, do_lower_case=False)


def _network(shape: str, vocab_size: int) -> Any:
    import transformers

    labels = LABELS_PREFIX_LAST if shape == "electra" else LABELS
    settings: dict[str, Any] = {
        "vocab_size": vocab_size,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 48,
        "initializer_range": 0.4,  # labels of every kind, everywhere
        "id2label": dict(enumerate(labels)),
        "label2id": {label: i for i, label in enumerate(labels)},
    }
    if shape in ("xlmr", "roberta", "klue"):
        settings |= {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "type_vocab_size": 1}
    if shape == "xlmr":
        config = transformers.XLMRobertaConfig(max_position_embeddings=MAX_POSITIONS, **settings)
        return transformers.XLMRobertaForTokenClassification(config)
    if shape in ("roberta", "klue"):
        config = transformers.RobertaConfig(max_position_embeddings=130, **settings)
        return transformers.RobertaForTokenClassification(config)
    if shape == "bert":
        config = transformers.BertConfig(max_position_embeddings=128, **settings)
        return transformers.BertForTokenClassification(config)
    config = transformers.ElectraConfig(max_position_embeddings=128, embedding_size=16, **settings)
    return transformers.ElectraForTokenClassification(config)


def make_checkpoint(shape: str, folder: Path) -> Path:
    import torch

    random.seed(5)
    torch.manual_seed(5)
    tokenizer = _tokenizer(shape)
    tokenizer.save_pretrained(folder)
    _network(shape, len(tokenizer)).save_pretrained(folder)
    return folder


def make_base(shape: str, folder: Path) -> Path:
    """An encoder that learns: small weights, one layer, no head."""
    import torch
    import transformers

    torch.manual_seed(1)
    tokenizer = _tokenizer(shape)
    tokenizer.save_pretrained(folder)
    config = _network(shape, len(tokenizer)).config
    config.update({"num_hidden_layers": 1, "initializer_range": 0.05, "hidden_size": 48})
    config.num_labels = 2  # no head of its own
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    return folder
