"""Which format the first lines show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.readers.recognition import MOST_ROWS, NoText, awaits_more, recognised

if TYPE_CHECKING:
    from collections.abc import Sequence


def shown(lines: Sequence[str]) -> str:
    """The format, looked for as a reader does: with one line more each time."""
    for count in range(1, len(lines) + 1):
        if verdict := recognised(lines[:count], is_all=False):
            return verdict.input_format
    verdict = recognised(lines, is_all=True)
    return "text" if verdict is None else verdict.input_format


PROSE = [
    "TICKETS PER E-MAIL|Anna liest Zeitung|Max sucht Kassel",
    "Spieler X und Spieler O|Anna Berger lebt in Kassel.|Max Muster lebt in Bonn.",
    "Betreff:\tE-Mail|Von:\tAnna Berger|An:\tMax Muster",
    "Betreff:\tE-Mail",
    "Kontakt:\tE-MAIL|Weg:\tS-BAHN",
    "Alexander Van der Bellen verweist auf das B-VG",
    "Neuer Ausweis mit E-ID",
    "Blutgruppe O",
    "Spieler O",
    "Spieler O|Torwart O",
    "Spieler O|Das B-VG|Die E-ID|Die S-BAHN",
    "TICKETS PER E-MAIL|FAHRT MIT S-BAHN|WEITER PER E-AUTO",
    "FAHRT MIT S-BAHN|FAHRT MIT S-BAHN|FAHRT MIT S-BAHN",
    "Das B-VG|Das B-VG|Das B-VG",
    "E-MAIL O|I-CLASS O",
    "Anna O",
    "O",
    "B-LOC",
    "# Reise|Anna lebt in Kassel.",
    "# Reise",
    "## O|# O",
    "#hashtag O",
    "; Anna|Max",
    "$5 kostet es.|Mehr nicht.",
    "Name\tOrt\tBlutgruppe|Anna\tBonn\tO|Max\tKassel\tAB|Eva\tUlm\tO",
    "Name\tOrt|Anna\tKassel|Max\tBonn|Eva\tUlm",
    "1\tAnna\tKassel|2\tMax\tBonn|3\tEva\tUlm",
    "Berlin\tX-LOC",
    "Berlin\tB-",
    "Vitamin\u00a0O",
    "Vitamin\u2028O",
    "DOCSTART O!",
    "a\to",
    "[1]|Anna",
    "[[1]]",
    "[Anna PER] lebt",
    "[[Kassel]]",
    "[|Anna",
    "{|Anna",
    "{Anna} lebt",
    "{'text': 1}",
    "[]",
    "-DOCSTART- is the mark of CoNLL files.",
    "-DOCSTART- O ja|Anna B-PER",
    "Anna wohnt in Kassel.\tLOC|Max mag Ulm.\tLOC|Heute regnet es.\tO",
    "Anna Berger\tPER|Max Muster\tPER|nichts\tO",
    "Anna Berger\tS-Bahn|Max Muster\tO",
    "Kassel\tS-Bahn|Bonn\tO|Ulm\tU-Bahn",
    "Kassel\tB-7|Bonn\tO|Ulm\tB-9",
    "Anna\tHepatitis-B|Max\t-|Eva\tHepatitis-B",
    "1\tAnna Berger wohnt in Kassel.\tO|2\tMax Muster geht.\tO|3\tNa dann.\tO",
    "|".join(f"{i}\tAnna\tKassel\tx\t7\tb\tja\t-\t-\tz{i}" for i in range(1, 5)),
    "|".join(f"Gruppe{i} B-EU" for i in range(12)) + "|Gruppe O",
    "|".join(f"Kassel{i} B-{i}" for i in range(12)) + "|Kassel O",
    "|".join(f"{i} Anna Berger O" for i in range(1, 14)),
    "Anna PER|lebt O|Bonn LOC",
    "Gruppe B-EU|Gruppe I-EU|Gruppe O",
    "Vitamin B-KOMPLEX|Vitamin I-KOMPLEX",
    "Tor\tO|Tor\tX|Tor\tO",
    "Spieler O|Torwart O|",
    "Anna Berger|lebt O|in O",
    "siehe [1]|siehe [2]|siehe [3]",
    "<html>|<p>Anna lebt.</p>",
    "<p>|Anna lebt.",
    "// x|Anna lebt.",
    "% x|Anna lebt.",
    "DOCSTART|Anna lebt.",
    "[Anna] lebt|Max O",
]
CONLL = [
    "-DOCSTART-",
    "-DOCSTART- -X- -X- O",
    "\ufeff-DOCSTART- O",
    "--DOCSTART--\tO|Anna\tO",
    "# text = a|-DOCSTART- O",
    "Berlin\tB-LOC",
    "und\tO",
    "Anna\tB-PER|lebt\tO",
    "# text = Anna lebt|Anna\tB-PER|lebt\tO|",
    "# words = eojeols|# text = a|Anna\tB-PER",
    "# id = 1|Anna B-PER|Berger I-PER|",
    "#hashtag\tO|Anna\tB-PER|lebt\tO",
    "Anna B-PER|Berger I-PER",
    "Anna B-PER|lebt O|in O",
    "Anna NNP B-PER|lives VBZ O|in IN O",
    "Anna\tB-PER\t-\t-|lebt\tO\t-\t-",
    "Anna\tB_PS|lebt\tO|hier\tO",
    "Anna\tPER-B|Berger\tPER-I|lebt\t-",
    "Anna\tPER|lebt\tO|hier\tO",
    "Word\tTag|Anna\tB-PER|lebt\tO",
    "\ufeffAnna\tB-PER|lebt\tO",
    "Anna\tB-PER|lebt\tO\t|hier\tO",
    "Anna\tB-PER|Berger\tE-PER|Max\tS-PER",
    "B-ACTOR\tAnna|O\tlebt|O\thier",
    "1\t비토리오\tPER_B|2\t양일\tDAT_B|3\t만에\t-",
    "1\t비토리오\tCVL_B|2\t양일\tANM_B|3\t만에\t-",
    "Anna\tperson-artist/author|lebt\tO|in\tO",
    "Anna\tB_PER|Berger\tI_PER|lebt\t_",
    "Anna\tB-PER|Berger\tX|lebt\tO",
    "[CLS]\t[CLS]|Anna\tB-PER|lebt\tO",
    "Anna\tner=B-PER|lebt\tner=O|hier\tner=O",
    "Anna\tname=B-PER|lebt\tO|hier\tO",
    "Anna PER_B|lebt O|hier O",
    "Anna PER_B|Berger PER_I|lebt O",
    "Anna b-per|lebt o|hier o",
    "Anna b-per|berger i-per|lebt o",
    "Anna PER|lebt O|in O|Kassel LOC|. O|Ja O",
    "Anna\tS-PER|Kassel\tU-LOC",
    "Anna S-PER|lebt O|in O",
    "Anna B:PER|Berger I:PER|lebt O",
    "Anna PER.B|Berger PER.I|lebt O",
    "|".join(["sie O", "lebt O", ". O", ""] * 4),
    "|".join(["sie PRO O", "lebt V O", ". PUNCT O", ""] * 4),
    "1 Anna O|2 lebt O",
    "Anna U-PER|lebt O|in O",
    '"Anna"\t"B-PER"|"lebt"\t"O"',
    '"Anna" "B-PER"|"lebt" "O"|"hier" "O"',
    "Anna B-PER|lebt O|",
    "Parola Etichetta|Anna B-PER|lebt O|in O|Ulm B-LOC",
    "Wort\tKlasse|Anna\tB-PER|lebt\tO|in\tO|Ulm\tB-LOC",
    "// x|Anna\tB-PER|lebt\tO",
    "<doc id=1>|<s>|Anna\tB-PER|lebt\tO|</s>",
    "DOCSTART||Anna\tB-PER|lebt\tO",
    "[DOCSTART]||Anna\tB-PER|lebt\tO",
    "#begin document (bc/cctv/00/cctv_0000); part 000|a 0 0 Anna NNP * - - - Spk (PERSON) -",
    "#FORMAT=WebAnno TSV 3|||#Text=Anna|1-1\t0-4\tAnna\tPER\t",
    "|".join(f"{i}\tAnna\tAnna\tPROPN\t_\t_\t0\troot\t_\t_" for i in range(1, 4)).replace(
        "2\tAnna", "2\tlebt"
    ),
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_text(text: str) -> None:
    assert shown(text.split("|")) == "text"


@pytest.mark.parametrize("text", CONLL)
def test_conll_is_seen(text: str) -> None:
    assert shown(text.split("|")) == "conll"


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "a"}',
        '{"body": "a"}',
        '\ufeff{"id": 1, "text": "a"}',
        '{"tokens": ["a"]}',
        '{"text": "a"',
    ],
)
def test_jsonl_is_seen(line: str) -> None:
    assert shown(["", line, line]) == "jsonl"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"text": "Anna"}, {"text": "Bonn."}]', "a JSON array"),
        ('[{"text": "Anna"},|{"text": "Bonn."}]', "a JSON array"),
        ('[|  {"text": "Anna"}|]', "a JSON array"),
        ('["Anna lebt.", "Max"]', "a JSON array"),
        ('["Anna lebt.",|"Max"]', "a JSON array"),
        ('[["Anna", "B-PER"], ["lebt", "O"]]', "a JSON array"),
        ('{|  "text": "Anna"|}', "jq -c ."),
    ],
)
def test_json_that_is_no_jsonl_of_texts_is_refused(text: str, said: str) -> None:
    with pytest.raises(NoText, match="JSON") as caught:
        shown(text.split("|"))
    assert said in str(caught.value)


def test_a_very_long_line_is_prose() -> None:
    assert shown(["Anna " * 5_000 + "O"] * 3) == "text"
    assert shown(["Anna\tB-PER", "lebt\t" * 5_000 + "O"]) == "text"


def test_rows_that_say_o_alone_show_little() -> None:
    rows = ["Anna\tO", "lebt\tO", "hier\tO"]
    assert recognised(rows, is_all=True) == ("conll", 1, False)
    assert recognised([*rows, "Max\tB-PER"], is_all=True) == ("conll", 4, False)
    assert recognised(["# text = Anna lebt hier", *rows], is_all=True) == ("conll", 3, True)


def test_a_first_line_of_prose_is_answered_at_once() -> None:
    verdict = recognised(["Anna lebt in Kassel."], is_all=False)
    assert verdict is not None
    assert verdict.input_format == "text"


def test_a_pause_decides_with_what_is_there() -> None:
    for lines in (["Spieler O"], ["# Reise"], ["{"]):
        assert recognised(lines, is_all=False) is None
        verdict = recognised(lines, is_all=True)
        assert verdict is not None
        assert verdict.input_format == "text"
    assert recognised(["# text = Anna lebt"], is_all=True) is None  # its rows will come


@pytest.mark.parametrize(
    "text",
    ["# Reise", "; a", "% a", "[DOCSTART]", "Anna\tB-PER", "a\tb|c\td|e\tf", "<s>", "Anna B-PER"],
)
def test_a_pause_behind_the_first_lines_of_conll_decides_nothing(text: str) -> None:
    assert awaits_more(text.split("|"))
    assert not awaits_more([*text.split("|"), ""])
    assert not awaits_more(text.split("|") * 4)


@pytest.mark.parametrize("text", ["Anna lebt.", "Spieler O", "Das B-VG", "O", "", "Anna", "- Brot"])
def test_a_pause_behind_prose_is_answered(text: str) -> None:
    assert not awaits_more([text])


def test_one_odd_row_among_many_is_none_against_them() -> None:
    rows = ["Anna\tB-PER", "lebt\tO"] * 10
    assert shown([*rows, "Max\tB-PER\tx"]) == "conll"
    assert shown(["Anna B-PER", "lebt O"] * 10 + ["Max B-PER x"]) == "conll"


def test_no_more_lines_are_asked_for_than_it_takes() -> None:
    lines = ["Anna\tB-PER", "lebt\tO"] * MOST_ROWS
    assert recognised(lines[:MOST_ROWS], is_all=False) == ("conll", MOST_ROWS, False)
    assert recognised(["# a"] * 500, is_all=False) == ("text", 0, False)


WORDS = ["Anna", "lebt", "in", "Kassel", "E-MAIL", "S-BAHN", "B-VG", "E-ID", "I-AM", "O", "E-Mail",
         "PER", "und", "Spieler", ".", "#", "O!", "B-TREE"]  # fmt: skip
TAG_LIKE = {"PER", "E-MAIL", "S-BAHN", "B-VG", "E-ID", "I-AM", "O", "E-Mail", "B-TREE"}
lines_of_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)


@given(st.lists(lines_of_words, min_size=1, max_size=8))
def test_lines_of_which_one_ends_in_no_tag_are_prose(lines: list[list[str]]) -> None:
    if any(words[-1] not in TAG_LIKE for words in lines if words[0] != "#"):
        assert shown([" ".join(words) for words in lines]) == "text"


@given(lines_of_words)
def test_one_line_of_words_is_prose(words: list[str]) -> None:
    assert shown([" ".join(words)]) == "text"


types = st.sampled_from(["PER", "LOC", "ORG", "MISC"])
entities = st.tuples(types, st.integers(1, 3))


@given(
    st.lists(st.lists(entities | st.none(), min_size=2, max_size=4), min_size=2, max_size=5),
    st.sampled_from(["\t", " "]),
    st.sampled_from([0, 1, 2]),
    st.booleans(),
    st.sampled_from(["{0}-{1}", "{0}_{1}", "{1}-{0}", "{1}_{0}", "{0}:{1}"]),
)
def test_generated_conll_is_seen(
    sentences: list[list[tuple[str, int] | None]],
    gap: str,
    middle: int,
    commented: bool,
    spelling: str,
) -> None:
    lines: list[str] = []
    for sentence in sentences:
        lines += ["# text = a"] if commented else []
        for one in [*sentence, None, ("PER", 2)]:
            tags = (
                ["O"]
                if one is None
                else [spelling.format("I" if i else "B", one[0]) for i in range(one[1])]
            )
            lines += [gap.join(["Anna", *["NN"] * middle, tag]) for tag in tags]
        lines.append("")
    assert shown(lines) == "conll"
