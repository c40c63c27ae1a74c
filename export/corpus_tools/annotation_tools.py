"""Corpora as the tools that people annotate with import them.

Sources: prodi.gy/docs/api-interfaces#ner_manual, doccano.github.io/doccano (JSONL),
labelstud.io/guide/tasks ("Basic Label Studio JSON format").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from export.corpus_tools.example_words import word_spans, words_by_sentence
from tagcli.writers.label_studio import regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from export.corpora.examples import Example
    from export.corpora.sources import Corpus


def prodigy_lines(corpus: Corpus, _scheme: str) -> Iterator[str]:
    """Every example as an object with its text, tokens and spans. Raises DataError for entities
    that overlap or do not stand on tokens."""
    for example in _with_text(corpus):
        words = [word for _, some in words_by_sentence(example) for word in some]
        spans = word_spans(words, example, corpus.source.place, "Prodigy")
        record = {
            "text": example.text,
            "tokens": [_token(example.text, *word, number) for number, word in enumerate(words)],
            "spans": [
                {
                    "start": words[first][0],
                    "end": words[last - 1][1],
                    "token_start": first,
                    "token_end": last - 1,  # the last one itself
                    "label": label,
                }
                for first, last, label in spans
            ],
        }
        yield _dumps(record) + "\n"


def _token(text: str, start: int, end: int, number: int) -> dict[str, Any]:
    follows = text[end : end + 1].isspace()
    return {"text": text[start:end], "start": start, "end": end, "id": number, "ws": follows}


def doccano_lines(corpus: Corpus, _scheme: str) -> Iterator[str]:
    """Every example as an object with its text and a list of start, end and type."""
    for example in _with_text(corpus):
        yield _dumps({"text": example.text, "label": [list(span) for span in example.spans]}) + "\n"


def label_studio_lines(corpus: Corpus, _scheme: str) -> Iterator[str]:
    """An array with a task for every example, annotated as it is in the corpus."""
    before = "[\n"
    for number, example in enumerate(_with_text(corpus), start=1):
        result = regions(example.text, example.spans, str(number))
        task = {"data": {"text": example.text}, "annotations": [{"result": result}]}
        yield before + _dumps(task)
        before = ",\n"
    yield "\n]\n"


def _with_text(corpus: Corpus) -> Iterator[Example]:
    return (example for example in corpus.examples if example.text.strip())


def _dumps(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
