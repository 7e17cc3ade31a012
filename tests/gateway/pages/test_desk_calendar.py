"""What the calendar in the browser asks for, and the pages it opens beside it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from contracts.http.booking import Action, ActionList, CalendarAnswer
from gateway.clients.notifications import Notifications
from gateway.pages import formats
from gateway.pages.desk.tiles import calendar_shown, tiles_of
from gateway.pages.desk.wall_clock import moment_of

from .browser import Browser
from .dues import unreachable
from .money import REGISTER, settlement
from .salon import (
    ACCOUNT,
    ANDRII,
    BOOKING,
    COLOUR,
    CUT,
    OLENA,
    location,
    membership,
    moment,
    profile,
    uah,
    uid,
)
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .visits import booking, calendar, card, visit_at
from .work import BASE, open_for_staff

DESK = f"/desk/{ACCOUNT}"
PAGE = f"{DESK}/bookings/{BOOKING}"
ONE = f"{BASE}/bookings/{BOOKING}"
DAY = moment(1, 9).date()


@pytest.fixture
async def staff(browser: Browser, stage: Stage) -> Browser:
    """Signed in at the desk."""
    open_for_staff(stage)
    await sign_in(browser)
    return browser


async def told(staff: Browser, address: str) -> dict[str, object]:
    answer = await staff.http.get(address)
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, object] = answer.json()
    return found


async def post(staff: Browser, address: str, **values: str) -> tuple[int, dict[str, object]]:
    """As the calendar's script posts: with the page's token, for JSON."""
    await staff.open(f"{DESK}?day={DAY}")
    csrf = staff.page.one("#desk").attributes["data-csrf"]
    answer = await staff.http.post(address, data={"csrf": csrf, "idempotency_key": "k-1", **values})
    return answer.status_code, answer.json()


@pytest.mark.row("S33")
@pytest.mark.row("S44")
async def test_the_calendar_has_a_column_for_each_who_takes_bookings_and_shades_the_rest(staff: Browser) -> None:
    shown = await told(staff, f"{DESK}/calendar.json?from={DAY}&to={DAY}")
    names = [column["name"] for column in shown["columns"]]  # type: ignore[attr-defined]
    assert names == ["Олена Шевчук", "Андрій Мельник", "Софія Ткаченко", "Марія Бондар"]
    first = next(tile for tile in shown["tiles"] if tile["client"] == "Тарас Савченко")  # type: ignore[attr-defined]
    assert (first["start"], first["end"]) == (f"{DAY}T09:00", f"{DAY}T09:45")
    assert "is_movable" not in first, "who has come is not moved any more"
    assert (first["state"], first["paid"]) == ("arrived", "unpaid")
    shades = [(one["start"][11:], one["end"][11:]) for one in shown["shades"] if one["column"] == str(OLENA)]  # type: ignore[attr-defined]
    assert shades == [("00:00", "09:00"), ("18:00", "00:00")]


async def test_the_calendar_does_not_wait_for_messages_that_hang(
    staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Notifications, "listed", hangs)
    monkeypatch.setattr(import_module("gateway.pages.desk.live_board"), "_MARKS_S", 0.05)
    async with asyncio.timeout(60):
        assert (await told(staff, f"{DESK}/calendar.json?from={DAY}&to={DAY}"))["columns"]
        assert (await told(staff, f"{DESK}/bookings/{BOOKING}/tiles.json"))["tiles"]


async def test_an_emptied_price_is_asked_for_and_makes_nothing_free(staff: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", f"{ONE}/actions", ActionList(items=[Action(action="edit_price", allowed=True)]))
    await staff.open(f"{PAGE}?open=change")
    await staff.send("/change", price="  ", comment="Без цукру")
    assert staff.page.status == 422
    assert not stage.calls("PATCH", ONE)
    assert staff.page.one("[name=price]").attributes["aria-invalid"] == "true"
    assert staff.page.one("[name=comment]").text() == "Без цукру", "what was typed stays"

    stage.on("booking", "PATCH", ONE, booking(version=8))
    await staff.send("/change", price="1\u202f234,50")
    assert stage.calls("PATCH", ONE)[-1].body["price"]["amount"] == 123450


def test_times_go_in_and_out_by_the_wall_clock_and_the_doubled_hour_only_by_the_form() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 03:30 for the second time
    visit = visit_at(1, OLENA, 9, 0, 45, "Тарас")
    item = visit.items[0].model_copy(update={"starts_at": second, "ends_at": second + timedelta(minutes=45)})
    moved = visit.model_copy(update={"starts_at": second, "ends_at": item.ends_at, "items": [item]})
    [tile] = tiles_of(moved)
    assert (tile["start"], tile.get("is_movable")) == ("2026-10-25T03:30", None)
    assert tile["note"]
    assert moment_of("2026-10-25T03:30", "Europe/Kyiv") is None
    assert moment_of("2026-03-29T03:30", "Europe/Kyiv") is None, "that hour is not there at all"
    assert moment_of("2026-10-25T05:30", "Europe/Kyiv") == datetime(2026, 10, 25, 5, 30, tzinfo=kyiv)
    assert moment_of("nonsense", "Europe/Kyiv") is None
    assert moment_of("2026-10-25T05:30", "../etc") is None


def test_a_break_and_a_day_without_work_are_shaded() -> None:
    whole = calendar(None)  # type: ignore[arg-type]
    [span] = whole.columns[0].working
    halves = [span.model_copy(update={"ends_at": moment(1, 13)}), span.model_copy(update={"starts_at": moment(1, 14)})]
    column = whole.columns[0].model_copy(update={"working": halves})
    two = CalendarAnswer(location_id=None, time_zone="Europe/Kyiv", columns=[column])
    shown = calendar_shown(two, DAY, DAY + timedelta(days=1), moment(1, 9))
    spans = [(shade["start"], shade["end"]) for shade in shown["shades"]]
    after, later = DAY + timedelta(days=1), DAY + timedelta(days=2)
    assert (f"{DAY}T13:00", f"{DAY}T14:00") in spans
    assert (f"{after}T00:00", f"{later}T00:00") in spans


async def test_a_drop_moves_with_the_version_seen_and_says_what_it_did(staff: Browser, stage: Stage) -> None:
    stage.on("booking", "POST", f"{ONE}/reschedule", booking(version=4, starts_at=moment(2, 12)))
    at = moment(2, 12)
    status, answer = await post(
        staff,
        f"{PAGE}/drop",
        at=f"{at:%Y-%m-%dT%H:%M}",
        zone="Europe/Kyiv",
        version="3",
        staff_member_id=str(ANDRII),
    )
    [sent] = stage.calls("POST", f"{ONE}/reschedule")
    assert sent.body == {"starts_at": at.isoformat(), "staff_member_id": str(ANDRII)}
    assert (sent.headers["If-Match"], sent.headers["Idempotency-Key"]) == ('"3"', "k-1")
    assert status == 200
    assert "12:00" in str(answer["said"])
    assert answer["told"]
    status, answer = await post(staff, f"{PAGE}/drop/undo")
    assert status == 200
    assert len(stage.calls("POST", f"{ONE}/reschedule/undo")) == 1


async def test_a_drop_on_a_taken_time_says_who_is_there(staff: Browser, stage: Stage) -> None:
    def taken(_: Asked) -> None:
        raise No(409, "booking.slot_taken", title="Цей час щойно зайняли")

    stage.on("booking", "POST", f"{ONE}/reschedule", taken)
    at = moment(1, 10, 30)
    status, answer = await post(
        staff, f"{PAGE}/drop", at=f"{at:%Y-%m-%dT%H:%M}", zone="Europe/Kyiv", version="1", column=str(OLENA)
    )
    assert (status, answer["who"]) == (409, ["10:00–12:00 Наталія Поліщук"])


@pytest.mark.row("X3")
@pytest.mark.row("S35")
async def test_whoever_may_not_move_learns_the_right_and_asks_for_it_with_one_press(
    staff: Browser, stage: Stage
) -> None:
    wish = {"rule": "access.missing_permission", "permissions": ["booking.reschedule"]}

    def forbidden(_: Asked) -> None:
        raise No(
            403,
            "access.missing_permission",
            title="Для цієї дії потрібне право «Переносити записи»",
            fix={"text": "Право може надати: Олена Шевчук.", "url": None},
            rule={"code": "access.missing_permission", "text": "Потрібне право"},
            ask={"method": "POST", "url": "/x", "body": wish, "to": []},
        )

    stage.on("booking", "POST", f"{ONE}/reschedule(/undo)?", forbidden)
    status, answer = await post(
        staff, f"{PAGE}/drop", at=f"{moment(2, 9):%Y-%m-%dT%H:%M}", zone="Europe/Kyiv", version="1"
    )
    assert status == 403
    assert answer["problem"]["fix"]["text"] == "Право може надати: Олена Шевчук."  # type: ignore[index]
    await staff.open(f"{PAGE}?tab=history")
    await staff.open(f"{PAGE}?open=reschedule")
    await staff.send("/reschedule", at=moment(2, 11).isoformat())
    assert staff.page.status == 403
    await staff.send("/ask")
    [asked] = stage.calls("POST", f"{BASE}/access-requests")
    assert asked.body == wish
    assert "Запит надіслано" in staff.page.one("#flash").text()


async def test_a_wall_clock_that_is_no_time_is_refused_in_words(staff: Browser, stage: Stage) -> None:
    for at, zone in (("2026-10-25T03:30", "Europe/Kyiv"), ("<script>", "Europe/Kyiv"), ("2026-11-25T10:00", "Нема")):
        status, answer = await post(staff, f"{PAGE}/drop", at=at, zone=zone)
        assert status == 422
        assert answer["problem"]["title"]  # type: ignore[index]
    assert stage.calls("POST", f"{ONE}/reschedule") == []


async def test_a_week_of_one_person_is_read_day_by_day(staff: Browser) -> None:
    await staff.open(f"{DESK}?day={DAY}&view=week&staff={ANDRII}")
    assert len(staff.page.all(".board .person")) == 7
    assert "Дмитро Мороз" in staff.page.one("#board").text()
    assert "Наталія Поліщук" not in staff.page.one("#board").text()
    assert staff.page.one("#board-staff option[selected]").text() == "Андрій Мельник"


@pytest.mark.row("X2")
@pytest.mark.row("S45")
@pytest.mark.row("S43")
async def test_an_empty_cell_says_why_it_is_not_offered(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{DESK}/new?day={DAY}&from=07:15&staff={OLENA}")
    assert "07:15 не пропонується" in staff.page.one(".why").text()
    assert "не працює за графіком" in staff.page.one(".why").text()
    [asked] = stage.calls("GET", f"{BASE}/availability/explain")
    assert asked.query["at"] == moment(1, 7, 15).isoformat()
    assert asked.query["staff_member_id"] == str(OLENA)


async def test_a_client_is_found_by_any_part_and_booked_from_the_card(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{DESK}/search?q=4567")
    assert stage.calls("GET", f"{BASE}/clients")[0].query["q"] == "4567"
    assert staff.page.link("Тарас Савченко") == f"{DESK}/clients/{card().id}"
    await staff.follow("Записати")
    at = moment(2, 10)
    await staff.open(f"{DESK}/new?client={card().id}&services={CUT}&staff={OLENA}&day={at.date()}")
    await staff.send("/new", at=at.isoformat())
    assert stage.calls("POST", f"{BASE}/bookings")[0].body["client_id"] == str(card().id)


@pytest.mark.row("S22")
async def test_messages_are_seen_before_saving(staff: Browser, stage: Stage) -> None:
    at = moment(2, 10)
    await staff.open(f"{DESK}/new?services={CUT}&services={COLOUR}&staff={OLENA}&day={at.date()}")
    await staff.send("/new", at=at.isoformat(), name="Наталія", phone="0501000101", act="preview")
    [asked] = stage.calls("POST", f"{BASE}/notifications/preview")
    assert [item["service_name"] for item in asked.body["draft"]["items"]] == ["Чоловіча стрижка", "Фарбування волосся"]
    assert "Піде 1 повідомлення" in staff.page.one(".plan").text().replace("\u00a0", " ")
    assert staff.page.one("#f-name").attributes["value"] == "Наталія", "what was typed stays"
    assert stage.calls("POST", f"{BASE}/bookings") == []
    await staff.open(f"{PAGE}?open=cancel")
    assert stage.calls("POST", f"{BASE}/notifications/preview")[-1].body["act"] == "cancel"
    assert staff.page.has(".plan")


async def test_a_series_shows_its_conflicts_before_it_is_booked(staff: Browser, stage: Stage) -> None:
    def series(asked: Asked) -> dict[str, object]:
        dates = [
            {"starts_at": moment(2, 10), "possible": True, "booking_id": None if asked.body["dry_run"] else BOOKING},
            {
                "starts_at": moment(9, 10),
                "possible": False,
                "reasons": [{"code": "taken", "text": "Олена вже зайнята."}],
                "alternatives": [{"starts_at": moment(9, 11), "staff_member_ids": [OLENA]}],
            },
        ]
        return {"id": None if asked.body["dry_run"] else uid(660), "saved": not asked.body["dry_run"], "dates": dates}

    stage.on("booking", "POST", f"{BASE}/booking-series", series)
    at = moment(2, 10)
    await staff.open(f"{DESK}/new?services={CUT}&staff={OLENA}&day={at.date()}")
    await staff.send("/new", at=at.isoformat(), name="Наталія", every="1", unit="week", count="2", act="dates")
    assert "Олена вже зайнята." in staff.page.text
    await staff.send("/new", skip_conflicts="on", act="series")
    sent = stage.calls("POST", f"{BASE}/booking-series")[-1].body
    assert (sent["repeat"], sent["skip_conflicts"], sent["dry_run"]) == (
        {"unit": "week", "every": 1, "count": 2},
        True,
        False,
    )
    assert "Записано візитів: 1" in staff.page.one("#flash").text()


async def test_what_needs_attention_has_its_cure_as_a_button(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{DESK}/attention")
    headings = [node.text(strip=True) for node in staff.page.all("main h2")]
    assert headings == [
        "Не надіслані повідомлення",
        "Клієнти, яким слід зателефонувати",
        "Не підтверджені візити",
        "Чеки, що чекають",
        "Проведено заднім числом",
    ]
    assert "бракує коштів" in staff.page.text
    assert formats.stamp(unreachable().created_at, "Europe/Kyiv") in staff.page.text
    there = membership().model_copy(update={"time_zone": "Asia/Tokyo"})
    stage.on("identity", "GET", "/me", profile(memberships=(there,)))
    await staff.open(f"{DESK}/attention")
    assert formats.stamp(unreachable().created_at, "Asia/Tokyo") in staff.page.text, "by the clock of the account"
    assert "Номер клієнта Наталія не працює." in staff.page.text
    await staff.send("/settle")
    assert len(stage.calls("POST", f"{BASE}/staff-tasks/{uid(760)}/settle")) == 1
    await staff.send("/open-shift")
    assert len(stage.calls("POST", f"{BASE}/cash-registers/{REGISTER}/fiscal-shift/open")) == 1
    await staff.send("/step-confirm")
    assert len(stage.calls("POST", f"{ONE}/confirm")) == 1


async def test_who_may_not_see_messages_reads_why_and_sees_the_rest(staff: Browser, stage: Stage) -> None:
    def forbidden(_: Asked) -> None:
        raise No(403, "access.missing_permission", title="Потрібне право «Бачити повідомлення»")

    stage.on("notifications", "GET", f"{BASE}/notifications", forbidden)
    await staff.open(f"{DESK}/attention")
    assert staff.page.status == 200
    assert "«Бачити повідомлення»" in staff.page.text
    assert "Робочу зміну закрито" in staff.page.text


async def test_the_waiting_list_takes_a_wish_and_leads_to_a_booking(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{DESK}/waiting")
    assert "Тарас Савченко" in staff.page.text
    assert f"client={card().id}" in staff.page.link("Записати")
    await staff.send("/waiting", name="Юлія", phone="0631000103", service=str(CUT))
    [sent] = stage.calls("POST", f"{BASE}/waitlist")
    assert (sent.body["client"], sent.body["service_ids"]) == ({"name": "Юлія", "phone": "0631000103"}, [str(CUT)])
    await staff.send("/remove")
    assert len(stage.calls("DELETE", f"{BASE}/waitlist/[^/]+")) == 1


@pytest.mark.row("S40")
async def test_one_panel_takes_parts_a_discount_a_tip_and_another_day(staff: Browser, stage: Stage) -> None:
    stage.on("fiscal", "GET", f"{ONE}/settlement", settlement())
    await staff.open(f"{PAGE}?tab=payment")
    await staff.send(
        "/settle",
        way=f"cash:{REGISTER}",
        amount="200",
        way2=f"card:{REGISTER}",
        amount2="205",
        discount="10",
        discount_kind="percent",
        discount_reason="День народження",
        tip="50",
        tip_way=f"cash:{REGISTER}",
        tip_staff=str(OLENA),
        operating_day=str(moment(-1, 9).date()),
    )
    [sent] = stage.calls("POST", f"{ONE}/settlement")
    amounts = [(one["payment_type"], one["amount"]["amount"]) for one in sent.body["payments"]]
    assert amounts == [("cash", 20000), ("card", 20500)]
    assert sent.body["discount"] == {"percent": "10", "reason": "День народження"}
    assert sent.body["tips"][0]["amount"] == {"amount": 5000}
    assert sent.body["tips"][0]["staff_member_id"] == str(OLENA)
    assert sent.body["operating_day"] == str(moment(-1, 9).date())


async def test_goods_join_the_bill_and_a_part_of_the_money_goes_back(staff: Browser, stage: Stage) -> None:
    soap = {"id": uid(670), "version": 1, "name": "Шампунь", "code": None, "unit": "шт", "price": uah(300)}
    shelf = {"items": [{**soap, "quantity": 4, "is_deleted": False}], "next_cursor": None}
    stage.on("booking", "GET", f"{BASE}/stock", {**shelf, "items": [_plain(shelf["items"][0])]})  # type: ignore[index]
    stage.on("booking", "POST", f"{ONE}/goods", booking(version=2))
    await staff.open(f"{PAGE}?tab=payment&open=goods")
    await staff.send("/goods", stock_item=str(uid(670)), quantity="2")
    [sold] = stage.calls("POST", f"{ONE}/goods")
    assert (sold.body, sold.headers["If-Match"]) == ({"stock_item_id": str(uid(670)), "quantity": 2}, '"1"')
    stage.on("fiscal", "GET", f"{ONE}/settlement", settlement(paid=450))
    reversed_ = {"booking_id": str(BOOKING), "payment_state": "part_paid", "items": []}
    money = {"amount": 0, "currency": "UAH"}
    stage.on("fiscal", "POST", f"{ONE}/settlement/reverse", {**reversed_, "paid": money, "due": money})
    await staff.open(f"{PAGE}?tab=payment")
    await staff.send("/reverse", part="100", reason="Не сподобалося")
    [back] = stage.calls("POST", f"{ONE}/settlement/reverse")
    assert back.body == {"reason": "Не сподобалося", "amount": {"amount": 10000}}


def _plain(item: dict[str, object]) -> dict[str, object]:
    return {**item, "price": {"amount": 30000, "currency": "UAH"}}


async def test_an_earlier_time_is_restored_from_the_page(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{PAGE}?open=reschedule")
    await staff.send("/reschedule", at=moment(2, 11).isoformat())
    await staff.send("/undo-move")
    assert len(stage.calls("POST", f"{ONE}/reschedule/undo")) == 1
    assert "попередній час" in staff.page.one("#flash").text()


async def test_what_people_wrote_is_shown_and_never_run(staff: Browser, stage: Stage) -> None:
    bad = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>'
    hostile = card().model_copy(update={"name": bad, "note": bad})
    from contracts.http.clients import ClientList

    stage.on("booking", "GET", f"{BASE}/clients", ClientList(items=[hostile]))
    stage.on("booking", "GET", f"{BASE}/clients/{card().id}", hostile)
    stage.on("booking", "GET", f"{BASE}/locations", {"items": [location(name=bad).model_dump(mode="json")]})
    for address in (f"{DESK}/search?q=%3Cscript%3E", f"{DESK}/clients/{card().id}", f"{DESK}?day={DAY}&view=week"):
        await staff.open(address)
        assert staff.page.status == 200
        scripts = [node for node in staff.page.all("script") if not node.attributes.get("src")]
        assert [
            node.attributes.get("type") for node in scripts if node.attributes.get("type") != "application/json"
        ] == []
        assert not staff.page.has("img[onerror]")
