"""CoNLL: token and BIO2 tag a line."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.records import is_separator
from tagcli.segmentation.paragraphs import unwrapped
from tagcli.segmentation.words import cut_words
from tagcli.spellings import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.records import ConllRows, Entity, Sentence, TaggedDocument
    from tagcli.writers.base import WriterOptions

EOJEOL_COMMENT = "# words = eojeols cut at punctuation and at entity ends"


def write_conll(tagged: TaggedDocument, options: WriterOptions) -> str:
    """Token and BIO2 tag a line, a blank line after a sentence.

    A CoNLL document keeps its lines and gets the tag as last column.
    """
    document = tagged.document
    lines = [_comment("source", document.source)] if options.show_source else []
    if document.conll is not None:
        before = map(_separator_row, document.conll.before)
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
    between = dict[int, list[str]]()
    for at, line in conll.between:
        between.setdefault(at, []).append(line)
    for number, (row, tag) in enumerate(zip(conll.tokens, tags, strict=True)):
        yield from between.get(number, ())
        yield _with_tag(row, tag)
    yield from between.get(len(conll.tokens), ())


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
