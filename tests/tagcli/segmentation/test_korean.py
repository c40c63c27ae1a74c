from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.segmentation.korean import eojeols, particle_start, parts

quick = settings(max_examples=200)


def stem(eojeol: str) -> str:
    return eojeol[: particle_start(eojeol, 0, len(eojeol))]


@pytest.mark.parametrize(
    ("eojeol", "name"),
    [
        ("미국의", "미국"),
        ("김철수가", "김철수"),
        ("책은", "책"),
        ("나는", "나"),
        ("이순신은", "이순신"),
        ("철수는", "철수"),
        ("서울이", "서울"),
        ("한국을", "한국"),
        ("제주를", "제주"),
        ("미국과", "미국"),
        ("서울로", "서울"),
        ("제주로", "제주"),
        ("부산으로", "부산"),
        ("서울로부터", "서울"),
        ("부산으로부터", "부산"),
        ("서울에서", "서울"),
        ("서울에서는", "서울"),
        ("서울에서도", "서울"),
        ("어머니께서", "어머니"),
        ("철수에게서", "철수"),
        ("제주도는", "제주도"),
        ("제주도에서", "제주도"),
        ("부산까지", "부산"),
        ("독일처럼", "독일"),
        ("이순신이라는", "이순신"),
        ("철수라고", "철수"),
    ],
)
def test_particles_that_fit_are_cut(eojeol: str, name: str) -> None:
    assert stem(eojeol) == name


@pytest.mark.parametrize(
    "eojeol",
    [
        "책는",  # 는 wants no final consonant
        "나은",  # 은 wants one
        "철수을",
        "서울를",
        "서울가",
        "제주이",
        "제주과",
        "서울와",
        "부산로",  # 로 wants none, or ㄹ
        "안나",  # 나 wants none: part of the name
        "제주",
        "삼성전자",
        "서울특별시",
        "Paris",
        "가",
        "의",
    ],
)
def test_what_is_no_particle_stays(eojeol: str) -> None:
    assert stem(eojeol) == eojeol


@pytest.mark.parametrize(
    ("eojeol", "name"), [("NATO의", "NATO"), ("3월에", "3월"), ("(005930)은", "(005930)")]
)
def test_after_other_scripts_any_particle_fits(eojeol: str, name: str) -> None:
    assert stem(eojeol) == name


def test_only_the_span_counts() -> None:
    text = "어제 미국의 뉴욕"
    assert particle_start(text, 3, 6) == 5
    assert particle_start(text, 3, 5) == 5
    assert particle_start(text, 5, 6) == 6, "something must be left"


@quick
@given(st.text(st.sampled_from("가나각날은는이을를의로에서으부터도 abc7"), min_size=1, max_size=8))
def test_something_is_always_left(text: str) -> None:
    cut = particle_start(text, 0, len(text))
    assert 1 <= cut <= len(text)


def test_a_consonant_decides_for_every_syllable() -> None:
    for code in range(0xAC00, 0xD7A4):
        syllable = chr(code)
        letters = unicodedata.normalize("NFD", syllable)
        has_final, rieul = len(letters) == 3, letters[2:] == "\u11af"
        name = f"김{syllable}"
        assert (stem(name + "은") == name) == has_final
        assert (stem(name + "를") == name) == (not has_final)
        if syllable != "으":  # 으로 is one particle
            assert (stem(name + "로") == name) == (not has_final or rieul)
        assert stem(name + "의") == name


@quick
@given(st.text(st.sampled_from("가나 \t\u00a0\u3000\nab.\u200b"), max_size=20), st.data())
def test_eojeols_are_what_stands_between_blanks(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spans = eojeols(text, start, end)
    assert spans.shape == (len(spans), 2)
    assert [text[a:b] for a, b in spans.tolist()] == text[start:end].split()
    assert all(start <= a < b <= end for a, b in spans.tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("미국의 대통령은", ["미국", "의", "대통령", "은"]),
        ("서울에서는, 부산까지!", ["서울", "에서는", ",", "부산", "까지", "!"]),
        ("‘이순신’이 (주)삼성전자가", ["‘", "이순신", "’", "이", "(", "주", ")", "삼성전자", "가"]),
        ("3월에 NATO의 K-pop", ["3월", "에", "NATO", "의", "K", "-", "pop"]),
        ("나는 은", ["나", "는", "은"]),
        ("경기도", ["경기도"]),
        ("www.a.kr에서 (minji@b.kr)로", ["www.a.kr", "에서", "(", "minji@b.kr", ")", "로"]),
        ("https://a.kr/b?c=1, a@b", ["https://a.kr/b?c=1", ",", "a", "@", "b"]),
        ("김철수¹는 ①서울 ②부산③", ["김철수", "¹", "는", "①", "서울", "②", "부산", "③"]),
        ("_뉴욕_에 33m²를", ["_", "뉴욕", "_", "에", "33m²", "를"]),
        ("&lt;서울&gt; 한&middot;미", ["&lt;", "서울", "&gt;", "한", "&middot;", "미"]),
        ("", []),
    ],
)
def test_parts(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in parts(text, 0, len(text)).tolist()] == expected


@quick
@given(
    st.lists(
        st.sampled_from(
            [*"김은에서의수가 \t\u3000\nab.,_\u0301'¹①@&\ufffc", "www.", "a@b.kr", "&lt;"]
        ),
        max_size=20,
    ).map("".join),
    st.data(),
)
def test_parts_leave_nothing_out(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    spans = parts(text, start, end)
    assert spans.shape == (len(spans), 2)
    assert "".join(text[a:b] for a, b in spans.tolist()) == "".join(text[start:end].split())
    assert all(start <= a < b <= end for a, b in spans.tolist())
    assert spans.ravel().tolist() == sorted(spans.ravel().tolist())


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_bundled_model_finds_names_without_their_particles(
    bundled_tagger: Any, form: str
) -> None:
    text = unicodedata.normalize(form, "이순신은 서울에서 태어났다.")  # type: ignore[arg-type]
    found = [(entity.text, entity.label) for entity in bundled_tagger.tag(text).entities]
    names = [unicodedata.normalize(form, name) for name in ("이순신", "서울")]  # type: ignore[arg-type]
    assert found == [(names[0], "PER"), (names[1], "LOC")]
