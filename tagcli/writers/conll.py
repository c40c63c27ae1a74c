"""CoNLL: token and BIO2 tag a line; CoNLL-U: the tag where it has its place."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.records import is_separator
from tagcli.segmentation.paragraphs import unwrapped
from tagcli.segmentation.words import cut_words
from tagcli.spellings import OUTSIDE
from tagcli.writers.universal import with_universal_header, with_universal_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.records import ConllRows, Entity, Sentence, TaggedDocument
    from tagcli.writers.base import WriterOptions

EOJEOL_COMMENT = "# words = eojeols cut at punctuation and at entity ends"


def write_conll(tagged: TaggedDocument, options: WriterOptions) -> str:
    """Token and BIO2 tag a line, a blank line after a sentence.

    A CoNLL document keeps its lines and gets the tag as last column, CoNLL-U in MISC.
    """
    document = tagged.document
    lines = [_comment("source", document.source)] if options.show_source else []
    if document.conll is not None:
        before = [_line_before(line, document.conll) for line in document.conll.before]
        if document.holds_only_comments:
            return "".join(f"{line}\n" for line in before)
        lines = [*before, *lines, *_rows(tagged, document.conll)]
        after = [] if document.conll.after is None else [document.conll.after]
        return "\n".join([*lines, *after]) + "\n"
    blocks = []
    ends = [entity.end for entity in tagged.entities]
    for sentence in tagged.sentences or [None]:
        found = _entities_in(sentence, tagged.entities, ends)
        blocks.append("\n".join([*lines, *_sentence_lines(tagged, sentence, found)]) + "\n\n")
    return "".join(blocks)


def _rows(tagged: TaggedDocument, conll: ConllRows) -> Iterator[str]:
    """The rows with their tags, and the lines between them as they were."""
    tags = token_tags(tagged.document.tokens.tolist(), tagged.entities)  # type: ignore[union-attr]
    before: int | None = None
    for line, token in conll.lines():
        if token is None:
            yield _untagged(line, conll)
            continue
        tag = tags[token]
        if token == before and tag != OUTSIDE:  # another word of the same token
            tag = f"I{tag[1:]}"
        before = token
        try:
            place = conll.universal
            yield with_universal_tag(line, tag, place) if place else _with_tag(line, tag)
        except ValueError as error:
            raise DataError(tagged.document.source, tagged.document.line, str(error)) from error


def _untagged(line: str, conll: ConllRows) -> str:
    """A line that is no row of a word. CoNLL-U has as many columns in all rows, and a token of
    several words has no tag, not even an old one."""
    place = conll.universal
    if place is None or line.startswith("#") or "\t" not in line:
        return line
    is_empty_node = "." in line.split("\t", 1)[0]
    if is_empty_node and (place.misc is not None or place.tags is not None):
        return line
    return with_universal_tag(line, None, place)


def _line_before(line: str, conll: ConllRows) -> str:
    if conll.universal is None:
        return _separator_row(line)
    return _untagged(with_universal_header(line, conll.universal), conll)


def _with_tag(row: str, tag: str) -> str:
    return f"{row}\t{tag}" if "\t" in row else f"{row} {tag}"


def _separator_row(line: str) -> str:
    """The line, with a column more if it is one that separates documents and has columns: all rows
    are to have as many, as conlleval wants it."""
    has_columns = is_separator(line) and len(line.split()) > 1
    return _with_tag(line, OUTSIDE) if has_columns else line


def _entities_in(
    sentence: Sentence | None, entities: Sequence[Entity], ends: Sequence[int]
) -> Sequence[Entity]:
    """Those of a document's entities, in text order, that touch a sentence; `ends` are theirs."""
    if sentence is None:
        return ()
    first = bisect_right(ends, sentence.start)
    return entities[first : bisect_left(entities, sentence.end, first, key=lambda one: one.start)]


def _comment(name: str, value: str) -> str:
    """A comment line; a tab would make it a token."""
    return f"# {name} = {value}".replace("\n", " ").replace("\t", " ")


def _sentence_lines(
    tagged: TaggedDocument, sentence: Sentence | None, entities: Sequence[Entity]
) -> Iterable[str]:
    if sentence is None:  # a blank line of text, or tokens that hold nothing
        yield _comment("text", tagged.text)
        tokens = tagged.document.tokens
        for start, end in [] if tokens is None else tokens.tolist():
            yield f"{_token(tagged, start, end)}\t{OUTSIDE}"
        return
    yield _comment("text", unwrapped(tagged.text[sentence.start : sentence.end]))
    spans = [(start, end) for start, end in sentence.words.tolist()]
    if sentence.language == "ko" and sentence.word_unit != "tokens":
        yield EOJEOL_COMMENT
        ends = ((entity.start, entity.end) for entity in entities)
        spans = words_cut_at(ends, tagged.text, sentence.start, sentence.end)
    for (start, end), tag in zip(spans, token_tags(spans, entities), strict=True):
        yield f"{_token(tagged, start, end)}\t{tag}"


def _token(tagged: TaggedDocument, start: int, end: int) -> str:
    """A word, or a token as it was given, which may be empty; raises DataError for one that would
    be another in a column."""
    token, document = tagged.text[start:end], tagged.document
    if document.tokens is None:
        token = unwrapped(token)
    if "\t" in token or "\n" in token:
        problem = f"CoNLL cannot hold the token {token!r}: use --format jsonl"
        raise DataError(document.source, document.line, problem)
    return token


def words_cut_at(
    entities: Iterable[tuple[int, int]], text: str, start: int, end: int
) -> list[tuple[int, int]]:
    """The words of the sentence text[start:end], cut at punctuation, in Korean as elsewhere, and at
    both ends of every entity."""
    edges = sorted({edge for entity in entities for edge in entity})
    cut: list[tuple[int, int]] = []
    for first, last in cut_words(text[start:end]):
        inner = edges[bisect_right(edges, start + first) : bisect_left(edges, start + last)]
        cut += itertools.pairwise([start + first, *inner, start + last])
    return cut


def token_tags(spans: Sequence[Sequence[int]], entities: Sequence[Entity]) -> list[str]:
    """The BIO2 tag of every token: that of the first entity which touches it."""
    tags = []
    current = 0
    tagged: int | None = None
    for start, end in spans:
        while current < len(entities) and entities[current].end <= start:
            current += 1
        if current < len(entities) and entities[current].start < end:
            tags.append(f"{'I' if tagged == current else 'B'}-{entities[current].label}")
            tagged = current
        else:
            tags.append("O")
    return tags
