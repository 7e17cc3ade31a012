"""The schedule editor: every way of working, a picture of the month, and a decision about each booking it hits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .browser import Browser
from .office import BASE, CLOSED, OFF, hit, hits
from .salon import ACCOUNT, ANDRII, LOCATION, OLENA, SOFIIA, today, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .work import open_for_staff

HOME = f"/manage/{ACCOUNT}"
SOFIIAS = f"{HOME}/staff/{SOFIIA}/schedule"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    await sign_in(browser)
    return browser


def sent(stage: Stage, *, dry: bool = False) -> dict[str, Any]:
    """The body of the last change that was asked for, or looked at."""
    found = [one.body for one in stage.calls("POST", f"{BASE}/changes") if bool(one.body.get("dry_run")) is dry]
    body: dict[str, Any] = found[-1]
    return body


def stored(stage: Stage, schedule: dict[str, Any]) -> None:
    stage.on("booking", "GET", f"{BASE}/staff-members/[^/]+/schedule", {"schedule": schedule})


@pytest.mark.row("N67")
async def test_a_usual_week_with_a_gap_is_looked_at_first_and_then_saved(owner: Browser, stage: Stage) -> None:
    await owner.open(SOFIIAS)
    await owner.follow("Пн–Пт 9–18")
    await owner.send("/schedule", mon_from_1="8.30", mon_to_1="13", act="add_mon")
    assert not stage.calls("POST", f"{BASE}/changes"), "another row saves nothing"
    await owner.send("/schedule", mon_from_2="14", mon_to_2="1730", act="save")
    looked, saved = sent(stage, dry=True), sent(stage)
    assert looked["change"] == saved["change"]
    assert saved["seen"] == "mark-1"
    schedule = saved["change"]["schedule"]
    assert saved["change"]["staff_member_id"] == str(SOFIIA)
    assert schedule["days"]["mon"] == [{"from": "08:30", "to": "13:00"}, {"from": "14:00", "to": "17:30"}]
    assert schedule["days"]["fri"] == [{"from": "09:00", "to": "18:00"}]
    assert schedule["days"]["sun"] == []
    assert "Записів клієнтів це не зачепило" in owner.page.text


@pytest.mark.row("N51")
@pytest.mark.row("N68")
async def test_days_on_and_off_with_hours_that_are_kept_for_staff(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{SOFIIAS}?pattern=cycle")
    await owner.send(
        "/schedule",
        on="2",
        off="2",
        anchor="2027-05-01",
        work_from_1="14:00",
        work_to_1="16:00",
        work_manual_1="on",
        break_from_1="15:00",
        break_to_1="15:15",
        act="save",
    )
    assert sent(stage)["change"]["schedule"] == {
        "pattern": "cycle",
        "anchor": "2027-05-01",
        "on": 2,
        "off": 2,
        "hours": [{"from": "14:00", "to": "16:00", "manual_only": True}],
        "breaks": [{"from": "15:00", "to": "15:15"}],
        "exceptions": [],
    }


@pytest.mark.row("N69")
async def test_odd_dates_say_their_rule_and_single_dates_differ(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{SOFIIAS}?pattern=odd_days")
    assert "обидва непарні" in owner.page.text
    await owner.send("/schedule", except_date_1="2031-03-04", except_hours_1="10–14, 15:00-19:00", act="add_except")
    await owner.send("/schedule", except_date_2="2031-03-05", except_hours_2="", act="save")
    schedule = sent(stage)["change"]["schedule"]
    assert schedule["pattern"] == "odd_days"
    assert schedule["exceptions"] == [
        {"date": "2031-03-04", "hours": [{"from": "10:00", "to": "14:00"}, {"from": "15:00", "to": "19:00"}]},
        {"date": "2031-03-05", "hours": []},
    ]


async def test_what_the_form_cannot_show_is_not_lost_by_saving(owner: Browser, stage: Stage) -> None:
    past = {"date": "2020-01-02", "hours": []}
    ahead = {"date": "2031-01-02", "hours": [{"from": "10:00", "to": "11:00", "manual_only": True}]}
    week = {"tue": [{"from": "09:10", "to": "17:45", "location_id": str(LOCATION)}]}
    pauses = {"tue": [{"from": "13:00", "to": "13:30"}]}
    stored(stage, {"pattern": "weekly", "days": week, "breaks": pauses, "exceptions": [past, ahead]})
    await owner.open(f"{HOME}/staff/{OLENA}/schedule")
    assert owner.page.one("input[name=tue_from_1]").attributes["value"] == "09:10"
    await owner.send("/schedule", act="save")
    schedule = sent(stage)["change"]["schedule"]
    assert [(one["from"], one["to"]) for one in schedule["days"]["tue"]] == [("09:10", "13:00"), ("13:30", "17:45")]
    assert schedule["exceptions"] == [past, ahead]


async def test_the_month_shows_what_the_hours_come_to_before_they_are_saved(owner: Browser, stage: Stage) -> None:
    await owner.open(SOFIIAS + "?preset=weekdays")
    await owner.send("/schedule", act="look")
    month = owner.page.one("table.month").text()
    for said in ("09:00–14:00", "Санітарний день", "Навчання", "вихідний", "інший час"):
        assert said in month
    asked = stage.calls("POST", f"{BASE}/staff-members/{SOFIIA}/schedule/days")[-1].body
    assert asked["schedule"]["days"]["mon"] == [{"from": "09:00", "to": "18:00"}]
    assert asked["from"] == today().replace(day=1).isoformat()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"wed_from_1": "10:00"}, "wed"),
        ({"wed_from_1": "25:99", "wed_to_1": "<script>alert(1)</script>"}, "wed"),
        ({"except_date_1": "колись", "except_hours_1": "x"}, "except"),
        ({"break_from_1": "13:00", "break_to_1": "12:00"}, "break"),
    ],
)
async def test_what_is_wrong_stands_beside_its_place_with_the_text_kept(
    owner: Browser, stage: Stage, typed: dict[str, str], field: str
) -> None:
    await owner.open(SOFIIAS)
    await owner.send("/schedule", **typed, act="save")
    assert owner.page.status == 422
    assert owner.page.one(f"#f-{field} .error").text(strip=True)
    for name, value in typed.items():
        assert owner.page.one(f"[name={name}]").attributes["value"] == value
    assert "<script>alert" not in owner.page.answer.text
    assert not stage.calls("POST", f"{BASE}/changes")


@pytest.mark.row("S63")
@pytest.mark.row("X8")
async def test_each_booking_in_the_way_is_decided_and_all_is_saved_together(owner: Browser, stage: Stage) -> None:
    first, second = hit(1), hit(2, "Оксана")
    stage.on("booking", "POST", f"{BASE}/changes", hits(first, second))
    await owner.open(SOFIIAS + "?preset=weekdays")
    await owner.send("/schedule", act="save")
    assert owner.page.heading == "Зміна зачіпає 2 записи"
    assert "Запис перенесено" in owner.page.text, "the SMS of a move is shown"
    assert "Запис скасовано" in owner.page.text
    assert len(stage.calls("POST", f"{BASE}/changes")) == 1, "only looked at"

    await owner.send("/changes", **{f"choice_{first['booking_id']}": "keep"})
    assert owner.page.status == 409
    assert "Оберіть рішення для кожного запису" in owner.page.text
    assert owner.page.has(f"input[name=choice_{first['booking_id']}][value=keep][checked]"), "what was chosen stays"

    later = second["alternatives"][1]
    await owner.send(
        "/changes",
        **{
            f"choice_{first['booking_id']}": "cancel",
            f"choice_{second['booking_id']}": "move",
            f"to_{second['booking_id']}": f"{later['starts_at']}|{ANDRII}",
        },
    )
    body = sent(stage)
    assert body["seen"] == "mark-1"
    assert body["choices"] == [
        {"booking_id": first["booking_id"], "choice": "cancel"},
        {
            "booking_id": second["booking_id"],
            "choice": "move",
            "starts_at": later["starts_at"],
            "staff_member_id": str(ANDRII),
        },
    ]
    assert body["change"]["schedule"]["days"]["mon"] == [{"from": "09:00", "to": "18:00"}]
    assert "1 запис перенесено, 1 запис скасовано" in owner.page.text


async def test_a_booking_that_arrived_meanwhile_is_marked_and_nothing_is_saved(owner: Browser, stage: Stage) -> None:
    first = hit(1)
    stage.on("booking", "POST", f"{BASE}/changes", hits(first))
    await owner.open(SOFIIAS + "?preset=weekdays")
    await owner.send("/schedule", act="save")
    stage.on("booking", "POST", f"{BASE}/changes", hits(first, hit(2, "Оксана"), seen="mark-2"))
    await owner.send("/changes", all="keep")
    assert owner.page.status == 409
    assert "зʼявився ще запис" in owner.page.text
    assert len(owner.page.all(".hit .badge.warn")) == 1
    await owner.send("/changes", all="keep")
    assert sent(stage)["seen"] == "mark-2"
    assert "2 записи залишено" in owner.page.text


async def test_a_decision_that_is_not_granted_says_whose_right_it_is(owner: Browser, stage: Stage) -> None:
    play = hits(hit(1))

    def refuse(asked: Asked) -> dict[str, Any]:
        if asked.body.get("on_conflict") == "cancel":
            raise No(403, "access.missing_permission", title="Потрібне право «Скасовувати записи»")
        answer: dict[str, Any] = play(asked)
        return answer

    stage.on("booking", "POST", f"{BASE}/changes", refuse)
    await owner.open(SOFIIAS + "?preset=weekdays")
    await owner.send("/schedule", act="save")
    await owner.send("/changes", all="cancel")
    assert owner.page.status == 403
    assert "Скасовувати записи" in owner.page.one("[role=alert]").text()
    assert owner.page.has("fieldset.hit")


async def test_time_off_in_whole_days_lasts_to_the_end_of_the_last_one(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/staff/{OLENA}/time-off")
    assert "Відпустка" in owner.page.text
    await owner.send("/time-off", first="2027-06-01", last="2027-06-03", reason="Море")
    assert sent(stage)["change"] == {
        "kind": "time_off",
        "staff_member_id": str(OLENA),
        "time_off": {
            "starts_at": "2027-06-01T00:00:00+03:00",
            "ends_at": "2027-06-04T00:00:00+03:00",
            "reason": "Море",
        },
    }
    await owner.send(f"/{OFF}/drop")
    assert stage.calls("DELETE", f"{BASE}/staff-members/{OLENA}/time-off/{OFF}")


@pytest.mark.row("N43")
async def test_holidays_of_the_country_are_proposed_and_confirmed(owner: Browser, stage: Stage) -> None:
    year = today().year
    await owner.open(f"{HOME}/closed-days?year={year + 1}")
    assert "Різдво Христове" in owner.page.text
    assert "Ви ще не вирішили" in owner.page.text
    await owner.send("/holidays", dates=[f"{year + 1}-12-25"])
    assert sent(stage)["change"] == {"kind": "holidays", "year": year + 1, "dates": [f"{year + 1}-12-25"]}

    await owner.open(f"{HOME}/closed-days")
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit(1)))
    await owner.send("/closed-days", date="2027-03-08", name="Прибирання")
    assert owner.page.heading == "Зміна зачіпає 1 запис"
    await owner.send("/changes", all="move")
    assert sent(stage)["change"] == {"kind": "closed_day", "closed_day": {"date": "2027-03-08", "name": "Прибирання"}}
    await owner.send(f"/{CLOSED}/drop")
    assert stage.calls("DELETE", f"{BASE}/closed-days/{CLOSED}")


async def test_a_change_that_was_tampered_with_is_no_page(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit(1)))
    await owner.open(SOFIIAS + "?preset=weekdays")
    await owner.send("/schedule", act="save")
    kept = json.loads(owner.page.one("input[name=change]").attributes["value"] or "")
    assert kept["staff_member_id"] == str(SOFIIA)
    await owner.send("/changes", change="[]", all="keep")
    assert owner.page.status == 404
    assert str(uid(301)) not in owner.page.text
