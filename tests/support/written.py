"""A tagged document in an output format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS
from tests.support.tagged import entity

if TYPE_CHECKING:
    from tagcli.records import TaggedDocument

PLAIN = WriterOptions()


WITH_SOURCE = WriterOptions(show_source=True)


def written(output_format: str, tagged: TaggedDocument, options: WriterOptions = PLAIN) -> str:
    writer = OUTPUT_FORMATS[output_format](options)
    return writer.head() + writer.record(tagged) + writer.tail()


MERKEL = "Angela Merkel mag Rom."


MERKEL_ENTITIES = (entity(MERKEL, "Angela Merkel", "PER"), entity(MERKEL, "Rom", "LOC"))
