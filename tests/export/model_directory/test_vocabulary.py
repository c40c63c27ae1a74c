"""Cut vocabularies: what stays is cut as before, and the logits are those of before."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from tokenizers import Tokenizer

from export.corpora.letter_case import lower, upper
from export.model_directory.vocabulary import (
    compare_cuts,
    cut_sentences,
    keep_languages,
    keep_text,
    prune,
)
from tagcli import UsageError
from tagcli.models.config import CONFIG
from tagcli.models.directory import TOKENIZER
from tests.support.path_like import PathLike
from tests.support.tiny_models import SENTENCES, ModelMaker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def german(tmp_path: Path) -> Path:
    path = tmp_path / "german.txt"
    path.write_text("\n".join(SENTENCES["de"]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("shape", ["xlmr", "klue", "bert", "electra"])
def test_used_text_is_cut_as_before_and_gives_the_same_logits(
    checkpoint: ModelMaker, tmp_path: Path, german: Path, shape: str
) -> None:
    import torch
    from transformers import AutoModelForTokenClassification

    whole, small = checkpoint(shape), tmp_path / "small"
    before, after = prune(whole, small, keep_text(whole, [german]))
    assert after < before
    for case in (upper, lower, None):
        cuts = [list(cut_sentences(whole, folder, [german], case)) for folder in (whole, small)]
        assert cuts[0] == cuts[1]
        assert cuts[0]
    logits = []
    for folder in (whole, small):
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        model, report = AutoModelForTokenClassification.from_pretrained(
            folder, output_loading_info=True
        )
        assert not report["mismatched_keys"]
        ids = torch.tensor([[tokenizer.token_to_id(piece) for piece in cuts[0][0]]])
        with torch.inference_mode():
            logits.append(model.eval()(ids).logits.numpy())
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-6)


@pytest.mark.parametrize("shape", ["xlmr", "klue"])
def test_no_character_and_no_special_token_goes(
    checkpoint: ModelMaker, tmp_path: Path, shape: str
) -> None:
    whole, small = checkpoint(shape), tmp_path / "small"
    prune(str(whole), PathLike(small), lambda piece: False)
    old, new = (Tokenizer.from_file(str(f / TOKENIZER)).get_vocab() for f in (whole, small))
    lost = {piece.removeprefix("▁").removeprefix("##") for piece in set(old) - set(new)}
    assert lost
    assert all(len(piece) > 1 for piece in lost)
    spec = json.loads((small / TOKENIZER).read_text(encoding="utf-8"))
    assert all(new[token["content"]] == token["id"] for token in spec["added_tokens"])
    config = json.loads((small / CONFIG).read_text(encoding="utf-8"))
    assert config["vocab_size"] == max(new.values()) + 1
    kept_whole = json.loads((whole / CONFIG).read_text(encoding="utf-8"))
    names = {number: piece for piece, number in old.items()}
    assert new[names[kept_whole["pad_token_id"]]] == config["pad_token_id"]


def test_pieces_of_languages() -> None:
    keep = keep_languages(["de", "ko"])
    assert all(map(keep, ("▁Straße", "서울", "3,5", "##ung", "…")))
    assert not any(map(keep, ("Łódź", "Москва", "東京", "été")))
    assert keep_languages(["fr"])("été")
    assert keep_languages(["FR", "Ko"])("서울")
    assert not keep_languages(["de"])("서울")
    with pytest.raises(UsageError, match="--keep-languages nl: it is none of de"):
        keep_languages(["nl"])


def test_text_of_other_pieces_is_counted(
    checkpoint: ModelMaker, tmp_path: Path, german: Path
) -> None:
    whole, small = checkpoint("xlmr"), tmp_path / "small"
    prune(whole, small, keep_text(whole, [german]))
    other = tmp_path / "other.txt"
    other.write_text("\n".join(SENTENCES["ko"]) + "\n", encoding="utf-8")
    seen = compare_cuts(whole, small, [german, other])
    assert 0 < seen.changed < seen.sentences
    assert seen.wrong == 0


def test_other_tokenizers_are_refused(checkpoint: ModelMaker, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a BPE tokenizer cannot be cut"):
        prune(checkpoint("roberta"), tmp_path / "small", lambda piece: True)


def test_the_command_cuts_and_exports(checkpoint: ModelMaker, tmp_path: Path, german: Path) -> None:
    from export.commands.export import main
    from tagcli import load

    whole = tmp_path / "whole"
    shutil.copytree(checkpoint("nertag"), whole)
    arguments = [str(whole), str(tmp_path / "made"), "--keep-text", str(german)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "pieces are kept" in result.stderr
    assert "0 of 4 sentences hold a dropped piece" in result.stderr
    tagged = load(str(tmp_path / "made"), device="cpu").tag(SENTENCES["de"][0])
    assert all(tagged.text[e.start : e.end] == e.text for e in tagged.entities)


def test_a_vocabulary_with_a_gap_in_its_ids(checkpoint: ModelMaker, tmp_path: Path) -> None:
    """As a line that a vocab.txt has twice leaves one."""
    from safetensors.torch import load_file, save_file

    whole, gap = checkpoint("klue"), tmp_path / "gap"
    shutil.copytree(whole, gap)
    spec = json.loads((gap / TOKENIZER).read_text(encoding="utf-8"))
    vocab = spec["model"]["vocab"]
    last = max(vocab, key=vocab.__getitem__)
    moved = vocab[last] = vocab[last] + 1
    (gap / TOKENIZER).write_text(json.dumps(spec), encoding="utf-8")
    weights = load_file(gap / "model.safetensors")
    (name,) = [name for name in weights if name.endswith("word_embeddings.weight")]
    rows = weights[name]
    weights[name] = rows.new_zeros(moved + 1, rows.shape[1])
    weights[name][: moved - 1] = rows[: moved - 1]
    weights[name][moved] = 7.0
    save_file(weights, gap / "model.safetensors", metadata={"format": "pt"})
    small = tmp_path / "small"
    prune(gap, small, lambda piece: piece == last)
    kept = Tokenizer.from_file(str(small / TOKENIZER))
    made = load_file(small / "model.safetensors")[name]
    assert len(made) == kept.get_vocab_size()
    assert made[kept.token_to_id(last)].tolist() == [7.0] * rows.shape[1]
