"""Recipes: TOML in, settings checked, the same TOML out."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.source import Source
from export.training.recipe import Overrides, Recipe, make_recipe
from export.training.recipes import overridden, read_recipe, recipe_toml
from tagcli.errors import UsageError
from tests.support.path_like import PathLike
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


def _read(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return read_recipe(path)


def test_sources_are_names_or_tables(tmp_path: Path) -> None:
    settings = _read(
        tmp_path,
        'base = "b"\ntrain = ["a.conll"]\n[[dev]]\nsource = "x/ko"\nlabels = { DUR = "DAT" }\n'
        'annotates = ["PER", "DAT"]\ncap = 5\nweight = 0.5\nrepair = "strict"\n',
    )
    assert settings["train"] == (Source("a.conll"),)
    expected = Source(
        "x/ko", "dev", labels={"DUR": "DAT"}, annotates=("PER", "DAT"), cap=5, weight=0.5,
        repair="strict",
    )  # fmt: skip
    assert settings["dev"] == (expected,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("bass = 1", "unknown setting 'bass'"),
        ("base = ", "is no recipe"),
        ("base = " + "[" * 100_000, "is no recipe"),
        ("[[train]]\ncap = 1", "needs a source"),
        ("[[train]]\nsource = 5", "source = 5 is not a string"),
        ("train = 5", "train = 5 is not a list of sources"),
        ("train = [5]", "needs a source"),
        ('train = "a.conll"', "train = 'a.conll' is not a list of sources"),
        (
            '[[train]]\nsource = "a"\nlang = "de"',
            r"\[\[train\]\] entry 1, a: unknown setting 'lang'; known: source, split",
        ),
        (
            '[[train]]\nsource = "a"\nrepair = "guess"',
            "repair = 'guess' is not one of error, conlleval, strict",
        ),
        ('[[train]]\nsource = "a"\ncase = "big"', "case = 'big' is not one of lower, upper, title"),
        ('[[train]]\nsource = "a"\nspacing = "wide"', "spacing = 'wide' is not one of natural"),
        ('[[train]]\nsource = "a"\nevery = 1', "every = 1 is not a whole number of at least 2"),
        ('[[train]]\nsource = "a"\nlanguage = "xx"', "language = 'xx' is not one of auto, de"),
        (
            '[[train]]\nsource = "a"\nlanguage = ["de"]',
            r"language = \['de'\] is not one of auto, de",
        ),
        ('[[train]]\nsource = "a"\nweight = 0', "weight = 0 is not a number above 0"),
        (
            '[[train]]\nsource = "a"\nsplit = "validation"',
            "split = 'validation' is not one of train, dev, test",
        ),
        (
            '[[train]]\nsource = "a"\ncap = 2.5',
            r"\[\[train\]\] entry 1, a: cap = 2.5 is not a whole number",
        ),
        (
            '[[dev]]\nsource = "a"\nlabels = ["x"]',
            r"\[\[dev\]\] entry 1, a: labels = .* is not a table",
        ),
        ('[[train]]\nsource = "a"\nannotates = "PER"', "annotates = 'PER' is not a list"),
        (
            '[[test]]\nsource = "b"\n[[test]]\nsource = "c"\nevery = 2\nskip_every = 2',
            r"\[\[test\]\] entry 2, c: a source has every or skip_every, not both",
        ),
        ("rate = true", "rate = True is not a number above 0"),
        ("freeze_embeddings = 1", "freeze_embeddings = 1 is not true or false"),
        ("seed = -1", "seed = -1 is not a whole number of at least 0"),
        ("seed = 4294967296", "seed = 4294967296 is not .* below 4294967296"),
        ("rate = nan", "rate = nan is not "),
        ("max_minutes = 0", "max_minutes = 0 is not a number above 0"),
        ("patience = -2", "patience = -2 is not a whole number of at least 0"),
        ("freeze_layers = -1", "freeze_layers = -1 is not a whole number"),
        ("average = -1", "average = -1 is not a whole number"),
        ("teacher = 6", "teacher = 6 is not a list of strings"),
        ('teacher = ["a", 6]', "teacher = .* is not a list of strings"),
        ("teacher_weight = 1.5", "teacher_weight = 1.5 is not .* of at most 1"),
        ("teacher_temperature = 0", "teacher_temperature = 0 is not a number above 0"),
        ("teacher_states_weight = -1.0", "teacher_states_weight = -1.0 is not a number"),
        ("base_share = 1.0", "base_share = 1.0 is not a number of at least 0 and below 1"),
        ("layers = 6", "layers = 6 is not a list of whole numbers"),
        ("layers = [0.5]", r"layers = \[0.5\] is not a list of whole numbers"),
        ("layers = []", r"layers = \[\], but needs one number or more from 0"),
        ("layers = [0, -1]", r"layers = \[0, -1\], but needs one number or more from 0"),
        ("layers = [3, 3]", r"layers = \[3, 3\], but needs .* each once"),
        ('units = {ko = "raws"}', "units: ko = 'raws', but a language"),
        ('units = {korean = "raw"}', "units: korean = 'raw', but a language"),
    ],
)
def test_what_is_wrong_in_a_recipe_is_said(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=f"recipe.toml.*{problem}"):
        _read(tmp_path, text)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"base": ""}, "no base encoder"),
        ({"train": ()}, "nothing to train on"),
        ({"dev": ()}, "nothing to dev on"),
        ({"epochs": 0}, "epochs = 0 is not a whole number above 0"),
        ({"epochs": 1.5}, "epochs = 1.5 is not a whole number"),
        ({"epochs": True}, "epochs = True is not a whole number"),
        ({"rate": "high"}, "rate = 'high' is not a number above 0"),
        ({"train": (Source("a", annotates=()),)}, "a annotates nothing, and there is no teacher"),
        (
            {"train": (Source("a", annotates=()),), "teacher": ("b",), "teacher_weight": 0.0},
            "a annotates nothing, and there is no teacher",
        ),
        ({"teacher_states_weight": 1.0}, "teacher_states_weight needs a teacher"),
        ({"warmup": 1.0}, "warmup = 1.0 is not a number of at least 0 and below 1"),
    ],
)
def test_what_is_wrong_in_settings_is_said(settings: dict[str, Any], problem: str) -> None:
    good = {"base": "b", "train": (Source("a"),), "dev": (Source("a", "dev"),)}
    with pytest.raises(UsageError, match=problem):
        make_recipe({**good, **settings})


def test_a_teacher_of_hidden_states_alone_is_one() -> None:
    good = {"base": "b", "train": (Source("a"),), "dev": (Source("a", "dev"),), "teacher": ("t",)}
    assert make_recipe({**good, "teacher_weight": 0.0, "teacher_states_weight": 1.0}).has_teacher
    assert not make_recipe({**good, "teacher_weight": 0.0}).has_teacher


def test_a_recipe_has_one_teacher_or_several(tmp_path: Path) -> None:
    assert _read(tmp_path, 'teacher = "a"')["teacher"] == ("a",)
    text = 'base = "b"\nteacher = ["a", "c"]\n[[train]]\nsource = "x"\nannotates = []\n'
    recipe = make_recipe({**_read(tmp_path, text), "dev": (Source("y", "dev"),)})
    assert recipe.teacher == ("a", "c")
    assert make_recipe(_read(tmp_path, recipe_toml(recipe))) == recipe


def test_options_override_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text(
        'base = "b"\nepochs = 7\nseed = 3\nrate = 3e-3\ntrain = ["x"]\ndev = ["x", "y"]\n',
        encoding="utf-8",
    )
    made = overridden(path, Overrides(epochs=2, train=("x.conll",), max_minutes=5.0))
    assert (made.epochs, made.seed, made.rate, made.max_minutes) == (2, 3, 3e-3, 5.0)
    assert made.train == (Source("x.conll"),)
    assert made.dev == (Source("x", "dev"), Source("y", "dev"))
    same = Overrides(base="c", train=["x"], dev=["x", "y"], freeze_embeddings=False)
    assert overridden(None, same).base == "c"
    with pytest.raises(UsageError, match="epochs = 0 is not a whole number above 0"):
        overridden(path, Overrides(epochs=0))


def test_every_override_is_a_setting() -> None:
    names = {field.name for field in fields(Overrides)} - {"reading"}  # it is that of the sources
    assert names <= {field.name for field in fields(Recipe)}


def test_a_recipe_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "a.toml").write_text(
        'base = "x"\nepochs = 2\ntrain = ["one/de", "two/de"]\ndev = ["one/de"]\n',
        encoding="utf-8",
    )
    path = tmp_path / "b.toml"
    path.write_text('extends = "base/a.toml"\nbase = "y"\ntrain = ["three/de"]\n', encoding="utf-8")
    settings = read_recipe(path)
    assert (settings["base"], settings["epochs"]) == ("y", 2)
    assert [source.place for source in settings["train"]] == ["three/de"]
    assert [source.place for source in settings["dev"]] == ["one/de"]


@pytest.mark.parametrize(
    ("extended", "problem"),
    [
        ('"a.toml"', "a.toml extends itself"),
        ('"../{folder}/b.toml"', "a.toml extends itself"),
        ('"none.toml"', "no such recipe: .*none.toml"),
        ("1", "a.toml: extends = 1 is not the path of a recipe"),
    ],
)
def test_a_recipe_that_cannot_be_extended(tmp_path: Path, extended: str, problem: str) -> None:
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n', encoding="utf-8")
    path = tmp_path / "a.toml"
    path.write_text(f"extends = {extended.format(folder=tmp_path.name)}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=problem):
        read_recipe(path)


def test_no_such_recipe(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such recipe"):
        read_recipe(tmp_path / "none.toml")


@given(
    place=NAMES,
    labels=st.dictionaries(NAMES, NAMES, max_size=3),
    annotates=st.none() | st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    rate=st.floats(1e-9, 1, allow_nan=False),
    minutes=st.none() | st.floats(0.1, 1e4),
    layers=st.none() | st.lists(st.integers(0, 99), min_size=1, max_size=3, unique=True).map(tuple),
)
def test_a_recipe_as_toml_is_the_same_recipe(
    tmp_path_factory: pytest.TempPathFactory,
    place: str,
    labels: dict[str, str],
    annotates: tuple[str, ...] | None,
    rate: float,
    minutes: float | None,
    layers: tuple[int, ...] | None,
) -> None:
    train = Source(place, labels=labels, annotates=annotates, cap=3, weight=rate)
    dev = Source(place, every=20, spacing="natural", case="title")
    settings: dict[str, Any] = {"rate": rate, "max_minutes": minutes, "layers": layers}
    recipe = Recipe("b", (train,), (dev,), **settings)
    path = tmp_path_factory.mktemp("recipe") / "recipe.toml"
    path.write_text(recipe_toml(recipe), encoding="utf-8")
    assert make_recipe(read_recipe(path)) == recipe


@pytest.mark.parametrize("units", [None, {}, {"ko": "parts"}])
def test_every_setting_is_written(tmp_path: Path, units: dict[str, str] | None) -> None:
    train = Source("a", labels={"A": "B"}, by_text={"x y": "B"}, joins=("B",), language="ko")
    recipe = Recipe(
        "b", (train, Source("t", annotates=())), (Source("a", "dev"),), (Source("a", "test"),),
        units=units, freeze_embeddings=True, teacher=("t", "u"), seed=2**32 - 1, license="MIT",
    )  # fmt: skip
    assert make_recipe(_read(tmp_path, recipe_toml(recipe))) == recipe


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "recipes").glob("*.toml")), ids=str)
def test_the_recipes_of_the_project_can_be_read(path: Path) -> None:
    recipe = make_recipe({"base": "b", **read_recipe(path)})
    assert recipe.train
    assert recipe.dev


@pytest.mark.parametrize("kind", [str, Path, PathLike])
def test_a_recipe_may_be_named_by_any_path(kind: Callable[[Path], Any]) -> None:
    path = ROOT / "samples" / "recipes" / "tiny.toml"
    assert read_recipe(kind(path)) == read_recipe(path)
