"""Which arguments name models, and which gold."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.corpora.examples import Example
from export.evaluation.arguments import GoldOptions, load_gold, models_and_places
from tagcli.errors import DataError, UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a data folder, brat documents, a folder of none and a model with notes lie."""
    for name in ("data/de", "brat", "empty", "model", "base"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data/de/wikiann.dev.conll").write_text("Anna\tI-PER\n", encoding="utf-8")
    for name in ("brat/a", "model/notes"):
        (tmp_path / f"{name}.txt").write_text("In Köln", encoding="utf-8")
        (tmp_path / f"{name}.ann").write_text("T1\tLOC 3 7\tKöln\n", encoding="utf-8")
    (tmp_path / "model/config.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NERTAG_DATA", raising=False)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_files_and_folders_of_documents_are_gold_and_others_are_models() -> None:
    options = GoldOptions(Path("data"), "dev")
    arguments = ["base", "brat", "brat/a.ann", "wikiann/de", "empty", "model", "disk:x", "none"]
    models, places = models_and_places(arguments, options)
    assert models == ["base", "empty", "model", "none"]
    assert places == {
        "brat": "brat", "brat/a.ann": "brat/a.ann", "disk:x": "disk:x",
        "wikiann/de": "data/de/wikiann.dev.conll",
    }  # fmt: skip
    assert models_and_places(["wikiann/de"], GoldOptions()) == (["wikiann/de"], {})
    assert models_and_places(["brat"], GoldOptions()) == ([None], {"brat": "brat"})


@pytest.mark.usefixtures("folder")
def test_gold_is_read_as_the_options_say() -> None:
    for place in ("brat", "brat/a.ann"):
        corpus = load_gold(place, GoldOptions(language="de"))
        assert corpus.examples == [Example("In Köln", ((3, 7, "LOC"),), None, 1)]
        assert (corpus.language, corpus.scheme) == ("de", None)
    place = "data/de/wikiann.dev.conll"
    corpus = load_gold(place, GoldOptions(split="dev"))
    assert corpus.examples == [Example("Anna", ((0, 4, "PER"),), ((0, 4),), 1)]
    assert (corpus.language, corpus.source.repair) == ("auto", "conlleval")
    Path(place).write_text("Anna\tB-PER\n\nin\tI-LOC\n", encoding="utf-8")
    assert load_gold(place, GoldOptions(rules="strict")).repaired == 1
    with pytest.raises(DataError, match=r"wikiann\.dev\.conll:3: I-LOC continues no entity"):
        load_gold(place, GoldOptions(rules="error"))


@pytest.mark.parametrize("content", ["", "# nothing but this\n", "\n\n"])
def test_a_file_without_text_is_refused(folder: Path, content: str) -> None:
    (folder / "a.conll").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.conll \(test\) holds no text"):
        load_gold("a.conll", GoldOptions())
