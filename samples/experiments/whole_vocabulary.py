"""A token classifier of few pieces under the whole vocabulary of the encoder that it came from.

    python whole_vocabulary.py samples/checkpoints/permissive bases/multilingual-e5-small OUT

The embeddings of both are the same, since they were frozen while the classifier learnt; its layers
and its head stay. So a run can go on in languages whose pieces had been cut away.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

from tagcli.models.config import read_config, write_config
from tagcli.models.int8_weights import WEIGHTS, float_parameters

EMBEDDINGS = "word_embeddings.weight"
OF_THE_GRID = (".scale", ".smoothing")
OF_THE_ENCODER = ("vocab_size", "pad_token_id", "max_position_embeddings")
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def join(classifier: Path, encoder: Path, out: Path) -> None:
    """Write the float checkpoint of both to the folder `out`, which is made."""
    weights = {
        name: value.contiguous()
        for name, value in float_parameters(classifier / WEIGHTS).items()
        if not name.endswith(OF_THE_GRID)
    }
    place = next(name for name in weights if name.endswith(EMBEDDINGS))
    whole = load_file(encoder / "model.safetensors")
    weights[place] = next(v for name, v in whole.items() if name.endswith(EMBEDDINGS)).contiguous()
    out.mkdir(parents=True)
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    config, of_encoder = read_config(classifier), read_config(encoder)
    config |= {name: of_encoder[name] for name in OF_THE_ENCODER}
    config["nertag"].pop("quantisation", None)
    write_config(out, config)
    for name in TOKENIZER_FILES:
        shutil.copy(encoder / name, out / name)
    shutil.copy(classifier / "README.md", out / "README.md")


def main() -> None:
    """Join the folders that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("classifier", type=Path)
    parser.add_argument("encoder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    join(options.classifier, options.encoder, options.out)


if __name__ == "__main__":
    main()
