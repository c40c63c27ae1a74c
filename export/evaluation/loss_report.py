"""Where the loss is, to look at: tables for the terminal, a page with the worst sentences."""

from __future__ import annotations

import math
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from export.corpora.labelling import misfit_note
from export.evaluation.evaluate import annotated_types, gold_names
from export.evaluation.gold import check_is_not_gold
from export.evaluation.report import gold_note, listed_counts, renaming_note
from export.evaluation.token_losses import (
    LEAST_COUNT,
    MISFITS,
    by_label,
    by_sentence,
    by_word,
    token_losses,
    write_losses,
)
from tagcli.errors import UsageError
from tagcli.output.destination import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
    from pathlib import Path

    import pandas as pd

    from export.corpora.sources import Corpus
    from export.tables import Rows
    from tagcli.tagger import Tagger

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: .15em .8em; border-bottom: 1px solid #8886; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.unit { display: inline-block; margin: 0 .15em .4em; padding: 0 .2em; border-radius: .2em;
  vertical-align: top; text-align: center; }
.unit small { display: block; line-height: 1.2; opacity: .85; }
.bar { display: inline-block; height: .7em; background: rgb(220 80 40 / .7); }
td:last-child { text-align: left; }
.wrong { outline: 2px solid #c33; }
"""


def check_losses(models: Sized, tests: Sized, path: Path) -> None:
    """Raise UsageError at the start for what would stop a report of losses at its end."""
    if len(models) > 1 or len(tests) > 1:
        raise UsageError("--losses takes one model and one file")
    if path.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{path}: --losses writes .parquet or .csv")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")


def report_losses(
    tagger: Tagger,
    corpus: Corpus,
    path: Path,
    title: str,
    chosen: Mapping[str, str],
    note: Callable[[str], None],
) -> pd.DataFrame:
    """The loss of every token, as `token_losses` has it, also written to `path` and drawn as a page
    beside it; `chosen` are names for types of the gold, as for `gold_names`. Raises UsageError
    where one of the two files is the gold."""
    page = path.with_suffix(".html")
    check_is_not_gold([path, page], [corpus], "--losses")
    known = tagger.model.tag_set.types
    names = gold_names(corpus.types, known, chosen)
    losses = token_losses(tagger, corpus, names)
    notes = loss_notes(losses, corpus, names, known)
    for one in notes:
        note(one)
    write_losses(losses, str(path))
    with Output(str(page)) as output:
        output.write(loss_page(losses, title, notes))
    note(f"{path} and {page} are written")
    return losses


def loss_notes(
    losses: pd.DataFrame, corpus: Corpus, names: Mapping[str, str], model_types: Sequence[str]
) -> list[str]:
    """How the gold was read and labelled, and for which of its types and the model's there is no
    loss."""
    lines = [f"gold: {gold_note(corpus.scheme, corpus.source.repair, corpus.repaired)}"]
    if names:
        lines.append(renaming_note(names))
    if misfits := losses.attrs[MISFITS]:
        lines.append(misfit_note(corpus.name, misfits))
    lacking = Counter(label[2:] for label in losses["gold"][losses["loss"].isna()])
    if lacking:
        problem = "units without a loss, of types whose labels the model does not have"
        lines.append(f"{problem}: {listed_counts(lacking)}")
    if masked := [t for t in model_types if t not in annotated_types(corpus, names)]:
        lines.append(f"masked, types of the model that the gold lacks: {', '.join(masked)}")
    return lines


def loss_rows(summed: pd.DataFrame, name: str, count: int) -> Rows:
    """A header and the first `count` rows of a table by label, word or sentence."""
    rows = [[name, "count", "mean loss", "sum"]]
    for key, row in summed.head(count).iterrows():
        rows.append([str(key), str(int(row["count"])), f"{row['mean']:.4f}", f"{row['sum']:.1f}"])
    return rows


def loss_tables(losses: pd.DataFrame, count: int = 10) -> list[Rows]:
    """What carries the loss: labels, words and sentences by their sum."""
    return [
        loss_rows(by_label(losses), "gold label", len(losses)),
        loss_rows(by_word(losses), "word", count),
        loss_rows(by_sentence(losses), "line", count),
    ]


def loss_page(
    losses: pd.DataFrame, title: str, notes: Sequence[str] = (), sentences: int = 50
) -> str:
    """A self-contained HTML page: the worst sentences with gold above and predicted below every
    unit, the stronger its colour, the larger its loss; then labels and words with bars."""
    return "".join([
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
        f"<p>{losses['loss'].count()} units, mean loss {losses['loss'].mean():.4f} nats.</p>",
        *(f"<p>{escape(note)}</p>" for note in notes),
        '<p><a href="#labels">Labels and words</a> stand at the end.</p>',
        "<h2>The worst sentences</h2><p>Gold above, predicted below; framed where they differ.</p>",
        *_sentences(losses, sentences),
        '<h2 id="labels">Labels and words</h2>',
        f"<p>Those seen fewer than {LEAST_COUNT} times come last.</p>",
        _table(by_label(losses), "gold label", len(losses)),
        _table(by_word(losses), "word", 20),
        "</body></html>\n",
    ])  # fmt: skip


def _sentences(losses: pd.DataFrame, count: int) -> Iterator[str]:
    worst = by_sentence(losses).head(count)
    grouped = dict(iter(losses.groupby("line")))
    for line, summed in worst.iterrows():
        bar = _bar(summed["sum"], worst["sum"].max())
        yield f"<h3>line {line}: {summed['sum']:.2f}, mean {summed['mean']:.2f} {bar}</h3><p>"
        yield from map(_unit, grouped[line].itertuples())
        yield "</p>"


def _table(summed: pd.DataFrame, name: str, count: int) -> str:
    head, *rows = loss_rows(summed, name, count)
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = [f"<table><tr>{cells}</tr>"]
    for row, total in zip(rows, summed["sum"], strict=False):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row)
        lines.append(f"<tr>{cells}<td>{_bar(total, summed['sum'].max())}</td></tr>")
    return "".join([*lines, "</table>"])


def _bar(value: float, largest: float) -> str:
    width = 15 * value / largest if largest else 0
    return f'<span class="bar" style="width: {width:.2f}em"></span>'


def _unit(unit: Any) -> str:
    has_loss = not math.isnan(unit.loss)
    share = min(unit.loss / 6, 1.0) if has_loss else 0.0
    loss = f"loss {unit.loss:.3f}" if has_loss else "no loss"
    kind = "unit" if unit.gold == unit.predicted else "unit wrong"
    gold, found = (escape("" if label == "O" else label) for label in (unit.gold, unit.predicted))
    return (
        f'<span class="{kind}" style="background: rgb(220 80 40 / {share:.2f})" '
        f'title="{loss}"><small>{gold or "&nbsp;"}</small>{escape(unit.text)}'
        f"<small>{found or '&nbsp;'}</small></span> "
    )
