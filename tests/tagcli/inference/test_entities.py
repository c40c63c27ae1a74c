from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagcli.inference.decoding import Chunk
from tagcli.inference.encoding import LabelledUnits, Pieces
from tagcli.inference.entities import build_entities
from tagcli.records import Document, Entity
from tagcli.segmentation.normalisation import normalise
from tests.support.tiny_models import SENTENCES, SHAPES, TaggerMaker

quick = settings(max_examples=80)
Spans = npt.NDArray[np.int32]

FRAGMENTS = (
    *(word for several in SENTENCES.values() for sentence in several for word in sentence.split()),
    " ", "  ", "\t", "\u00a0", "\u3000", "\n", "\r", "\x85", "\u2028", "\x1c",
    "\u200b", "\u200e", "\u200f", "\u202e", "\ufeff", "\u00ad", "\u0007", "\x00", "\u2060",
    "👩‍👩‍👧", "👍🏽", "🇩🇪🇫🇷", "❤\ufe0f", "\u0301", "\u0308", "\u0344", "\u0338", "e\u0301\u0323",
    "Mu\u0308ller", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "\u1109", "\u1161", "\u11af",
    "가\u0308", "\u1100\u1161\u0308\u0301", "ㅋㅋ", "ﬁ", "ß", "İ", "㍿", "…", "<s>", "</s>",
    "[SEP]", "<mask>", "은", "의", "에서", "(", ")", "“", "”", ".", ". ", "! ", "'", "-",
    "שלום", "مرحبا", "東京", "\ufffd",
    "\u2011", "\u02bc", "`", "_", "¹", "①", "&nbsp;", "&quot;", "www.a.kr", "a@b.kr", "°", "C++",
)  # fmt: skip
texts = st.lists(
    st.sampled_from(FRAGMENTS) | st.text(st.characters(exclude_categories=("Cs",)), max_size=4),
    max_size=14,
).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda blank: blank.join(parts)))


def check(text: str, entities: tuple[Entity, ...], types: tuple[str, ...]) -> None:
    at = 0
    for entity in entities:
        assert at <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        assert entity.text == entity.text.strip() != ""
        assert entity.label in types
        assert 0 <= entity.score <= 1 + 1e-9
        at = entity.end


@pytest.mark.parametrize(
    ("shape", "lang"),
    [*((shape, "auto") for shape in SHAPES), ("nertag", "auto"), ("nertag", "ko"), ("klue", "ko")],
)
class TestOffsets:
    @quick
    @given(text=texts)
    @example(text="a \u0344b c")
    @example(text="\u1100\u1161\u0308\u0301 \u1100\u1161\u11a8\u0308")
    @example(text=unicodedata.normalize("NFD", " ".join(SENTENCES["ko"])))
    @example(text=unicodedata.normalize("NFD", "\t".join(SENTENCES["fr"])))
    def test_entities_are_the_text_at_their_offsets(
        self, tiny_tagger: TaggerMaker, shape: str, lang: str, text: str
    ) -> None:
        tagger = tiny_tagger(shape, lang=lang)
        tagged = tagger.tag(text)
        check(text, tagged.entities, tagger.model.tag_set.types)
        assert tagged.text == text

    @quick
    @given(text=texts)
    def test_decomposed_text_gives_the_same_entities(
        self, tiny_tagger: TaggerMaker, shape: str, lang: str, text: str
    ) -> None:
        tagger = tiny_tagger(shape, lang=lang)
        composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
        one, other = tagger.tag(composed).entities, tagger.tag(decomposed).entities
        check(decomposed, other, tagger.model.tag_set.types)
        if composed == unicodedata.normalize("NFC", decomposed) and len(one) == len(other):
            assert [e.label for e in one] == [e.label for e in other]
        for entity in other:
            assert unicodedata.normalize("NFC", entity.text) in composed


@pytest.mark.parametrize("shape", ["xlmr", "nertag", "klue"])
@pytest.mark.parametrize("language", list(SENTENCES))
def test_ordinary_decomposed_text_gives_the_same_entities(
    tiny_tagger: TaggerMaker, shape: str, language: str
) -> None:
    tagger = tiny_tagger(shape)
    found = 0
    for sentence in SENTENCES[language]:
        decomposed = unicodedata.normalize("NFD", sentence)
        composed = unicodedata.normalize("NFC", sentence)
        expected = tagger.tag(composed).entities
        entities = tagger.tag(decomposed).entities
        assert [unicodedata.normalize("NFC", e.text) for e in entities] == [
            e.text for e in expected
        ]
        assert [(e.label, pytest.approx(e.score, abs=1e-4)) for e in entities] == [
            (e.label, e.score) for e in expected
        ]
        check(decomposed, entities, tagger.model.tag_set.types)
        found += len(entities)
    assert found > 4


