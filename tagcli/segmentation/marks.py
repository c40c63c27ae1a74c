"""Marks that stand for others, and marks that stand at a word and are no letters of it."""

from __future__ import annotations

import re

# Word processors, typeset pages and Wikipedia have these in names; encoders know the usual ones.
_USUAL = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\ufe63": "-", "\uff0d": "-", "\u02bc": "’", "\uff07": "'"}
)
_LETTER = "[A-Za-z\u00c0-\u024f]"
_SMALL = "[a-z\u00df-\u00ff]"
# Accents, primes and opening quotes that stand for an apostrophe: l`avocat, Peter´s, d‘Anna
_ACCENTS = "`\u00b4\u02b9\u2032\u201b"
_MISTYPED = (
    rf"(?<={_LETTER})[{_ACCENTS}](?={_LETTER})"
    # an opening quote may be one whose blank was left out: KBS‘Music Bank’
    rf"|(?:(?<={_SMALL})|(?<=\b[DLOdl]))‘(?={_SMALL})"
    rf"|(?:(?<=\b[DLOdl])|(?<=[Qq]u)|(?<=ll))‘(?={_LETTER})"
)
_UNUSUAL = f"‘{_ACCENTS}{''.join(map(chr, _USUAL))}"
_MAY_BE_UNUSUAL = re.compile(f"[{_UNUSUAL}]")

_RAISED = "\u00b9\u00b2\u00b3\u2070\u2074-\u2079"
_CIRCLED = "\u2460-\u249b\u24ea-\u24ff\u2776-\u2793"  # ① ⑴ ❶
_REFERRED = (
    "amp lt gt quot apos nbsp ensp emsp thinsp shy zwj zwnj ndash mdash hellip bull middot lsquo"
    " rsquo sbquo ldquo rdquo bdquo laquo raquo lsaquo rsaquo copy reg trade euro pound cent yen"
    " sect para deg times plusmn divide micro dagger Dagger frac12 frac14 frac34 sup1 sup2 sup3"
    " ordf ordm iexcl iquest"
)
_REFERENCE = rf"&(?:{'|'.join(_REFERRED.split())}|\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}});"
_LETTER_REFERENCE = (
    r"&(?:[A-Za-z](?:uml|acute|grave|circ|tilde|ring|cedil|slash|caron)|(?:AE|ae|OE|oe|sz)lig);"
)
# None is in a web address or at a name of the web, a unit or a single letter: @_max_, km²
_KEPT = (
    rf"(?:https?://|ftp://|www\.)(?:[^\s&]++|&(?!{_REFERENCE[1:]})|&amp;(?=[\w%]+=))++|[@#]\w+"
    r"|(?<![^\W\d_])(?:[a-z\u00b5]{2}|[^\W\d_])[²³](?![^\W가-힣])"
)
_GLUED = (
    rf"(?P<kept>{_KEPT})|(?P<letter>{_LETTER_REFERENCE})|{_REFERENCE}"
    r"|(?<!\w)_++(?=\w)(?![\w.+-]*@)|(?<=[^\W_])_++(?![\w@])"
    rf"|[{_CIRCLED}]+|(?<!\w)[{_RAISED}]++|[{_RAISED}]++(?![^\W가-힣])"
    rf"|(?<=[^\W\d_]{_SMALL})[ªºᵃᵇᶜᵈ](?!\w)"
)
_MARKS = f"_&ªºᵃᵇᶜᵈ{_RAISED}{_CIRCLED}"
_MAY_BE_GLUED = re.compile(f"[{_MARKS}]")
_IS_ODD = re.compile(f"[{_UNUSUAL}{_MARKS}]")
_ONE_SYMBOL, _MORE_OF_IT = "\ufffc", "\u0300"
_FIRST = rf"(?:\s*{_ONE_SYMBOL}{_MORE_OF_IT}*)+\s*"
_LAST = rf"(?<!\s)\s*(?:{_ONE_SYMBOL}{_MORE_OF_IT}*\s*)+\Z"


def with_usual_marks(text: str) -> str:
    """The text, character by character, with the hyphens and apostrophes that encoders know."""
    if not _MAY_BE_UNUSUAL.search(text):
        return text
    return re.sub(_MISTYPED, "’", text.translate(_USUAL))


def without_glued_marks(text: str) -> str:
    """The text, character by character, with one symbol (that may have marks of its own) in place
    of each footnote mark, underscore at a word's end and character reference, and with letters in
    place of a reference to a letter."""
    if not _MAY_BE_GLUED.search(text):
        return text
    return re.sub(_GLUED, _stand_in, text)


def as_cut(text: str) -> str:
    """The text with the usual marks and without glued ones."""
    if not _IS_ODD.search(text):
        return text
    return without_glued_marks(with_usual_marks(text))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the glued marks at its ends and the blanks at these."""
    span = text[start:end]
    shape = without_glued_marks(span)
    if shape is span:
        return start, end
    if last := re.search(_LAST, shape):
        end = start + last.start()
    first = re.match(_FIRST, shape)
    return (min(start + first.end(), end) if first else start), end


def _stand_in(found: re.Match[str]) -> str:
    mark = found[0]
    if found["kept"]:
        return mark
    if found["letter"] or (mark.startswith("&#") and _referred(mark).isalpha()):
        return "x" * len(mark)
    return _ONE_SYMBOL + _MORE_OF_IT * (len(mark) - 1)


def _referred(reference: str) -> str:
    """The character that a reference gives the number of, or U+FFFD."""
    digits = reference[2:-1]
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return chr(number) if number < 0x110000 else "\ufffd"
