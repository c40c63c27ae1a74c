"""The columns in front of the token: numbers, ids of sentences and documents, offsets."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    Blocks = Sequence[Sequence[Sequence[str]]]
    """The cells of the rows of sentences."""

MOST_ODD = 0.1
"""The share of cells of a column that may be of another kind."""

_DIGITS = re.compile(r"[0-9]{1,9}")
_NO_WORD = {
    "0": re.compile(r"[0-9]+(?:-[0-9]+|\.[0-9]+)"),  # CoNLL-U: several words in one, empty nodes
    "0-0": re.compile(r"[0-9]+-[0-9]+\.[0-9]+"),  # WebAnno: parts of words
}


def is_number(cell: str) -> bool:
    """Whether a cell may count."""
    return _DIGITS.fullmatch(cell) is not None


def columns_in_front(blocks: Blocks, tagged: Collection[int]) -> int:
    """How many columns lead to the token: those in which nearly every cell is that of the row
    before in its sentence, or a greater number or id of the same form. Behind them stand tokens,
    which differ and are no tags."""
    pattern = no_word(form_of_ids(blocks))
    if pattern is not None:
        blocks = [[cells for cells in block if not pattern.fullmatch(cells[0])] for block in blocks]
    columns = list(zip(*(cells for block in blocks for cells in block), strict=False))
    last = 0
    while last + 1 < len(columns) and not tagged_at(tagged, last) and _leads(blocks, last):
        last += 1
    return next((one for one in range(last, 0, -1) if len(set(columns[one])) > 1), 0)


def tagged_at(tagged: Collection[int], column: int) -> bool:
    """Whether a column, or the one behind it, has tags."""
    return column in tagged or column + 1 in tagged


def form_of_ids(blocks: Blocks, column: int = 0) -> str:
    """What nearly all cells of a column are with 0 for their numbers, "0" where they are numbers;
    "" where they are not alike. Rows that are no words do not count."""
    cells = [row[column] for block in blocks for row in block]
    forms = Counter(map(_form, cells))
    if pattern := next((one for form, one in _NO_WORD.items() if form in forms), None):
        forms = Counter(_form(cell) for cell in cells if not pattern.fullmatch(cell))
    form, count = forms.most_common(1)[0] if forms else ("", 0)
    return form if count >= (1 - MOST_ODD) * forms.total() else ""


def no_word(form: str) -> re.Pattern[str] | None:
    """What ids of rows look like that are no words, where those of words have this form."""
    return _NO_WORD.get(form)


def _leads(blocks: Blocks, column: int) -> bool:
    form = form_of_ids(blocks, column)
    columns = [[row[column] for row in block] for block in blocks]
    if form:
        columns = [[cell for cell in cells if _form(cell) == form] for cells in columns]
    steps = [pair for cells in columns for pair in pairwise(cells)]
    good = sum(before == after or _rises(before, after) for before, after in steps)
    if good < (1 - MOST_ODD) * len(steps):
        return False
    if form != "0" or column:
        return len(steps) > 1
    numbers = {int(cell) for cells in columns for cell in cells}
    is_counted = min(numbers) < 2 and (len(blocks) > 1 or len(numbers) > 1)
    return is_counted or len(steps) > 1


def _form(cell: str) -> str:
    return _DIGITS.sub("0", cell)


def _rises(before: str, after: str) -> bool:
    """Whether an id follows another of its form."""
    numbers = [[int(digits) for digits in _DIGITS.findall(cell)] for cell in (before, after)]
    return numbers[0] < numbers[1] and _form(before) == _form(after) and " " not in after
