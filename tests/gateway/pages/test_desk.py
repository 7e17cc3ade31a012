"""The desk: a day by person, one booking, a new one, money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.http.booking import CalendarAnswer, CalendarColumn, Span
from contracts.http.fiscal import CashRegisters
from contracts.http.notifications import Notifications
from gateway.pages.desk.lanes import board_of

from .browser import Browser
from .money import REGISTER, notifications, settlement
from .salon import ACCOUNT, ANDRII, BOOKING, COLOUR, CUT, OLENA, moment
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .visits import booking, calendar, visit_at
from .work import BASE, open_for_staff

DESK = f"/desk/{ACCOUNT}"
PAGE = f"{DESK}/bookings/{BOOKING}"
ONE = f"{BASE}/bookings/{BOOKING}"


@pytest.fixture
async def staff(browser: Browser, stage: Stage) -> Browser:
    """Signed in at the desk."""
    open_for_staff(stage)
    await sign_in(browser)
    return browser


@pytest.mark.row("S74")
async def test_a_day_is_read_as_columns_with_their_bookings(staff: Browser) -> None:
    await staff.open(f"{DESK}?day={moment(1, 9).date()}")
    columns = staff.page.all(".board .person")
    assert [len(column.css("a.tile")) for column in columns] == [3, 3, 1, 0]
    assert "вихідний" in columns[3].text()
    first = columns[0].css("a.tile")[0]
    assert "09:00–09:45" in first.text()
    assert "Тарас Савченко" in first.text()
    assert "Клієнт прийшов" in first.text(), "the state is a word, not a colour alone"


def test_a_tile_stands_where_its_time_is() -> None:
    day = moment(1, 9).date()
    board = board_of(calendar(None), day, moment(0, 9))  # type: ignore[arg-type]
    assert board.hours[0] == 9
    assert board.hours[-1] == 19
    [arrived, colour, _] = [mark for mark in board.lanes[0].marks if mark.kind == "booking"]
    assert (arrived.at, arrived.steps) == (0, 9)
    assert (colour.at, colour.steps) == (12, 24)
    gaps = [(mark.at, mark.steps) for mark in board.lanes[0].marks if mark.kind == "gap"]
    assert gaps == [(9, 3), (36, 24), (66, 42)]


def test_free_time_that_has_passed_is_not_offered() -> None:
    board = board_of(calendar(None), moment(1, 9).date(), moment(1, 15, 7))  # type: ignore[arg-type]
    gaps = [mark for mark in board.lanes[0].marks if mark.kind == "gap"]
    assert [gap.starts_at.astimezone(UTC) for gap in gaps] == [moment(1, 15, 15).astimezone(UTC)]


def test_a_cancelled_visit_leaves_no_tile_and_a_day_without_work_has_usual_hours() -> None:
    gone = visit_at(1, OLENA, 10, 0, 45, "Тарас", state="cancelled_by_client")
    column = CalendarColumn(
        staff_member_id=OLENA, staff_member_name="Олена", working=[], free=[], time_off=[], bookings=[gone]
    )
    board = board_of(
        CalendarAnswer(location_id=None, time_zone="Europe/Kyiv", columns=[column]), moment(1, 9).date(), moment(0, 9)
    )
    assert board.hours == list(range(9, 18))
    assert [mark.kind for mark in board.lanes[0].marks] == ["shut"]


def test_the_night_on_which_clocks_change_is_placed_by_the_wall_clock() -> None:
    zone = ZoneInfo("Europe/Kyiv")
    since = datetime(2026, 10, 25, 8, 0, tzinfo=zone)
    column = CalendarColumn(
        staff_member_id=OLENA,
        staff_member_name="Олена",
        working=[Span(starts_at=since, ends_at=since + timedelta(hours=8))],
        free=[],
        time_off=[],
        bookings=[],
    )
    board = board_of(CalendarAnswer(location_id=None, time_zone="Europe/Kyiv", columns=[column]), since.date(), since)
    assert board.hours == list(range(8, 16))
    assert [mark.kind for mark in board.lanes[0].marks] == []


async def test_free_time_leads_to_a_new_booking_of_that_person(staff: Browser) -> None:
    await staff.open(f"{DESK}?day={moment(1, 9).date()}")
    await staff.follow("Вільно 12:00–14:00")
    assert f"staff={OLENA}" in staff.page.address
    assert staff.page.heading == "Новий запис"


async def test_a_new_booking_is_made_for_a_name_and_a_number(staff: Browser, stage: Stage) -> None:
    at = moment(2, 10)
    await staff.open(f"{DESK}/new?services={CUT}&services={COLOUR}&staff={OLENA}&day={at.date()}")
    await staff.send("/new", at=at.isoformat(), name="Наталія", phone="050 100 01 01", comment="Алергія")
    [sent] = stage.calls("POST", f"{BASE}/bookings")
    assert sent.body == {
        "service_ids": [str(CUT), str(COLOUR)],
        "staff_member_id": str(OLENA),
        "starts_at": at.isoformat(),
        "client": {"name": "Наталія", "phone": "050 100 01 01"},
        "comment": "Алергія",
    }
    assert staff.page.address == PAGE


async def test_a_time_by_hand_is_taken_on_the_clock_of_the_place(staff: Browser, stage: Stage) -> None:
    day = moment(2, 10).date()
    await staff.open(f"{DESK}/new?services={CUT}&day={day}")
    await staff.send("/new", clock="07:30", name="Наталія")
    assert stage.calls("POST", f"{BASE}/bookings")[0].body["starts_at"] == moment(2, 7, 30).isoformat()


async def test_a_rule_that_stands_against_it_is_named_and_may_be_overridden(staff: Browser, stage: Stage) -> None:
    def refuse(asked: Asked) -> object:
        if asked.body.get("override"):
            return booking()
        raise No(
            422,
            "booking.slot_not_offered",
            title="На цей час записатися не можна",
            reasons=[{"code": "outside_schedule", "text": "Олена у цей час не працює за графіком"}],
            overridable=True,
        )

    stage.on("booking", "POST", f"{BASE}/bookings", refuse)  # type: ignore[arg-type]
    await staff.open(f"{DESK}/new?services={CUT}&day={moment(2, 10).date()}")
    await staff.send("/new", clock="07:30", name="Наталія")
    assert staff.page.status == 422
    assert "не працює за графіком" in staff.page.text
    assert staff.page.one("#f-name").attributes["value"] == "Наталія"
    assert staff.page.one("#f-clock option[selected]").text() == "07:30"
    await staff.send("/new", override="on")
    assert staff.page.address == PAGE


async def test_the_page_of_a_booking_offers_what_may_be_done_and_says_why_not_the_rest(staff: Browser) -> None:
    await staff.open(PAGE)
    assert staff.page.has(f'form[action="{PAGE}/step-arrive"]')
    assert not staff.page.has(f'form[action="{PAGE}/step-confirm"]')
    refused = staff.page.one(".card.soft").text()
    assert "Змінити ціну" in refused
    assert "«Змінювати ціну»" in refused
    assert "Олена Шевчук" in refused


@pytest.mark.parametrize("step", ["arrive", "complete", "no-show"])
async def test_a_step_is_sent_with_the_version_that_was_seen(staff: Browser, stage: Stage, step: str) -> None:
    await staff.open(PAGE)
    await staff.send(f"/step-{step}")
    [sent] = stage.calls("POST", f"{ONE}/{step}")
    assert sent.headers["If-Match"] == '"1"'
    assert sent.headers["Idempotency-Key"]
    assert staff.page.one("#flash").text(strip=True)


async def test_a_newer_state_is_shown_when_somebody_was_quicker(staff: Browser, stage: Stage) -> None:
    await staff.open(PAGE)

    def stale(_: Asked) -> None:
        raise No(412, "request.stale_version", title="Дані вже змінив хтось інший", current_version=2)

    stage.on("booking", "POST", f"{ONE}/arrive", stale)
    stage.on("booking", "GET", ONE, booking(version=2, state="arrived"))
    await staff.send("/step-arrive")
    assert staff.page.status == 412
    assert "Дані вже змінив хтось інший" in staff.page.one("[role=alert]").text()
    assert "Клієнт прийшов" in staff.page.one(".head").text()
    assert staff.page.all("input[name=version]")[0].attributes["value"] == "2"


async def test_moving_sends_time_person_and_whether_to_tell(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{PAGE}?open=reschedule&staff={ANDRII}")
    asked = stage.calls("GET", f"{BASE}/availability")[-1]
    assert asked.query["staff_member_id"] == str(ANDRII)
    await staff.send("/reschedule", at=moment(2, 11).isoformat())
    [sent] = stage.calls("POST", f"{ONE}/reschedule")
    assert sent.body == {"starts_at": moment(2, 11).isoformat(), "staff_member_id": str(ANDRII), "tell_client": True}


async def test_a_move_to_a_taken_time_keeps_the_form_open(staff: Browser, stage: Stage) -> None:
    def taken(_: Asked) -> None:
        raise No(409, "booking.slot_taken", title="Цей час щойно зайняли")

    stage.on("booking", "POST", f"{ONE}/reschedule", taken)
    await staff.open(f"{PAGE}?open=reschedule")
    await staff.send("/reschedule", at=moment(2, 11).isoformat())
    assert staff.page.status == 409
    assert "щойно зайняли" in staff.page.text
    assert staff.page.has("#move button[name=at]")


async def test_cancelling_a_paid_booking_names_the_right_and_who_grants_it(staff: Browser, stage: Stage) -> None:
    def forbidden(_: Asked) -> None:
        raise No(
            403,
            "access.missing_permission",
            title="Для цієї дії потрібне право «Скасовувати оплачені записи»",
            fix={"text": "Право може надати: Олена Шевчук.", "url": None},
        )

    stage.on("booking", "POST", f"{ONE}/cancel", forbidden)
    await staff.open(f"{PAGE}?open=cancel")
    await staff.send("/cancel", reason="Помилка")
    assert staff.page.status == 403
    alert = staff.page.all("[role=alert]")[0].text()
    assert "«Скасовувати оплачені записи»" in alert
    assert "Олена Шевчук" in alert
    assert staff.page.one("textarea").text() == "Помилка"


async def test_an_unsent_message_says_why_and_what_to_do(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{PAGE}?tab=notifications")
    first = staff.page.all("article")[0]
    assert "Нагадування напередодні" in first.text(), "what is in trouble comes first"
    assert "бракує коштів" in first.text()
    assert "Поповніть баланс TurboSMS" in first.text()
    assert "NOT_ENOUGH_CREDITS (203)" in first.text()
    assert "тихі години 21:00–07:00" in staff.page.text
    await staff.send("/notifications/")
    assert len(stage.calls("POST", f"{BASE}/notifications/[^/]+/send-again")) == 1


@pytest.mark.row("S52")
async def test_who_may_not_see_all_messages_reads_why_they_themselves_were_not_told(
    staff: Browser, stage: Stage
) -> None:
    def forbidden(_: Asked) -> None:
        raise No(403, "access.missing_permission", title="Потрібне право", detail="Право може надати Олена Шевчук.")

    [mine] = [one for one in notifications().items if one.reason_code == "quiet_hours"][:1]
    why = {"reason_code": "role_not_recipient", "reason_text": "Майстрам про нові записи не повідомляють."}
    stage.on("notifications", "GET", f"{ONE}/notifications", forbidden)
    stage.on("notifications", "GET", f"{ONE}/notifications/mine", Notifications(items=[mine.model_copy(update=why)]))
    await staff.open(f"{PAGE}?tab=notifications")
    assert staff.page.status == 200
    assert "Майстрам про нові записи не повідомляють" in staff.page.text
    assert "Олена Шевчук" in staff.page.text


async def test_cash_is_taken_in_one_panel_with_the_sum_filled_in(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{PAGE}?tab=payment")
    assert staff.page.one("#f-amount").attributes["value"] == "450"
    await staff.send("/settle", way=f"cash:{REGISTER}", amount="500")
    [sent] = stage.calls("POST", f"{ONE}/settlement")
    assert sent.body == {
        "payments": [{"payment_type": "cash", "cash_register_id": str(REGISTER), "amount": {"amount": 50000}}]
    }
    assert sent.headers["Idempotency-Key"]


@pytest.mark.parametrize(
    ("receipt", "says"),
    [
        ({"state": "registered", "fiscal_code": "ABC-123", "url": "https://check.example/1"}, "№ ABC-123"),
        ({"state": "held", "reason_code": "shift_closed", "reason_text": "Робочу зміну закрито."}, "Чек чекає"),
        ({"state": "failed", "reason_code": "rejected", "reason_text": "Checkbox відхилив чек."}, "Чек не видано"),
    ],
)
async def test_the_receipt_says_its_state_and_the_cause(
    staff: Browser, stage: Stage, receipt: dict[str, object], says: str
) -> None:
    stage.on("fiscal", "GET", f"{ONE}/settlement", settlement(paid=450, receipt=receipt))
    await staff.open(f"{PAGE}?tab=payment")
    assert says in staff.page.text
    assert str(receipt.get("reason_text", "")) in staff.page.text
    assert not staff.page.has("#f-amount"), "nothing is due any more"
    assert "Решта клієнту: 50 ₴" in staff.page.text.replace("\u00a0", " ")


async def test_without_a_register_the_payment_tab_says_so_and_leads_to_one(staff: Browser, stage: Stage) -> None:
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[]))
    await staff.open(f"{PAGE}?tab=payment")
    assert "Немає каси" in staff.page.text
    assert staff.page.link("Додати касу") == f"/manage/{ACCOUNT}/cash-registers"


async def test_a_wrong_sum_is_refused_beside_its_field(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{PAGE}?tab=payment")
    await staff.send("/settle", way=f"cash:{REGISTER}", amount="чотириста")
    assert staff.page.status == 422
    assert staff.page.one("#e-amount").text(strip=True)
    assert staff.page.one("#f-amount").attributes["value"] == "чотириста"
    assert stage.calls("POST", f"{ONE}/settlement") == []


async def test_the_history_says_who_did_what_and_when(staff: Browser) -> None:
    await staff.open(f"{PAGE}?tab=history")
    entries = [" ".join(node.text().split()) for node in staff.page.all(".log li")]
    assert len(entries) == 3
    assert "Олена Шевчук · співробітник" in entries[1]


async def test_the_client_tab_sums_up_the_visits(staff: Browser) -> None:
    await staff.open(f"{PAGE}?tab=client")
    assert "3 візити, 1 раз не прийшов" in staff.page.text
    assert staff.page.has('a[href="tel:+380671234567"]')


async def test_price_and_comment_change_only_with_the_version_seen(staff: Browser, stage: Stage) -> None:
    await staff.open(f"{PAGE}?open=change")
    assert not staff.page.has("#f-price"), "no right to the price, no field for it"
    await staff.send("/change", comment="Без фена")
    [sent] = stage.calls("PATCH", ONE)
    assert sent.body == {"comment": "Без фена"}
    assert sent.headers["If-Match"] == '"1"'