# Units by hand


def units_of(
    text: str, words: list[str], pieces: list[list[str]] | None = None, language: str = "ko"
) -> LabelledUnits:
    """The words of the text with their pieces (whole words if None); raw where pieces are given."""
    spans, piece_spans, owners, at = [], [], [], 0
    for index, word in enumerate(words):
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        for piece in [word] if pieces is None else pieces[index]:
            piece_spans.append((at, at + len(piece)))
            owners.append(index)
            at += len(piece)
    encoded = Pieces(
        np.zeros(len(owners), np.int64),
        np.array(owners, np.int32),
        np.array(piece_spans, np.int32).reshape(-1, 2),
    )
    word_spans = np.array(spans, np.int32).reshape(-1, 2)
    unit = "words" if pieces is None else "raw"
    return LabelledUnits(0, len(text), language, unit, word_spans, encoded)


def built(
    text: str, units: LabelledUnits, *found: tuple[int, int], tokens: Spans | None = None
) -> list[Entity]:
    chunks = [Chunk(start, end, "LOC", 0.5) for start, end in found]
    return list(build_entities(Document(text, tokens=tokens), normalise(text), units, chunks))


def surfaces(*args: Any, **more: Any) -> list[str]:
    return [entity.text for entity in built(*args, **more)]


@pytest.mark.parametrize(
    ("text", "words", "found", "expected"),
    [
        ("Anna Berger¹ lacht", ["Anna", "Berger", "¹", "lacht"], (0, 3), "Anna Berger"),
        ("die _New York_", ["die", "_", "New", "York", "_"], (1, 5), "New York"),
        ("&quot;Siemens&quot;", ["&quot;", "Siemens", "&quot;"], (0, 3), "Siemens"),
        ("Bad&nbsp;Ems &lt;", ["Bad", "&nbsp;", "Ems", "&lt;"], (0, 4), "Bad&nbsp;Ems"),
        ("bei AT&T", ["bei", "AT&T"], (1, 2), "AT&T"),
        ("auf 9 km²", ["auf", "9", "km²"], (1, 3), "9 km²"),
    ],
)
def test_names_lose_the_marks_glued_on_them(
    text: str, words: list[str], found: tuple[int, int], expected: str
) -> None:
    assert surfaces(text, units_of(text, words, language="de"), found) == [expected]
    tokens = units_of(text, words, language="de").words
    (given_tokens,) = built(text, units_of(text, words, language="de"), found, tokens=tokens)
    whole = text[tokens[found[0], 0] : tokens[found[1] - 1, 1]]
    assert given_tokens.text == whole, "given tokens are taken as they are"


def test_a_mark_alone_is_no_name() -> None:
    assert surfaces("Berger ¹", units_of("Berger ¹", ["Berger", "¹"], language="de"), (1, 2)) == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((0, 1), ["김철수"]),
        ((1, 4), ["www.a.kr"]),
        ((0, 5), ["김철수 www.a.kr 서울"]),
        ((0, 2), ["김철수"]),
        ((2, 5), ["서울"]),
        ((2, 3), []),
    ],
)
def test_names_do_not_begin_or_end_within_an_address(
    found: tuple[int, int], expected: list[str]
) -> None:
    text = "김철수 www.a.kr 서울"
    words = np.array([[0, 3], [4, 12], [13, 15]], np.int32)
    offsets = np.array([[0, 3], [4, 8], [8, 10], [10, 12], [13, 15]], np.int32)
    pieces = Pieces(np.zeros(5, np.int64), np.array([0, 1, 1, 1, 2], np.int32), offsets)
    units = LabelledUnits(0, len(text), "ko", "parts", words, pieces)
    assert surfaces(text, units, found) == expected


def test_words_lose_their_particles_in_korean_only() -> None:
    text = "어제 미국의 뉴욕에서 왔다"
    words = text.split()
    assert surfaces(text, units_of(text, words), (1, 3)) == ["미국의 뉴욕"]
    assert surfaces(text, units_of(text, words), (1, 2), (2, 3)) == ["미국", "뉴욕"]
    assert surfaces(text, units_of(text, words, language="de"), (1, 3)) == ["미국의 뉴욕에서"]


def test_given_tokens_are_taken_as_they_are() -> None:
    text = "어제 미국의 뉴욕에서 왔다"
    units = units_of(text, text.split())
    (entity,) = built(text, units, (1, 3), tokens=units.words)
    assert entity.text == "미국의 뉴욕에서"
    assert (entity.start_token, entity.end_token) == (1, 3)


