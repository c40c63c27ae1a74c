"""The CoNLL reader."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.readers.base import ReaderOptions
from tagcli.readers.columns import cells_of
from tagcli.readers.conll import read_conll
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input, Line
from tagcli.readers.registry import INPUT_FORMATS
from tests.support.reading import fails, read, tokens_of

if TYPE_CHECKING:
    from pathlib import Path

    from tagcli.errors import DataError

ODD = "a\u2028b\x85c\x0bd\re\xa0f\x0cg"


def test_conll_sentences() -> None:
    documents = read("conll", "Angela\tB-PER\nMerkel\tI-PER\n\nRom\tB-LOC\n")
    assert [document.text for document in documents] == ["Angela Merkel", "Rom"]
    assert [tokens_of(document) for document in documents] == [["Angela", "Merkel"], ["Rom"]]
    assert [document.line for document in documents] == [1, 4]


def test_conll_keeps_its_lines() -> None:
    text = "# one\n\n# two\nAngela  X O\nMerkel X  O\n\n\nRom X O\n\n# end\n"
    first, second, last = read("conll", text)
    assert first.conll is not None
    assert first.conll.before == ("# one", "", "# two")
    assert first.conll.tokens == ("Angela  X O", "Merkel X  O")
    assert second.conll is not None
    assert second.conll.before == ("",)
    assert last.conll is not None
    assert last.conll.tokens == ()
    assert "# end" in last.conll.before


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("#hashtag O\nBerlin O", ["#hashtag", "Berlin"]),
        ("#\tO\nBerlin\tO", ["#", "Berlin"]),
        ("# 7\tO\nBerlin\tO", ["# 7", "Berlin"]),
        ("# comment\nBerlin O", ["Berlin"]),
        ("# comment O\n# 2\nBerlin O", ["Berlin"]),
        ("# O\nBerlin O", ["#", "Berlin"]),
        ("#\nBerlin O", ["Berlin"]),
        ("#hashtag\nBerlin O", ["Berlin"]),
        ("## id\t<Berlin:LOC>\nBerlin\tO", ["Berlin"]),
        ("## id\tBerlin\nBerlin\tO", ["Berlin"]),
        ("##\tO\nBerlin\tO", ["##", "Berlin"]),
        ("#\thttp://example.org\t[2010]\t\nBerlin\tO\tO\tO", ["Berlin"]),
        ("# id 1\tdomain=de\nBerlin _ _ O", ["Berlin"]),
        ("; Berlin ist gross\n$Berlin\nBerlin\tNNP\tO", ["Berlin"]),
        (";\tO\n$\tO\nBerlin\tO", [";", "$", "Berlin"]),
        ("; O\nBerlin O\n; O\n$ O", [";", "Berlin", ";", "$"]),
        ("#\tPER\nAnna\tPER\nlebt\tO", ["#", "Anna", "lebt"]),
        ("# NN\nBerlin NE", ["Berlin"]),
        ("Berlin NE\n# NN", ["Berlin", "#"]),
        ("#\tNN\nBerlin\tNE", ["#", "Berlin"]),
        ("Berlin O\n# O", ["Berlin", "#"]),
        ("#\tO", ["#"]),
    ],
)
def test_conll_comments_and_hashes(text: str, tokens: list[str]) -> None:
    (document,) = read("conll", text)
    assert tokens_of(document) == tokens


def test_conll_tokens_are_taken_as_they_are() -> None:
    (document,) = read("conll", f"{ODD}\tO\nNew York\tB-LOC\n``\tO\n-LRB-\tO\n각\tO")
    assert tokens_of(document) == [ODD, "New York", "``", "-LRB-", "각"]
    assert document.text == " ".join([ODD, "New York", "``", "-LRB-", "각"])


def test_conll_blank_lines_may_hold_blanks() -> None:
    assert [d.text for d in read("conll", "a O\n \t \nb O\n\u00a0 O")] == ["a", "b \u00a0"]


def test_conll_token_column() -> None:
    (document,) = read("conll", "1\tBerlin\tO\n2\tliegt\tO", token_column=2)
    assert tokens_of(document) == ["Berlin", "liegt"]


@pytest.mark.parametrize("separator", ["-DOCSTART-", "-DOCSTART- -X- -X- O", "-DOCSTART-\tO",
                                       "-DOCSTART- (1 EU)", "--DOCSTART--", "-DOCEND- O",
                                       "\ufeff-DOCSTART- O"])  # fmt: skip
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_conll_document_separators_are_no_text(separator: str, gap: str) -> None:
    text = f"{separator}{gap}Berlin O\n{separator}{gap}Rom O\n\n{separator}\n"
    first, second, last = read("conll", text)
    assert [first.text, second.text, last.text] == ["Berlin", "Rom", ""]
    assert last.holds_only_comments
    for document in (first, second, last):
        assert document.conll is not None
        assert separator in document.conll.before


def test_conll_a_separator_in_another_column() -> None:
    (document,) = read("conll", "0\t-DOCSTART-\tO\n1\tRom\tB-LOC\n2\tliegt\tO\n")
    assert document.text == "Rom liegt"


@pytest.mark.parametrize(
    "mark",
    ["-docstart-", "DOCSTART", "[DOCSTART]", "DOCSTART O", "-DocStart-\t-X-\tO", "<DOCSTART>"],
)
def test_conll_marks_of_documents_that_stand_alone_are_no_text(mark: str) -> None:
    documents = read("conll", f"{mark}\n\nBerlin O\nliegt O\n\n{mark}\n\nRom O\n")
    assert [document.text for document in documents] == ["Berlin liegt", "Rom"]
    (inside,) = read("conll", "Berlin O\nDOCSTART O\n")
    assert inside.text == "Berlin DOCSTART"


@pytest.mark.parametrize("line", ["<doc id=1>", "</doc>", "<s>", "</s>", "<p n='2'>", "<g/>"])
@pytest.mark.parametrize("gap", ["\t", " "])
def test_conll_lines_of_markup_are_no_text(line: str, gap: str) -> None:
    rows = f"{line}\nAnna{gap}B-PER\n{line}\nlebt{gap}O\n<b>{gap}O\n{line}\n"
    documents = [one for one in read("conll", rows) if not one.holds_only_comments]
    assert " ".join(document.text for document in documents) == "Anna lebt <b>"
    assert len(documents) == (1 if line == "<g/>" else 2)


@pytest.mark.parametrize("line", ["// von Hand", "% von Hand am 1. Mai", "%%", "//"])
@pytest.mark.parametrize("gap", ["\t", " "])
def test_conll_other_comments_are_no_text(line: str, gap: str) -> None:
    rows = f"{line}\nAnna{gap}B-PER\nlebt{gap}O\n\n{line}\n5{gap}O\n%{gap}O\n//{gap}O\n/{gap}O\n"
    assert [one.text for one in read("conll", rows)] == ["Anna lebt", "5 % // /"]


@pytest.mark.parametrize("name", ["-DOCSTART", "DOCSTART-", "-DOCSTARTS-", "x-DOCSTART-"])
def test_conll_tokens_that_are_no_separators(name: str) -> None:
    (document,) = read("conll", f"{name} O\nRom O\n")
    assert document.text == f"{name} Rom"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna\tB-PER \nlebt\tO\n", "Anna lebt"),
        ("Anna\tB-PER\t\nlebt\tO\t\n", "Anna lebt"),
        ("Anna\tB-PER\nlebt\tO\t\t \n", "Anna lebt"),
        ("Anna B-PER\t\nlebt O\n", "Anna lebt"),
        ("Anna \t B-PER\n lebt\tO\n", "Anna lebt"),
        ("Anna\tB-PER\n \tO\n\tO\nlebt\tO\n", "Anna   lebt"),
        ("Anna B-PER\n O\nlebt O\n", "Anna  lebt"),
        ('"Anna"\t"B-PER"\n"""x"""\t"O"\n', 'Anna "x"'),
        ('"\tO\n"Anna"\tO\n', '" "Anna"'),
        ("\ufeffAnna\tO\n\ufefflebt\tO\n", "Anna lebt"),
        ("Anna\tB-PER\tx\nlebt\tO\t\n", "Anna lebt"),
        ("Anna\tB-PER\nlebt\t\n", "Anna lebt"),
        ("Anna\tB-PER\nNew York\t\nlebt\t \n", "Anna New York lebt"),
        ("1\tAnna\tB-PER\n2\tlebt\t\n3\tin\tO\n", "Anna lebt in"),
        ("Anna\tB-PER\r\r\nlebt\tO\r\r\n", "Anna lebt"),
        ("Anna B-PER\r\nlebt O\r\r\n\r", "Anna lebt"),
        ("Anna\tB-PER\u00a0\nlebt\tO \u3000\n", "Anna lebt"),
        ("de:Anna\tB-PER\nde:lebt\tO\nde:.\tO\n", "Anna lebt ."),
        ("de:Anna\tB-PER\nde:lebt\tO\nen:.\tO\n", "de:Anna de:lebt en:."),
        ("http://a.de\tB-PER\nhttp://b.de\tO\nhttp://c\tO\n", "http://a.de http://b.de http://c"),
    ],
)
def test_conll_blanks_quotes_and_marks_are_no_text(text: str, expected: str) -> None:
    (document,) = read("conll", text)
    assert document.text == expected
    assert document.conll is not None
    assert len(document.conll.tokens) == len(tokens_of(document))
    assert len({len(cells) for cells in cells_of(document.conll)}) == 1


def test_conll_blanks_behind_tags_are_no_part_of_them() -> None:
    (document,) = read("conll", "Anna\tB-PER\u00a0\nlebt\tO\r\r\nin\t\n")
    assert document.conll is not None
    assert cells_of(document.conll) == [["Anna", "B-PER"], ["lebt", "O"], ["in", ""]]


@pytest.mark.parametrize("rows", ["Anna B-PER\rlebt O\r\r", "Anna\tB-PER\rlebt\tO\r\rEva\tO\r"])
@pytest.mark.parametrize("before", ["", "# a\n", "Max O\n"])
def test_conll_of_lone_carriage_returns_is_refused(rows: str, before: str) -> None:
    assert "lone carriage returns" in fails("conll", before + rows)


@pytest.mark.parametrize("language", ["de", "ko", "als"])
def test_conll_a_language_in_front_of_all_tokens_is_told_once(language: str) -> None:
    told: list[str] = []
    rows = "\n\n".join("\n".join(f"{language}:{token}\tO" for token in one) for one in SENTENCES)
    documents = read("conll", rows, on_guess=told.append)
    assert [tokens_of(document) for document in documents] == SENTENCES
    assert [f"{language}:" in one for one in told] == [True]


def test_conll_a_blank_line_may_hold_a_byte_order_mark() -> None:
    assert [d.text for d in read("conll", "a O\n\ufeff\nb O\n")] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "tokens", "guesses"),
    [
        ("1\tAnna\tO\n2\tlebt\tO\n", ["Anna", "lebt"], 1),
        ("0 Anna O\n1 lebt O\n", ["Anna", "lebt"], 1),
        ("1\tAnna\n2\tlebt\n", ["Anna", "lebt"], 1),
        ("1\tO\n2\tO\n", ["1", "2"], 0),
        ("1\tCD\tO\n2\tCD\tO\n", ["1", "2"], 0),
        ("2\tAnna\tO\n3\tlebt\tO\n", ["2", "3"], 0),
        ("2\tAnna\tO\n3\tlebt\tO\n4\tin\tO\n", ["Anna", "lebt", "in"], 1),
        ("7\tin\tO\n8\tUlm\tO\n\n1\tEva\tO\n", ["in", "Ulm"], 1),
        ("1\tAnna\tO\n3\tlebt\tO\n", ["Anna", "lebt"], 1),
        ("1\tAnna\tO\nx\tlebt\tO\n", ["1", "x"], 0),
        ("1\tMai\tO\n", ["1"], 0),
        ("1-2\tZum\t_\n1\tZu\tO\n2\tdem\tO\n2.1\tx\t_\n", ["Zum"], 1),
        ("0.1\tx\tO\n1\tZu\tO\n2\tdem\tO\n", ["Zu", "dem"], 1),
        ("B-PER\tAnna\nO\tlebt\n", ["Anna", "lebt"], 1),
        ("O\tAnna\nO\tlebt\n", ["O", "O"], 0),
    ],
)
def test_conll_a_first_column_that_counts_is_an_index(
    text: str, tokens: list[str], guesses: int
) -> None:
    told: list[str] = []
    document, *_ = read("conll", text, on_guess=told.append)
    assert tokens_of(document) == tokens
    assert len(told) == guesses


SENTENCES = [["Anna", "Berger", "lebt", "in", "Ulm"], ["Sie", "mag", "Kassel"]] * 3


def in_columns(*fronts: list[str], gap: str = "\t", behind: str = "O") -> str:
    """Rows of SENTENCES with columns in front, whose cells go on from sentence to sentence."""
    cells = iter(list(zip(*fronts, strict=True)))
    return "\n\n".join(
        "\n".join(gap.join([*next(cells), token, behind]) for token in sentence)
        for sentence in SENTENCES
    )


COUNTED = [str(i + 1) for one in SENTENCES for i in range(len(one))]
TOTAL = len(COUNTED)


def changed(at: int, cell: str) -> list[str]:
    return [*COUNTED[:at], cell, *COUNTED[at + 1 :]]


@pytest.mark.parametrize(
    "fronts",
    [
        [COUNTED],
        [changed(2, "2")],
        [changed(4, "9")],
        [changed(0, "0")],
        [[str(int(cell) * 10) for cell in COUNTED]],
        [[str(int(cell) + 4) for cell in COUNTED]],
        [[str(i * 7) for i in range(TOTAL)]],
        [[f"s1.{i}" for i in range(TOTAL)]],
        [[f"1-{i}" for i in COUNTED]],
        [[f"t_{i}" for i in COUNTED]],
        [["doc1"] * TOTAL],
        [["de"] * TOTAL, COUNTED],
        [["bc/cctv/00/cctv_0000"] * TOTAL, ["0"] * TOTAL, COUNTED],
        [[f"1-{i}" for i in COUNTED], [f"{i}-{int(i) + 1}" for i in COUNTED]],
        [COUNTED, [str(i * 7) for i in range(TOTAL)], [str(i * 7 + 6) for i in range(TOTAL)]],
    ],
)
@pytest.mark.parametrize("gap", ["\t", "  "])
def test_conll_columns_in_front_of_the_token(fronts: list[list[str]], gap: str) -> None:
    told: list[str] = []
    documents = read("conll", in_columns(*fronts, gap=gap), on_guess=told.append)
    assert [tokens_of(document) for document in documents] == SENTENCES
    assert len(told) == 1
    assert f"column {len(fronts) + 1}," in told[0]
    header = gap.join([*("abcdefg"[: len(fronts)]), "Form", "NER"])
    documents = read("conll", f"{header}\n{in_columns(*fronts, gap=gap)}")
    assert [tokens_of(document) for document in documents] == SENTENCES


@given(st.integers(0, 20), st.lists(st.integers(1, 5), min_size=TOTAL, max_size=TOTAL))
def test_conll_numbers_that_rise_are_an_index_wherever_they_begin(
    first: int, steps: list[int]
) -> None:
    numbers = [str(first + sum(steps[:i])) for i in range(TOTAL)]
    documents = read("conll", in_columns(numbers))
    assert [tokens_of(document) for document in documents] == SENTENCES


def test_conll_behind_indexed_sentences_a_row_without_a_number_is_bad() -> None:
    told: list[DataError] = []
    rows = in_columns(changed(6, "mag"))
    documents = read("conll", rows, on_error=told.append)
    assert [tokens_of(document) for document in documents] == [SENTENCES[0], *SENTENCES[2:]]
    (error,) = told
    assert (error.line, "'mag'" in error.problem) == (8, True)


def test_conll_numbers_that_do_not_rise_are_told() -> None:
    told: list[str] = []
    numbers = [str(-int(cell) % 7) for cell in COUNTED]
    read("conll", in_columns(numbers), on_guess=told.append)
    assert ["--token-column 2?" in one for one in told] == [True]
    told.clear()
    read("conll", in_columns(numbers), on_guess=told.append, token_column=1)
    assert told == []


@pytest.mark.parametrize(
    "header",
    ["text ner", "sentence tag", "Token Gold", "Word Class", "token IOB2", "형태소 개체명",
     "Parola Etichetta", "Wort NE", "x y"],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\t", " "])
@pytest.mark.parametrize(
    "tags", ["B-PER I-PER O O B-LOC", "PER-B PER-I O O LOC-B", "PER PER O O LOC"]
)
def test_conll_names_of_columns_are_no_text(header: str, gap: str, tags: str) -> None:
    rows = "\n".join(map(gap.join, zip(SENTENCES[0], tags.split(), strict=True)))
    for between in ("\n", "\n\n"):
        documents = read("conll", f"{header.replace(' ', gap)}{between}{rows}\n\n{rows}")
        assert [tokens_of(document) for document in documents] == [SENTENCES[0]] * 2


@pytest.mark.parametrize(
    "first", ["PER", "LOC", "EVENT", "B PER", "-PER", "B-", "-B", "O", "B-EVENT", "_"]
)
def test_conll_a_first_row_whose_tag_is_odd_is_no_header(first: str) -> None:
    rows = f"Max\t{first}\nAnna\tB-PER\nBerger\tI-PER\nlebt\tO\nin\tO\nUlm\tB-LOC"
    (document,) = read("conll", rows)
    assert tokens_of(document) == ["Max", *SENTENCES[0]]


ONTONOTES = """#begin document (bc/cctv/00/cctv_0000); part 000
bc/cctv/00/cctv_0000   0    0    Anna  NNP  (TOP(S(NP*  -  -  -  Spk  (PERSON*  (ARG0*  (12
bc/cctv/00/cctv_0000   0    1  Berger  NNP           *) -  -  -  Spk        *)       *)  12)
bc/cctv/00/cctv_0000   0    2    lebt  VBZ      (VP*)) live 01 1 Spk         *     (V*)   -

bc/cctv/00/cctv_0000   0    0          Ja   UH   (TOP(X*)) -  -  -  Spk         *   -
bc/cctv/00/cctv_0000   0    1           .    .           *  -  -  -  Spk         *   -

#end document
"""


def test_conll_of_ontonotes() -> None:
    first, second, _ = read("conll", ONTONOTES)
    assert (first.text, second.text) == ("Anna Berger lebt", "Ja .")
    assert "columns" in fails("conll", ONTONOTES.replace("(12\n", "(12 x\n"))


WEBANNO = """#FORMAT=WebAnno TSV 3
#T_SP=de.tudarmstadt.NamedEntity|value


#Text=Anna lebt.
1-1\t0-4\tAnna\tPER\t
1-2\t5-9\tlebt\t_\t
1-2.1\t5-6\tl\t_\t
1-3\t9-10\t.\t_\t

#Text=Ja!
2-1\t11-13\tJa\t_\t
2-2\t13-14\t!\t_\t
"""


def test_conll_of_webanno() -> None:
    assert [document.text for document in read("conll", WEBANNO)] == ["Anna lebt .", "Ja !"]


def test_conll_an_index_may_go_on_from_sentence_to_sentence() -> None:
    text = "1\tAnna\tO\n2\tlebt\tO\n\n3\tMax\tO\n\n4\tEva\tO\n"
    assert [document.text for document in read("conll", text)] == ["Anna lebt", "Max", "Eva"]
    texts = [document.text for document in read("conll", text, token_column=1)]
    assert texts == ["1 2", "3", "4"]


def test_conll_lines_between_rows_are_kept() -> None:
    text = "# a\nTOKEN NER\nAnna B-PER\n# b\n# c d e\nlebt O\n# end\n\nRom B-LOC\n"
    first, second = read("conll", text)
    assert (first.text, second.text) == ("Anna lebt", "Rom")
    assert first.conll is not None
    assert first.conll.before == ("# a", "TOKEN NER")
    assert first.conll.between == ((1, "# b"), (1, "# c d e"), (2, "# end"))


@pytest.mark.parametrize("odd", ["Anna B-PER x\n\n", "a b c d\n\n", "alone\n\n"])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_conll_one_odd_sentence_is_the_bad_one(odd: str, place: int) -> None:
    good = ["Max B-PER\nMuster I-PER\n\n", "Eva B-PER\n\n", "Kassel B-LOC\n\n"]
    told: list[DataError] = []
    text = "".join([*good[:place], odd, *good[place:]]).rstrip("\n")
    documents = read("conll", text, on_error=told.append)
    assert [document.text for document in documents] == ["Max Muster", "Eva", "Kassel"]
    assert len(told) == 1


def test_conll_the_width_of_most_holds_where_the_first_sentence_came_alone() -> None:
    lines = [Line(1, "Anna B-PER x"), Line(2, ""), None]
    lines += [Line(i, "" if i % 2 else f"t{i} O") for i in range(4, 20)]
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    documents = [d for d in read_conll(iter(lines), "file", options) if d is not None]
    assert [document.text for document in documents][:2] == ["Anna", "t6"]
    assert [error.line for error in told] == [4]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Berlin O\nalone\n", 2),
        ("a X O\nb O\n", 2),
        ("a O\n\nb X O\n", 3),
        ("a\tO\n\nb\tX\tO\n", 3),
        ("# comment\none\n", 2),
        ("#\na O x\nb O\n", 3),
    ],
)
def test_conll_ragged_rows_are_errors(text: str, line: int) -> None:
    assert fails("conll", text).startswith(f"file:{line}: ")


def test_conll_token_column_that_is_not_there() -> None:
    assert "column" in fails("conll", "a O\n", token_column=3)


def test_conll_a_bad_sentence_can_be_left_out() -> None:
    told: list[DataError] = []
    documents = read("conll", "a O\n\nb\nc O\n\nd O\n\ne X O\n", on_error=told.append)
    assert [document.text for document in documents] == ["a", "d"]
    assert [error.line for error in told] == [3, 8]


def test_conll_a_bad_first_sentence_is_not_what_others_are_measured_by() -> None:
    told: list[DataError] = []
    documents = read("conll", "a O\nb X O\n\nc X O\n\nd X O\n", on_error=told.append)
    assert [document.text for document in documents] == ["c", "d"]
    assert [error.line for error in told] == [1]


def test_conll_bad_bytes_take_their_sentence_with_them(tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_bytes(b"a O\n\nb O\n\xff O\nc O\n\nd O\n")
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    documents = list(read_documents(Input(str(path)), None, options))
    assert [document.text for document in documents] == ["a", "d"]
    assert [error.line for error in told] == [4]


def test_conll_sentences_of_one_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_bytes(b"a O\n\n\xff O\n\nd O\n\n\xfe")
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    documents = list(read_documents(Input(str(path)), None, options))
    assert [document.text for document in documents] == ["a", "d"]
    assert [error.line for error in told] == [3, 7]


def test_conll_a_sentence_that_broken_gzip_cuts_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "in.conll.gz"
    rows = "".join(f"{os.urandom(20).hex()} O\n" for _ in range(50))
    path.write_bytes(gzip.compress(f"a O\n\n{rows}".encode())[:-200])
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    (document,) = read_documents(Input(str(path)), None, options)
    assert document.text == "a"
    (error,) = told
    assert "broken gzip" in error.problem
    assert error.line is not None
    assert 3 <= error.line <= 52


def test_conll_of_nothing_but_blank_lines() -> None:
    assert all(not document.text for document in read("conll", "\n\n"))
    assert list(INPUT_FORMATS["conll"](iter(()), "file", ReaderOptions())) == []


ODD_TOKENS = ["#", "##", ";", "$", "1", "2", "0", "1-2", "O", "B-PER", '"', '""', "'", "#a", "-",
              "_", "가", "나", "label", "word", "NN", "PER", "Anna", "lebt"]  # fmt: skip
ASIDES = ["# text = Anna O lebt", "# a b c d e", "## x", "#", "-DOCSTART- -X- O", "-DOCSTART-",
          "; Anna lebt hier heute gern", "$Anna lebt"]  # fmt: skip


@st.composite
def odd_files(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Lines of a file, and the tokens of its sentences."""
    gap, middle = draw(st.sampled_from(["\t", " ", "  "])), draw(st.sampled_from([[], ["NN"]]))
    tag = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC"])
    sentences = draw(st.lists(st.lists(st.sampled_from(ODD_TOKENS), min_size=1), min_size=1))
    sentences[0].insert(0, "Anna")  # a row that could be nothing else
    lines: list[str] = []
    for tokens in sentences:
        lines += draw(st.lists(st.sampled_from(ASIDES), max_size=1))
        for token in tokens:
            mark, end = (
                draw(st.sampled_from(["", "", "\ufeff"])),
                draw(st.sampled_from(["", "", " ", "\t", " \t "])),
            )
            lines.append(mark + gap.join([token, *middle, draw(tag)]) + end)
            lines += draw(st.sampled_from([[], [], ["# x y z = 1 2"]]))
        lines.append("")
    return lines, sentences


@settings(max_examples=300)
@given(odd_files())
def test_conll_rows_are_told_from_what_stands_between_them(
    file: tuple[list[str], list[list[str]]],
) -> None:
    lines, sentences = file
    documents = read("conll", "\n".join(lines))
    found = [tokens_of(document) for document in documents if not document.holds_only_comments]
    assert found == sentences
    kept: list[str] = []
    for document in documents:
        assert document.conll is not None
        between = dict[int, list[str]]()
        for at, line in document.conll.between:
            between.setdefault(at, []).append(line)
        kept += document.conll.before
        for number, row in enumerate((*document.conll.tokens, None)):
            kept += [*between.get(number, ()), *([] if row is None else [row])]
        if document.conll.after is not None and not document.holds_only_comments:
            kept.append(document.conll.after)
    assert [line.rstrip(" \t") for line in kept] == [line.rstrip(" \t") for line in lines]
