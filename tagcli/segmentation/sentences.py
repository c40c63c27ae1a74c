"""Split text into sentences, lazily, with one small set of rules for all five languages.

Joining two sentences costs little, cutting a name in two costs the name; so whatever may be
an abbreviation, an initial or an ordinal does not end a sentence.
"""

import re
from collections.abc import Iterator

from tagcli.languages import AUTO
from tagcli.segmentation.abbreviations import (
    ABBREVIATIONS,
    DOTTED,
    NUMBERED,
    ROMAN,
    TITLES,
    listed,
)
from tagcli.segmentation.script import language_of_script
from tagcli.segmentation.words import is_cjk

# Of lines, cells and pages, and what Unicode and ASCII have for them
_LINE_ENDS = "\n\r\t\x0b\x0c\x1c-\x1f\x85\u2028\u2029"
LINE_END = re.compile(f"[{_LINE_ENDS}]")
"""Where every sentence and every entity ends."""

_CLOSERS = "\"'”’»«“」』)›>\\]}¹²³\u2070\u2074-\u2079"
# A line end; or a run of terminators with the quotes and brackets that close after it. French
# sets a blank before a closing »; where German opens with » a letter follows at once.
_CANDIDATE = re.compile(
    rf"[{_LINE_ENDS}]"
    rf"|(?P<mark>[.!?…。！？．｡]+)(?:[{_CLOSERS}]|[ \u00a0\u202f](?:»(?!\w)|[\"'”’](?!\S)))*"
)
_BLANKS = re.compile(r"\s*")
_OPENERS = re.compile("[\"'“”„‘’‚«»‹›(\\[{¿¡*–—•「『<-]{0,8}\\s{0,2}")
_WORD = re.compile(r"\w{0,24}")
_BEFORE = re.compile(r"[\w.-]*\Z")
_LATER = re.compile(r"(?:['’]on|\b(?:ad|per|par|p\.) ?e[sx])\Z")

# Korean goes on so with what was said, even behind its full stop: 정말..?라고, 정말? 라고, 갔다.고
_SAID = r"이?라(?:고[는도만요]?|는데?|며|면서|던|니까?)(?![가-힣])"
_SAID_AT_ONCE = rf"{_SAID}|(?:고|며|면서|는|란|던|하고|하며|하는)(?!\w)"
# Dates as numbers: 2026. 3. 5., whose last full stop is its own; 3. 5. 2026; in Korean text 3. 5.
# and 2026. 3.; in German am 3. 5.
_DATE = (
    r"(?<![\d.,])(?:\d{4}|['’]?\d\d)\.\s?\d{1,2}\.\s?\d{1,2}(?!\d)(?:\.(?!\s+[A-Z\u00c0-\u00de]))?"
    r"|(?<![\d.,])\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d\d)(?!\d)"
    r"|(?<![\d.,])(?:\d{4}\.\s?|\d{1,2}\.\s)\d{1,2}\.(?=\s?[가-힣~(])"
    r"|\b(?:[Aa]m|[Vv]om|[Zz]um|[Bb]is|[Aa]b|[Ss]eit|[Dd]e[rmn]|[Nn]ach|[Vv]or|und)\s"
    r"\d{1,2}\.\s?\d{1,2}\."
)

# Abbreviations may stand at the end, but only before a word that opens a sentence.
_MAY_END = listed("Inc Corp Ltd Jr Sr jr Bros Co etc")
_STARTERS = listed(
    "The He She It They This That These We In At On But However After When Since As His Her Its"
    " There For And Der Die Das Er Sie Es Wir Im Am Dort Danach Dann Auch Ein Eine Nach Seit Bei"
    " Mit Für Als Sein Seine Ihre Dies Diese Aber Und Il Elle Ils Elles Ce Cette Ces Cela Dans En"
    " Mais Nous Une Après Depuis Son Ses Nel Nella Nei Gli Una Un Dopo Questo Questa Anche Ma Si"
    " Ha È Sono Lo Les L D"
)
_MONTHS = listed(
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember"
    " Jan Feb Mär Apr Jun Jul Aug Sep Sept Okt Nov Dez January February March May June July"
    " October December"
)
# What an ordinal counts, after digits or a Roman numeral and a full stop.
_COUNTED = listed(
    "Jahrhundert Jahrhunderts Jahrhunderten Jahrtausend Jh Jhd Jhdt Weltkrieg Weltkriegs"
    " Weltkrieges Bundesliga Liga FC SC SV Platz Rang Runde Spieltag Mal Stock Etage Auflage Tag"
    " Woche Klasse Bezirk Armee Division Geburtstag Todestag Jahrestag Kapitel Wahlperiode"
    " Legislaturperiode Infanterie Sinfonie Symphonie Kongress Parteitag Hälfte Minute Aufl Earl"
)
_ARTICLES = listed(
    "am vom zum zur im beim der die das dem den des ein eine einen einem einer eines bis seit ab"
    " sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer und oder jeder jeden"
)


