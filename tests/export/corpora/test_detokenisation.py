"""Tokens into text as it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.detokenisation import LANGUAGES, natural_spans, natural_text

PARTS = [
    *"'\"’“”„‚‘»«`-–/.,:;!?…%°$#@_+([)]n", "''", "``", "'s", "n't", "l'", "po'", "-ci", "-Chef",
    "http", "t", "co", "3", "1999", "1:0", "und", "O", "Rock", "J.", "''Foo", 'Foo"', "million",
]  # fmt: skip
TOKENS = st.lists(st.sampled_from(PARTS) | st.text("aÉ9.'-ß", min_size=1, max_size=4), max_size=14)


def _natural(text: str, language: str) -> str:
    return natural_text(text.split(" "), language)[0]


@pytest.mark.parametrize(
    ("language", "tokens", "text"),
    [
        ("de", "Er kam ( spät ) , oder ?", "Er kam (spät), oder?"),
        ("de", 'Das " Haus " und " Heim " .', 'Das "Haus" und "Heim".'),
        ("de", "„ Welt “ , das » Blatt « , « nicht »", "„Welt“, das »Blatt«, «nicht»"),
        ("de", "Kupfer - und Zinnerz - das Beste", "Kupfer- und Zinnerz - das Beste"),
        ("de", "1999 – 2001 das 1:0 - Tor , 2016 / 17", "1999–2001 das 1:0-Tor, 2016/17"),
        ("de", "am 11 . 01 . 2016 um 15 : 59 Uhr", "am 11.01.2016 um 15:59 Uhr"),
        ("de", "Einnahmen und -ausgaben der Bank -Chefs", "Einnahmen und -ausgaben der Bank-Chefs"),
        ("de", "Jetzt reicht ' s .", "Jetzt reicht's."),
        ("de", "Siehe https : / / t . co / aB3 # Polizei", "Siehe https://t.co/aB3 #Polizei"),
        ("de", "Ende : http : / / t . co . Neu", "Ende: http://t.co. Neu"),
        ("en", "He does n't say we 'll go , it 's $ 5 .", "He doesn't say we'll go, it's $5."),
        ("en", "O ' Neill 's 50 % of Rock ' n ' Roll", "O'Neill's 50% of Rock 'n' Roll"),
        ("en", "both nations ' weapons and ' loss ' .", "both nations' weapons and 'loss'."),
        ("en", "both nations ' weapons .", "both nations' weapons."),
        ("en", "`` Foo '' and ' '' Bar '' '", "``Foo'' and '''Bar'''"),
        ("en", 'made 10 " million and " more " .', 'made 10" million and "more".'),
        ("en", "( 6 – 4 , 7 - 5 ) win ... yes", "(6–4, 7-5) win... yes"),
        ("en", "RT @ user : # tag at 25 ° C and / or", "RT @user: #tag at 25° C and/or"),
        ("en", "‘ 1984 ’ and ‘ Emma ’ , ‘ B52 ’ 50 times", "‘1984’ and ‘Emma’, ‘B52’ 50 times"),
        ("en", "by Warner Bros. . Then", "by Warner Bros. . Then"),
        ("fr", "L' eau , jusqu' au « Palais » : oui !", "L'eau, jusqu'au « Palais » : oui !"),
        ("fr", "Celui -ci dit -il aujourd'hui à 63 %", "Celui-ci dit-il aujourd'hui à 63 %"),
        ("fr", "en 52 av. J. - C. , l’ « Iliade »", "en 52 av. J.-C., l’« Iliade »"),
        ("it", "Un po' dell' acqua d' Italia « vera » .", "Un po' dell'acqua d'Italia «vera»."),
        ("it", "anni ' 50 , n ° 37 e 3 ' 48", "anni '50, n° 37 e 3'48"),
        ("it", "— Ebbene , c' è ? —", "— Ebbene, c'è? —"),
    ],
)  # fmt: skip
def test_text_is_spaced_as_it_is_written(language: str, tokens: str, text: str) -> None:
    assert _natural(tokens, language) == text


@given(st.sampled_from(LANGUAGES), TOKENS)
def test_tokens_keep_their_characters_and_order(language: str, tokens: list[str]) -> None:
    text, spans = natural_text(tokens, language)
    assert text.replace(" ", "") == "".join(tokens)
    assert [text[start:end] for start, end in spans] == tokens
    assert text == text.strip()
    assert "  " not in text


@given(st.sampled_from(LANGUAGES), TOKENS.filter(bool), st.data())
def test_entities_hold_the_same_characters(
    language: str, tokens: list[str], data: st.DataObject
) -> None:
    old, spaced = [], " ".join(tokens)
    for token in tokens:
        start = old[-1][1] + 1 if old else 0
        old.append((start, start + len(token)))
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = data.draw(st.integers(first, len(tokens) - 1))
    text, new = natural_text(tokens, language)
    entity = (old[first][0], old[last][1], "PER")
    ((start, end, label),) = natural_spans(old, new, [entity])
    assert (start, end, label) == (new[first][0], new[last][1], "PER")
    assert text[start:end].replace(" ", "") == spaced[entity[0] : entity[1]].replace(" ", "")


def test_an_entity_inside_a_token_moves_with_it() -> None:
    assert natural_spans([(0, 4), (5, 9)], [(0, 4), (4, 8)], [(6, 8, "LOC")]) == [(5, 7, "LOC")]
    with pytest.raises(ValueError, match="LOC from 4 to 5 has no token"):
        natural_spans([(0, 4), (5, 9)], [(0, 4), (4, 8)], [(4, 5, "LOC")])
