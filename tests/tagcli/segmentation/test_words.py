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
        "foo|:|bar|,|baz R&B AT&T AC|/|DC C|++ Alpha–Beta",
        "Das Haus|.|Der Hund lief weg|.",
        "Brot|, Butter usw.|, dann usw|.",
        # the web
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


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("a", 1), ("'", 1), (".", 1), ("a-", 2), ("a'", 2), ("l'", 100_001), ("1.", 2), ("a.", 1),
        ("a@", 2), ("#1", 200_000), ("👍\u200d", 1), (" ", 0), ("a ", 100_000),
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
