"""How far the logits of two model directories are apart on a text that both read alike.

    python compare_models.py MODEL OTHER FILE

MODEL is the yardstick: the divergence is of its label distributions from the OTHER's.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tagcli import Tagger, load
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.records import Document

Logits = npt.NDArray[np.float32]


def logits(tagger: Tagger, documents: Sequence[Document]) -> Iterator[Logits]:
    """Those of every window's labelled units, shape (units, labels)."""
    for window in tagger.inputs(documents):
        ids = window.ids[None]
        yield tagger.backend.run(ids, np.ones_like(ids))[0][window.rows]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs=2, metavar="MODEL")
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, default=200, help="the first so many (200)")
    options = parser.parse_args(arguments)
    read = read_documents(Input(str(options.file)), None, ReaderOptions())
    documents = list(islice((d for d in read if d.text), options.records))
    first, second = (
        np.concatenate(list(logits(load(model, device="cpu"), documents)))
        for model in options.models
    )
    p, q = (one - np.logaddexp.reduce(one, axis=1, keepdims=True) for one in (first, second))
    divergence = (np.exp(p) * (p - q)).sum(axis=1)
    alike = (first.argmax(axis=1) == second.argmax(axis=1)).mean()
    print(f"{len(first)} units; standard deviation of the logits {first.std():.4f}")
    print(f"largest difference {np.abs(first - second).max():.2e}, KL {divergence.mean():.2e} nats")
    print(f"same best label: {100 * alike:.2f} %")


if __name__ == "__main__":
    main()
