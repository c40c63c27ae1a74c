"""CoNLL-U files with all that the format has, made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.support.reading import read

if TYPE_CHECKING:
    from tagcli.records import Document

FORMS = ["Anna", "Berger", "zu", "dem", "See", ".", "10 000", "#", "1-2", "_", "é", "\u0301", "가",
         "O"]  # fmt: skip
MISC = ["_", "SpaceAfter=No", "Gloss=see|LId=x-1", "NER=B-OLD", "SpaceAfter=No|NER=I-OLD",
        "Promoted"]  # fmt: skip
COMMENTS = ["# newpar", "# sent_id = a-1", "# text = etwas anderes", "# x\ty", "#"]


@dataclass(frozen=True, slots=True)
class UniversalFile:
    """A file, and the forms of the tokens that stand in the text of each sentence."""

    text: str
    sentences: list[list[str]]


@st.composite
def universal_files(draw: st.DrawFn) -> UniversalFile:
    """Files with comments, tokens of several words and empty nodes."""
    lines: list[str] = []
    sentences = []
    for _ in range(draw(st.integers(1, 4))):
        lines += draw(st.lists(st.sampled_from(COMMENTS), max_size=2))
        forms = draw(st.lists(st.sampled_from(FORMS), min_size=1, max_size=6))
        lines += draw(st.sampled_from([[], ["0.1" + "\t_" * 9]]))
        number = 1
        for form in forms:
            words = draw(st.sampled_from([1, 1, 1, 2, 3]))
            if words > 1:
                of_words = f"{number}-{number + words - 1}"
                lines.append(_row(of_words, form, draw(st.sampled_from(MISC))))
            for _ in range(words):
                word = form if words == 1 else draw(st.sampled_from(FORMS))
                lines.append(_row(str(number), word, draw(st.sampled_from(MISC))))
                lines += draw(st.sampled_from([[], [], [f"{number}.1" + "\t_" * 8 + "\tNER=x"]]))
                number += 1
        lines.append("")
        sentences.append(forms)
    return UniversalFile("\n".join(lines) + "\n", sentences)


def read_rows(text: str, **options: Any) -> list[Document]:
    """The documents of a CoNLL file whose last line ends."""
    return read("conll", text.removesuffix("\n"), **options)


def _row(number: str, form: str, misc: str) -> str:
    return f"{number}\t{form}\tx\tNOUN\t_\tCase=Nom\t0\troot\t_\t{misc}"
