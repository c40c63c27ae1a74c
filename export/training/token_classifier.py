"""A token classifier on a RoBERTa encoder: dropout and one linear layer, no pooling.

Source: the multilingual NER chapter of "Natural Language Processing with Transformers" (Tunstall,
von Werra and Wolf, 2022).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel, RobertaConfig, RobertaModel, XLMRobertaConfig
from transformers.modeling_outputs import TokenClassifierOutput
from transformers.models.roberta.modeling_roberta import RobertaPreTrainedModel
from transformers.utils import can_return_tuple

from export.corpora.labelling import IGNORED


class RobertaTokenClassifier(RobertaPreTrainedModel):  # type: ignore[misc]
    """Logits, shape (batch, tokens, labels), and with `labels`, shape (batch, tokens), the mean
    cross-entropy over the positions whose label is not IGNORED.

    With `return_dict=False` they come as a tuple, the loss first if there is one. Its weights have
    the names that AutoModelForTokenClassification knows.
    """

    config_class = RobertaConfig
    accepts_loss_kwargs = False  # the loss is a mean over the batch, whatever a Trainer counts

    def __init__(self, config: RobertaConfig) -> None:
        super().__init__(config)
        self.num_labels = config.num_labels
        self.roberta = RobertaModel(config, add_pooling_layer=False)
        dropout = config.classifier_dropout
        self.dropout = nn.Dropout(config.hidden_dropout_prob if dropout is None else dropout)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()

    @can_return_tuple  # type: ignore[untyped-decorator]
    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        **kwargs: Any,
    ) -> TokenClassifierOutput:
        encoded = self.roberta(
            input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            return_dict=True,
            **kwargs,
        )
        logits = self.classifier(self.dropout(encoded[0]))
        loss = None
        if labels is not None:
            flat = logits.view(-1, self.num_labels)
            loss = nn.functional.cross_entropy(flat, labels.view(-1), ignore_index=IGNORED)
        return TokenClassifierOutput(
            loss=loss,
            logits=logits,
            hidden_states=encoded.hidden_states,
            attentions=encoded.attentions,
        )


class XLMRobertaTokenClassifier(RobertaTokenClassifier):
    """The same on an XLM-R encoder, which differs in its configuration alone."""

    config_class = XLMRobertaConfig


OWN_CLASSES: dict[str, type[PreTrainedModel]] = {
    "roberta": RobertaTokenClassifier,
    "xlm-roberta": XLMRobertaTokenClassifier,
}
PUBLIC_NAMES = {
    "RobertaTokenClassifier": "RobertaForTokenClassification",
    "XLMRobertaTokenClassifier": "XLMRobertaForTokenClassification",
}
"""What a saved config names in place of our classes, so that other tools load it."""
