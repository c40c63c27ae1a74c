"""The columns of CoNLL rows: where they are apart, which of them hold tags, and what a row is."""

from __future__ import annotations

import re
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from tagcli.spellings import (
    NOTHING,
    TYPE_FIRST,
    USUAL,
    Parts,
    Spelling,
    says_nothing,
    spelling_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tagcli.records import ConllRows

BLANKS = " \t\ufeff\r"
"""What a blank line may hold: a byte order mark, too, where files were joined, and what is left of
line ends that were made twice."""

_CAPITALS = re.compile(r"[A-Z][A-Z0-9_-]+")
_BARE = re.compile(r"[^\W\d_][\w/-]*\w")  # Few-NERD: person-artist/author
_MOST_TYPES = 64
_MOST_ODD = 0.1
"""The share of a column's types that may be misspelt, for the reader of tags to complain of."""

_TOKEN_NAMES = {"token", "tokens", "word", "words", "form", "text", "wort", "mot", "parola"}
_TOKEN_NAMES |= {"단어", "토큰", "어절", "형태소", "음절", "글자"}
_OTHER_NAME = re.compile(
    r"ner?|ne[-_]\S+|nel[-_]\S+|ner[-_]\S+|tags?|labels?|entit(?:y|ies)|iob2?|bio2?|gold|"
    r"[ux]?pos(?:tag)?|pos[-_]tags?|lemma|misc|chunk|개체명|태그"
)
_CUT_TAG = re.compile(r"[BIESLUMW](?:[-_.:/ ].*)?|[-_.:/].*|.*[-_.:/ ][BIESLUMW]?")
_PLAIN_TAG = re.compile(r"O|[BIESLUM][-_]\S+")


def split_columns(line: str) -> list[str]:
    """Columns at tabs, or at runs of ASCII blanks where there is no tab between two; without the
    blanks around them and without a byte order mark."""
    if line[:1] == "\ufeff":
        line = line.lstrip("\ufeff")
    if "\t" in line and "\t" in line.rstrip(" \t"):
        return [column.strip(" ") for column in line.split("\t")]
    return [column for column in line.replace("\t", " ").split(" ") if column]


def without_blanks(cells: Iterable[str]) -> list[str]:
    """The cells without blanks of any kind around them, which only tokens may have."""
    return [cell.strip() or cell for cell in cells]


def filled(cells: Sequence[str]) -> int:
    """How many columns a row has without the empty ones at its end."""
    count = len(cells)
    while count and not cells[count - 1]:
        count -= 1
    return count


def without_quotes(cells: Sequence[str]) -> list[str]:
    """The cells of a spreadsheet that quotes them."""
    return [cell[1:-1].replace('""', '"') if _is_quoted(cell) else cell for cell in cells]


def are_quoted(rows: Sequence[Sequence[str]]) -> bool:
    """Whether all cells stand in quotes, but for numbers and empty ones."""
    is_any = False
    for cell in (cell for row in rows for cell in row):
        if _is_quoted(cell):
            is_any = True
        elif cell and not cell.isdigit():
            return False
    return is_any


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def cells_of(rows: ConllRows) -> list[list[str]]:
    """The cells of every token's row, as many in each."""
    split = [split_columns(row) for row in rows.tokens]
    width = max(map(len, split), default=0)
    for row, cells in zip(rows.tokens, split, strict=True):
        if row[:1] == " " and "\t" not in row and len(cells) < width:  # its token is empty
            cells.insert(0, "")
        cells += [""] * (width - len(cells))
    for cells in split:
        cells[:] = [
            cell if i == rows.token_column else cell.strip() for i, cell in enumerate(cells)
        ]
    return [without_quotes(cells) for cells in split] if rows.is_quoted else split


def tag_columns(sentences: Iterable[ConllRows]) -> tuple[int, ...]:
    """Which columns, from 0, hold tags in a whole file, as far as `are_tags` can say."""
    counts: list[Counter[str]] = []
    tokens = set[int]()
    for rows in sentences:
        tokens.add(rows.token_column)
        cells = cells_of(rows)
        counts += [Counter() for _ in range(len(cells[0]) - len(counts) if cells else 0)]
        for column, count in zip(zip(*cells, strict=True), counts, strict=False):
            count.update(column)
    return tuple(i for i, count in enumerate(counts) if i not in tokens and are_tags(count))


def columns_with_tags(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Which columns of these rows, from 0, hold tags."""
    columns = zip_longest(*rows, fillvalue="")
    return tuple(i for i, column in enumerate(columns) if are_tags(Counter(column)))


def are_tags(cells: Counter[str]) -> bool:
    """Whether the cells of a column are tags: B-PER, B_PER, PER-B, b-per, or types beside O. The
    first three may have a misspelt one among many."""
    typed = {cell: n for cell, n in cells.items() if not says_nothing(cell)}
    outside = cells["O"] + cells["o"]
    if not typed:
        return outside > 0
    total = sum(typed.values())
    if _prefixed_spelling(typed) is not None:
        return True
    if not outside or len(typed) > _MOST_TYPES:
        return False
    bare = _BARE if outside >= total else _CAPITALS
    return all(bare.fullmatch(cell) for cell in typed)


def _prefixed_spelling(typed: Mapping[str, int]) -> Spelling | None:
    """How nearly all of these tags are written, each with how often it stands there."""
    for spelling in (USUAL, TYPE_FIRST):
        odd = sum(n for cell, n in typed.items() if spelling.parts(cell) is None)
        if odd <= sum(typed.values()) * _MOST_ODD:
            return spelling
    return None


def taken_apart(tags: Sequence[str]) -> tuple[Spelling, list[Parts]] | None:
    """How tags are written and what they say, a misspelt one as O; None for what are no tags."""
    tags = without_field(tags)
    typed = Counter(tag for tag in tags if not says_nothing(tag))
    spelling = _prefixed_spelling(typed) or spelling_of(typed.keys() | {"O"})
    if spelling is None:
        return None
    return spelling, [spelling.parts(tag) or NOTHING for tag in tags]


def without_field(tags: Sequence[str]) -> Sequence[str]:
    """The tags without the name of their field, as in ner=B-PER, where all have the same."""
    names = {tag.partition("=")[0] for tag in tags if "=" in tag}
    if len(names) != 1 or not all("=" in tag or says_nothing(tag) for tag in tags):
        return tags
    return [tag.partition("=")[2] if "=" in tag else tag for tag in tags]


def is_plain_tag(cell: str) -> bool:
    """Whether a cell says by itself that it is a tag."""
    return _PLAIN_TAG.fullmatch(cell) is not None


def names_tags(cell: str, below: Counter[str]) -> bool:
    """Whether a cell is the name of a column of tags, which all cells below it are."""
    if cell in below or says_nothing(cell) or not cell or _CUT_TAG.fullmatch(cell):
        return False
    if not are_tags(below):
        return False
    if _OTHER_NAME.fullmatch(cell.lower()):
        return True
    for spelling in (USUAL, TYPE_FIRST):
        parts = [spelling.parts(one) for one in below]
        types = {one[1].upper() for one in parts if one is not None and one[1]}
        if types and None not in parts:
            is_tag = spelling.parts(cell) or cell.upper() in types or _CAPITALS.fullmatch(cell)
            return not is_tag
    typed = [one for one in below if not says_nothing(one)]
    return bool(typed) and all(map(_CAPITALS.fullmatch, typed)) and not _CAPITALS.fullmatch(cell)


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the names of columns, such as TOKEN, POS and NE-COARSE-LIT."""
    return named_token_column(cells) is not None


def named_token_column(cells: Sequence[str]) -> int | None:
    """The column, from 0, that names of columns call the token; None for other cells."""
    names = [cell.strip('"').lower() for cell in cells]
    found = [i for i, name in enumerate(names) if name in _TOKEN_NAMES]
    if not found or any(map(is_plain_tag, cells)):
        return None
    return found[0] if any(map(_OTHER_NAME.fullmatch, names)) else None
