"""UIMA CAS as XMI, as INCEpTION has it: a text and its named entities.

Source: the types of DKPro Core (dkpro.github.io/dkpro-core), read and written by dkpro-cassis,
which turns the UTF-16 units of the file into code points and back.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from export.optional_packages import check_packages
from tagcli.errors import DataError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tagcli.schemes import Span

XMI = ".xmi"
_TYPE_SYSTEM = "TypeSystem.xml"
"""What INCEpTION puts beside a document that it exports."""
_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"


def is_xmi(path: Path) -> bool:
    """Whether a place is a document in XMI."""
    return path.suffix.lower() == XMI and path.is_file()


def read_xmi(path: Path) -> tuple[str, list[Span], int]:
    """A document's text, its entities in code points, in order, and how many have no type. Raises
    DataError for a file that is no CAS or has no text."""
    _check_cassis(str(path))
    from cassis import load_cas_from_xmi, load_dkpro_core_typesystem, load_typesystem

    types = path.with_name(_TYPE_SYSTEM)
    try:
        system = load_typesystem(types) if types.is_file() else load_dkpro_core_typesystem()
        with warnings.catch_warnings(action="ignore"):  # of layers with types of their own
            cas = load_cas_from_xmi(path, system, lenient=True)
        found = cas.select(_ENTITY) if system.contains_type(_ENTITY) else []
    except Exception as error:  # those of lxml and of several kinds
        raise DataError(str(path), None, f"is no UIMA CAS: {reason_of(error)}") from error
    text = cas.sofa_string
    if text is None:
        raise DataError(str(path), None, "has no text")
    spans = sorted((one.begin, one.end, one.value) for one in found if _has_type(one))
    return text, spans, len(found) - len(spans)


def _has_type(entity: Any) -> bool:
    return bool(entity.value) and entity.begin < entity.end


def xmi_of(text: str, spans: Iterable[Span], place: str) -> str:
    """A document as XML; raises DataError, with the place of the corpus, for text that XML cannot
    hold."""
    _check_cassis(XMI)
    from cassis import Cas, load_dkpro_core_typesystem

    system = load_dkpro_core_typesystem()
    cas = Cas(system)
    cas.sofa_string, cas.sofa_mime = text, "text/plain"
    entity = system.get_type(_ENTITY)
    cas.add_all([entity(begin=start, end=end, value=label) for start, end, label in spans])
    try:
        return str(cas.to_xmi())
    except ValueError as error:  # control characters
        raise DataError(place, None, f"XMI cannot hold this text: {error}") from error


def _check_cassis(purpose: str) -> None:
    check_packages(["cassis"], purpose, extra="cas")
