"""Label Studio: a JSON array of tasks with what the model predicts, for people to correct.

Source: labelstud.io/guide/predictions. Its offsets are JavaScript's, UTF-16 units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tagcli.writers.jsonl import add_fields, json_of
from tagcli.writers.offsets import UTF_16, unit_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagcli.records import Document, TaggedDocument
    from tagcli.schemes import Span
    from tagcli.writers.base import State, WriterOptions

_DATA, _TEXT = "data", "text"
_PREDICTIONS = "predictions"


class LabelStudioWriter:
    """One array; a task for every record that has text. Its state is how many have been written."""

    def __init__(self, options: WriterOptions) -> None:
        self._options = options
        self._tasks = 0

    def head(self) -> str:
        """The array is open."""
        return "["

    def record(self, tagged: TaggedDocument) -> str:
        """A task with the prediction for a document, and a comma before all but the first."""
        if not tagged.text.strip():
            return ""
        task = json_of(self._task(tagged), tagged.document)
        before = ",\n" if self._tasks else "\n"
        self._tasks += 1
        return before + task

    def tail(self) -> str:
        """The array is closed."""
        return "\n]\n"

    def state(self) -> State:
        """How many tasks there are."""
        return (self._tasks,)

    def restore(self, state: State) -> None:
        """Go on behind so many tasks."""
        (self._tasks,) = map(int, state)  # type: ignore[arg-type]

    def _task(self, tagged: TaggedDocument) -> dict[str, Any]:
        entities = tagged.entities
        spans = [(one.start, one.end, one.label) for one in entities]
        result = regions(tagged.text, spans, f"{self._tasks + 1}")
        scores = [round(float(one.score), 4) for one in entities]
        for region, score in zip(result, scores, strict=True):
            region["value"]["score"] = score
        prediction: dict[str, Any] = {"model_version": self._options.model_version}
        if scores:  # the tasks with the lowest ones are shown first
            prediction["score"] = min(scores)
        prediction["result"] = result
        return {**_given(tagged.document, self._options.show_source), _PREDICTIONS: [prediction]}


def regions(text: str, spans: Iterable[Span], task: str) -> list[dict[str, Any]]:
    """The results of a task for entities in code points; their ids, `task` with a number, are the
    same whenever they are made."""
    places = unit_places(text, UTF_16)
    return [
        {
            "id": f"{task}-{number}",
            "from_name": "label",
            "to_name": _TEXT,
            "type": "labels",
            "value": {
                "start": places[start],
                "end": places[end],
                "text": text[start:end],
                "labels": [label],
            },
        }
        for number, (start, end, label) in enumerate(spans, start=1)
    ]


def _given(document: Document, show_source: bool) -> dict[str, Any]:
    """The task as it came, without older predictions; the fields of another record are data, which
    those who annotate can be shown."""
    data: dict[str, Any] = {"source": document.source} if show_source else {}
    data[_TEXT] = document.text
    fields, given = document.fields, document.fields.get(_DATA)
    if not isinstance(given, dict) or document.text not in given.values():
        add_fields(data, fields, set(data))
        return {_DATA: data}
    others = {name: value for name, value in given.items() if (name, value) != (_TEXT, data[_TEXT])}
    add_fields(data, others, set(data))
    task = {name: value for name, value in fields.items() if name != _PREDICTIONS}
    return {**task, _DATA: data}