def _is_ordinal(text: str, first: int, begin: int, word: str) -> bool:
    """Whether the number text[first:…] before a full stop is counted by the `word` after it."""
    if word in _MONTHS or word in _COUNTED:
        return True
    # "1. Text" opens a list item: the number is the first thing in its sentence.
    if first == begin:
        return True
    before = text[max(begin, first - 16) : first].split()
    return bool(before) and text[first - 1].isspace() and before[-1].lower() in _ARTICLES


def _is_in_date(text: str, dot: int) -> bool:
    """Whether the full stop at `dot` is one of a date."""
    found = re.finditer(_DATE, text[max(0, dot - 24) : dot + 16])
    at = min(dot, 24)
    return any(date.start() < at < date.end() for date in found)


def _dot_ends(text: str, begin: int, dot: int, word: str) -> bool:
    """Whether the full stop at `dot` ends the sentence begun at `begin`, with `word` after it."""
    window = text[max(begin, dot - 24) : dot]
    found = _BEFORE.search(window)
    before = found[0].lstrip("-.") if found else ""
    if not before:
        return True
    if before[-1].isdigit() and _is_in_date(text, dot):
        return False
    is_whole = DOTTED.fullmatch(before) or before in ABBREVIATIONS
    tail = before if is_whole else re.split(r"[.-]", before)[-1]
    first = dot - len(before)
    if len(tail) == 1 and tail.lower() != tail.upper():
        return False
    if before.isdigit():
        return len(before) > 2 or not _is_ordinal(text, first, begin, word)
    if ROMAN.fullmatch(before):
        return not _is_ordinal(text, first, begin, word)
    if tail in NUMBERED and (word[:1].isdigit() or ROMAN.fullmatch(word)):
        return False
    if tail in TITLES or _LATER.search(window):
        return False
    if (
        tail in ABBREVIATIONS
        or tail in _MAY_END
        or "." in tail
        or (tail[-3:] == "str" and word[:1].isdigit())
    ):
        return word in _STARTERS
    return True


def _ends(text: str, begin: int, mark: tuple[int, int], end: int) -> bool:
    """Whether the sentence begun at `begin` ends with the terminators `mark`, closed at `end`."""
    start, stop = mark
    previous, following = text[start - 1 : start], text[end]
    if start == begin or previous in "([{¿¡":
        return False
    if not following.isspace():
        if text[stop - 1] in "。！？｡":
            return following not in "、，,;:"
        # Korean may leave out the blank; after a closing quote its particles follow instead.
        is_run_on = end == stop and text[start] != "…" and is_cjk(previous) and is_cjk(following)
        return is_run_on and not re.match(_SAID_AT_ONCE, text[end : end + 8])
    blanks = _BLANKS.match(text, end)
    opened = _OPENERS.match(text, blanks.end()) if blanks else None
    found = _WORD.match(text, opened.end()) if opened else None
    word = found[0] if found else ""
    if not word and opened:
        # Symbols and emoji may start a sentence, further punctuation may not.
        if text[opened.end() : opened.end() + 1] in tuple(",;:.!?)]}%&/+=…"):
            return False
    elif word[0].islower() or (is_cjk(word[0]) and re.match(_SAID, word)):
        return False
    if text[start:stop] == ".":
        return _dot_ends(text, begin, start, word)
    # The exclamation mark of this name is no end.
    return not (text[start:stop] == "!" and text[max(0, start - 5) : start] == "Yahoo")


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield sentences as stripped (start, end) code-point offsets, in order; line ends divide."""
    size = len(text)
    begin = 0
    while begin < size and text[begin].isspace():
        begin += 1
    for found in _CANDIDATE.finditer(text):
        end = found.end()
        if end <= begin:
            continue
        if found["mark"] is None:
            end = found.start()
        elif end < size and not _ends(text, begin, found.span("mark"), end):
            continue
        last = end
        while last > begin and text[last - 1].isspace():
            last -= 1
        if last > begin:
            yield begin, last
        blanks = _BLANKS.match(text, end)
        begin = blanks.end() if blanks else end
    last = size
    while last > begin and text[last - 1].isspace():
        last -= 1
    if last > begin:
        yield begin, last


def sentences_by_language(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and language of every sentence; with the language "auto" every paragraph goes by
    its script, and of a Latin one every sentence by its own."""
    paragraph_end, of_paragraph = 0, ""
    for start, end in split_sentences(text):
        if language != AUTO:
            yield start, end, language
            continue
        if end > paragraph_end:
            following = LINE_END.search(text, end)
            paragraph_end = following.start() if following else len(text)
            of_paragraph = language_of_script(text[start:paragraph_end])
        yield start, end, of_paragraph or language_of_script(text[start:end])
