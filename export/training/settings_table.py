"""The settings of a recipe and of its sources as a page has them."""

from __future__ import annotations

from export.corpora.setting_types import Setting, settings_of
from export.corpora.source import Source
from export.tables import Rows, as_markdown
from export.training.recipe import Recipe
from export.training.recipes import EXTENDS

_HEAD = ["setting", "type", "default", "meaning"]
_EXTENDS = (
    "Another recipe, by its path from this one's folder, whose settings hold where this one has "
    "none; a list or table of its own stands in place of the other's."
)


def settings_table() -> str:
    """Both tables as Markdown, each after a sentence that says what of."""
    recipe = setting_rows(Recipe)
    recipe.append([f"`{EXTENDS}`", "string", "", _EXTENDS])
    return (
        f"The settings of a recipe:\n\n{as_markdown(recipe, text=True)}\n"
        "The settings of a source, in `[[train]]`, `[[dev]]` and `[[test]]` tables:\n\n"
        f"{as_markdown(setting_rows(Source), text=True)}"
    )


def setting_rows(kind: type) -> Rows:
    """A header, and name, type, default and meaning of every setting of a dataclass."""
    settings = settings_of(kind)
    return [_HEAD, *(_row(key, setting) for key, setting in settings.items())]


def _row(key: str, setting: Setting) -> list[str]:
    kind = setting.type_name.removeprefix("a ")
    return [f"`{key}`", kind, _default(setting), setting.about.meaning]


def _default(setting: Setting) -> str:
    """As TOML has it; nothing where that is none or an empty list or table."""
    import tomli_w

    if setting.is_needed:
        return "needed"
    if setting.default in (None, (), {}):
        return ""
    return f"`{tomli_w.dumps({'x': setting.default}).removeprefix('x = ').strip()}`"
