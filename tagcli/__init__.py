"""nertag: named entities in German, French, Italian, English and Korean text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tagcli import telemetry
from tagcli.errors import DataError, NertagError, UsageError

if TYPE_CHECKING:
    from tagcli.arrow import tag_table as tag_table
    from tagcli.models.directory import bundled_names
    from tagcli.records import Document, Entity, Sentence, TaggedDocument
    from tagcli.tagger import Tagger, load

telemetry.switch_off()  # before anything imports what would report

__all__ = [
    "DataError", "Document", "Entity", "NertagError", "Sentence", "TaggedDocument", "Tagger",
    "UsageError", "bundled_names", "load",
]  # fmt: skip

_HOMES = {
    "Document": "tagcli.records",
    "Entity": "tagcli.records",
    "Sentence": "tagcli.records",
    "TaggedDocument": "tagcli.records",
    "Tagger": "tagcli.tagger",
    "bundled_names": "tagcli.models.directory",
    "load": "tagcli.tagger",
    "tag_table": "tagcli.arrow",  # not in __all__: it needs a package of an extra
}


def __getattr__(name: str) -> Any:
    # on use: the command's --help has no business loading onnxruntime
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
