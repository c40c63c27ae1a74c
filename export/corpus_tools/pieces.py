"""The pieces of a text, as a model gets them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tokenizers import Tokenizer

from export.corpora.places import bases_of
from tagcli.errors import UsageError
from tagcli.inference.encoding import Encoder, LabelledUnits, encode_document, model_inputs
from tagcli.languages import unit_of
from tagcli.models.config import CONFIG, own_units, read_config
from tagcli.models.directory import TOKENIZER, find_folder, token_limit
from tagcli.models.hub import find_snapshot
from tagcli.segmentation.normalisation import NormalisedText, normalise_paragraphs
from tagcli.tagger import OVERLAP_TOKENS

if TYPE_CHECKING:
    from pathlib import Path

    from export.tables import Rows


def find_tokenizer(name: str | None, data_dir: Path | None = None) -> Path:
    """The tokenizer.json of a model or a base encoder, whose name is one as `find_folder` takes it
    (None: the default model), with bases/NAME in the data folder before a hub id, of which no
    weights are fetched. Raises UsageError if there is none."""
    folder = find_folder(name, _from_hub, bases_of(data_dir))
    if not (folder / TOKENIZER).is_file():
        raise UsageError(f"{folder} has no fast tokenizer ({TOKENIZER})")
    return folder / TOKENIZER


def _from_hub(name: str) -> Path:
    beside = (CONFIG, "tokenizer_config.json")
    try:
        return find_snapshot(name, (TOKENIZER,), beside, weights=(), offline=False)
    except UsageError as error:
        raise UsageError(f"no tokenizer of {name}: no such directory; {error}") from error


def piece_rows(path: Path, text: str, language: str) -> Rows:
    """A header and a row a piece of the tokenizer at `path`: piece, id, start and end in `text`,
    and what stands there. Special tokens have no offsets. What the model reads per language is
    in the nertag object of the config beside it, if there is one; otherwise words."""
    settings, limit = _settings_beside(path)
    encoder, names = Encoder(path), Tokenizer.from_file(str(path))
    normalised = normalise_paragraphs(text, has_tokens=False)
    rows = [["piece", "id", "start", "end", "text"]]
    for units in encode_document(encoder, normalised, None, language, partial(unit_of, settings)):
        offsets = _offsets(units, normalised)
        special = [(str(names.id_to_token(i)), str(i)) for i in encoder.prefix_ids.tolist()]
        rows += [[name, number, "", "", ""] for name, number in special]
        for piece_id, (start, end) in zip(units.pieces.ids.tolist(), offsets, strict=True):
            name = str(names.id_to_token(piece_id))
            rows.append([name, str(piece_id), str(start), str(end), text[start:end]])
        special = [(str(names.id_to_token(i)), str(i)) for i in encoder.suffix_ids.tolist()]
        rows += [[name, number, "", "", ""] for name, number in special]
        windows = len(list(model_inputs(encoder, units, limit, OVERLAP_TOKENS)))
        if windows > 1:
            rows.append([f"({windows} windows)", "", "", "", ""])
    return rows


def _settings_beside(path: Path) -> tuple[dict[str, str], int]:
    """What the model reads per language, and its longest input in tokens."""
    folder = path.parent
    fields = read_config(folder) if (folder / CONFIG).is_file() else {}
    return own_units(folder, fields), token_limit(folder, fields)


def _offsets(units: LabelledUnits, text: NormalisedText) -> list[tuple[int, int]]:
    return [text.original_span(start, end) for start, end in units.pieces.offsets.tolist()]
