"""Corpora of all kinds into datasets with the same features."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

datasets = pytest.importorskip("datasets", reason="datasets is not installed")

from export.places import NoSuchSourceError, hub_name  # noqa: E402
from export.sources import (  # noqa: E402
    Example,
    Source,
    examples_of,
    features,
    language_of,
    load_source,
)
from tagcli.errors import DataError, UsageError  # noqa: E402

WIKIANN_TAGS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
KLUE_TAGS = ["B-DT", "I-DT", "B-LC", "I-LC", "B-OG", "I-OG", "B-PS", "I-PS", "B-QT", "I-QT",
             "B-TI", "I-TI", "O"]  # fmt: skip


def _column(names: list[str]) -> Any:
    return datasets.List(datasets.ClassLabel(names=names))


def _wikiann(tags: Sequence[Sequence[int]] = ((1, 2, 0, 5), (0, 0))) -> Any:
    """As hub:unimelb-nlp/wikiann/de has it."""
    columns = {
        "tokens": [["Anna", "Meier", "in", "Köln"], ["Es", "regnet"]],
        "ner_tags": tags,
        "langs": [["de"] * 4, ["de"] * 2],
        "spans": [["PER: Anna Meier", "LOC: Köln"], []],
    }
    text = datasets.List(datasets.Value("string"))
    return datasets.Dataset.from_dict(
        columns,
        features=datasets.Features(
            {"tokens": text, "ner_tags": _column(WIKIANN_TAGS), "langs": text, "spans": text}
        ),
    )


def _klue() -> Any:
    """As hub:klue/ner has it: a token is a character, blanks too."""
    text = "이순신은 서울에"
    tags = ["B-PS", "I-PS", "I-PS", "O", "O", "B-LC", "I-LC", "O"]
    columns = {
        "sentence": ["<이순신:PS>은 <서울:LC>에"],
        "tokens": [list(text)],
        "ner_tags": [[KLUE_TAGS.index(tag) for tag in tags]],
    }
    return datasets.Dataset.from_dict(
        columns,
        features=datasets.Features(
            {
                "sentence": datasets.Value("string"),
                "tokens": datasets.List(datasets.Value("string")),
                "ner_tags": _column(KLUE_TAGS),
            }
        ),
    )


def _examples(source: Source, data_dir: Path | None = None) -> list[Example]:
    corpus = load_source(source, data_dir)
    assert corpus.dataset.features == features()
    return list(examples_of(corpus.dataset))


def _conll(folder: Path, text: str, name: str = "a.conll") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_saved_dataset_with_wikianns_features(tmp_path: Path) -> None:
    datasets.DatasetDict({"train": _wikiann(), "validation": _wikiann()}).save_to_disk(tmp_path)
    for split in ("train", "dev"):
        first, second = _examples(Source(f"disk:{tmp_path}", split))
        assert first.text == "Anna Meier in Köln"
        assert first.tokens == ((0, 4), (5, 10), (11, 13), (14, 18))
        assert first.spans == ((0, 10, "PER"), (14, 18, "LOC"))
        assert second.spans == ()
    with pytest.raises(NoSuchSourceError, match="has no split test"):
        load_source(Source(f"disk:{tmp_path}", "test"))


def test_a_saved_dataset_with_klues_features(tmp_path: Path) -> None:
    _klue().save_to_disk(tmp_path)
    (one,) = _examples(Source(f"disk:{tmp_path}", language="ko"))
    assert one == Example("이순신은 서울에", ((0, 3, "PS"), (5, 7, "LC")), None, 1)


def test_a_hub_dataset_goes_through_the_same_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def load(*names: object) -> Any:
        asked.append(names)
        return datasets.DatasetDict({"train": _wikiann(), "validation": _klue()})

    monkeypatch.setattr(datasets, "load_dataset", load)
    corpus = load_source(Source("hub:unimelb-nlp/wikiann/de"))
    assert set(corpus.dataset["language"]) == {"de"}
    assert len(_examples(Source("hub:klue/ner", "dev"))) == 1
    assert asked == [("unimelb-nlp/wikiann", "de"), ("klue/klue", "ner")]


def test_a_token_without_a_label_is_an_error(tmp_path: Path) -> None:
    """-1 is what the hub's test sets have where they keep the labels to themselves."""
    _wikiann(((0, 0, 0, 0), (-1, -1))).save_to_disk(tmp_path)
    with pytest.raises(DataError, match=r":2: -1 is no label: ner_tags has 7, from 0"):
        load_source(Source(f"disk:{tmp_path}"))


def test_a_language_is_declared_or_stands_in_the_name(tmp_path: Path) -> None:
    (tmp_path / "de").write_text("Anna\tB-PER\n", encoding="utf-8")
    assert language_of(Source("hub:unimelb-nlp/wikiann/de")) == "de"
    assert language_of(Source("wikiann/de", language="fr")) == "fr"
    assert language_of(Source("a.conll")) == language_of(Source(str(tmp_path / "de"))) == "auto"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("hub:unimelb-nlp/wikiann/de", ("unimelb-nlp/wikiann", "de")),
        ("hub:kimmeoungjun/korean_ner", ("kimmeoungjun/korean_ner", None)),
        ("hub:klue/ner", ("klue/klue", "ner")),
    ],
)
def test_hub_names(place: str, name: tuple[str, str | None]) -> None:
    assert hub_name(place) == name


