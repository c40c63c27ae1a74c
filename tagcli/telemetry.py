"""What the libraries under nertag would report to their makers, switched off.

onnxruntime reads its variable when it is imported, and leaves a device id in the user's folder
without it; huggingface_hub puts the names of libraries into its requests.
"""

from __future__ import annotations

import os

VARIABLES = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY")


def switch_off() -> None:
    """Set the variables for this process and its children, unless who started it has set them."""
    for name in VARIABLES:
        os.environ.setdefault(name, "1")
