"""The `nertag-data` command: look at corpora, check and convert them, see their pieces."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from export.commands.failures import failures_as_sentences
from export.commands.options import READING_OPTIONS, reading_options
from export.corpora.brat import BRAT
from export.corpora.source import SPLITS, FileReading
from export.corpora.tags import CORPUS_SCHEMES, REPAIRS
from tagcli.cli.choices import Choice
from tagcli.cli.help_page import CommandGroup, GroupedCommand
from tagcli.errors import say
from tagcli.languages import AUTO, LANGUAGES

_say = partial(say, "nertag-data")

_data_dir = click.option(
    "--data-dir", metavar="DIR", type=click.Path(path_type=Path),
    help="Folder of corpora (LANGUAGE/NAME.train.conll); default: NERTAG_DATA.",
)  # fmt: skip


_FORMATS = ("conll", "jsonl", "prodigy", "doccano", "label-studio", "xmi", BRAT)

_EXAMPLES = """
  nertag-data stats train.conll dev.conll
  nertag-data check train.conll dev.conll test.conll
  nertag-data convert test.conll test.jsonl
  nertag-data tokens "Anna lebt in Kassel."
  nertag-data restore redacted.txt --key names.key
"""


@click.group(
    cls=CommandGroup, epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)  # fmt: skip
def main() -> None:
    """Look at annotated corpora, check them, convert them.

    A PLACE is a CoNLL or JSONL file, - for standard input, a brat document (NAME.ann beside
    NAME.txt) or a folder of them, a UIMA CAS (NAME.xmi), NAME/LANGUAGE in the data folder,
    disk:PATH (a saved dataset of the datasets library) or hub:OWNER/NAME/CONFIG.
    """


@main.command(
    cls=GroupedCommand,
    groups={"Corpora": ("--data-dir", *READING_OPTIONS), "Output": ("--chart", "--tags")},
    epilog="""
      nertag-data stats train.conll dev.conll --tags
      nertag-data stats mine.conll wikineural/de --chart corpora.png
    """,
)  # fmt: skip
@click.argument("places", nargs=-1, required=True, metavar="PLACE...")
@click.option("--chart", metavar="FILE.png", type=click.Path(path_type=Path),
              help="Draw the entities per type, a bar for each split or PLACE.")
@click.option("--tags", is_flag=True, help="Count every tag of the tokens instead: O, B- and I-.")
@_data_dir
@reading_options
@failures_as_sentences(_say, ("datasets",), "nertag-data stats")
def stats(
    places: tuple[str, ...], chart: Path | None, tags: bool, data_dir: Path | None,
    reading: FileReading,
) -> None:
    """Count sentences, tokens and entities per type and split."""  # fmt: skip
    from export.corpus_tools.charts import png_chart, text_chart
    from export.corpus_tools.stats import (
        entities_by_corpus,
        load_corpora,
        stats_of,
        stats_rows,
        tag_rows,
        total_of,
    )
    from export.tables import as_table

    corpora = load_corpora(places, reading, data_dir, _say)
    if tags:
        click.echo(as_table(tag_rows(corpora)), nl=False)
    else:
        splits = stats_of(corpora)
        click.echo(as_table(stats_rows(splits)))
        click.echo(text_chart(total_of(splits)), nl=False)
    if chart is not None:
        title = "Entities by type" + (f" in {places[0]}" if len(places) == 1 else "")
        png_chart(entities_by_corpus(corpora), title, chart)
        _say(f"{chart} is drawn")


@main.command(
    cls=GroupedCommand, groups={"Corpora": ("--data-dir", *READING_OPTIONS), "Model": ("--model",)},
    epilog="""
      nertag-data check train.conll dev.conll test.conll
      nertag-data check train.conll --model xlm-roberta-base
    """,
)  # fmt: skip
@click.argument("places", nargs=-1, required=True, metavar="PLACE...")
@click.option("--model", metavar="MODEL",
              help="Whose tokenizer is asked: a bundled model, a directory or a hub id.")
@_data_dir
@reading_options
@failures_as_sentences(_say, ("datasets",), "nertag-data check")
def check(
    places: tuple[str, ...], model: str | None, data_dir: Path | None, reading: FileReading
) -> None:
    """Find overlap of train with dev and test, odd tags, near-empty types and text without pieces.

    The split of a file is in its name, as in NAME.dev.conll: train, dev (valid, validation, val,
    testa) or test (testb), otherwise train. Errors exit with 1, warnings with 0.
    """  # fmt: skip
    from export.corpus_tools.checks import check_places

    errors = 0
    for finding in check_places(places, model, reading, data_dir, _say):
        errors += finding.is_error
        click.echo(f"{'error' if finding.is_error else 'warning'}: {finding.text}")
    click.echo(f"{errors} error{'s' * (errors != 1)}")
    if errors:
        sys.exit(1)


@main.command(
    cls=GroupedCommand,
    groups={
        "Corpora": ("--split", "--repair", "--data-dir", *READING_OPTIONS),
        "Output": ("--to", "--scheme", "--map"),
    },
    epilog="""
      nertag-data convert test.conll test.jsonl
      nertag-data convert test.conll - --scheme BIOES --map MISC=O
      nertag-data convert test.jsonl folder --to brat
    """,
)  # fmt: skip
@click.argument("place")
@click.argument("out", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--to", type=Choice(_FORMATS),
              help="Format of OUT; default: by its extension.")
@click.option("--scheme", type=Choice(CORPUS_SCHEMES), default="BIO", help="CoNLL's tags.")
@click.option("--map", "renamed", multiple=True, metavar="A=B",
              help="Call type A B, or drop it (A=O); may be repeated.")
@click.option("--split", type=Choice(SPLITS), default="train", help="Which split of PLACE.")
@click.option("--repair", type=Choice(REPAIRS), default="error",
              help="What is done about illegal tags.")
@_data_dir
@reading_options
@failures_as_sentences(_say, ("datasets",), "nertag-data convert")
def convert(
    place: str, out: Path, to: str | None, scheme: str, renamed: tuple[str, ...], split: str,
    repair: str, data_dir: Path | None, reading: FileReading,
) -> None:
    """Convert PLACE to OUT: CoNLL or JSONL ("-": standard output), brat, or what Prodigy, doccano,
    Label Studio and INCEpTION (xmi) import.

    With --to brat OUT is a folder, with a document for every record; or it is NAME.ann, beside
    which NAME.txt is written, with a line for every record.
    """  # fmt: skip
    from export.commands.options import read_renaming
    from export.corpus_tools.conversion import convert as write

    labels = dict(map(read_renaming, renamed))
    source = reading.source(place, split, labels=labels, repair=repair)
    write(source, out, to, scheme, data_dir, _say)


@main.command(
    cls=GroupedCommand, groups={"Text": ("--lang",), "Model": ("--model",)},
    epilog="""
      nertag-data tokens "Anna lebt in Kassel."
      nertag-data tokens "김민지는 서울에 산다." --lang ko --model small
    """,
)  # fmt: skip
@click.argument("text")
@click.option("--model", metavar="MODEL",
              help="A bundled model by its name, a directory with tokenizer.json, or a hub id.")
@click.option("--lang", type=Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the text.")
@failures_as_sentences(_say)
def tokens(text: str, model: str | None, lang: str) -> None:
    """Show the pieces of TEXT as the model gets them: piece, id, offsets."""  # fmt: skip
    from export.corpus_tools.pieces import find_tokenizer, piece_rows
    from export.tables import as_table

    click.echo(as_table(piece_rows(find_tokenizer(model), text, lang)), nl=False)


@main.command(
    cls=GroupedCommand, groups={"Text": ("--key",)},
    epilog="nertag-data restore redacted.txt --key names.key > doc.txt",
)  # fmt: skip
@click.argument("redacted", type=click.Path(path_type=Path))
@click.option("--key", metavar="FILE", required=True, type=click.Path(path_type=Path),
              help="What nertag --format redact --key FILE has kept.")
@failures_as_sentences(_say)
def restore(redacted: Path, key: Path) -> None:
    """Put the names back into REDACTED, a file that nertag wrote, and print that."""
    from tagcli.output.key_file import restored

    click.echo(restored(redacted, key), nl=False)
