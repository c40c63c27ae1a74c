"""The F1 of a model in training on the dev corpora: nertag's own, whose path through sentences,
windows and constraints its weights go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from accelerate import PartialState
from accelerate.utils import gather_object

from export.evaluation.evaluate import evaluate_corpus
from export.evaluation.gold import documents
from export.evaluation.scores import score_of
from tagcli.languages import AUTO
from tagcli.segmentation.script import language_of_script
from tagcli.tagger import Tagger, TagOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from export.corpora.sources import Corpus
    from tagcli.inference.encoding import Encoder
    from tagcli.models.directory import Model

_LATIN_NAME = "latin"  # of text whose language is one of several
_CPU_BATCH_TOKENS, _CUDA_BATCH_TOKENS = 512, 8192


class DevScorer:
    """Scores networks that have the settings of `model` on the dev corpora."""

    def __init__(self, model: Model, encoder: Encoder, corpora: Sequence[Corpus]) -> None:
        self._model = model
        self._encoder = encoder
        self._corpora = corpora

    def scores(self, network: Any) -> dict[str, float]:
        """Strict span F1, 0 to 1, of the network's weights in float32: `f1` over all corpora, and
        `f1_LANGUAGE`. Of several processes each tags a part, so that all have to call this."""
        by_language: dict[str, list[list[int]]] = {}
        for language, counts in gather_object(list(self._counts(network))):
            by_language.setdefault(language, []).append(counts)
        scores = {"f1": _f1([counts for several in by_language.values() for counts in several])}
        return scores | {f"f1_{name}": _f1(its) for name, its in sorted(by_language.items())}

    def _counts(self, network: Any) -> Iterator[tuple[str, list[int]]]:
        """Language, and correct, predicted and gold entities, of every document of this process."""
        backend, state = _NetworkBackend(network), PartialState()
        for corpus in self._corpora:
            examples = corpus.examples[state.process_index :: state.num_processes]
            part = replace(corpus, examples=examples)
            options = TagOptions(corpus.language)
            tagger = Tagger(self._model, self._encoder, backend, options)
            counts = evaluate_corpus(tagger, part).by_document
            for document, by_type in zip(documents(part), counts, strict=True):
                yield _language(corpus, document.text), _summed(by_type.values())


class _NetworkBackend:
    """A network that is in training, as a backend of the tagger."""

    name = "torch"
    workers = 1

    def __init__(self, network: Any) -> None:
        self._network = network.eval()
        self.device = network.device.type
        self.batch_tokens = _CUDA_BATCH_TOKENS if self.device == "cuda" else _CPU_BATCH_TOKENS

    def run(
        self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Logits, shape (batch, tokens, labels); what has diverged finds nothing."""
        with torch.inference_mode():
            logits = self._network(
                input_ids=torch.from_numpy(ids).to(self.device),
                attention_mask=torch.from_numpy(mask).to(self.device),
            ).logits
        result: npt.NDArray[np.float32] = torch.nan_to_num(logits.float()).cpu().numpy()
        return result


def _language(corpus: Corpus, text: str) -> str:
    """What the corpus declares; otherwise what the script of the text says."""
    if corpus.language != AUTO:
        return corpus.language
    return language_of_script(text) or _LATIN_NAME


def _f1(counts: Iterable[Sequence[int]]) -> float:
    return score_of(*_summed(counts)).f1


def _summed(counts: Iterable[Sequence[int]]) -> list[int]:
    """Correct, predicted and gold entities over all."""
    return [sum(column) for column in zip([0, 0, 0], *counts, strict=True)]
