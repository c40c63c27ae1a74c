"""Words: what the cutter keeps whole, what it cuts, and that no character is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.segmentation.words import cut_words


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in cut_words(text)]


# Words are written here with a bar between them and a blank where the text has one.
@pytest.mark.parametrize(
    "marked",
    [
        # French
        "Aujourd'hui|, l'|hôtel d'|Anne n'|est pas ouvert|.",
        "Il attend qu’|elle vienne jusqu’|à Nantes|.",
        "la presqu'île|, c'est-à-dire le Val-d'Oise et quelqu'un",
        "Celui|-ci vient|-il|, et y a|-t|-il d'|autres rendez-vous|?",
        "Rome en 44 av. J.-C. fut grande|.",
        "On voit l'|« ami » et d'|\"|Anna|\"|.",
        # Italian
        "L'|Aquila è nell'|Italia centrale|, c'|è un'|amica dell’|artista|.",
        "Un po' di pane all'|angolo di Sant'|Elmo|.",
        "Nacque nel 63 a.C. a Capua|.",
        # English
        "It|'s Anna|'s dog|, they|'re late and I|'ll go|.",
        "We do|n't know|, you ca|n’t and he is|N'T here|.",
        "James|' brother met O'Brien|.",
        "Mr. Reed of Acme Inc. left the U.S. at 5 p.m. with J. R. Smith|.",
        "the king of the U.S.|'s coast|, e.g. Maine|, No. 5 and no. 7|.",
        # German
        "Das gibt|'s in Baden-Württemberg und bei Jean-Pierre nicht|.",
        "Am 3. Oktober kam Dr. Maier z. B. aus St. Gallen|, z.B. heute|.",
        "Der 1. FC Köln und Ludwig XIV. von Frankreich",
        "Grund|- und Hauptschule|, der Formel-1|-|Fahrer",
        "Der 2:1|-|Sieg der Saison 1998|/|99 im 20-jährigen Spiel",
        # numbers
        "3,14 und 1.000 um 10:30 Uhr|, 400'000|, 50|%|, 12|€|, 1990|-|1995|, 2001|–|2003",
        "am 9/10/2014 mit 80 km/h und 3 m/s bei 5 °C",
        # punctuation
        "Er ging|... Sie kam|… und|/|oder nicht|?! (|Ja|) [|so|] „|gut|“ »|so|« –|nein|—|doch",
        "foo|:|bar|,|baz R&B AT&T AC|/|DC C++ Alpha–Beta",
        "Das Haus|.|Der Hund lief weg|.",
        "Brot|, Butter usw.|, dann usw|.",
        # names with signs
        "C++|, C#|, C++11|, C++-Code|, A+++ und .NET|, ASP.NET bei Canal+|. a|+|b a|#b 50|+",
        "n° 5|, N°|5 und 20|°| x|°",
        "Kolleg*innen|, Schüler*in|, Student:innen|, Bürger_innen|, a|*|b 2|*|3 und so|:|innerhalb",
        "la 'Ndrangheta|, la ’ndrangheta und ‘s-Hertogenbosch|, '|nein|' '|Nein|'",
        "Abd al-'Aziz und al-’Arabi|, Ex|-|'|Spiegel|'|-|Chef",
        "㈜한화와 대우㈜|(|주|)",
        # what is glued on
        "Anna Berger|¹ und Max|²|,|³ in Kassel|①|. Bonn|.|² km² 100m² E² Curie|ª 1ª",
        "Die _|New York Times|_ über _|Kassel|_|. a_b ____ @_max_ l'|_|Aquila|_",
        "Anna|&nbsp;|Berger &quot;|Siemens|&quot;|, &lt;|Bosch|&gt;|, AT&T|, M&uuml;ller",
        "Kowalczyk|1,2 Silva4,70 EUR3,5",
        # the web
        "a@b.de|,|c@d.de|;|mailto:a.b@c-d.de|,|Mail|:|c@d.de a@b.de|. minji@a.example|로 https://a.example/b|에서",
        "Siehe https://example.org/wiki/A_(b)|, (|http://x.example/y|)|. www.example.com/?a=b|!",
        "Mail an max.muster-mann@mail.example.org|, @max_m|'s #Köln24 und #|1|.",
        # other scripts
        '서울에서 "|한산도|"|를 보았다|.|그는 (|漢城|)|에 갔다|.',
        "東京都|。|大阪|、|京都",
    ],
)
def test_words(marked: str) -> None:
    assert cut(marked.replace("|", "")) == marked.replace("|", " ").split()


@pytest.mark.parametrize(
    "word",
    [
        "👍🏽", "👨‍👩‍👧‍👦", "🇫🇷", "1️⃣", "❤️",
        "x\u0301y", "Donau\u00addampf", "a\u200db", "می\u200cشود",
        "\U0001f469\U0001f3fd\u200d\u2695\ufe0f",
    ],
)  # fmt: skip
def test_sequences_stay_whole(word: str) -> None:
    assert cut(f"so {word} {word} so") == ["so", word, word, "so"]


def test_flags_part() -> None:
    assert cut("🇩🇪🇫🇷") == ["🇩🇪", "🇫🇷"]


def test_format_characters_are_words() -> None:
    assert cut("a\u200bb \u200fc") == ["a", "\u200b", "b", "\u200f", "c"]


def test_every_blank_parts_words() -> None:
    assert cut("a\u00a0b\u2028c\u0085d\u3000e\u202ff\x1cg") == list("abcdefg")


def test_empty() -> None:
    assert cut_words("") == []
    assert cut_words(" \n\u00a0") == []


PIECES = [
    "a",
    "Dr",
    "St",
    "l",
    "d",
    "qu",
    "n't",
    "'s",
    "'",
    "’",
    ".",
    "..",
    ",",
    ":",
    "-",
    "–",
    "/",
]
PIECES += ["1", "23", "@", "#", "http://", "www.", "(", ")", '"', " ", "\n", "\u00a0", "\u2028"]
PIECES += [
    "é",
    "e\u0301",
    "\u00ad",
    "\u200d",
    "\u200b",
    "👍",
    "🏽",
    "🇩",
    "가",
    "다",
    "東",
    "I",
    "XIV",
]


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_words_cover_the_text_in_order(text: str) -> None:
    end = 0
    for start, stop in cut_words(text):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        assert not any(char.isspace() for char in text[start:stop])
        end = stop
    assert not text[end:].strip()


# All that may join, with what may stand beside it: marks are letters of a word, and joints may
# follow each other.
JOINTS = [*".-'’ʼ`´‘&@:,+*·–_#°=~‐‑－", "\u00ad", "\u200d", "\u0301", "¹", "①", "ª", "㈜"]
BESIDE = [*"aAnNBz13 가東é", "al", "in", "innen", "NET", "Ndr", "l", "&amp;", "I", "n't"]


@given(st.lists(st.sampled_from([*JOINTS, *JOINTS, *BESIDE]), max_size=12).map("".join))
def test_joints_in_any_order(text: str) -> None:
    spans = cut_words(text)
    assert "".join(text[start:end] for start, end in spans) == "".join(text.split())
    assert all(start < end for start, end in spans)
    assert [start for start, _ in spans] == sorted({start for start, _ in spans})


@pytest.mark.parametrize(
    "text",
    ["a-bʼ c", "V.ʼ", "_ʼ", "don'tʼ", "3,5ʼ", "가–ʼ", "Donau\u00adʼ", "ʼʼʼ", "al-ʼAziz", "a.-ʼ"],
)
def test_the_letter_apostrophe_beside_other_joints(text: str) -> None:
    assert cut(text.replace("ʼ", "’")) == [word.replace("ʼ", "’") for word in cut(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Anna-Lena Berger-Maier wohnt in Baden-Baden, Grund- und Hauptschule, 20-jährig",
        "Celui-ci vient-il? Y a-t-il Aix-en-Provence, c'est-à-dire 1990-1995?",
        "l’avocat d’Anna n’est pas là, qu’il dit; dell’Aquila, po’ di",
        "Anna’s dog, James’ brother, they’re late; we don’t, O’Brien, ’s-Hertogenbosch",
    ],
)
@pytest.mark.parametrize("marks", ["‐’", "‑ʼ", "－＇", "-`"])
def test_other_hyphens_and_apostrophes_are_cut_as_the_usual_ones(text: str, marks: str) -> None:
    hyphen, apostrophe = marks
    if apostrophe == "`":  # which is one between letters alone
        text = text.replace("po’ ", "").replace("James’ ", "").replace(" ’s-", " s-")
    usual = "'" if apostrophe == "＇" else "’"
    changed = text.replace("-", hyphen).replace("’", apostrophe)
    expected = cut_words(text.replace("’", usual))
    assert cut_words(changed) == expected


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("a", 1), ("'", 1), (".", 1), ("a-", 2), ("a'", 2), ("l'", 100_001), ("1.", 2), ("a.", 1),
        ("a@", 2), ("a@b,", 100_000), ("a@가", 2), ("C++", 133_331), ("_", 1), ("a_", 2), ("¹", 1),
        ("&lt;", 50_000), ("#1", 200_000), ("👍\u200d", 1), (" ", 0), ("a ", 100_000),
    ],
)  # fmt: skip
def test_long_runs(unit: str, words: int) -> None:
    text = unit * (200_000 // len(unit))
    spans = cut_words(text)
    assert sum(end - start for start, end in spans) == len(text) - text.count(" ")
    if unit not in ("l'", "#1", "a."):
        assert len(spans) == words


def test_long_address_tail() -> None:
    assert len(cut_words("http://a" + ")" * 200_000)) == 200_001


def test_long_blank_after_abbreviation() -> None:
    assert cut("Dr." + " " * 200_000 + '"' * 5) == ["Dr", "."] + ['"'] * 5
