"""The page: self-contained, escaped, built so that a screen reader and a phone can use it."""

from __future__ import annotations

import builtins
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
import pytest

from rev603.errors import Rev603Error
from rev603.presenting.rendering import as_page
from rev603.presenting.tables import TextTable
from rev603.presenting.weekly import weekly_summary
from rev603.vocabulary.guide import guide

if TYPE_CHECKING:
    from collections.abc import Callable

    from rev603.presenting.weekly import WeeklySummary

_VOID = {"meta", "link", "img", "br", "hr", "input", "col"}


class Page(HTMLParser):
    """Elements with their attributes, parents and texts; complains about what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs, _ in self.elements if name == tag]

    def cells(self) -> list[str]:
        return [text for tag, text in self.texts if tag in ("td", "th")]


@pytest.fixture(scope="module")
def page(summary: WeeklySummary) -> Page:
    return Page(summary.to_html())


@pytest.mark.long
def test_it_says_its_language_and_title(page: Page) -> None:
    assert page.all("html") == [{"lang": "en-US"}]
    assert len(page.all("title")) >= 1
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")


def test_nothing_runs_and_nothing_comes_from_a_network(page: Page, summary: WeeklySummary) -> None:
    forbidden = {"script", "link", "iframe", "object", "embed", "form", "base", "img"}
    assert not forbidden & {tag for tag, _, _ in page.elements}
    for _, attrs, _ in page.elements:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "action", "srcset", "style"):
            value = attrs.get(name) or ""
            assert "//" not in value
            assert name not in ("href", "xlink:href") or value == "" or value.startswith("#")
    assert not re.search(r"@import|url\((?!#)", summary.to_html())


def test_every_table_can_be_read_aloud(page: Page) -> None:
    tables = len(page.all("table"))
    assert tables == len(page.all("caption")) == 3 + 16
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.all("th"))
    regions = [attrs for tag, attrs, _ in page.elements if attrs.get("role") == "region"]
    assert len(regions) == 16
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert all(attrs["tabindex"] == "0" and attrs["aria-labelledby"] in ids for attrs in regions)


def test_every_picture_has_a_text_alternative(page: Page) -> None:
    pictures = page.all("svg")
    assert len(pictures) == 4  # over the weeks, by age, whose it is, and where all the money is
    titles = {attrs.get("id") for attrs in page.all("title")}
    assert all(attrs["role"] == "img" and attrs["aria-labelledby"] in titles for attrs in pictures)
    said = [text for tag, text in page.texts if tag == "title"]
    assert "Stuck amount by days waiting; the longest wait is 132 days." in said
    assert len([text for text in said if len(text) > 20]) == 1 + 4
    assert len(page.all("style")) == 1  # none of a picture, which would style the whole page


def test_the_accounts_say_what_moved_and_where_the_money_is(page: Page, summary: WeeklySummary) -> None:
    cells = page.cells()
    account = cells[cells.index("plus new") : cells.index("plus new") + 6]
    new, cleared = summary.totals["newly_stuck_amount"], summary.totals["cleared_amount"]
    assert account == ["plus new", "14", f"${new:,.2f}", "less cleared", "-4", f"-${cleared:,.2f}"]
    paid = cells.index("paid by ACH")
    assert cells[paid : paid + 3] == ["paid by ACH", "34", f"${summary.totals['ach_amount']:,.2f}"]


@pytest.mark.long
def test_what_could_not_be_judged_stands_above_the_headline_in_red_and_is_quiet_otherwise(
    doubtful: WeeklySummary, summary: WeeklySummary
) -> None:
    html = doubtful.to_html()
    block, headline = (
        html.index('<div class="verdict bad" id="judged" role="alert">'),
        html.index('<p class="lead">'),
    )
    assert block < html.index("<li>Status not documented: 3 lines, $52,862.22 in week12.xlsx") < headline
    assert 'class="verdict warn"' in summary.to_html()  # one of the two files states no totals


def test_links_lead_somewhere(page: Page, summary: WeeklySummary) -> None:
    ids = {f"#{attrs['id']}" for _, attrs, _ in page.elements if "id" in attrs}
    links = {attrs["href"] for attrs in page.all("a")}
    assert links <= ids
    tables = {link for link in links if not str(link).startswith("#guide-")}
    assert len(tables) == 16  # to each table; one of them also from the list of those who must act
    steps = [guide().steps[step].topic.name for step in summary.worklist["step"].head(5)]
    assert links - tables == {f"#guide-{name}" for name in (*steps, "objections")}


def test_the_usual_objection_is_answered_where_it_will_be_said(summary: WeeklySummary) -> None:
    said = "Paying duty by ACH is another enrollment: it sends no refund to you."
    html, markdown = summary.to_html(), summary.to_markdown()
    assert html.index("<h2>Act now") < html.index(said) < html.index("<svg")
    assert markdown.index("## Act now") < markdown.index(said) < markdown.index("## Ask CBP")


@pytest.mark.long
def test_names_from_outside_are_text(
    make_summary: Callable[..., WeeklySummary], nasty_names: tuple[str, ...]
) -> None:
    page = Page(make_summary(40, nasty_names).to_html())
    cells = set(page.cells())
    for name in nasty_names:
        shown = re.sub(r"[\t\r\n]+", " ", name).translate({0: "␀", 7: "␇", 27: "␛", 0x202E: "\ufffd"})
        assert shown in cells
    assert "script" not in {tag for tag, _, _ in page.elements}
    assert "b" not in {tag for tag, _, _ in page.elements}


@pytest.mark.long
def test_a_long_table_shows_its_top_and_says_what_is_left_out(
    make_summary: Callable[..., WeeklySummary], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rev603.presenting.rendering.PAGE_ROWS", 25)
    html = as_page(make_summary(60).view())
    said = re.findall(r"The first (\d+) of (\d+) lines are shown, (\d+) are left out", html)
    assert ("25", "62", "37") in said
    assert "on the sheet “Stuck”" in html
    start = html.index('<table id="table-stuck">')
    assert html[start : html.index("</tbody>", start)].count("<tr>") == 1 + 25
    assert Page(html).cells().count("R000000000") < 3


@pytest.mark.long
def test_the_same_summary_gives_the_same_page(summary: WeeklySummary) -> None:
    assert summary.to_html() == summary.to_html()
    assert not re.search(r"<metadata|dc:date|Matplotlib", summary.to_html())


def test_the_users_matplotlib_settings_are_left_alone(summary: WeeklySummary) -> None:
    before = dict(mpl.rcParams)
    summary.to_html()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("missing", ["jinja2", "matplotlib"])
def test_without_the_extra_it_says_what_to_install(
    missing: str, summary: WeeklySummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Rev603Error, match=rf"needs {missing}.*\n.*pip install 'rev603\[report\]'"):
        summary.to_html()


def test_a_week_in_which_nothing_is_stuck_is_said_plainly(make_history: Callable[..., pd.DataFrame]) -> None:
    history = make_history(8)
    paid = history.assign(refund_secondary_status="Treasury Issued", check_or_ach="ACH")
    paid.attrs = history.attrs
    html = weekly_summary(paid, week_ending="2026-03-13").to_html()
    assert '<p class="lead">Nothing is stuck.</p>' in html
    assert "<svg" not in html
    assert "nan" not in html.lower().replace("finance", "")


def test_a_frame_in_a_notebook_is_short_escaped_and_masked(nasty_names: tuple[str, ...]) -> None:
    names = [*nasty_names, "000-12-3456"]
    frame = pd.DataFrame({"company_name": names, "amount": [1234.5] * len(names)})
    html = TextTable(frame, top=50).to_html("<i>&")
    page = Page(html)
    assert {tag for tag, _, _ in page.elements} == {
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert "XXX-XX-3456" in page.cells()
    assert "000-12-3456" not in html
    assert "$1,234.50" in page.cells()
    short = TextTable(frame, top=3).to_html()
    assert (short.count("<tr>"), f"3 of {len(names)} lines" in short) == (4, True)


def test_an_answer_in_a_notebook_is_escaped(
    make_summary: Callable[..., WeeklySummary], nasty_names: tuple[str, ...]
) -> None:
    page = Page(make_summary(40, nasty_names)._repr_html_())
    assert "script" not in {tag for tag, _, _ in page.elements}


def test_the_summary_shows_itself_in_a_notebook(summary: WeeklySummary, doubtful: WeeklySummary) -> None:
    html = summary._repr_html_()
    cells = Page(html).cells()
    for moved in (["plus new", "14", "$270,819.20"], ["less cleared", "-4", "-$174,343.94"]):
        place = cells.index(moved[0])
        assert cells[place : place + 3] == moved
    for shown in ("Act now", "tie out", "<svg"):
        assert shown in html
    assert len(html) < 30_000
    assert "text-align:left" in html
    red = doubtful._repr_html_()
    assert red.index("Status not documented: 3 lines") < red.index("Act now")
