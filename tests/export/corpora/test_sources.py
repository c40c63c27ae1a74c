"""Corpora of all kinds, read alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets
import pytest

from export.corpora.examples import Example, features
from export.corpora.places import NoSuchSourceError, hub_name
from export.corpora.source import Source, language_of
from export.corpora.sources import load_source
from tagcli.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.schemes import Span

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
    return load_source(source, data_dir).examples


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
    assert corpus.language == "de"
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
    (one,) = corpus.examples
    assert one.spans == ((0, 10, "PER"), (11, 15, "LOC"), (16, 20, "LOC"))


ILLEGAL = "Anna\tB-PER\n\nin\tO\nKöln\tI-LOC\nist\tO\n"


def test_an_illegal_tag_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = _conll(tmp_path, ILLEGAL)
    with pytest.raises(DataError) as caught:
        load_source(Source(path))
    assert str(caught.value) == f"{path}:4: I-LOC continues no entity of its type"


@pytest.mark.parametrize(("repair", "spans"), [("conlleval", ((3, 7, "LOC"),)), ("strict", ())])
def test_a_policy_repairs_and_counts(tmp_path: Path, repair: str, spans: tuple[Span, ...]) -> None:
    corpus = load_source(Source(_conll(tmp_path, ILLEGAL), repair=repair))
    assert corpus.repaired == 1
    assert corpus.examples[1].spans == spans


def test_labels_are_renamed_and_dropped(tmp_path: Path) -> None:
    path = _conll(tmp_path, "Anna\tB-person\nKöln\tB-place\nhat\tO\nDom\tB-thing\n")
    source = Source(path, labels={"person": "PER", "place": "LOC", "thing": "O"})
    corpus = load_source(source)
    assert corpus.types == ("LOC", "PER")
    assert [span[2] for one in corpus.examples for span in one.spans] == ["PER", "LOC"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Anna lebt.\n\nIn Köln.\n"),
        ("a.jsonl", '{"text": "Anna lebt."}\n{"text": "In Köln."}\n'),
    ],
)
def test_text_without_gold(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    corpus = load_source(Source(str(path), annotates=()))
    assert corpus.types == ()
    assert [e.text for e in corpus.examples if e.text] == ["Anna lebt.", "In Köln."]
    assert not any(example.spans for example in corpus.examples)
    with pytest.raises(DataError, match="no gold"):
        load_source(Source(str(path)))


def test_a_source_says_what_it_annotates(tmp_path: Path) -> None:
    path = _conll(tmp_path, "Anna\tB-PER\n")
    assert load_source(Source(path, annotates=("PER", "LOC"))).types == ("PER", "LOC")
    with pytest.raises(UsageError, match="has PER, which it is said not to annotate"):
        load_source(Source(path, annotates=("LOC",)))


def test_a_cap_takes_from_the_start(tmp_path: Path) -> None:
    path = _conll(tmp_path, "".join(f"w{i}\tO\n\n" for i in range(9)))
    assert [one.text for one in _examples(Source(path, cap=2))] == ["w0", "w1"]


TEN = "".join(f"w{i}\tO\n\n" for i in range(1, 11))


@pytest.mark.parametrize(
    ("settings", "taken"),
    [
        ({"every": 4}, [4, 8]),
        ({"skip_every": 4}, [1, 2, 3, 5, 6, 7, 9, 10]),
        ({"every": 2, "cap": 3}, [2, 4, 6]),
        ({"skip_every": 2, "cap": 3}, [1, 3, 5]),
    ],
)
def test_every_nth_sentence_or_all_others(
    tmp_path: Path, settings: dict[str, int], taken: list[int]
) -> None:
    source = Source(_conll(tmp_path, TEN), **settings)  # type: ignore[arg-type]
    assert [one.text for one in _examples(source)] == [f"w{i}" for i in taken]


def test_repairs_in_sentences_not_taken_do_not_count(tmp_path: Path) -> None:
    legal, odd = "a\tB-PER\nb\tI-PER\nc\tB-LOC\n\n", "b\tO\nc\tI-LOC\n\n"
    path = _conll(tmp_path, odd * 3 + legal * 2)
    sources: list[dict[str, int]] = [{"every": 2}, {"skip_every": 2}, {}]
    found = [
        load_source(Source(path, repair="conlleval", **one))  # type: ignore[arg-type]
        for one in sources
    ]
    assert [corpus.repaired for corpus in found] == [1, 2, 3]


def test_brat_documents_are_examples(tmp_path: Path) -> None:
    for name, text, ann in (
        ("b", "In Köln\nund Bonn", "T1\tCITY 3 7\tKöln\n"), ("a", "Anna", "T1\tPER 0 4\tAnna\n"),
    ):  # fmt: skip
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        (tmp_path / f"{name}.ann").write_text(ann, encoding="utf-8")
    one = Example("In Köln\nund Bonn", ((3, 7, "LOC"),), None, 1)
    renamed = {"CITY": "LOC"}
    assert _examples(Source(str(tmp_path / "b.ann"), labels=renamed)) == [one]
    both = load_source(Source(str(tmp_path), labels=renamed))
    assert both.types == ("LOC", "PER")
    numbered = [(example.text, example.line) for example in both.examples]
    assert numbered == [("Anna", 1), ("In Köln\nund Bonn", 2)]
    without_gold = _examples(Source(str(tmp_path), annotates=()))
    assert [example.spans for example in without_gold] == [(), ()]


CLITICS = "L'\tO\nOpéra\tB-ORG\nde\tI-ORG\nParis\tI-ORG\n,\tO\ndit\tO\n-il\tO\n.\tO\n"


def test_natural_spacing_is_text_with_character_spans(tmp_path: Path) -> None:
    source = Source(_conll(tmp_path, CLITICS), language="fr", spacing="natural")
    assert _examples(source) == [Example("L'Opéra de Paris, dit-il.", ((2, 16, "ORG"),), None, 1)]


def test_natural_spacing_of_a_saved_dataset_and_in_capitals(tmp_path: Path) -> None:
    _wikiann().save_to_disk(tmp_path)
    source = Source(f"disk:{tmp_path}", language="de", spacing="natural", case="upper")
    first, second = _examples(source)
    assert first == Example("ANNA MEIER IN KÖLN", ((0, 10, "PER"), (14, 18, "LOC")), None, 1)
    assert second.text == "ES REGNET"


@pytest.mark.parametrize("language", [None, "auto", "ko"])
def test_natural_spacing_needs_a_language_it_knows(tmp_path: Path, language: str | None) -> None:
    source = Source(_conll(tmp_path, CLITICS), language=language, spacing="natural")
    with pytest.raises(UsageError, match="spacing needs a language of de, en, fr, it, not "):
        load_source(source)


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"text": "in Köln", "entities": []}, ":1: spacing is for tokens"),
        (
            {"tokens": ["in", "Köln"], "entities": [{"start": 2, "end": 3, "label": "LOC"}]},
            ":1: LOC from 2 to 3 has no token",
        ),
    ],
)
def test_what_cannot_be_spaced_is_said(
    tmp_path: Path, record: dict[str, Any], problem: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        load_source(Source(str(path), language="de", spacing="natural"))


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("lower", "anna im straßburg"),
        ("upper", "ANNA IM STRAßBURG"),
        ("title", "Anna Im Straßburg"),
    ],
)
def test_a_case_leaves_tokens_and_entities_where_they_are(
    tmp_path: Path, case: str, text: str
) -> None:
    path = _conll(tmp_path, "Anna\tB-PER\nim\tO\nStraßburg\tB-LOC\n")
    tokens, spans = ((0, 4), (5, 7), (8, 17)), ((0, 4, "PER"), (8, 17, "LOC"))
    assert _examples(Source(path, case=case)) == [Example(text, spans, tokens, 1)]


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


def test_what_a_corpus_saves_is_read_as_it_was(tmp_path: Path) -> None:
    path, saved = tmp_path / "a.jsonl", tmp_path / "saved"
    records = [
        {"text": "이순신은", "entities": [{"start": 0, "end": 3, "label": "PS"}]},
        {"tokens": ["in", "Köln"], "entities": [{"start": 3, "end": 7, "label": "LOC"}]},
    ]
    path.write_text("".join(json.dumps(r) + "\n\n" for r in records), encoding="utf-8")
    corpus = load_source(Source(str(path), language="ko"))
    dataset = corpus.to_dataset()
    assert dataset.features == features()
    assert dataset["language"][:] == ["ko", "ko"]
    dataset.save_to_disk(saved)
    again = load_source(Source(f"disk:{saved}", language="ko"))
    assert again.examples == corpus.examples
    assert [one.line for one in again.examples] == [1, 3]
    assert (again.types, again.scheme) == (corpus.types, corpus.scheme) == (("LOC", "PS"), None)


def test_a_record_without_text_needs_no_gold_and_may_have_none(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    gold = '{"text": "Köln", "entities": [{"start": 0, "end": 4, "label": "LOC"}]}\n'
    path.write_text('{"text": ""}\n{"tokens": []}\n' + gold, encoding="utf-8")
    blank, no_tokens, city = _examples(Source(str(path)))
    assert (blank, no_tokens) == (Example("", (), None, 1), Example("", (), (), 2))
    assert city == Example("Köln", ((0, 4, "LOC"),), None, 3)
    path.write_text(gold.replace("Köln", ""), encoding="utf-8")
    with pytest.raises(DataError, match=r":1: .* is no entity of this text"):
        load_source(Source(str(path)))


def test_json_is_read_no_further_than_it_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "entities": []}\n' * 2 + "{broken\n", encoding="utf-8")
    assert len(_examples(Source(str(path), cap=2))) == 2
    with pytest.raises(DataError, match=r":3: broken JSON"):
        load_source(Source(str(path)))


def test_a_corpus_knows_the_files_that_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "brat").mkdir()
    for name in ("b", "a"):
        (tmp_path / "brat" / f"{name}.txt").write_text("Köln", encoding="utf-8")
        (tmp_path / "brat" / f"{name}.ann").write_text("T1\tLOC 0 4\tKöln\n", encoding="utf-8")
    names = [file.name for file in load_source(Source(str(tmp_path / "brat"))).files]
    assert names == ["a.ann", "b.ann", "a.txt", "b.txt"]
    (tmp_path / "de").mkdir()
    path = _conll(tmp_path / "de", "Anna\tB-PER\n", "wikiann.test.conll")
    assert load_source(Source("wikiann/de", "test"), tmp_path).files == (Path(path),)
    _wikiann().save_to_disk(tmp_path / "saved")
    assert load_source(Source(f"disk:{tmp_path / 'saved'}")).files == ()


def test_a_public_name_is_found_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "de").mkdir()
    _conll(tmp_path / "de", "Anna\tB-PER\n", "wikiann.dev.conll")
    assert len(_examples(Source("wikiann/de", "dev"), tmp_path)) == 1
    monkeypatch.setenv("NERTAG_DATA", str(tmp_path))
    corpus = load_source(Source("wikiann/de", "dev"))
    assert corpus.language == "de"
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


def test_a_source_is_one_part_or_the_other() -> None:
    with pytest.raises(UsageError, match="a source has every or skip_every, not both"):
        Source("a", every=3, skip_every=3)


def test_text_without_gold_may_have_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Anna\tB-PER\n", encoding="utf-8")
    corpus = load_source(Source(str(path), annotates=()))
    assert [example.spans for example in corpus.examples] == [()]
    saved = tmp_path / "saved"
    load_source(Source(str(path))).to_dataset().save_to_disk(saved)
    corpus = load_source(Source(f"disk:{saved}", annotates=()))
    assert [example.spans for example in corpus.examples] == [()]
