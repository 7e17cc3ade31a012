"""The journal that is mailed, timelines of all events, the recycle bin, names in order."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.usecases.reports.prepare_journals import prepare_due_journals
from booking.usecases.reports.prepare_reports import days_of, prepare_due_reports
from contracts import Money
from contracts.booking import DailyJournalPrepared, LocationChanged, ReportPrepared
from contracts.fiscal import ReceiptHeld, ReceiptRegistered, ReceiptState
from contracts.identity import MembershipAdded, MembershipChanged, MembershipState
from contracts.notifications import MessageDelivered, MessageSent, MessageWritten, NotificationState
from contracts.permissions import Permission
from kit.ids import new_id
from tests.booking.integration.test_desk import settlement
from tests.booking.salon import a_phone


def at_local(salon, clock, days=0):
    return datetime.fromisoformat(salon.on(datetime.now(salon.zone).date() + timedelta(days=days), clock))


@pytest.mark.row("N27")
async def test_each_location_has_a_journal_of_its_own_once_a_day(salon):
    second = (await salon.ok("POST", "/locations", {"name": "На Печерську"}))["id"]
    here = await salon.write_down(salon.at("10:00", 1), location_id=salon.location)
    there = await salon.write_down(
        salon.at("12:00", 1), location_id=second, client={"name": "Ганна", "phone": a_phone()}
    )
    gone = await salon.write_down(salon.at("14:00", 1), location_id=second)
    await salon.ok("POST", f"/bookings/{gone['id']}/cancel")
    for place in (salon.location, second):
        await salon.ok("PUT", f"/report-schedules/{place}", {"time": "20:00", "covers": "tomorrow"})
    db = salon.bench.service.db
    await prepare_due_journals(db, at_local(salon, "19:59"))
    assert await salon.bench.said(DailyJournalPrepared, account_id=salon.account_id) == []
    for clock in ("20:00", "20:01", "23:59"):
        await prepare_due_journals(db, at_local(salon, clock))
    said = await salon.bench.said(DailyJournalPrepared, account_id=salon.account_id)
    by_place = {str(one.journal.location_id): one.journal for one in said}
    assert len(said) == len(by_place) == 2
    assert [str(row.booking_id) for row in by_place[salon.location].rows] == [here["id"]]
    assert [str(row.booking_id) for row in by_place[second].rows] == [there["id"], gone["id"]]
    assert by_place[second].rows[0].client_name == "Ганна"
    assert by_place[second].day == salon.day(1).isoformat()
    assert by_place[second].recipient_user_ids is None


@pytest.mark.row("N73")
async def test_on_days_that_are_not_in_the_timetable_no_journal_is_prepared(salon):
    today = datetime.now(salon.zone).date()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    weekdays = ["mon", "tue", "wed", "thu", "fri"]
    told = await salon.ok("PUT", f"/report-schedules/{salon.location}", {"time": "20:00", "weekdays": weekdays})
    assert (told["weekdays"], told["is_on"], told["version"]) == (weekdays, True, 1)
    db = salon.bench.service.db
    for days in (0, 1):
        await prepare_due_journals(db, datetime.fromisoformat(salon.on(saturday + timedelta(days=days), "20:30")))
    assert await salon.bench.said(DailyJournalPrepared, account_id=salon.account_id) == []
    await prepare_due_journals(db, datetime.fromisoformat(salon.on(saturday + timedelta(days=2), "20:30")))
    [said] = await salon.bench.said(DailyJournalPrepared, account_id=salon.account_id)
    assert said.journal.day == (saturday + timedelta(days=2)).isoformat()


async def test_only_who_may_see_reports_there_can_be_a_recipient(salon):
    second = (await salon.ok("POST", "/locations", {"name": "На Печерську"}))["id"]
    here = await salon.member(Permission.REPORTS_VIEW, location_ids=frozenset({UUID(salon.location)}))
    blind = await salon.member(Permission.BOOKING_VIEW)
    path = f"/report-schedules/{salon.location}"
    told = await salon.ok("PUT", path, {"recipient_user_ids": [str(here.user_id)]})
    assert told["recipient_user_ids"] == [str(here.user_id)]
    for place, who in ((second, here), (salon.location, blind)):
        refused = await salon.call("PUT", f"/report-schedules/{place}", {"recipient_user_ids": [str(who.user_id)]})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_member")
    listed = (await salon.ok("GET", "/report-schedules", by=here))["items"]
    assert [one["location_id"] for one in listed] == [salon.location]
    stale = await salon.call("PUT", path, {}, headers={"If-Match": '"0"'})
    assert stale.status_code == 412


@pytest.mark.row("N73")
async def test_reports_of_figures_go_at_their_hour_over_whole_days_and_once(salon):
    visit = await salon.write_down(salon.at("10:00", 1))
    tomorrow = datetime.now(salon.zone).date() + timedelta(days=1)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(tomorrow + timedelta(days=1)).weekday()]
    for report in ("summary", "services", "staff", "weekly"):
        body = {"time": "09:00", "weekdays": [day], "span": "yesterday"}
        told = await salon.ok("PUT", f"/report-mailings/{report}", body)
        assert (told["report"], told["version"], told["is_on"]) == (report, 1, True)
    db = salon.bench.service.db
    for days, clock in ((1, "09:30"), (2, "08:59"), (2, "09:00"), (2, "21:00"), (3, "09:30")):
        await prepare_due_reports(db, at_local(salon, clock, days))
    said = {
        one.report.report: one.report for one in await salon.bench.said(ReportPrepared, account_id=salon.account_id)
    }
    assert len(await salon.bench.said(ReportPrepared, account_id=salon.account_id)) == len(said) == 4
    assert {(one.first, one.last) for one in said.values()} == {(str(tomorrow), str(tomorrow))}
    table = said["services"].tables["uk"]
    assert (table.title, len(table.header)) == ("Послуги", len(table.rows[0]))
    assert visit["items"][0]["service_name"] in {row[0] for row in table.rows}
    assert said["summary"].tables["en"].rows[-1][1] == 1  # one visit in all

    assert days_of("last_7_days", date(2026, 3, 2)) == (date(2026, 2, 23), date(2026, 3, 1))
    assert days_of("last_month", date(2026, 3, 2)) == (date(2026, 2, 1), date(2026, 2, 28))
    here = await salon.member(
        Permission.REPORTS_VIEW, Permission.SETTINGS_ACCOUNT, location_ids=frozenset({UUID(salon.location)})
    )
    assert (await salon.call("PUT", "/report-mailings/staff", {}, by=here)).json()["code"] == "access.missing_scope"
    refused = await salon.call("PUT", "/report-mailings/staff", {"recipient_user_ids": [str(here.user_id)]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_member")
    assert (await salon.call("PUT", "/report-mailings/staff", {}, headers={"If-Match": '"0"'})).status_code == 412


def message(salon, booking, kind, version, event, message_id):
    state = event.name.split(".")[2]
    return event(
        account_id=salon.account_id,
        version=version,
        notification=NotificationState(
            id=message_id,
            booking_id=UUID(booking["id"]),
            kind=kind,
            recipient_type="client",
            channel="sms",
            state=state,
        ),
    )


def receipt(salon, booking, version, event, receipt_id, **more):
    return event(
        account_id=salon.account_id,
        version=version,
        receipt=ReceiptState(
            id=receipt_id,
            settlement_id=new_id(),
            booking_id=UUID(booking["id"]),
            cash_register_id=new_id(),
            state=event.name.split(".")[2],
            total=Money(amount=50000),
            **more,
        ),
    )


async def test_the_history_names_who_wrote_to_the_client_by_hand(salon):
    made = await salon.booked(salon.at("10:00"))
    said = message(salon, made, "written", 1, MessageSent, new_id()).notification
    written = MessageWritten(
        account_id=salon.account_id,
        version=1,
        notification=said,
        author_id=new_id(),
        author_name="Марко",
        written_at=datetime.now(UTC),
    )
    for _ in range(2):
        await salon.bench.deliver(written)
    await salon.bench.deliver(MessageSent(account_id=salon.account_id, version=2, notification=said))
    told = (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]
    assert [(one["kind"], one["actor_name"]) for one in told[1:]] == [
        ("message_written", "Марко"),
        ("message_sent", None),
    ]
    assert told[1]["text"] == "Клієнту написано власне повідомлення"
    assert "власне повідомлення" in told[2]["text"]


@pytest.mark.row("X10")
async def test_a_timeline_has_every_event_once_with_its_trace_causes_before_effects(salon):
    made = await salon.booked(salon.at("10:00"))
    sms, paper = new_id(), new_id()
    sent = message(salon, made, "reminder_3h", 2, MessageSent, sms)
    delivered = message(salon, made, "reminder_3h", 3, MessageDelivered, sms)
    await salon.bench.deliver(delivered)  # the two queues' ways may cross
    for _ in range(3):
        await salon.bench.deliver(sent)  # and a broker repeats itself
    await salon.ok("POST", f"/bookings/{made['id']}/confirm")
    await salon.ok("POST", f"/bookings/{made['id']}/complete")
    held = receipt(salon, made, 1, ReceiptHeld, paper, reason_code="shift_closed")
    registered = receipt(salon, made, 2, ReceiptRegistered, paper, fiscal_code="ТЕСТ-1", url="https://example.org/1")
    for event in (settlement(salon, made, 50000), held, registered, held, registered):
        await salon.bench.deliver(event)
    for reader in (salon.owner, await salon.member(Permission.BOOKING_VIEW)):
        told = await salon.ok("GET", f"/bookings/{made['id']}/timeline", by=reader)
        assert [one["kind"] for one in told["items"]] == [
            "created",
            "message_sent",
            "message_delivered",
            "confirmed",
            "completed",
            "settled",
            "receipt_held",
            "receipt_registered",
        ]
    entry = told["items"][1]
    assert "{" not in " ".join(one["text"] for one in told["items"])
    assert "нагадування за 3 години" in entry["text"]
    assert entry["details"]["notification_id"] == str(sms)
    assert "ТЕСТ-1" in told["items"][-1]["text"]
    assert all(len(one["trace_id"]) in (0, 32) for one in told["items"])


@pytest.mark.row("X11")
@pytest.mark.parametrize("choice", ["keep", "cancel"])
async def test_a_service_is_put_away_only_with_a_choice_and_comes_back_as_it_was(salon, choice):
    made = await salon.booked(salon.at("10:00"))
    before = (await salon.ok("GET", "/services"))["items"]
    path = f"/services/{salon.service}"
    refused = await salon.call("DELETE", path)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.has_bookings_ahead")
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [made["id"]]
    assert (await salon.ok("GET", "/services"))["items"] == before
    await salon.ok("DELETE", path, params={"on_conflict": choice})
    assert (await salon.ok("GET", "/services"))["items"] == []
    assert [one["id"] for one in (await salon.ok("GET", "/deleted-services"))["items"]] == [salon.service]
    state = "pending" if choice == "keep" else "cancelled_by_staff"
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == state
    refused = await salon.book(salon.at("12:00"))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_service")
    await salon.ok("POST", f"{path}/restore")
    after = (await salon.ok("GET", "/services"))["items"]
    assert [{**one, "version": 0} for one in after] == [{**one, "version": 0} for one in before]
    assert (await salon.book(salon.at("12:00"))).status_code == 201


async def test_a_location_is_closed_and_opened_again_and_the_last_one_stays(salon):
    refused = await salon.call("DELETE", f"/locations/{salon.location}")
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.last_location")
    second = await salon.ok("POST", "/locations", {"name": "На Печерську", "address": "Московська, 7"})
    path = f"/locations/{second['id']}"
    made = await salon.write_down(salon.at("10:00"), location_id=second["id"])
    refused = await salon.call("DELETE", path)
    assert (refused.status_code, len(refused.json()["conflicts"])) == (409, 1)
    await salon.ok("DELETE", path, params={"on_conflict": "keep"})
    assert [one["id"] for one in (await salon.ok("GET", "/locations"))["items"]] == [salon.location]
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["location_name"] == "На Печерську"
    body = {"service_ids": [salon.service], "starts_at": salon.at("12:00"), "location_id": second["id"]}
    assert (await salon.call("POST", "/bookings", body)).json()["errors"][0]["code"] == "unknown_location"
    back = await salon.ok("POST", f"{path}/restore")
    assert {**back, "version": 0} == {**second, "version": 0}
    said = await salon.bench.said(LocationChanged, account_id=salon.account_id)
    assert [one.location.is_deleted for one in said if str(one.location.id) == second["id"]] == [False, True, False]


async def test_names_are_sorted_as_the_alphabet_goes(salon):
    names = ["Ярина", "ґанок", "Галина", "Єва", "Еліна", "Їжак", "Іван", "Жанна", "аня", "Борис"]
    order = ["аня", "Борис", "Галина", "ґанок", "Еліна", "Єва", "Жанна", "Іван", "Їжак", "Ярина"]
    for name in names:
        await salon.ok("POST", "/clients", {"name": name})
        await salon.add_service(name)
    seen, cursor = [], None
    while True:
        page = await salon.ok("GET", "/clients", params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        seen += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == order
    services = [one["name"] for one in (await salon.ok("GET", "/services"))["items"]]
    assert [name for name in services if name in order] == order


async def test_what_was_edited_of_a_staff_member_survives_a_later_event_of_the_membership(salon):
    facts = {
        "id": new_id(),
        "account_id": salon.account_id,
        "user_id": new_id(),
        "name": "Ірина",
        "phone_e164": a_phone(),
        "role": "master",
        "permissions": frozenset({"booking.view"}),
        "accepts_bookings": True,
        "staff_member_id": new_id(),
    }

    async def hear(event, version, **more):
        facts.update(more)
        state = MembershipState.model_validate(facts)
        await salon.bench.deliver(event(account_id=salon.account_id, version=version, membership=state))
        return await salon.ok("GET", f"/staff-members/{facts['staff_member_id']}")

    assert (await hear(MembershipAdded, 1))["name"] == "Ірина"
    change = {"name": "Ірина, майстер", "accepts_bookings": False}
    await salon.ok("PATCH", f"/staff-members/{facts['staff_member_id']}", change)
    kept = await hear(MembershipChanged, 2, permissions=frozenset())
    assert (kept["name"], kept["accepts_bookings"]) == ("Ірина, майстер", False)
    renamed = await hear(MembershipChanged, 3, name="Ірина Бондар")
    assert (renamed["name"], renamed["accepts_bookings"]) == ("Ірина Бондар", False)
    again = await hear(MembershipChanged, 4, accepts_bookings=False)
    assert again["accepts_bookings"] is False
    assert (await hear(MembershipChanged, 5, accepts_bookings=True))["accepts_bookings"] is True


@pytest.mark.row("N46")
async def test_an_operator_of_the_call_centre_books_and_sees_no_reports(salon):
    operator = await salon.bench.make_member(
        salon.account_id, [Permission.BOOKING_VIEW, Permission.BOOKING_CREATE], role="operator", name="Оператор",
        phone_e164=a_phone(),
    )  # fmt: skip
    body = {"service_ids": [salon.service], "starts_at": salon.at("10:00"), "client": {"name": "Тарас"}}
    made = await salon.ok("POST", "/bookings", body, by=operator)
    assert (made["source"], made["created_by"]) == ("call_centre", str(operator.user_id))
    day = {"from": salon.day().isoformat(), "to": salon.day().isoformat()}
    assert (await salon.call("GET", "/reports/summary", by=operator, params=day)).status_code == 403


ACTS = st.sampled_from(["complete", "cancel", "no-show", "confirm", "goods", None])
VISITS = st.lists(
    st.tuples(
        st.integers(0, 20),  # the day
        st.integers(0, 8),  # the hour
        st.integers(1, 3),  # how many services
        st.integers(0, 99999),  # the price
        ACTS,
        st.booleans(),  # with a card
    ),
    min_size=1,
    max_size=6,
)


async def test_all_reports_of_any_period_agree_with_one_another(salon):
    """Whatever was booked: the same visits and the same money, seen from six sides."""
    second = await salon.add_service("Манікюр", 30, 30001)
    third = await salon.add_service("Масаж", 20, 9999)
    item = (await salon.ok("POST", "/stock", {"name": "Шампунь", "price": {"amount": 12345}}))["id"]
    await salon.ok("POST", f"/stock/{item}/receipts", {"quantity": 1000})
    dice = random.Random(7)
    people = [{"name": f"Клієнт {n}", "phone": a_phone()} for n in range(4)]
    drawn: list[list[tuple]] = []

    @settings(max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(VISITS)
    def draw(visits):
        drawn.append(visits)

    draw()
    for visits in drawn:
        for day, hour, many, price, act, has_card in visits:
            body = {
                "service_ids": [salon.service, second, third][:many],
                "staff_member_id": salon.staff,
                "starts_at": salon.at(f"{9 + hour}:00", 2 + day),
                "price": {"amount": price},
                "override": True,
                **({"client": dice.choice(people)} if has_card else {}),
            }
            answer = await salon.call("POST", "/bookings", body)
            if answer.status_code == 409:
                continue
            assert answer.status_code == 201, answer.text
            path = f"/bookings/{answer.json()['id']}"
            if act == "goods":
                await salon.ok("POST", f"{path}/goods", {"stock_item_id": item, "quantity": 2})
            if act:
                await salon.ok("POST", f"{path}/{'complete' if act == 'goods' else act}")
    for first, last in ((2, 22), (2, 5), (4, 17), (9, 9), (60, 70)):
        await agrees(salon, salon.day(first), salon.day(last))


async def agrees(salon, first: date, last: date) -> None:
    params = {"from": first.isoformat(), "to": last.isoformat(), "limit": 200}
    names = ("summary", "journal", "services", "weekly", "staff", "clients")
    told = {name: await salon.ok("GET", f"/reports/{name}", params=params) for name in names}
    total = told["summary"]["total"]
    assert told["journal"]["total"] == told["weekly"]["total"] == total
    counted = ("coming", "completed", "cancelled_by_client", "cancelled_by_staff", "no_show", "expired")
    assert sum(total[name] for name in counted) == total["visits"] == len(told["journal"]["items"])
    for name in ("visits", *counted):
        assert sum(one[name] for one in told["weekly"]["items"]) == total[name]
        assert sum(one[name] for one in told["summary"]["locations"]) == total[name]
    done = [one for one in told["journal"]["items"] if one["state"] == "completed"]
    revenue = total["revenue"]["amount"]
    goods = told["summary"]["goods_revenue"]["amount"]
    sums = {
        "journal": sum(one["price"]["amount"] for one in done),
        "weekly": sum(one["revenue"]["amount"] for one in told["weekly"]["items"]),
        "services": sum(one["revenue"]["amount"] for one in told["services"]["items"]),
        "staff": sum(one["revenue"]["amount"] for one in told["staff"]["items"]) + goods,
        "clients": sum(one["revenue"]["amount"] for one in told["clients"]["items"]),
        "locations": sum(one["revenue"]["amount"] for one in told["summary"]["locations"]),
    }
    assert sums == dict.fromkeys(sums, revenue)
    assert sum(one["visits"] for one in told["clients"]["items"]) == total["visits"]
    assert sum(one["booked"] for one in told["staff"]["items"]) == sum(
        one["booked"] for one in told["services"]["items"]
    )
    assert (told["clients"]["new"], told["clients"]["returning"]) == (
        told["summary"]["new_clients"],
        told["summary"]["returning_clients"],
    )
    assert sum(one["new_clients"] for one in told["weekly"]["items"]) == told["summary"]["new_clients"]
