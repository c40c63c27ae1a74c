"""Sentences: where they end in five languages, where not, and that no character is lost."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.segmentation.sentences import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


# A bar marks the end of a sentence; it is taken out before splitting.
@pytest.mark.parametrize(
    "marked",
    [
        # German
        "Es regnet. |Anna liest! |Kommt er? |Ja … |Gut.",
        "Am 3. Oktober kam er. |Seit dem 19. Jahrhundert ruht sie.",
        "Ludwig XIV. von Frankreich regierte. |Im 2. Weltkrieg brannte es.",
        "Das war im Jahr 1999. |Danach zog sie um. |Er wurde 25. |Danach ging er.",
        "Dr. Klara Roth und Prof. Beck wohnen in St. Gallen bzw. Bern. |Sie bleiben.",
        "Das gilt z. B. Hunden, d. h. Tieren, u. a. Katzen. |Es gilt ca. 5 Mal, Nr. 3 auch.",
        "A. Merkel traf den 1. FC Köln. |Brot, Obst usw. |Danach kam Käse.",
        "Er sagte: „Komm.“ |Dann ging er. |»Nein«, sagte sie. |»Doch.« |Schluss.",
        "Es kostet 3.50 Euro. |(Das ist viel.) |Ende",
        # French
        "M. Petit et Mme. Roux partent. |Il dit : « Oui ! » |Puis il dort.",
        "Voir p. ex. Lyon, cf. Nantes. |En 44 av. J.-C. Rome brûle. |Quoi ? |Rien.",
        # Italian
        "L'on. Neri e il sig. Verdi, col dott. Bruni. |Poi, ad es. Pisa. |Fine.",
        "Vedi art. 5 della legge. |Nel 63 a.C. Capua era libera.",
        # English
        "Mr. Reed met J. R. R. Vance of Acme Inc. in Reno. |Mrs. Hill vs. Bob, i.e. Ann.",
        "He served in the U.S. Army. |He left the U.S. |The end. |See No. 5 and vol. 2 now.",
        '"Yes." |She went... |Now! |What?! |Visit http://a.example/?x=1.5 now. |Yahoo! Inc. rose.',
        "ok. i am 😀. |😀 is here. |(Nobody came.) |He spent U.S. $10 bills.",
        "It rained on. |Later we left. |They lost World War II. |After it came peace.",
        "Dr. med. Anna Roth und Dr. iur. Beck, Fa. Meier, gez. Roth, Az. 3 C 5, lt. Polizei. |Ja.",
        "Vgl. Roth, Gem. § 5, Kto. 12, nach 8 Std. Fahrt, Bzw. Roth. |Das gilt 8 Std. |Dann nicht.",
        "Gebr. Grimm, hl. Anna, Abg. Roth, bzgl. Bern, Rn. 14, Ziff. 2, Bl. 5, Abt. 7.",
        # French, Italian, English
        "Cass. civ. 2 mars, env. 30 euros, Dupont et cie. Paris, Roux inc. Lyon. |Il part.",
        "Il d.lgs. 50, sez. Lavoro, card. Neri, Egr. Dott. Bruni, Rossi e co. Milano. |Fine.",
        "Sec. Smith met Lt. Col. Jones, Supt. Hill and Asst. Dean Bell in Reno, Calif. |The end.",
        # dates
        "Die Wahl war am 3. 5. 2026. |Danach kam der 1. 1. 2027 und vom 5. 6. Anna. |Ende.",
        "Seit 01. 10. 2016 gilt 31.12. 1999 nicht. |Am 24.12. Anna, am 1.1.2026. |Danach Ruhe.",
        "회의는 2026. 3. 5. 서울에서 열렸다. |그는 2026. 3. 대전, 3. 5. 부산에 갔다.",
        "'26. 3. 5. 인천에 갔다. |26. 3. 15. 서울에 갔다.",
        "2026.3.5. 서울에서 2026. 3. 5. ~ 2026. 4. 6. 열린다. |그는 2026. |점수는 3.5. |그는",
        # Korean
        '정말..?라고 물었다. |"갔어?!"라고 했다. |정말? 라고 했다. |갔다.고 한다. |왔다.라며 웃다.',
        "좋아! |라면을 먹자. |갔다.|고려대는 넓다. |왔다. |고 김철수 씨",
        # footnotes
        "Es regnet.¹ |Anna liest.²³ |Schluss.",
        '그는 갔다.|그리고 왔다. |정말요? |네! |"좋아요." |그가 웃었다. |오지 않죠. |그럼.',
        '"갔다."라고 했다. |점수는 3.5점이다. |1위…김철수 감독',
        # Chinese and Japanese marks
        "我来了。|你好！|谁？|他。",
        # list items
        "1. Erster Punkt. |2. Zweiter Punkt.",
        "... und weiter. |Das ist [...] Text.",
    ],
)
def test_sentences(marked: str) -> None:
    assert split(marked.replace("|", "")) == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize(
    "line_end",
    ["\n", "\r\n", "\r", " \n\n ", "\t\n", *"\t\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029", "\t \t"],
)
def test_line_ends_always_divide(line_end: str) -> None:
    assert split(f"Der Titel{line_end}und Dr.{line_end}Roth") == ["Der Titel", "und Dr.", "Roth"]


def test_spans_are_stripped() -> None:
    assert list(split_sentences("  Ja.\u00a0 Nein. \n")) == [(2, 5), (7, 12)]


@pytest.mark.parametrize("text", ["", " ", "\n\r\n", "\u00a0\u2028"])
def test_nothing_but_blanks(text: str) -> None:
    assert list(split_sentences(text)) == []


def test_lazy() -> None:
    assert list(islice(split_sentences("Ja. Nein. " * 100_000), 2)) == [(0, 3), (4, 9)]


PIECES = [
    "a",
    "Der",
    "Dr",
    "St",
    "z",
    "B",
    "U.S",
    "usw",
    "M",
    "XIV",
    "3",
    "1999",
    "Mai",
    "Inc",
    "No",
]
PIECES += [".", "!", "?", "…", "...", "。", ",", '"', "“", "”", "«", "»", "(", ")", "'", "-", "😀"]
PIECES += [" ", "  ", "\u00a0", "\n", "\r\n", "\u2028", "가", "다", "http://", "Yahoo"]
PIECES += ["\t", "\f", "\x85", "\x1e", "2026", "5", "am", "라고", "고", "¹", "d.lgs", "'26"]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_sentences_cover_the_text_in_order(text: str) -> None:
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        assert not set("\n\r\t\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029") & set(text[start:stop])
        end = stop
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("unit", "sentences"),
    [
        ("a", 1), (".", 1), (". ", 1), ("wort ", 1), ("A. ", 1), ("Gut. ", 40_000), ("\n", 0),
        ("다.", 100_000), (" \n", 0), ("a\n", 100_000), ("'", 1), ('a."', 1), ("Ja. » ", 33_333),
        ("a\t", 100_000), ("1. ", 33_333), ("1.", 1), ("2026. ", 33_333), ("다.라고 ", 1),
    ],
)  # fmt: skip
def test_long_lines(unit: str, sentences: int) -> None:
    assert sum(1 for _ in split_sentences(unit * (200_000 // len(unit)))) == sentences


def test_long_blanks() -> None:
    assert list(split_sentences("Ja." + " " * 200_000 + "\nNein")) == [(0, 3), (200_004, 200_008)]
