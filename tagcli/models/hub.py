"""Models of the Hugging Face hub: fetched, or found where an earlier run has put them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tagcli.errors import UsageError, reason_of
from tagcli.terminal import is_terminal

Patterns = Sequence[str]


def find_snapshot(
    repo_id: str, needed: Patterns, beside: Patterns, weights: Sequence[Patterns], offline: bool
) -> Path:
    """The folder of a hub model with the files that are `needed`, those `beside` that there are,
    and the first kind of `weights` that there is; without any, no weights are fetched.

    The hub is asked first and, where it does not answer within the seconds of HF_HUB_ETAG_TIMEOUT,
    the cache of huggingface_hub after it; `offline` and the environment's HF_HUB_OFFLINE ask the
    cache alone. Raises UsageError with the half of a sentence
    that says why there is none.
    """
    from huggingface_hub import constants

    if offline or constants.HF_HUB_OFFLINE:
        return _cached(repo_id, needed, weights, "this run does not ask the hub")
    try:
        return _fetched(repo_id, [*needed, *beside], weights)
    except Exception as error:  # network, authentication and cache errors of three libraries
        return _cached(repo_id, needed, weights, _what_went_wrong(error))


def _fetched(repo_id: str, files: Patterns, weights: Sequence[Patterns]) -> Path:
    from huggingface_hub import constants, model_info, snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    if constants.HF_HUB_DISABLE_PROGRESS_BARS is None and not is_terminal(sys.stderr):
        disable_progress_bars()
    # asked before: snapshot_download would wait for a hub that never answers for good
    model_info(repo_id, timeout=constants.HF_HUB_ETAG_TIMEOUT)
    for kind in weights or ((),):
        folder = Path(snapshot_download(repo_id, allow_patterns=[*files, *kind]))
        if _has_any(folder, kind):
            break
    return folder


def _cached(repo_id: str, needed: Patterns, weights: Sequence[Patterns], reason: str) -> Path:
    """The folder of an earlier run; `reason` is why nothing else can be had."""
    from huggingface_hub import constants, snapshot_download

    try:
        folder = Path(snapshot_download(repo_id, local_files_only=True))
    except (OSError, ValueError) as error:  # not there, and ids that cannot be
        raise UsageError(
            f"{reason}, and it is not among the models fetched before ({constants.HF_HUB_CACHE})"
        ) from error
    wanted: list[Patterns] = [(name,) for name in needed]
    if weights:
        wanted.append([name for kind in weights for name in kind])
    missing = [patterns for patterns in wanted if not _has_any(folder, patterns)]
    if missing:
        raise UsageError(f"{reason}, and what was fetched before ({folder}) has no {missing[0][0]}")
    return folder


def _has_any(folder: Path, patterns: Patterns) -> bool:
    return any(any(folder.glob(pattern)) for pattern in patterns)


def _what_went_wrong(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    answer = getattr(cause, "response", None)
    if answer is None and _is_of_the_network(cause):
        return "the hub cannot be reached"
    return f"the hub says: {reason_of(cause)}"


def _is_of_the_network(error: Exception) -> bool:
    """By requests an OSError that has no number, as a disk's would; by httpx, which newer releases
    of huggingface_hub have in its place, one of its own."""
    if isinstance(error, OSError):
        return error.errno is None
    return any(kind.__name__ == "TransportError" for kind in type(error).__mro__)
