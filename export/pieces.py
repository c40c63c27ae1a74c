"""The pieces of a text, as a model gets them."""

from __future__ import annotations

from tokenizers import Tokenizer

from export.score_tables import Rows
from tagcli.encoding import Encoder, LabelledUnits, encode_document, model_inputs
from tagcli.models import TOKENIZER, Model
from tagcli.normalisation import NormalisedText, normalise
from tagcli.tagger import OVERLAP_TOKENS


def piece_rows(model: Model, text: str, language: str) -> Rows:
    """A header and a row a piece: piece, id, start and end in `text`, and what stands there.
    Special tokens have no offsets."""
    path = model.folder / TOKENIZER
    encoder, names = Encoder(path), Tokenizer.from_file(str(path))
    normalised = normalise(text)
    rows = [["piece", "id", "start", "end", "text"]]
    for units in encode_document(encoder, normalised, None, language, model.unit):
        offsets = _offsets(units, normalised)
        special = [(str(names.id_to_token(i)), str(i)) for i in encoder.prefix_ids.tolist()]
        rows += [[name, number, "", "", ""] for name, number in special]
        for piece_id, (start, end) in zip(units.pieces.ids.tolist(), offsets, strict=True):
            name = str(names.id_to_token(piece_id))
            rows.append([name, str(piece_id), str(start), str(end), text[start:end]])
        special = [(str(names.id_to_token(i)), str(i)) for i in encoder.suffix_ids.tolist()]
        rows += [[name, number, "", "", ""] for name, number in special]
        windows = len(model_inputs(encoder, units, model.limit, OVERLAP_TOKENS))
        if windows > 1:
            rows.append([f"({windows} windows)", "", "", "", ""])
    return rows


def _offsets(units: LabelledUnits, text: NormalisedText) -> list[tuple[int, int]]:
    return [text.original_span(start, end) for start, end in units.pieces.offsets.tolist()]