def test_parts_end_where_the_model_says() -> None:
    """은 may be a particle or the last syllable of a name; the parts leave the choice to it."""
    text = "박정은 간다"
    words = np.array([[0, 2], [2, 3], [4, 6]], np.int32)
    pieces = Pieces(np.zeros(3, np.int64), np.arange(3, dtype=np.int32), words)
    units = LabelledUnits(0, 6, "ko", "parts", words, pieces)
    assert surfaces(text, units, (0, 1)) == ["박정"]
    assert surfaces(text, units, (0, 2)) == ["박정은"]


@pytest.mark.parametrize(
    ("text", "pieces", "found", "expected"),
    [
        # the particle is a piece of its own, and the model says where the name ends
        ("이순신은 갔다", [["이순신", "은"], ["갔다"]], (0, 1), "이순신"),
        # the particle shares the last piece with the name
        ("이순신은 갔다", [["이", "순신은"], ["갔다"]], (0, 2), "이순신"),
        # the name's last piece is no more than a particle
        ("이순신은 갔다", [["이순신", "은"], ["갔다"]], (0, 2), "이순신은"),
        # inside an eojeol the model has put the end itself
        ("제주도청 앞", [["제주도", "청"], ["앞"]], (0, 1), "제주도"),
        ("제주도는 섬", [["제주도", "는"], ["섬"]], (0, 1), "제주도"),
        ("미국의, 그", [["미국의", ","], ["그"]], (0, 1), "미국"),
        ("서울로 간다", [["서울로"], ["간다"]], (0, 1), "서울"),
        ("부산으로 간다", [["부산으로"], ["간다"]], (0, 1), "부산"),
        ("가 나", [["가"], ["나"]], (0, 1), "가"),
        ("미국의 뉴욕을 본다", [["미국의"], ["뉴", "욕을"], ["본다"]], (0, 3), "미국의 뉴욕"),
    ],
)
def test_particles_in_raw_text(
    text: str, pieces: list[list[str]], found: tuple[int, int], expected: str
) -> None:
    assert surfaces(text, units_of(text, text.split(), pieces), found) == [expected]


def test_a_name_at_the_end_of_the_text_loses_its_particle() -> None:
    text = "뉴욕은"
    assert surfaces(text, units_of(text, [text], [["뉴", "욕은"]]), (0, 2)) == ["뉴욕"]


def test_offsets_are_those_of_decomposed_text() -> None:
    text = unicodedata.normalize("NFD", "어제 미국의 뉴욕에서")
    composed = unicodedata.normalize("NFC", text)
    units = units_of(composed, composed.split())
    first, second = built(text, units, (1, 2), (2, 3))
    assert text[first.start : first.end] == first.text == unicodedata.normalize("NFD", "미국")
    assert text[second.start : second.end] == second.text == unicodedata.normalize("NFD", "뉴욕")


def test_blank_pieces_give_no_entity_and_blank_edges_go() -> None:
    text = "a \u00a0 b"
    blank = units_of(text, ["\u00a0"], [["\u00a0"]], "de")
    assert surfaces(text, blank, (0, 1)) == []
    wide = units_of(text, ["a \u00a0 b"], [["a", " \u00a0 ", "b"]], "de")
    assert surfaces(text, wide, (0, 2)) == ["a"]
    assert surfaces(text, wide, (1, 3)) == ["b"]


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ([(0, 1), (0, 2), (1, 3)], ["a", "b", "c"]),
        ([(0, 2), (0, 1), (1, 3)], ["ab", "c"]),
        ([(0, 3), (1, 2), (3, 3)], ["abc"]),
    ],
)
def test_pieces_that_share_characters_give_entities_that_do_not(
    offsets: list[tuple[int, int]], expected: list[str]
) -> None:
    text = "abc"
    pieces = Pieces(
        np.zeros(3, np.int64),
        np.zeros(3, np.int32),
        np.array(offsets, np.int32),
    )
    units = LabelledUnits(0, 3, "ko", "raw", np.array([[0, 3]], np.int32), pieces)
    assert surfaces(text, units, (0, 1), (1, 2), (2, 3)) == expected


@pytest.mark.parametrize(
    ("found", "tokens"), [((0, 1), (0, 1)), ((0, 2), (0, 2)), ((2, 4), (2, 4)), ((3, 4), (3, 4))]
)
def test_token_ranges(found: tuple[int, int], tokens: tuple[int, int]) -> None:
    text = "Paul Müller wohnt hier"
    units = units_of(text, text.split(), language="de")
    (entity,) = built(text, units, found, tokens=units.words)
    assert (entity.start_token, entity.end_token) == tokens
    assert entity.text == " ".join(text.split()[slice(*found)])


def test_text_cut_into_words_has_no_token_range() -> None:
    text = "Paul Müller"
    (entity,) = built(text, units_of(text, text.split(), language="de"), (0, 2))
    assert entity.start_token is None
    assert entity.end_token is None