@pytest.mark.parametrize("place", ["hub:wikiann", "hub:a//b", "hub:a/b/c/d"])
def test_what_is_no_hub_name_is_said(place: str) -> None:
    with pytest.raises(UsageError, match="is not hub:OWNER/NAME"):
        hub_name(place)


def test_an_unreachable_hub_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*names: object) -> None:
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(UsageError, match=r"^hub:a/b cannot be loaded: no route$"):
        load_source(Source("hub:a/b"))


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        (("I-PER", "I-PER", "I-LOC", "B-LOC"), "IOB1"),
        (("B-PER", "I-PER", "B-LOC", "B-LOC"), "BIO"),
        (("B-PER", "E-PER", "S-LOC", "S-LOC"), "BIOES"),
    ],
)
def test_conll_in_each_scheme(tmp_path: Path, tags: tuple[str, ...], scheme: str) -> None:
    rows = zip(("Anna", "Meier", "Köln", "Bonn"), tags, strict=True)
    path = _conll(tmp_path, "".join(f"{token}\t{tag}\n" for token, tag in rows))
    corpus = load_source(Source(path))
    assert corpus.scheme == scheme
    (one,) = examples_of(corpus.dataset)
    assert one.spans == ((0, 10, "PER"), (11, 15, "LOC"), (16, 20, "LOC"))


ILLEGAL = "Anna\tB-PER\n\nin\tO\nKöln\tI-LOC\nist\tO\n"


def test_an_illegal_tag_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = _conll(tmp_path, ILLEGAL)
    with pytest.raises(DataError) as caught:
        load_source(Source(path))
    assert str(caught.value) == f"{path}:4: I-LOC continues no entity of its type"


@pytest.mark.parametrize(("repair", "spans"), [("conlleval", ((3, 7, "LOC"),)), ("strict", ())])
def test_a_policy_repairs_and_counts(
    tmp_path: Path, repair: str, spans: tuple[tuple[int, int, str], ...]
) -> None:
    corpus = load_source(Source(_conll(tmp_path, ILLEGAL), repair=repair))
    assert corpus.repaired == 1
    assert list(examples_of(corpus.dataset))[1].spans == spans


def test_labels_are_renamed_and_dropped(tmp_path: Path) -> None:
    path = _conll(tmp_path, "Anna\tB-person\nKöln\tB-place\nhat\tO\nDom\tB-thing\n")
    source = Source(path, labels={"person": "PER", "place": "LOC", "thing": "O"})
    corpus = load_source(source)
    assert corpus.types == ("LOC", "PER")
    assert [span[2] for one in examples_of(corpus.dataset) for span in one.spans] == ["PER", "LOC"]


def test_a_source_says_what_it_annotates(tmp_path: Path) -> None:
    path = _conll(tmp_path, "Anna\tB-PER\n")
    assert load_source(Source(path, annotates=("PER", "LOC"))).types == ("PER", "LOC")
    with pytest.raises(UsageError, match="has PER, which it is said not to annotate"):
        load_source(Source(path, annotates=("LOC",)))


def test_a_cap_takes_from_the_start(tmp_path: Path) -> None:
    path = _conll(tmp_path, "".join(f"w{i}\tO\n\n" for i in range(9)))
    assert [one.text for one in _examples(Source(path, cap=2))] == ["w0", "w1"]


def test_character_spans_in_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    records = [
        {"text": "이순신은", "entities": [{"start": 0, "end": 3, "label": "PS"}]},
        {"tokens": ["in", "Köln"], "entities": [{"start": 3, "end": 7, "label": "LOC"}]},
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    first, second = _examples(Source(str(path)))
    assert first == Example("이순신은", ((0, 3, "PS"),), None, 1)
    assert second == Example("in Köln", ((3, 7, "LOC"),), ((0, 2), (3, 7)), 2)


def test_a_public_name_is_found_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "de").mkdir()
    _conll(tmp_path / "de", "Anna\tB-PER\n", "wikiann.dev.conll")
    assert len(_examples(Source("wikiann/de", "dev"), tmp_path)) == 1
    monkeypatch.setenv("NERTAG_DATA", str(tmp_path))
    corpus = load_source(Source("wikiann/de", "dev"))
    assert corpus.dataset["language"][0] == "de"
    with pytest.raises(NoSuchSourceError, match=r"no corpus wikiann/de \(test\)"):
        load_source(Source("wikiann/de", "test"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Anna\tPER\n", "a.conll:1: 'PER' is no tag"),
        ("Anna\tO\nK\tB-\n", "a.conll:2: 'B-' is no tag"),
        ("Anna\n", "a.conll:1: a CoNLL line needs"),
        ("", "holds no text"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises((DataError, UsageError), match=problem):
        load_source(Source(_conll(tmp_path, text)))


@pytest.mark.parametrize(
    "settings",
    [
        {"language": "xx"}, {"weight": 0.0}, {"weight": -1.0}, {"cap": 0}, {"cap": 2.5},
        {"split": "validation"}, {"repair": "guess"}, {"annotates": "PER"}, {"labels": ["x"]},
    ],
)  # fmt: skip
def test_impossible_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Source("a", **settings)
