"""A checkpoint with the part of its vocabulary that a use needs, and only those embeddings."""

from __future__ import annotations

import json
import shutil
import unicodedata
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from export.corpora.letter_case import lower, upper
from tagcli.errors import UsageError
from tagcli.inference.encoding import Encoder, encode_document
from tagcli.languages import AUTO, unit_of
from tagcli.models.config import CONFIG, own_units, read_config, write_config
from tagcli.models.directory import TOKENIZER
from tagcli.names import as_known, did_you_mean
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.segmentation.normalisation import normalise_paragraphs

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence

SAFETENSORS = "model.safetensors"

# Letters beyond a to z; pieces of other letters are other languages'
_LETTERS = {
    "de": "äöüß",
    "en": "",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "it": "àèéìíîòóù",
}
_HANGUL = range(0xAC00, 0xD7A4)
_MARKS = ("▁", "##")  # of Unigram, in front of a word; of WordPiece, in front of what goes on
_TOKEN_IDS = ("pad_token_id", "bos_token_id", "eos_token_id", "unk_token_id", "sep_token_id",
              "cls_token_id", "mask_token_id")  # fmt: skip


def keep_languages(languages: Iterable[str]) -> Callable[[str], bool]:
    """Whether a piece can stand in these languages: of their letters, digits and signs.

    Raises UsageError for a language whose letters are not known.
    """
    letters, hangul = set("abcdefghijklmnopqrstuvwxyz"), False
    known = (*_LETTERS, "ko")
    for name in languages:
        language = as_known(name, known)
        if language == "ko":
            hangul = True
        elif language in _LETTERS:
            letters |= set(_LETTERS[language])
        else:
            near = did_you_mean(name, known)
            problem = f"it is none of {', '.join(known)}{near}"
            raise UsageError(f"--keep-languages {name}: {problem}")

    def keep(piece: str) -> bool:
        return all(
            char in letters
            or not unicodedata.category(char).startswith(("L", "M"))
            or (hangul and ord(char) in _HANGUL)
            for char in piece.lower()
        )

    return keep


def keep_text(checkpoint: Path, files: Sequence[Path]) -> Callable[[str], bool]:
    """Whether a piece is used in the text of these files, as it is, in small letters or in
    capitals."""
    used: set[str] = set()
    for case in (None, lower, upper):
        for pieces in cut_sentences(checkpoint, checkpoint, files, case):
            used.update(pieces)
    return used.__contains__


def cut_sentences(
    checkpoint: Path,
    tokenizer_of: Path,
    files: Sequence[Path],
    case: Callable[[str], str] | None = None,
) -> Iterator[list[str]]:
    """The pieces of every sentence of the files, as the checkpoint would be given them with the
    tokenizer in the folder `tokenizer_of`. With a `case`, a function of
    export.corpora.letter_case, the documents are put in that case, and those
    that it leaves as they are are passed over."""
    path = tokenizer_of / TOKENIZER
    encoder, names = Encoder(path), Tokenizer.from_file(str(path))
    units = own_units(checkpoint, read_config(checkpoint))
    for file in files:
        for document in read_documents(Input(str(file)), None, ReaderOptions()):
            text = document.text if case is None else case(document.text)
            if case is not None and text == document.text:
                continue
            found = encode_document(
                encoder,
                normalise_paragraphs(text, document.tokens is not None),
                document.tokens,
                AUTO,
                partial(unit_of, units),
            )
            for sentence in found:
                yield [str(names.id_to_token(i)) for i in sentence.pieces.ids.tolist()]


def any_of(wanted: Sequence[Callable[[str], bool]]) -> Callable[[str], bool]:
    """Whether one of them wants a piece."""
    return lambda piece: any(keep(piece) for keep in wanted)


def prune(
    checkpoint: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    keep: Callable[[str], bool],
) -> tuple[int, int]:
    """Write the checkpoint with the pieces that `keep` wants, every single character and every
    special token; returns how many pieces there were and are.

    Text of kept pieces is cut as before: a Unigram's best path stays the best when others go,
    and WordPiece takes the longest piece, which stays. Raises UsageError for other tokenizers.
    """
    checkpoint, out_dir = Path(checkpoint), Path(out_dir)
    spec = json.loads((checkpoint / TOKENIZER).read_text(encoding="utf-8"))
    pieces = _pieces(spec, checkpoint)
    special = {token["content"] for token in spec.get("added_tokens", [])}
    unknown = spec["model"].get("unk_token")
    kept = [
        number
        for number, piece in enumerate(pieces)
        if piece in special or piece == unknown or number == spec["model"].get("unk_id")
        or len(_bare(piece)) <= 1 or keep(piece) or keep(_bare(piece))
    ]  # fmt: skip
    out_dir.mkdir(parents=True, exist_ok=True)
    for path in checkpoint.iterdir():
        if path.is_file() and path.name not in (TOKENIZER, CONFIG, SAFETENSORS):
            shutil.copyfile(path, out_dir / path.name)
    rows = _write_tokenizer(spec, pieces, kept, out_dir / TOKENIZER)
    _write_weights(checkpoint, out_dir, rows)
    _write_cut_config(checkpoint, out_dir, {old: new for new, old in enumerate(rows)})
    return len(pieces), len(kept)


