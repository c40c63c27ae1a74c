"""The html format as a browser shows it: headless Chromium, driven by playwright.

Skipped where one of them is not installed: pip install ".[browser]", and Chromium from the system
or from `playwright install chromium`.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.control_characters import visible
from tagcli.records import Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS
from tests.support.tagged import entity, tagged_text

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

VIEW = {"width": 1000, "height": 700}
FIRST = "Angela Merkel reist nach Bern."
FAR = "Am Ende steht Bern."
NFD = unicodedata.normalize("NFD", "서울과 Zürich")
ODD = '<b>Rom</b> \x1b[31m & "Bern"'
DOCUMENTS = [
    tagged_text(FIRST, [entity(FIRST, "Angela Merkel", "PER", 0.97), entity(FIRST, "Bern", "LOC")]),
    tagged_text(ODD, [entity(ODD, "<b>Rom</b>", "<i>", 0.5)]),
    tagged_text("서울", [Entity(0, 2, "LOC", "서울", 0.9)], "raw"),
    tagged_text(NFD, [entity(NFD, unicodedata.normalize("NFD", "서울"), "LOC")], "raw"),
    *(tagged_text(f"Zeile {i} ohne Namen, aber mit etwas Text.") for i in range(2000)),
    tagged_text(FAR, [entity(FAR, "Bern", "LOC", 0.61)]),
]

BACKGROUND = "mark => getComputedStyle(mark).backgroundColor"
LABEL = "mark => getComputedStyle(mark, '::after').content"
IS_IN_VIEW = """() => {
  const box = document.querySelector("mark:target")?.getBoundingClientRect();
  return box && 0 <= box.top && box.bottom <= innerHeight;
}"""
IS_CLEAR = "rgba(0, 0, 0, 0)"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(executable_path=path)
        except playwright.Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


Open = Callable[..., Any]


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """`opened(documents, ...)`: the page of them, which fetches nothing and has no errors."""
    complaints: list[str] = []
    context = chromium.new_context(viewport=VIEW)

    def show(documents: Iterable[TaggedDocument], end: bool = True, **options: Any) -> Any:
        writer = OUTPUT_FORMATS["html"](WriterOptions(**options))
        path = tmp_path / "page.html"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(writer.head())
            file.writelines(map(writer.record, documents))
            file.write(writer.tail() if end else "")
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: request.url.startswith(path.as_uri())
                or complaints.append(request.url))  # fmt: skip
        page.goto(path.as_uri())
        return page

    yield show
    context.close()
    assert complaints == []


def boxes(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("nav .group > label").all_inner_texts()]


def entries(page: Any) -> list[str]:
    return page.locator("nav .texts:visible > :is(.single, .places):visible").all_inner_texts()


def test_the_text_is_shown_as_it_is(opened: Open) -> None:
    page = opened(DOCUMENTS[:4])
    shown = page.locator("main p").evaluate_all("all => all.map(p => p.textContent)")
    assert shown == [visible(document.text) for document in DOCUMENTS[:4]]
    assert page.locator("main b, main i").count() == 0
    assert (
        page.evaluate("""() => {
        getSelection().selectAllChildren(document.querySelector("main p"));
        return getSelection().toString();
    }""")
        == FIRST
    )  # without labels


def test_marks_have_label_score_and_colour(opened: Open) -> None:
    page = opened(DOCUMENTS[:4])
    mark = page.locator("mark").first
    assert mark.get_attribute("title") == "PER, score 0.97"
    assert "PER" in mark.evaluate(LABEL)
    colours = page.locator("mark").evaluate_all(f"all => all.map({BACKGROUND})")
    assert IS_CLEAR not in colours
    assert colours[0] != colours[1]
    assert colours[1] == colours[3]


def test_the_filter_hides_the_marks_of_a_label(opened: Open) -> None:
    page = opened(DOCUMENTS[:4])
    person, place, odd = (page.locator(f"#e{i}") for i in (1, 2, 3))
    lists = page.locator("nav .texts")
    assert boxes(page) == ["LOC place 3", "PER person 1", "<i> 1"]
    for box in ("PER", "<i>"):
        page.get_by_role("checkbox", name=box).uncheck()
    for hidden in (person, odd):
        assert hidden.evaluate(BACKGROUND) == IS_CLEAR
        assert hidden.evaluate(LABEL) == "none"
        assert hidden.is_visible()  # its text stays
    assert place.evaluate(BACKGROUND) != IS_CLEAR
    assert [lists.nth(i).is_visible() for i in range(3)] == [True, False, False]
    page.get_by_role("checkbox", name="PER").check()
    assert person.evaluate(BACKGROUND) != IS_CLEAR
    assert odd.evaluate(BACKGROUND) == IS_CLEAR
    assert lists.nth(1).is_visible()


def test_a_link_of_the_index_jumps_to_its_mention(opened: Open) -> None:
    page = opened(DOCUMENTS)
    last = page.locator("main mark").last
    assert last.bounding_box()["y"] > VIEW["height"]
    page.locator("nav summary", has_text="Bern").click()
    links = page.locator("nav .places[open] a")
    links.nth(1).wait_for()
    assert links.all_inner_texts() == ["1", "2"]
    links.nth(1).click()
    page.wait_for_function(IS_IN_VIEW)
    page.wait_for_function("document.querySelector('nav output').textContent !== ''")
    assert page.locator("nav output").inner_text() == "Bern: LOC, score 0.61"
    assert links.nth(1).get_attribute("aria-label") == "2: LOC, score 0.61"


def test_composed_and_decomposed_are_one_entry(opened: Open) -> None:
    page = opened(DOCUMENTS[:4])
    assert page.locator("nav .places > summary").all_inner_texts() == ["서울 2"]
    assert page.locator("nav .group").first.locator(".single").all_inner_texts() == ["Bern"]


def test_many_texts_are_listed_in_steps(opened: Open) -> None:
    texts = [f"Ort {i}" for i in range(450)]
    page = opened(tagged_text(text, [Entity(0, len(text), "LOC", text, 1)]) for text in texts)
    more = page.locator("nav button")
    for shown, label in ((10, "440 more"), (210, "240 more"), (410, "40 more")):
        assert page.locator("nav .single").count() == shown
        assert more.inner_text() == label
        more.click()
    assert page.locator("nav .single").count() == 450
    assert not more.is_visible()


def test_the_page_is_not_blank_in_light_and_dark_and_print(opened: Open) -> None:
    blank = opened([]).screenshot()
    page = opened(DOCUMENTS, show_source=True)
    light = page.screenshot()
    assert len(light) > 3 * len(blank)
    page.emulate_media(color_scheme="dark")
    assert page.screenshot() != light
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(233, 233, 236)"
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator("mark").first.evaluate(BACKGROUND) != IS_CLEAR
    assert page.pdf().startswith(b"%PDF")


def test_a_search_leaves_what_has_its_letters(opened: Open) -> None:
    page = opened(DOCUMENTS[:4])
    assert entries(page) == ["서울 2", "Bern", "Angela Merkel", "<b>Rom</b>"]
    search = page.get_by_role("searchbox")
    for query, found in {
        "BERN": ["Bern"],
        "  angela   merkel ": ["Angela Merkel"],
        "서울": ["서울 2"],
        unicodedata.normalize("NFD", "서울"): ["서울 2"],
        "</b>": ["<b>Rom</b>"],
        "é": ["Bern", "Angela Merkel"],
        ".": [],
    }.items():
        search.fill(query)
        assert entries(page) == found, query
        assert page.get_by_text("Nothing found.").is_visible() == (not found)
    search.fill("bern")
    assert page.locator("nav .texts > summary").first.inner_text() == "1 of 2 different"
    page.get_by_role("checkbox", name="LOC").uncheck()
    assert entries(page) == []
    search.fill("")
    page.get_by_role("checkbox", name="LOC").check()
    assert len(entries(page)) == 4


def test_the_head_says_what_of_what_with_and_when(opened: Open) -> None:
    page = opened(DOCUMENTS[:1], title="a.txt", model="model base", date="2026-01-02")
    assert page.locator("header").inner_text() == "a.txt\nnertag · model base · 2026-01-02"


def test_the_list_is_closed_where_the_window_is_narrow(opened: Open) -> None:
    page = opened(DOCUMENTS)
    index = page.locator("nav .index")
    assert index.get_attribute("open") is not None
    page.set_viewport_size({"width": 500, "height": 700})
    page.wait_for_function("!document.querySelector('nav .index').open")
    assert page.locator("nav").bounding_box()["height"] < 60
    page.locator("nav .index > summary").click()
    assert page.locator("nav").bounding_box()["height"] <= 350
    page.locator("nav summary", has_text="Bern").click()
    page.locator("nav .places[open] a").nth(1).click()
    page.wait_for_function(IS_IN_VIEW)
    below = page.locator("nav").bounding_box()
    assert page.locator("mark:target").bounding_box()["y"] > below["y"] + below["height"]


@pytest.mark.parametrize("width", [360, 500, 1000])
def test_nothing_is_wider_than_the_window(opened: Open, width: int) -> None:
    wide = "x" * 500
    page = opened([*DOCUMENTS[:4], tagged_text(wide, [Entity(0, 500, "LOC", wide, 1)])])
    page.set_viewport_size({"width": width, "height": 700})
    page.locator("nav .index").evaluate("index => index.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_that_was_cut_short_has_its_index(opened: Open) -> None:
    page = opened(DOCUMENTS[:4], end=False)
    assert len(boxes(page)) == 3


def test_ten_megabytes_can_be_used(opened: Open) -> None:
    line = "Angela Merkel und 이순신 reisen von Bern nach Zürich und kehren nicht mehr zurück. "
    found = [entity(line, "Angela Merkel", "PER"), entity(line, "Bern", "LOC")]
    document = tagged_text(line, found)
    count = 10_000_000 // len(line.encode())
    page = opened(document for _ in range(count))
    assert boxes(page) == [f"PER person {count}", f"LOC place {count}"]
    page.locator("nav summary", has_text="Bern").click()
    page.locator("nav .places[open] a").nth(150).click()
    assert page.locator("#e302").bounding_box()["y"] < VIEW["height"]
    page.get_by_role("checkbox", name="PER").uncheck()
    assert page.locator("#e301").evaluate(BACKGROUND) == IS_CLEAR


def test_one_record_of_ten_megabytes_can_be_used(opened: Open) -> None:
    line = "Angela Merkel und 이순신 reisen von Bern nach Zürich und kehren nicht mehr zurück.\n"
    count, place = 10_000_000 // len(line.encode()), line.index("Bern")
    found = [
        Entity(i * len(line) + place, i * len(line) + place + 4, "LOC", "Bern", 1.0)
        for i in range(count)
    ]
    page = opened([tagged_text(line * count, found)])
    assert boxes(page) == [f"LOC place {count}"]
    in_sight = "all => all.filter(one => one.checkVisibility({contentVisibilityAuto: true})).length"
    sections = page.locator("main section")
    assert sections.count() > count / 60
    assert sections.locator("p").evaluate_all(in_sight) < 10  # the rest is not laid out
    page.locator("nav summary", has_text="Bern").click()
    page.locator("nav .places[open] a").nth(150).click()
    assert page.locator("#e151").bounding_box()["y"] < VIEW["height"]
