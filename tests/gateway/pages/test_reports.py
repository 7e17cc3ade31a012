"""Reports as an owner sees them: a chart, the table under it, the file, the mail."""

from __future__ import annotations

import pytest

from contracts.http import reports as shapes
from gateway.pages.reports.frame import TABS

from .books import finance_report, open_the_books
from .browser import Browser
from .figures import SCRIPT, open_the_figures, services, summary
from .salon import ACCOUNT, LOCATION, today, uah, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .test_owner import invalid
from .work import BASE, open_for_staff

HOME = f"/manage/{ACCOUNT}"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    open_the_books(stage)
    open_the_figures(stage)
    await sign_in(browser)
    return browser


@pytest.mark.parametrize("language", ["uk", "ru", "en"])
async def test_every_report_has_a_table_with_the_words_of_the_reader(owner: Browser, language: str) -> None:
    await owner.open(f"{HOME}?lang={language}")
    for tab in (*TABS, "reports/mailing"):
        await owner.open(f"{HOME}/{tab}")
        assert owner.page.status == 200, f"{tab}: {owner.page.text[:300]}"
        assert SCRIPT not in owner.page.answer.text
        if tab != "reports/mailing":
            assert owner.page.all("table tbody tr")
            assert not [node for node in owner.page.all("th") if node.text().startswith("report.")]


@pytest.mark.row("N31")
async def test_the_summary_is_a_chart_and_the_same_figures_under_it(owner: Browser) -> None:
    await owner.open(f"{HOME}/reports")
    bars = {
        row.css_first(".bar-name").text(): row.css_first(".num").text()  # type: ignore[union-attr]
        for row in owner.page.all("figure.chart li")
    }
    assert bars["Відбулися"] == "7"
    assert bars["Не прийшли"] == "1"
    widths = [node.attributes["width"] for node in owner.page.all("rect.bar-fill")]
    assert widths[1] == "100.00", "the highest is as long as can be"
    assert float(widths[2] or 0) == pytest.approx(100 / 7, abs=0.01)
    total = [node.text() for node in owner.page.all("tfoot td")]
    assert total[:6] == ["10", "0", "7", "1", "1", "1"]


async def test_weeks_are_columns_along_time(owner: Browser) -> None:
    await owner.open(f"{HOME}/reports/weekly")
    heights = [node.attributes["height"] for node in owner.page.all("rect.column")]
    assert heights == ["66.67", "100.00"]
    assert "найбільше 6" in owner.page.text


async def test_a_period_without_anything_says_so_and_offers_the_year(owner: Browser, stage: Stage) -> None:
    empty = services().model_copy(update={"items": [], "revenue": uah(0)})
    stage.on("booking", "GET", f"{BASE}/reports/services", empty)
    await owner.open(f"{HOME}/reports/services?from=2026-01-01&to=2026-01-31")
    assert "З 01.01.2026 по 31.01.2026 нічого не було." in owner.page.one(".empty").text()
    assert f"from={today().year}-01-01" in (owner.page.one(".empty a").attributes["href"] or "")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_file_holds_the_same_days_and_place(owner: Browser, stage: Stage, form: str) -> None:
    await owner.open(f"{HOME}/reports/journal?from=2026-11-01&to=2026-11-20&location={LOCATION}")
    link = next(node.attributes["href"] or "" for node in owner.page.all("a[download]") if form in str(node.attributes))
    answer = await owner.http.get(link)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="journal-2026-11-01-2026-11-20.{form}"'
    asked = stage.calls("GET", f"{BASE}/reports/journal")[-1].query
    assert asked == {"from": "2026-11-01", "to": "2026-11-20", "location_id": str(LOCATION), "format": form}


async def test_a_file_that_needs_a_fresh_code_asks_for_it_and_comes_back(owner: Browser, stage: Stage) -> None:
    def stale(asked: Asked) -> shapes.SummaryReport:
        if "format" in asked.query:
            raise No(403, "access.step_up_required", title="Потрібен код")
        return summary()

    stage.on("booking", "GET", f"{BASE}/reports/summary", stale)
    answer = await owner.http.get(f"{HOME}/reports/summary?format=csv", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login/confirm?next=/manage/")


@pytest.mark.parametrize("period", ["from=x&to=y", "from=2026-12-31&to=2026-01-01", "from=1900-01-01", "location=no"])
async def test_days_that_are_none_are_never_sent(owner: Browser, stage: Stage, period: str) -> None:
    await owner.open(f"{HOME}/reports/summary?{period}")
    assert owner.page.status == 200
    asked = stage.calls("GET", f"{BASE}/reports/summary")[-1].query
    assert asked["from"] <= asked["to"]
    assert asked["from"] > "2024"


@pytest.mark.row("S70")
async def test_what_was_taken_back_stands_in_the_report_of_money(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/finance/day")
    text = owner.page.text.replace("\u00a0", " ")
    assert "клієнт передумав" in text
    assert "Андрій Мельник" in text
    assert "−450 ₴" in text
    assert len(owner.page.all("rect.column")) == len(finance_report().items)
    assert stage.calls("GET", f"{BASE}/finance/reports/day")


@pytest.mark.row("N73")
async def test_the_journal_is_mailed_on_chosen_days_to_chosen_people(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/reports/mailing")
    here = f"form[action$='/mailing/{LOCATION}']"
    ticked = [node.attributes["value"] for node in owner.page.all(f"{here} input[name=weekdays][checked]")]
    assert ticked == ["mon", "tue", "wed", "thu", "fri"]
    await owner.send(f"/mailing/{LOCATION}", time="18:30", covers="tomorrow", recipient_user_ids=[str(uid(96))])
    [sent] = stage.calls("PUT", f"{BASE}/report-schedules/{LOCATION}")
    assert sent.body == {
        "is_on": True,
        "time": "18:30",
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "covers": "tomorrow",
        "recipient_user_ids": [str(uid(96))],
    }
    assert sent.headers["If-Match"] == '"2"'

    def stranger(_: Asked) -> None:
        raise invalid("/recipient_user_ids", "Ця людина не може бачити звіти")

    stage.on("booking", "PUT", f"{BASE}/report-schedules/{LOCATION}", stranger)
    await owner.send(f"/mailing/{LOCATION}", time="07:00")
    assert owner.page.status == 422
    assert "Ця людина не може бачити звіти" in owner.page.text
    assert owner.page.one(f"{here} select[name=time] option[selected]").text() == "07:00"


async def test_a_report_of_all_locations_is_mailed_when_the_owner_says(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/reports/mailing")
    assert "Звіти поштою" in owner.page.text
    await owner.send("/mailing/figures/staff", time="08:00", weekdays=["mon", "thu"], span="last_month")
    [sent] = stage.calls("PUT", f"{BASE}/report-mailings/staff")
    assert sent.body == {"is_on": True, "time": "08:00", "weekdays": ["mon", "thu"], "span": "last_month"}
    assert sent.headers["If-Match"] == '"3"'
