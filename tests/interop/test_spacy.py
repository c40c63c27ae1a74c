"""A spaCy Doc of what was found, made as samples/api.md makes it, and displaCy's picture."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy import displacy

from tagcli.writers.base import WriterOptions
from tagcli.writers.jsonl import write_jsonl
from tests.support.pages import python_examples
from tests.support.paths import SAMPLES
from tests.support.tagged import any_tagged, entity, sentences, tagged_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tagcli.records import TaggedDocument

VOCAB = spacy.blank("xx").vocab
ODD = "\u200b Anna\u00a0Meier  in\tKöln\u2028und 😀 Bern \u200b\r\n"
NFD = unicodedata.normalize("NFD", "서울에서 Zürich")
CITY = unicodedata.normalize("NFD", "서울")
PARAGRAPH = "Anna lebt in Bad Ems."


def _to_doc() -> Callable[[TaggedDocument, Any], Any]:
    """The function of the page's example, whose last lines, which call it, are left out."""
    examples = [one.typed for one in python_examples(SAMPLES / "api.md")]
    (example,) = [one for one in examples if "def to_doc" in one]
    names: dict[str, Any] = {}
    exec(example[: example.index("\ndoc = ")], names)
    return names["to_doc"]  # type: ignore[no-any-return]


to_doc = _to_doc()


def assert_same(doc: Any, tagged: TaggedDocument) -> None:
    assert doc.text == tagged.text
    found = [(one.start_char, one.end_char, one.label_, one.text) for one in doc.ents]
    assert found == [(one.start, one.end, one.label, one.text) for one in tagged.entities]


@pytest.mark.parametrize("language", ["de", "en", "fr", "it", "ko"])
def test_documents_of_samples(bundled_tagger: Any, language: str) -> None:
    lines = (SAMPLES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    for tagged in bundled_tagger.stream(["\n".join(lines), *lines]):
        assert_same(to_doc(tagged, VOCAB), tagged)


@pytest.mark.parametrize(
    "tagged",
    [
        tagged_text(""),
        tagged_text(" "),
        tagged_text(PARAGRAPH, [entity(PARAGRAPH, "Anna", "PER"), entity(PARAGRAPH, "Ems", "LOC")]),
        tagged_text(ODD, [entity(ODD, "Anna\u00a0Meier", "PER"), entity(ODD, "Bern", "LOC")]),
        tagged_text(NFD, [entity(NFD, CITY, "LOC")], "raw"),
    ],
)
def test_documents_of_odd_texts(tagged: TaggedDocument) -> None:
    assert_same(to_doc(tagged, VOCAB), tagged)


def test_its_tokens_are_nertags_words() -> None:
    tagged = tagged_text(PARAGRAPH, [entity(PARAGRAPH, "Bad Ems", "LOC")])
    doc = to_doc(tagged, VOCAB)
    assert [token.text for token in doc] == ["Anna", "lebt", "in", "Bad", "Ems", "."]
    assert [token.ent_iob_ for token in doc] == ["O", "O", "O", "B", "I", "O"]


TEXTS = st.text(
    st.sampled_from(" \n\t\u200b.aä각😀\u0301") | st.characters(exclude_categories=["Cs"])
)


@given(any_tagged(TEXTS))
def test_documents_of_any_text(tagged: TaggedDocument) -> None:
    """No entity of nertag's begins or ends with a blank."""
    kept = [one for one in tagged.entities if one.text == one.text.strip()]
    with_words = replace(tagged, entities=tuple(kept), sentences=sentences(tagged.text))
    assert_same(to_doc(with_words, VOCAB), with_words)


def shown(markup: str) -> str:
    """The text of displaCy's markup, without its labels and without blanks, to which it adds."""
    markup = re.sub(r"(?s)<span.*?</span>", "", markup)
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


@pytest.mark.parametrize("text", [PARAGRAPH, "<b>Anna</b> & Bad Ems\nund 😀"])
def test_displacy_draws_a_doc_and_a_jsonl_record_alike(text: str) -> None:
    tagged = tagged_text(text, [entity(text, "Anna", "PER"), entity(text, "Bad Ems", "LOC")])
    record = json.loads(write_jsonl(tagged, WriterOptions()))
    parts = {"text": record["text"], "ents": record["entities"]}
    drawn = displacy.render(parts, style="ent", manual=True, jupyter=False)
    assert drawn == displacy.render(to_doc(tagged, VOCAB), style="ent", jupyter=False)
    assert re.findall(r"(?s)<mark.*?>\s*(.*?)\s*<span", drawn) == ["Anna", "Bad Ems"]
    assert shown(drawn) == "".join(text.split())
