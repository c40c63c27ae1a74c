from __future__ import annotations

from typing import TYPE_CHECKING

from export.corpora.overlap import texts_of, without_held_out
from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = "Anna B-PER\nschläft O\n\nKarl B-PER\nliest O\n\nROM B-LOC\n! O\n"


def corpus(path: Path, text: str, split: str) -> Corpus:
    path.write_text(text.replace(" ", "\t"), encoding="utf-8")
    return load_source(Source(str(path), split), None)


def test_a_sentence_of_a_test_set_is_left_out_of_the_train_set(tmp_path: Path) -> None:
    train = corpus(tmp_path / "train.conll", TRAIN, "train")
    # composed otherwise, and in another case
    held_out = corpus(tmp_path / "test.conll", "Anna O\nschla\u0308ft O\n\nRom O\n! O\n", "test")
    (left,) = without_held_out([train], [held_out])
    assert [(example.text, example.line) for example in left.examples] == [("Karl liest", 4)]
    assert (left.source, left.types) == (train.source, train.types)


def test_a_train_set_of_its_own_stays_as_it_is(tmp_path: Path) -> None:
    train = corpus(tmp_path / "train.conll", TRAIN, "train")
    held_out = corpus(tmp_path / "dev.conll", "Anna B-PER\nliest O\n", "dev")
    (left,) = without_held_out([train], [held_out])
    assert left is train


def test_texts_are_compared_without_blanks(tmp_path: Path) -> None:
    train = corpus(tmp_path / "train.conll", TRAIN, "train")
    assert list(texts_of(train)) == ["Annaschläft", "Karlliest", "ROM!"]
