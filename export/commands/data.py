"""The `nertag-data` command: look at corpora, check and convert them, see their pieces."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path

import click

from export.commands.failures import failures_as_sentences
from export.corpora.brat import ANN, BRAT, brat_files, read_brat
from export.corpora.places import (
    DISK,
    NoSuchSourceError,
    data_dir_of_environment,
    find_file,
    is_dataset,
)
from export.corpora.source import SPLITS, Source
from export.corpora.sources import Corpus, load_source
from export.corpora.tags import CORPUS_SCHEMES, REPAIRS
from tagcli.errors import DataError, UsageError, say
from tagcli.languages import AUTO, LANGUAGES

_say = partial(say, "nertag-data")
_SPLIT_OF_NAME = {
    "train": "train",
    "dev": "dev", "valid": "dev", "validation": "dev", "val": "dev", "testa": "dev",
    "test": "test", "testb": "test",
}  # fmt: skip

_data_dir = click.option(
    "--data-dir", metavar="DIR", type=click.Path(path_type=Path),
    help="Folder of corpora (LANGUAGE/NAME.train.conll); default: NERTAG_DATA.",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main() -> None:
    """Look at annotated corpora, check them, convert them.

    A PLACE is a CoNLL or JSONL file, a brat document (NAME.ann beside NAME.txt) or a folder of
    them, NAME/LANGUAGE in the data folder, disk:PATH (a saved dataset of the datasets library) or
    hub:OWNER/NAME/CONFIG.
    """


@main.command()
@click.argument("places", nargs=-1, required=True, metavar="PLACE...")
@click.option("--chart", metavar="FILE.png", type=click.Path(path_type=Path),
              help="Draw the entities per type and split.")
@_data_dir
@failures_as_sentences(_say, ("datasets",), "nertag-data stats")
def stats(places: tuple[str, ...], chart: Path | None, data_dir: Path | None) -> None:
    """Count sentences, tokens and entities per type and split."""  # fmt: skip
    from export.corpus_tools.charts import png_chart, text_chart
    from export.corpus_tools.stats import split_stats, stats_rows
    from export.tables import as_table

    found = _corpora(places, data_dir)
    for corpus in found:
        _say_repairs(corpus, corpus.name)
    splits = [split for split in SPLITS if any(c.source.split == split for c in found)]
    counted = [split_stats(s, (c for c in found if c.source.split == s)) for s in splits]
    click.echo(as_table(stats_rows(counted)))
    total = sum((split.entities for split in counted), start=type(counted[0].entities)())
    click.echo(text_chart(total), nl=False)
    if chart is not None:
        png_chart({split.name: split.entities for split in counted}, chart)
        _say(f"{chart} is drawn")


@main.command()
@click.argument("places", nargs=-1, required=True, metavar="PLACE...")
@click.option("--model", metavar="MODEL",
              help="Whose tokenizer is asked: a bundled model, a directory or a hub id.")
@_data_dir
@failures_as_sentences(_say, ("datasets",), "nertag-data check")
def check(places: tuple[str, ...], model: str | None, data_dir: Path | None) -> None:
    """Find overlap of train with dev and test, odd tags, near-empty types and text without pieces.

    The split of a file is in its name, as in NAME.dev.conll: train, dev (valid, validation, val,
    testa) or test (testb), otherwise train. Errors exit with 1, warnings with 0.
    """  # fmt: skip
    from export.corpus_tools.checks import Finding
    from export.corpus_tools.checks import check as find
    from export.corpus_tools.pieces import find_tokenizer
    from tagcli.inference.encoding import Encoder

    encoder = Encoder(find_tokenizer(model))
    unreadable: list[DataError] = []
    corpora = _corpora(places, data_dir, unreadable.append)
    errors = 0
    findings = (Finding(True, str(error)) for error in unreadable)
    for finding in chain(findings, find(corpora, encoder, data_dir)):
        errors += finding.is_error
        click.echo(f"{'error' if finding.is_error else 'warning'}: {finding.text}")
    click.echo(f"{errors} error{'s' * (errors != 1)}")
    if errors:
        sys.exit(1)


@main.command()
@click.argument("place")
@click.argument("out", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--to", type=click.Choice(["conll", "jsonl", BRAT]),
              help="Format of OUT; default: by its extension.")
@click.option("--scheme", type=click.Choice(CORPUS_SCHEMES), default="BIO", help="CoNLL's tags.")
@click.option("--map", "renamed", multiple=True, metavar="A=B",
              help="Call type A B, or drop it (A=O); may be repeated.")
@click.option("--split", type=click.Choice(SPLITS), default="train", help="Which split of PLACE.")
@click.option("--repair", type=click.Choice(list(REPAIRS)), default="error",
              help="What is done about illegal tags.")
@_data_dir
@failures_as_sentences(_say, ("datasets",), "nertag-data convert")
def convert(
    place: str, out: Path, to: str | None, scheme: str, renamed: tuple[str, ...], split: str,
    repair: str, data_dir: Path | None,
) -> None:
    """Convert PLACE to OUT: CoNLL or JSONL ("-": standard output), or brat.

    With --to brat OUT is a folder, with a document for every record; or it is NAME.ann, beside
    which NAME.txt is written, with a line for every record.
    """  # fmt: skip
    from export.commands.options import read_renaming
    from export.corpus_tools.conversion import CONVERTERS, write_documents
    from tagcli.output.destination import Output

    chosen = _output_format(out, to, (*CONVERTERS, BRAT))
    source = Source(place, split, labels=dict(map(read_renaming, renamed)), repair=repair)
    corpus = load_source(source, data_dir)
    _say_repairs(corpus, place)
    _say_left_out(place, split, data_dir, chosen)
    if chosen == BRAT:
        write_documents(corpus, out)
        return
    lines = list(CONVERTERS[chosen](corpus, scheme))  # what cannot be held leaves nothing behind
    with Output(None if str(out) == "-" else str(out)) as output:
        for line in lines:
            output.write(line)


def _output_format(out: Path, to: str | None, known: tuple[str, ...]) -> str:
    from tagcli.readers.formats import format_of_name

    chosen = to or (BRAT if out.suffix == ANN else format_of_name(str(out)))
    if chosen not in known:
        raise UsageError(f"{out}: say the format, --to {' or '.join(known)}")
    if chosen == BRAT and str(out) == "-":
        raise UsageError(f"brat is two files: name a folder or NAME{ANN}")
    return chosen


def _say_left_out(place: str, split: str, data_dir: Path | None, to: str) -> None:
    """What of a file or of brat documents the conversion does not carry over."""
    from export.corpus_tools.conversion import left_out, left_out_of_brat
    from tagcli.readers.base import ReaderOptions
    from tagcli.readers.formats import read_documents
    from tagcli.readers.inputs import Input

    if is_dataset(place):
        return
    if files := brat_files(place):
        documents = [read_brat(file) for file in files]
        lost = left_out_of_brat(place, documents)
        if whole := sum(document.discontinuous for document in documents):
            entities = "entity" if whole == 1 else "entities"
            _say(f"{place}: {whole} discontinuous {entities} read as one span")
    else:
        place = str(find_file(place, split, data_dir))
        lost = left_out(read_documents(Input(place), None, ReaderOptions()), to)
    if lost:
        _say(f"not carried over from {place}: {', '.join(lost)}")


@main.command()
@click.argument("text")
@click.option("--model", metavar="MODEL",
              help="A bundled model by its name, a directory with tokenizer.json, or a hub id.")
@click.option("--lang", type=click.Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the text.")
@failures_as_sentences(_say)
def tokens(text: str, model: str | None, lang: str) -> None:
    """Show the pieces of TEXT as the model gets them: piece, id, offsets."""  # fmt: skip
    from export.corpus_tools.pieces import find_tokenizer, piece_rows
    from export.tables import as_table

    click.echo(as_table(piece_rows(find_tokenizer(model), text, lang)), nl=False)


def _corpora(
    places: tuple[str, ...],
    data_dir: Path | None,
    on_error: Callable[[DataError], None] | None = None,
) -> list[Corpus]:
    """Every split that there is of every place; `on_error` is told of those that cannot be read,
    otherwise the first is raised."""
    found = []
    for place in places:
        splits = [_split_of_name(place)] if _is_one_split(place, data_dir) else SPLITS
        missing = []
        for split in splits:
            try:
                found.append(load_source(Source(place, split, repair="conlleval"), data_dir))
            except NoSuchSourceError as error:
                missing.append(error)
            except DataError as error:
                if on_error is None:
                    raise
                on_error(error)
        if len(missing) == len(splits):
            raise missing[0]
    return found


def _is_one_split(place: str, data_dir: Path | None) -> bool:
    """Whether a place is a file, a folder of brat documents or a saved dataset that has no splits
    of its own."""
    if place.startswith(DISK):
        return not (Path(place.removeprefix(DISK)) / "dataset_dict.json").is_file()
    if brat_files(place):
        return True
    folder = data_dir or data_dir_of_environment()
    return Path(place).is_file() or (folder is not None and (folder / place).is_file())


def _split_of_name(place: str) -> str:
    """The split that the last part of a path names, otherwise train."""
    parts = re.split("[._-]", Path(place).name.lower())
    named = [_SPLIT_OF_NAME[part] for part in parts if part in _SPLIT_OF_NAME]
    return named[-1] if named else "train"


def _say_repairs(corpus: Corpus, name: str) -> None:
    if corpus.repaired:
        tags = "tag" if corpus.repaired == 1 else "tags"
        _say(f"{name}: {corpus.repaired} {tags} repaired ({corpus.source.repair})")
