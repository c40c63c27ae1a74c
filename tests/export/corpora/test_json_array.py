"""Gold in an array of objects, as Label Studio exports it."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from export.corpora.source import Source
from export.corpora.sources import load_source
from tagcli.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

VALUE = {"start": 0, "end": 3, "text": "Ulm", "labels": ["LOC"]}
RESULT = {"id": "a", "from_name": "label", "to_name": "text", "type": "labels", "value": VALUE}
TASKS: list[dict[str, Any]] = [
    {"id": 1, "data": {"text": "Ulm, da."}, "annotations": [{"id": 7, "result": [RESULT]}]},
    {"id": 2, "data": {"text": "Ja."}, "annotations": [{"id": 8, "result": []}]},
]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["export.json", "export.json.gz", "EXPORT.JSON"])
def test_an_array_in_a_file_called_json(tmp_path: Path, name: str, indent: int | None) -> None:
    content = json.dumps(TASKS, indent=indent).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    corpus = load_source(Source(str(path)))
    assert [(one.text, one.spans) for one in corpus.examples] == [
        ("Ulm, da.", ((0, 3, "LOC"),)),
        ("Ja.", ()),
    ]
    assert [one.line for one in corpus.examples] == ([1, 1] if indent is None else [2, 29])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('[\n{"text": "a", "entities": []}\n{}]', "2: broken JSON: the array does not go on"),
        ('[\n{"text": "a", "entities": []}', "2: broken JSON: the array does not go on"),
        ('[\n{"text": "a",\n"text": "b"}]', "2: broken JSON: an object has two values of the name"),
        ('[{"text": "a", "entities": []},]', "1: broken JSON"),
        ("[5]", "1: not a JSON object"),
        ('[{"text": "a", "entities": []}] x', "1: broken JSON: something stands behind the array"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        load_source(Source(str(path)))
    assert str(caught.value).startswith(f"{path}:{problem}")


def test_objects_a_line_may_be_called_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"text": "Ulm", "entities": []}\n')
    assert [one.text for one in load_source(Source(str(path))).examples] == ["Ulm"]