def _bare(piece: str) -> str:
    for mark in _MARKS:
        piece = piece.removeprefix(mark)
    return piece


def _pieces(spec: dict[str, Any], checkpoint: Path) -> list[str]:
    """The pieces in the order of their ids; WordPiece's ids may have gaps."""
    model = spec["model"]
    if model["type"] == "Unigram":
        return [piece for piece, _ in model["vocab"]]
    if model["type"] == "WordPiece":
        return sorted(model["vocab"], key=model["vocab"].__getitem__)
    problem = f"{checkpoint}: the vocabulary of a {model['type']} tokenizer cannot be cut"
    raise UsageError(f"{problem}, only Unigram's and WordPiece's")


def _write_tokenizer(
    spec: dict[str, Any], pieces: Sequence[str], kept: Sequence[int], out_file: Path
) -> list[int]:
    """Write the tokenizer with the kept pieces, places in `pieces`; returns the old id of every
    new one."""
    model, new_of = spec["model"], {pieces[old]: new for new, old in enumerate(kept)}
    rows = list(kept)
    if model["type"] == "Unigram":
        model["vocab"] = [model["vocab"][old] for old in kept]
        model["unk_id"] = kept.index(model["unk_id"])
    else:
        rows = [model["vocab"][pieces[old]] for old in kept]
        model["vocab"] = dict(new_of)
    for token in spec.get("added_tokens", []):
        if token["content"] not in new_of:  # beside the vocabulary, after it
            new_of[token["content"]] = len(rows)
            rows.append(token["id"])
        token["id"] = new_of[token["content"]]
    _renumber(spec.get("post_processor"), new_of)
    out_file.write_text(json.dumps(spec, ensure_ascii=False), encoding="utf-8")
    return rows


def _renumber(part: Any, new_of: dict[str, int]) -> None:
    """The ids of special tokens wherever the post-processor names them."""
    if isinstance(part, list):
        if len(part) == 2 and isinstance(part[0], str) and part[0] in new_of:
            part[1] = new_of[part[0]]  # ["</s>", 2]
        for inner in part:
            _renumber(inner, new_of)
    elif isinstance(part, dict):
        if isinstance(part.get("ids"), list) and isinstance(part.get("tokens"), list):
            part["ids"] = [new_of[token] for token in part["tokens"]]
        for inner in part.values():
            _renumber(inner, new_of)


def _write_weights(checkpoint: Path, out_dir: Path, rows: Sequence[int]) -> None:
    """The weights with these rows of the word embeddings."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    if not (checkpoint / SAFETENSORS).is_file():
        raise UsageError(f"{checkpoint} has no {SAFETENSORS} to cut")
    weights, cut = {}, False
    with safe_open(checkpoint / SAFETENSORS, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - no mapping
            weights[name] = file.get_tensor(name)
            if name.endswith("word_embeddings.weight"):
                cut = True
                weights[name] = weights[name][torch.tensor(rows)].contiguous()
    if not cut:
        raise UsageError(f"{checkpoint / SAFETENSORS} has no word_embeddings.weight")
    save_file(weights, out_dir / SAFETENSORS, metadata={"format": "pt"})


def _write_cut_config(checkpoint: Path, out_dir: Path, renumbered: dict[int, int]) -> None:
    config = read_config(checkpoint)
    config["vocab_size"] = len(renumbered)
    for name in _TOKEN_IDS:
        if config.get(name) is not None:
            config[name] = renumbered[config[name]]
    write_config(out_dir, config)


@dataclass(frozen=True, slots=True)
class Recut:
    """Sentences of some files: all of them, those cut differently, and those of the latter whose
    pieces were all kept, of which there must be none."""

    sentences: int
    changed: int
    wrong: int


def compare_cuts(checkpoint: Path, pruned: Path, files: Sequence[Path]) -> Recut:
    """How the pruned tokenizer cuts the text of the files beside the whole one."""
    kept = Tokenizer.from_file(str(pruned / TOKENIZER)).get_vocab()
    sentences = changed = wrong = 0
    pairs = zip(
        cut_sentences(checkpoint, checkpoint, files),
        cut_sentences(checkpoint, pruned, files),
        strict=True,
    )
    for before, after in pairs:
        sentences += 1
        if before != after:
            changed += 1
            wrong += all(piece in kept for piece in before)
    return Recut(sentences, changed, wrong)
