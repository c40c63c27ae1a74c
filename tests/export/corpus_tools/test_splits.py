"""Which split a place is."""

from __future__ import annotations

import pytest

from export.corpus_tools.splits import split_of_name


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("dev.conll", "dev"),
        ("a-validation.conll", "dev"),
        ("a_val.jsonl", "dev"),
        ("valid.conll", "dev"),
        ("eng.testa", "dev"),
        ("eng.testb", "test"),
        ("a.TEST.conll.gz", "test"),
        ("test-drive.train.conll", "train"),
        ("latest.conll", "train"),
    ],
)
def test_the_split_of_a_file_is_in_its_name(name: str, split: str) -> None:
    assert split_of_name(f"dev/{name}") == split
