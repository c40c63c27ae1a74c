"""Cut text into words: one cutter for the Latin scripts, harmless on every other script.

A fast pattern finds runs of letters and digits together with the joints inside them
(`don't`, `3,14`, `Jean-Pierre`); a second step looks only at words that have a joint or
a full stop behind them and decides, joint by joint, whether the word goes on.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tagcli.segmentation.abbreviations import (
    ABBREVIATIONS,
    DOTTED,
    NAME_SUFFIXES,
    NUMBERED,
    ROMAN,
    TITLES,
    listed,
)
from tagcli.segmentation.addresses import URL, url_end
from tagcli.segmentation.marks import as_cut

# Combining marks, soft hyphen, joiners and variation selectors belong to the word before them.
_MARK = (
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200c\u200d\ufe00-\ufe0f"
    "\u0591-\u05bd\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f"
)
# And a company's form in one character is a part of its name: ㈜한화
_W = rf"[\w{_MARK}\u3200-\u321e\u322a-\u3247]"
_EXTEND = rf"[{_MARK}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_APOSTROPHES = "'’"
# Of several signs: Dipl.-Ing., C++-Klasse, C++11, al-'Aziz
_JOINT = (
    rf"[.{_APOSTROPHES}&@:,+*·–-]"
    r"(?:-(?<=[.+]-)|\+(?:-|(?=\d)(?<=[A-Z]\+\+))"
    rf"|[{_APOSTROPHES}](?<=\b[AEae][dlnrstz]-[{_APOSTROPHES}]))?"
)

_TOKEN = (
    rf"(?P<url>{URL})"
    rf"|(?P<whole>\d{{1,4}}/\d{{1,2}}/\d{{1,4}}(?!\w)|(?:[kcm]?m|mi|kg|l)/(?:s|h|min)(?!\w))"
    rf"|(?P<core>@?{_W}+(?:{_JOINT}{_W}+)*)"
    rf"|\#(?=\d*[^\W\d]){_W}+"
    rf"|[{_APOSTROPHES}](?<=\S[{_APOSTROPHES}])(?i:s|re|ve|ll|d|m)(?!\w)"
    # 'Ndrangheta, 's-Hertogenbosch
    rf"|[{_APOSTROPHES}‘](?<!\w[{_APOSTROPHES}‘])(?=[Nn]dr|N[bcdfghjklmpqrstvwxz][a-z]|s-[A-Z])"
    rf"{_W}+(?:-{_W}+)*"
    r"|°[CF](?!\w)|\.N(?<![\w.]\.N)(?:ET|et)(?!\w)"
    r"|[\U0001f1e6-\U0001f1ff]{2}|\.{2,}|[!?]{2,}|(?P<run>[-–—=*+~/'])(?P=run)+"
    # A symbol with its modifiers, and whatever further symbols a joiner glues on.
    rf"|\S{_EXTEND}*(?:(?<=\u200d)[^\w\s]{_EXTEND}*)*"
)
_JOINTS = re.compile(_JOINT)

_ELISIONS = listed(
    "l d c j m n s t qu jusqu lorsqu puisqu quoiqu quelqu un dell all dall nell sull coll gl ch"
    " quest quell anch bell sant com dov quand tutt tant senz trent vent quarant cinquant cent"
    " nessun alcun qualcun ciascun mezz sott buon grand pover nient quant cos degl agl negl"
)
# Those that keep their apostrophe even where a blank follows it.
_ELIDED_ALONE = listed("l d qu jusqu lorsqu puisqu dell all dall nell sull quell po de")

_TAILS = frozenset(".'’°#+")
_DOTTED_WORDS = TITLES | ABBREVIATIONS
_TEXT_END = re.compile(r"[^\S\n\r]*+[\"'”’»«“)\]]*+[^\S\n\r]*+(?:[\n\r]|\Z)")
_NUMBER_NEXT = re.compile(r"\s?(?:\d|[IVXLC]+\b)")


def is_cjk(char: str) -> bool:
    """Whether one character is Hangul, kana or a Chinese character."""
    return "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


def _dot_joins(left: str, right: str) -> bool:
    """Whether a full stop between the two pieces is inside one word."""
    if left[-1].isdigit() and right[0].isdigit():
        return True
    if is_cjk(left[-1]) or is_cjk(right[0]):
        return False
    if right == "NET" or (right == "Net" and left.isupper()):
        return True
    if len(left) == 1:
        return not (left.islower() and right[0].isupper() and right[1:2].islower() and right[2:])
    return not right[0].isupper() or (len(left) == 2 and len(right) == 1)


# Between Hangul these are quotes and list marks: 가수 '아이유'가, 한·미
_LATIN_JOINTS = (*_APOSTROPHES, "·", ":", "+", "*")
_PRONOUNS_AFTER_T = ("-il", "-ils", "-elle", "-elles", "-on")


class _Joint(NamedTuple):
    """A joint text[start:end] of a run of letters and digits: `word` and `piece` are where the word
    and the piece in front of it start, `stop` is where the piece behind it ends and `run_end` where
    the run does. `left` and `right` are at most eight characters of either side, which tell all
    that the rules ask for; `in_number` says that the word so far is a number with joints."""

    text: str
    word: int
    piece: int
    start: int
    end: int
    stop: int
    run_end: int
    left: str
    right: str
    in_number: bool

    @property
    def mark(self) -> str:
        """What joins."""
        return self.text[self.start : self.end]

    @property
    def is_in_digits(self) -> bool:
        """Whether digits are on both sides."""
        return self.left[-1].isdigit() and self.right[0].isdigit()


def _cut_core(text: str, start: int, end: int, words: list[tuple[int, int]]) -> int:
    """Append all words of a jointed run but the last, and return where the last one starts."""
    joints = [m.span() for m in _JOINTS.finditer(text, start + 1, end)]
    if any(text[i] == "@" for i, _ in joints):
        return _cut_mail(text, start, end, joints, words)
    word = piece = start
    in_number = False
    for k, (i, j) in enumerate(joints):
        stop = joints[k + 1][0] if k + 1 < len(joints) else end
        left, right = text[max(piece, i - 8) : i], text[j : min(stop, j + 8)]
        joint = _Joint(text, word, piece, i, j, stop, end, left, right, in_number)
        cuts = _cuts_at(joint)
        for cut in cuts:
            if cut > word:
                words.append((word, cut))
                word = cut
        in_number = not cuts and joint.is_in_digits
        piece = j
    return word


def _cut_mail(
    text: str,
    start: int,
    end: int,
    joints: Sequence[tuple[int, int]],
    words: list[tuple[int, int]],
) -> int:
    """The same for a run that has a mail address: its joints join, but for those that stand between
    two, and a Korean particle behind it is a word."""
    word, sign = start, -1
    for i, j in [*joints, (end, end)]:
        mark = text[i:j]
        if mark == "@":
            sign = i
            continue
        divides = mark not in (".", "-") if sign >= 0 else mark in (",", ":", "*")
        is_scheme = mark == ":" and text[word:i].lower() == "mailto"
        if i < end and (not divides or is_scheme):
            continue
        particle = next((k for k in range(sign, i) if is_cjk(text[k])), i) if sign >= 0 else i
        if particle < i:
            words.append((word, particle))
            word = particle
        if i < end:
            words += [(word, i), (i, j)]
            word, sign = j, -1
    return word


def _cuts_at(joint: _Joint) -> tuple[int, ...]:
    """Where the words around a joint are cut: nowhere, on one side of it or on both."""
    mark, left, right = joint.mark, joint.left, joint.right
    both = joint.start, joint.end
    if mark in _LATIN_JOINTS and (is_cjk(left[-1]) or is_cjk(right[0])):
        return both
    if mark in _APOSTROPHES:
        return _cuts_at_apostrophe(joint)
    if mark == "-":
        return _cuts_at_hyphen(joint)
    if mark == ".-":
        short = len(left) <= 4 and left.isalpha()
        return () if short else (joint.start, joint.start + 1, joint.end)
    if mark == ".":
        return () if _dot_joins(left, right) else both
    if mark == ",":
        return _cuts_at_comma(joint)
    return () if _is_within_word(joint) else both


def _is_within_word(joint: _Joint) -> bool:
    """Whether a colon, a plus, an asterisk, a dash or a dot in the middle is part of a word."""
    mark, left, right = joint.mark, joint.left, joint.right
    if mark in ":*" and _is_of_gender(left, right):
        return True
    if mark == ":":
        return joint.is_in_digits
    if mark in ("+-", "++-", "++"):
        return left[-1].isalpha()
    if mark in "+*":
        return False
    return mark not in "–·" or (left[-1].isalpha() and right[0].isalpha())


def _cuts_at_comma(joint: _Joint) -> tuple[int, ...]:
    if not joint.is_in_digits:
        return joint.start, joint.end
    # Two footnotes of a name: Berger1,2
    name, first, second = joint.left[:-1], joint.left[-1], joint.right
    are_footnotes = len(second) == 1 and first < second and len(name) > 2 and name[-1].islower()
    return (joint.start - 1,) if are_footnotes else ()


def _is_of_gender(left: str, right: str) -> bool:
    """Whether a colon or an asterisk stands for all genders, as in Student:innen."""
    return left[-1].islower() and (right == "in" or right.startswith("innen"))


def _cuts_at_apostrophe(joint: _Joint) -> tuple[int, ...]:
    left, tail = joint.left, joint.right.lower()
    if tail in ("s", "re", "ve", "ll", "d", "m"):
        return (joint.start,)
    if tail == "t" and left[-1] in "nN" and joint.start - 1 > joint.word:
        return (joint.start - 1,)
    is_elision = joint.piece == joint.word and left.lower() in _ELISIONS
    if not is_elision or joint.is_in_digits:
        return ()
    whole = (left == "quelqu" and tail[:2] == "un") or (
        left in "cC" and joint.text.startswith("est-à-dire", joint.end)
    )
    return () if whole else (joint.end,)


def _cuts_at_hyphen(joint: _Joint) -> tuple[int, ...]:
    text, left, right = joint.text, joint.left, joint.right
    # "Formel-1-Auto", "V6-Motor" and "2:1-Sieg" are cut, "20-jährig" is not.
    is_count = joint.piece == joint.word and left.isdigit()
    is_mixed = left[-1].isdigit() and right[0].isalpha() and not is_count
    if joint.is_in_digits or joint.in_number or is_mixed:
        return joint.start, joint.end
    tail = right if joint.stop == joint.run_end else ""
    is_pronoun = (
        tail in ("ci", "là")
        or (tail in ("il", "ils", "elle", "elles") and text[joint.piece].islower())
        or (tail == "on" and left == "t")
        or (right == "t" and text[joint.stop : joint.run_end] in _PRONOUNS_AFTER_T)
    )
    return (joint.start,) if is_pronoun else ()


def _keeps_dot(text: str, start: int, end: int) -> bool:
    """Whether the full stop at `end` is part of the word text[start:end]."""
    word = text[start:end]
    if word in NAME_SUFFIXES or ("." in word and DOTTED.fullmatch(word)):
        return True
    if end + 1 == len(text) or _TEXT_END.match(text, end + 1):
        return False
    if len(word) == 1 and word.lower() != word.upper():
        return True
    if word.rpartition("-")[2] in _DOTTED_WORDS or (
        word in NUMBERED and _NUMBER_NEXT.match(text, end + 1)
    ):
        return True
    # Ordinals: "am 3. Oktober", "Ludwig XIV. von"; end + 1 is inside the text here.
    after = text[end + 2 : end + 3] if text[end + 1].isspace() else ""
    if word.isdigit():
        return len(word) <= 2 and after.isalpha()
    return after.islower() and ROMAN.fullmatch(word) is not None


def _tail_end(text: str, start: int, end: int) -> int:
    """Where the word text[start:end] ends, with the mark behind it if that is one of its own."""
    mark, after = text[end], text[end + 1 : end + 2]
    if mark == ".":
        return end + (after != "." and end - start <= 12 and _keeps_dot(text, start, end))
    if mark in _APOSTROPHES:
        if end - start > 7:
            return end
        low = text[start:end].lower()
        is_elided = (low in _ELIDED_ALONE and after.isspace()) or (
            low in _ELISIONS and after in tuple('"«“„‘([\ufffc')
        )
        return end + is_elided
    if mark == "°":
        return end + (text[start:end] in ("n", "N"))
    return _sign_end(text, start, end)


def _sign_end(text: str, start: int, end: int) -> int:
    """The same for a word with signs behind it: C#, C++, Canal+, A+++."""
    last = end
    if text[end] == "#":
        last += end - start == 1 and text[start].isalpha()
    elif text[end - 1].isalpha():
        while last < end + 3 and text[last : last + 1] == "+":
            last += 1
    follows = text[last : last + 1]
    is_own = is_cjk(follows) or not (follows.isalnum() or follows in ("_", "=", "+"))
    return last if is_own else end


def cut_words(text: str) -> list[tuple[int, int]]:
    """Words of a sentence or line as (start, end) code-point offsets, in order, blanks left out."""
    return list(words_of(text))


def words_of(text: str) -> Iterator[tuple[int, int]]:
    """The words of `cut_words` one by one: a line may have millions."""
    text = as_cut(text)
    search = re.compile(_TOKEN).search  # from the cache of re; at import it would cost 3 ms
    pos, size = 0, len(text)
    while found := search(text, pos):
        start, pos = found.span()
        kind = found.lastgroup
        if kind == "core":
            if not text[start:pos].isalnum():
                words: list[tuple[int, int]] = []
                start = _cut_core(text, start, pos, words)
                yield from words
            if pos < size and text[pos] in _TAILS:
                pos = _tail_end(text, start, pos)
        elif kind == "url":
            pos = url_end(text, start, pos)
        yield start, pos
