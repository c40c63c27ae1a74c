"""The `nertag-data` command: look at corpora, check and convert them, see their pieces."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from export.extras import check_packages
from export.sources import DISK, SPLITS, NoSuchSourceError, Source, load_source
from export.tags import CORPUS_SCHEMES, REPAIRS
from tagcli.errors import NertagError, UsageError, say
from tagcli.languages import AUTO, LANGUAGES
from tagcli.output import forget_stdout

_say = partial(say, "nertag-data")
_SPLIT_NAME = re.compile(r"(?:^|[._-])(train|dev|valid|test)[._-]")

_data_dir = click.option(
    "--data-dir", metavar="DIR", type=click.Path(path_type=Path),
    help="Folder of corpora (LANGUAGE/NAME.train.conll); default: NERTAG_DATA.",
)  # fmt: skip


@contextmanager
def _sentences_for_errors() -> Iterator[None]:
    try:
        yield
    except NertagError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        forget_stdout()
        sys.exit(0)
    except OSError as error:
        _say(f"cannot read or write: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _command(work: Callable[..., None]) -> Callable[..., None]:
    @wraps(work)
    def run(**options: Any) -> None:
        with _sentences_for_errors():
            work(**options)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main() -> None:
    """Look at annotated corpora, check them, convert them.

    A PLACE is a CoNLL or JSONL file, NAME/LANGUAGE in the data folder, disk:PATH (a saved dataset
    of the datasets library) or hub:OWNER/NAME/CONFIG.
    """


@main.command()
@click.argument("places", nargs=-1, required=True, metavar="PLACE...")
@click.option("--chart", metavar="FILE.png", type=click.Path(path_type=Path),
              help="Draw the entities per type and split.")
@_data_dir
@_command
def stats(places: tuple[str, ...], chart: Path | None, data_dir: Path | None) -> None:
    """Count sentences, tokens and entities per type and split."""  # fmt: skip
    check_packages(["datasets"], "nertag-data stats")
    from export.charts import png_chart, text_chart
    from export.data_stats import split_stats, stats_rows
    from export.score_tables import as_table

    found = _corpora(places, data_dir, "conlleval")
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
@click.option("--model", metavar="DIR", type=click.Path(path_type=Path),
              help="Whose tokenizer is asked; default: the bundled model's.")
@_data_dir
@_command
def check(places: tuple[str, ...], model: Path | None, data_dir: Path | None) -> None:
    """Find overlap of train with dev and test, odd tags, near-empty types and text without pieces.

    The split of a file is in its name (train, dev, valid or test), otherwise train. Errors exit
    with 1, warnings with 0.
    """  # fmt: skip
    check_packages(["datasets"], "nertag-data check")
    from export.data_checks import check as find
    from tagcli.encoding import Encoder
    from tagcli.models import BUNDLED, TOKENIZER

    errors = 0
    for finding in find(_corpora(places, data_dir, "conlleval"),
                        Encoder((model or BUNDLED) / TOKENIZER)):  # fmt: skip
        errors += finding.is_error
        click.echo(f"{'error' if finding.is_error else 'warning'}: {finding.text}")
    click.echo(f"{errors} error{'s' * (errors != 1)}")
    if errors:
        sys.exit(1)


@main.command()
@click.argument("place")
@click.argument("out", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--to", type=click.Choice(["conll", "jsonl"]),
              help="Format of OUT; default: by its extension.")
@click.option("--scheme", type=click.Choice(CORPUS_SCHEMES), default="BIO", help="CoNLL's tags.")
@click.option("--map", "renamed", multiple=True, metavar="A=B",
              help="Call type A B, or drop it (A=O); may be repeated.")
@click.option("--split", type=click.Choice(SPLITS), default="train", help="Which split of PLACE.")
@click.option("--repair", type=click.Choice(list(REPAIRS)), default="error",
              help="What is done about illegal tags.")
@_data_dir
@_command
def convert(
    place: str, out: Path, to: str | None, scheme: str, renamed: tuple[str, ...], split: str,
    repair: str, data_dir: Path | None,
) -> None:
    """Convert PLACE to OUT ("-": standard output), CoNLL or JSONL."""  # fmt: skip
    check_packages(["datasets"], "nertag-data convert")
    from export.cli_eval import read_renaming
    from export.convert import CONVERTERS
    from tagcli.output import Output
    from tagcli.readers import format_of_name

    chosen = to or format_of_name(str(out))
    if chosen not in CONVERTERS:
        raise UsageError(f"{out}: say the format, --to {' or '.join(CONVERTERS)}")
    source = Source(place, split, labels=dict(map(read_renaming, renamed)), repair=repair)
    corpus = load_source(source, data_dir)
    if corpus.repaired:
        _say(f"{corpus.repaired} tags repaired ({repair})")
    with Output(None if str(out) == "-" else str(out)) as output:
        for line in CONVERTERS[chosen](corpus, scheme):
            output.write(line)


@main.command()
@click.argument("text")
@click.option("--model", metavar="DIR", type=click.Path(path_type=Path),
              help="A model directory; default: the bundled model.")
@click.option("--lang", type=click.Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the text.")
@_command
def tokens(text: str, model: Path | None, lang: str) -> None:
    """Show the pieces of TEXT as the model gets them: piece, id, offsets."""  # fmt: skip
    from export.pieces import piece_rows
    from export.score_tables import as_table
    from tagcli.models import find_model

    found = find_model(None if model is None else str(model))
    click.echo(as_table(piece_rows(found, text, lang)), nl=False)


def _corpora(places: tuple[str, ...], data_dir: Path | None, repair: str) -> list[Any]:
    """Every split that there is of every place."""
    found = []
    for place in places:
        if Path(place).is_file():
            found.append(load_source(Source(place, _split_of_file(place), repair=repair)))
            continue
        present, problem = [], None
        for split in SPLITS:
            try:
                present.append(load_source(Source(place, split, repair=repair), data_dir))
            except NoSuchSourceError as error:
                problem = problem or error
        if not present and problem is not None:
            raise problem
        found += present[:1] if _is_one_dataset(place) else present
    return found


def _split_of_file(place: str) -> str:
    found = _SPLIT_NAME.search(Path(place).name)
    name = found[1] if found else "train"
    return "dev" if name == "valid" else name


def _is_one_dataset(place: str) -> bool:
    """Whether a saved dataset has no splits of its own."""
    folder = Path(place.removeprefix(DISK))
    return place.startswith(DISK) and not (folder / "dataset_dict.json").is_file()
