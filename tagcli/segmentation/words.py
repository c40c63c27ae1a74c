"""Cut text into words: one cutter for the Latin scripts, harmless on every other script.

A fast pattern finds runs of letters and digits together with the joints inside them
(`don't`, `3,14`, `Jean-Pierre`); a second step looks only at words that have a joint or
a full stop behind them and decides, joint by joint, whether the word goes on.
"""

import re
from typing import NamedTuple

# Combining marks, soft hyphen, joiners and variation selectors belong to the word before them.
_MARK = (
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200c\u200d\ufe00-\ufe0f"
    "\u0591-\u05bd\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f"
)
_W = rf"[\w{_MARK}]"
_EXTEND = rf"[{_MARK}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_APOSTROPHES = "'’ʼ"
_JOINT = rf"(?:\.-|[.{_APOSTROPHES}&@:,+·–-])"

_TOKEN = (
    rf"(?P<url>(?i:https?://|ftp://|www\.)[^\s<>\"«»“”„]+)"
    rf"|(?P<whole>\d{{1,4}}/\d{{1,2}}/\d{{1,4}}(?!\w)|(?:[kcm]?m|mi|kg|l)/(?:s|h|min)(?!\w))"
    rf"|(?P<core>@?{_W}+(?:{_JOINT}{_W}+)*)"
    rf"|\#(?=\d*[^\W\d]){_W}+"
    rf"|(?<=\S)[{_APOSTROPHES}](?i:s|re|ve|ll|d|m)(?!\w)"
    rf"|°[CF](?!\w)"
    r"|[\U0001f1e6-\U0001f1ff]{2}|\.{2,}|[!?]{2,}|(?P<run>[-–—=*+~/'])(?P=run)+"
    # A symbol with its modifiers, and whatever further symbols a joiner glues on.
    rf"|\S{_EXTEND}*(?:(?<=\u200d)[^\w\s]{_EXTEND}*)*"
)
_JOINTS = re.compile(_JOINT)


def listed(words: str) -> frozenset[str]:
    """Set of the words of a string, to keep the lists below readable."""
    return frozenset(words.split())


_ELISIONS = listed(
    "l d c j m n s t qu jusqu lorsqu puisqu quoiqu quelqu un dell all dall nell sull coll gl ch"
    " quest quell anch bell sant com dov quand tutt tant senz trent vent quarant cinquant cent"
    " nessun alcun qualcun ciascun mezz sott buon grand pover nient quant cos degl agl negl"
)
# Those that keep their apostrophe even where a blank follows it.
_ELIDED_ALONE = listed("l d qu jusqu lorsqu puisqu dell all dall nell sull quell po de")

# Abbreviations before a name, which never stand at the end of a sentence.
TITLES = listed(
    "Dr Drs Prof Mr Mrs Ms Messrs Rev Fr Hon Gov Sen Rep Gen Col Capt Cpt Lt Sgt Maj Cpl Cmdr Adm"
    " Pres St Ste Sts Sta Mt Mts Ft Pt Hr Hrn Frl Dipl Ing MM Mme Mmes Mlle Mlles Mgr Pr sig sigg"
    " dott prof avv ing geom mons Sig Sigg Dott Avv Mons On dr col gen"
)
ABBREVIATIONS = listed(
    "bzw usw ca Mio Mrd Tsd Nr Abb Bd Bde Hrsg Jh Jhd Kap Str str Abs Aufl Anm bes sog sogen ggf"
    " evtl ehem eigtl vgl inkl exkl zzgl geb gest verh röm kath ev evang österr schweiz amerik brit"
    " dt engl franz frz lat ital jap russ poln span griech niederl türk arab hebr reg var Chr endg"
    " chin allg insb lfd Forts Vors Verf av apr env éd chap hab boul bd cf etc ecc ibid cfr pag"
    " pagg artt nn ed trad lett sgg ss ind vs approx dept Dept Ave Blvd Rd Univ Assn eds feat ft"
    " spp sp al Ph Ltd Co"
)
# Abbreviations only where a number follows: otherwise they are ordinary words or names.
NUMBERED = listed(
    "No no Nos nos Nr nr n N Art art Arts arts Fig fig Figs Vol vol Vols p pp P S Op op cap Cap"
    " Tab tab Tel tel max min mind Ch ch Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Okt Dez"
    " janv févr avr juil oct nov déc gen feb mar mag giu lug ago set ott dic lt sec Sat ext"
)
# The full stop is part of the name, even at the end of a sentence.
_NAME_SUFFIXES = listed("Jr Sr jr Inc Corp Ltd Co Bros")
_DOTTED_WORDS = TITLES | ABBREVIATIONS
DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}")
ROMAN = re.compile(r"[IVXLC]{2,7}")
_TEXT_END = re.compile(r"[^\S\n\r]*+[\"'”’»«“)\]]*+[^\S\n\r]*+(?:[\n\r]|\Z)")
_NUMBER_NEXT = re.compile(r"\s?(?:\d|[IVXLC]+\b)")


def _url_end(text: str, start: int, end: int) -> int:
    """End of the address in text[start:end] without the punctuation that follows it."""
    surplus = text.count(")", start, end) - text.count("(", start, end)
    while text[end - 1] in ".,;:!?'’]}*" or (text[end - 1] == ")" and surplus > 0):
        end -= 1
        surplus -= text[end] == ")"
    return end


def is_cjk(char: str) -> bool:
    """Whether one character is Hangul, kana or a Chinese character."""
    return "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


def _dot_joins(left: str, right: str) -> bool:
    """Whether a full stop between the two pieces is inside one word."""
    if left[-1].isdigit() and right[0].isdigit():
        return True
    if is_cjk(left[-1]) or is_cjk(right[0]):
        return False
    if len(left) == 1:
        return not (left.islower() and right[0].isupper() and right[1:2].islower() and right[2:])
    return not right[0].isupper() or (len(left) == 2 and len(right) == 1)


# Between Hangul these are quotes and list marks: 가수 '아이유'가, 한·미
_LATIN_JOINTS = (*_APOSTROPHES, "·", ":", "+")
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
        return start
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
    if mark in ",:":
        return () if joint.is_in_digits else both
    if mark == "+" or (mark in "–·" and not (left[-1].isalpha() and right[0].isalpha())):
        return both
    return ()


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
    if DOTTED.fullmatch(word) or word in _NAME_SUFFIXES:
        return True
    if _TEXT_END.match(text, end + 1):
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
    return ROMAN.fullmatch(word) is not None and after.islower()


def cut_words(text: str) -> list[tuple[int, int]]:
    """Words of a sentence or line as (start, end) code-point offsets, in order, blanks left out."""
    words: list[tuple[int, int]] = []
    search = re.compile(_TOKEN).search  # from the cache of re; at import it would cost 3 ms
    pos, size = 0, len(text)
    while found := search(text, pos):
        start, pos = found.span()
        kind = found.lastgroup
        if kind == "url":
            pos = _url_end(text, start, pos)
        elif kind == "core":
            if not text[start:pos].isalnum():
                start = _cut_core(text, start, pos, words)
            if pos < size and text[pos] == "." and text[pos + 1 : pos + 2] != ".":
                if pos - start <= 12 and _keeps_dot(text, start, pos):
                    pos += 1
            elif pos < size and text[pos] in _APOSTROPHES and pos - start <= 7:
                low, after = text[start:pos].lower(), text[pos + 1 : pos + 2]
                if (low in _ELIDED_ALONE and after.isspace()) or (
                    low in _ELISIONS and after in tuple('"«“„‘([')
                ):
                    pos += 1
        words.append((start, pos))
    return words
