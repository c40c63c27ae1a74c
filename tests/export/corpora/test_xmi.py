"""UIMA CAS XMI, by cassis' own reader and writer."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.source import Source
from export.corpora.sources import load_source
from export.corpora.xmi import read_xmi, xmi_of
from export.corpus_tools.conversion import convert
from tagcli.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "😀 Anna wohnt in Köln.\n\nJa."
SPANS = [(2, 6, "PER"), (16, 20, "LOC")]
ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"


def test_what_is_needed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cassis", None)
    (tmp_path / "a.xmi").write_text("<x/>")
    with pytest.raises(UsageError, match=r'pip install "nertag\[cas\]"$'):
        load_source(Source(str(tmp_path / "a.xmi")))


def test_cassis_reads_what_is_written() -> None:
    cassis = pytest.importorskip("cassis")
    cas = cassis.load_cas_from_xmi(xmi_of(TEXT, SPANS, "x"), cassis.load_dkpro_core_typesystem())
    found = [(one.begin, one.end, one.value) for one in cas.select(ENTITY)]
    assert (cas.sofa_string, found) == (TEXT, SPANS)
    assert [one.get_covered_text() for one in cas.select(ENTITY)] == ["Anna", "Köln"]


def test_the_file_counts_utf_16_units() -> None:
    pytest.importorskip("cassis")
    assert 'begin="3" end="7"' in xmi_of(TEXT, SPANS, "x")


def test_what_cassis_writes_is_read_with_its_types(tmp_path: Path) -> None:
    cassis = pytest.importorskip("cassis")
    system = cassis.TypeSystem()
    entity = system.create_type(ENTITY, "uima.tcas.Annotation")
    system.create_feature(entity, "value", "uima.cas.String")
    cas = cassis.Cas(system)
    cas.sofa_string = TEXT
    cas.add_all([entity(begin=16, end=20, value="LOC"), entity(begin=2, end=6)])
    cas.to_xmi(tmp_path / "a.xmi")
    system.to_xml(tmp_path / "TypeSystem.xml")
    told: list[str] = []
    (one,) = load_source(Source(str(tmp_path / "a.xmi")), note=told.append).examples
    assert (one.text, one.spans) == (TEXT, ((16, 20, "LOC"),))
    assert told == [f"{tmp_path / 'a.xmi'}: entities without a type, left out: 1"]


@pytest.mark.parametrize("content", ["", "<x/>", "no XML"])
def test_what_is_no_cas(tmp_path: Path, content: str) -> None:
    pytest.importorskip("cassis")
    (tmp_path / "a.xmi").write_text(content)
    with pytest.raises(DataError, match=r"a\.xmi: (is no UIMA CAS|has no text)"):
        read_xmi(tmp_path / "a.xmi")


def test_convert_goes_in_and_out(tmp_path: Path) -> None:
    pytest.importorskip("cassis")
    records = [
        {"text": "😀 Anna", "entities": [[2, 6, "PER"]]},
        {"text": "Ulm", "entities": [[0, 3, "LOC"]]},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    told: list[str] = []
    for before, after in (("a.jsonl", "b.xmi"), ("b.xmi", "c.jsonl")):
        convert(Source(str(tmp_path / before)), tmp_path / after, None, "BIO", None, told.append)
    (one,) = load_source(Source(str(tmp_path / "c.jsonl"))).examples
    assert (one.text, one.spans) == ("😀 Anna\nUlm", ((2, 6, "PER"), (7, 10, "LOC")))
    assert told == []


def test_control_characters_are_an_error() -> None:
    pytest.importorskip("cassis")
    with pytest.raises(DataError, match="x: XMI cannot hold this text"):
        xmi_of("a\x01", [], "x")


@given(st.text("aä😀\n가 ", min_size=1), st.data())
def test_any_entities_are_read_again(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    pytest.importorskip("cassis")
    start = data.draw(st.integers(0, len(text) - 1))
    spans = [(start, data.draw(st.integers(start + 1, len(text))), "X")]
    path = tmp_path_factory.mktemp("x") / "a.xmi"
    path.write_text(xmi_of(text, spans, "x"), encoding="utf-8", newline="")
    assert read_xmi(path) == (text, spans, 0)
