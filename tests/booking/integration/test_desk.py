"""What staff do with bookings."""

from uuid import UUID

import pytest

from contracts import Money
from contracts.booking import (
    BookingArrived,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingNoShow,
    BookingRescheduled,
)
from contracts.fiscal import BookingReversed, BookingSettled, ReceiptHeld, ReceiptState, SettlementState
from contracts.permissions import Permission
from kit.ids import new_id
from tests.booking.salon import a_phone


def settlement(salon, booking, paid, *, version=1, state="settled", event=BookingSettled):
    return event(
        account_id=salon.account_id,
        version=version,
        settlement=SettlementState(
            id=new_id(),
            booking_id=UUID(booking["id"]),
            payment_state=state,
            paid=Money(amount=paid),
            due=Money(amount=0),
            operating_day="2026-11-22",
        ),
    )


@pytest.mark.row("S76")
async def test_staff_write_a_booking_down_with_its_price_and_their_name(salon):
    made = await salon.write_down(
        salon.at("10:00"), price={"amount": 45000, "currency": "UAH"}, comment="чутлива шкіра"
    )
    assert (made["source"], made["created_by"]) == ("staff", str(salon.owner.user_id))
    assert made["price"] == {"amount": 45000, "currency": "UAH"}
    assert made["items"][0]["price"]["amount"] == 45000
    read = await salon.call("GET", f"/bookings/{made['id']}")
    assert read.json() == made
    assert read.headers["etag"] == '"1"'


@pytest.mark.row("S75")
async def test_one_phone_in_two_spellings_is_one_card(salon):
    phone = a_phone()
    first = await salon.write_down(salon.at("10:00"), client={"name": "Тарас", "phone": phone})
    spelled = f"8 (0{phone[4:6]}) {phone[6:9]}-{phone[9:]}"
    second = await salon.write_down(salon.at("12:00"), client={"name": "Т. Савченко", "phone": spelled})
    assert second["client"] == first["client"]
    assert len((await salon.ok("GET", "/clients"))["items"]) == 1


@pytest.mark.row("N15")
async def test_a_cancelled_hour_is_free_at_once(salon):
    made = await salon.booked(salon.at("10:00"))
    assert "10:00" not in await salon.starts(salon.day())
    cancelled = await salon.ok("POST", f"/bookings/{made['id']}/cancel", {"reason": "захворів"})
    assert (cancelled["state"], cancelled["version"]) == ("cancelled_by_staff", 2)
    assert "10:00" in await salon.starts(salon.day())
    [said] = await salon.bench.said(BookingCancelled, account_id=salon.account_id)
    assert (said.cancelled_by, said.reason, said.version) == ("staff", "захворів", 2)
    again = await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    assert again["version"] == 2


@pytest.mark.row("S35")
async def test_without_the_right_to_cancel_the_refusal_names_it_and_who_can_grant_it(salon):
    made = await salon.booked(salon.at("10:00"))
    master = await salon.member(Permission.BOOKING_VIEW)
    refused = await salon.call("POST", f"/bookings/{made['id']}/cancel", {}, by=master)
    assert refused.status_code == 403
    assert refused.json()["permission"] == "booking.cancel"
    assert refused.json()["holders"] == ["Олена"]
    told = await salon.ok("GET", f"/bookings/{made['id']}/actions", by=master)
    actions = {one["action"]: one for one in told["items"]}
    assert actions["cancel"]["allowed"] is False
    assert (actions["cancel"]["permission"], actions["cancel"]["holders"]) == ("booking.cancel", ["Олена"])
    own = {one["action"]: one["allowed"] for one in (await salon.ok("GET", f"/bookings/{made['id']}/actions"))["items"]}
    assert own["cancel"] is True


@pytest.mark.row("S36")
@pytest.mark.row("S37")
async def test_a_settled_booking_is_cancelled_only_with_the_right_for_it(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.bench.deliver(settlement(salon, made, 50000))
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CANCEL)
    refused = await salon.call("POST", f"/bookings/{made['id']}/cancel", {}, by=desk)
    assert (refused.status_code, refused.json()["permission"]) == (403, "booking.cancel_paid")
    assert (await salon.ok("POST", f"/bookings/{made['id']}/cancel", {}))["state"] == "cancelled_by_staff"


@pytest.mark.row("S61")
@pytest.mark.row("X11")
async def test_a_paid_booking_is_deleted_only_with_the_right_for_it_and_comes_back_as_it_was(salon):
    made = await salon.booked(salon.at("10:00"))
    path, day = f"/bookings/{made['id']}", {"from": str(salon.day()), "to": str(salon.day())}

    async def seen(**more):
        listed = [one["id"] for one in (await salon.ok("GET", "/bookings", params={**day, **more}))["items"]]
        columns = (await salon.ok("GET", "/calendar", params=day))["columns"]
        return listed, [one["id"] for column in columns for one in column["bookings"]]

    async def may(by=None):
        return {one["action"]: one for one in (await salon.ok("GET", f"{path}/actions", by=by))["items"]}

    await salon.bench.deliver(settlement(salon, made, 50000))
    await salon.ok("POST", f"{path}/complete", {})
    before = await salon.ok("GET", path)
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CANCEL, Permission.BOOKING_CANCEL_PAID)
    refused = await salon.call("DELETE", path, by=desk)
    assert (refused.status_code, refused.json()["permission"]) == (403, "booking.delete_paid")
    assert await seen() == ([made["id"]], [made["id"]])
    assert (await may(desk))["delete"]["permission"] == "booking.delete_paid"
    assert (await may())["delete"]["allowed"]
    assert (await salon.ok("DELETE", path, params={"reason": "введено двічі"}))["deleted_at"]
    assert "delete" not in await may()
    assert (await may())["restore"]["allowed"]
    assert await seen() == ([], [])
    assert await seen(deleted=True) == ([made["id"]], [])
    assert (await salon.call("POST", f"{path}/restore", {}, by=desk)).status_code == 403
    back = await salon.ok("POST", f"{path}/restore", {})
    assert {**back, "version": 0} == {**before, "version": 0}
    assert await seen() == ([made["id"]], [made["id"]])
    acts = [entry["kind"] for entry in (await salon.ok("GET", f"{path}/timeline"))["items"]]
    assert acts[-2:] == ["deleted", "restored"]
    assert "введено двічі" in (await salon.ok("GET", f"{path}/timeline"))["items"][-2]["text"]


async def test_deleting_what_is_to_come_cancels_it_and_frees_the_hour(salon):
    made = await salon.booked(salon.at("10:00"))
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CANCEL)
    for _ in range(2):
        gone = await salon.ok("DELETE", f"/bookings/{made['id']}", by=desk)
        assert (gone["state"], gone["version"]) == ("cancelled_by_staff", 3)
    assert len(await salon.bench.said(BookingCancelled, account_id=salon.account_id)) == 1
    assert "10:00" in await salon.starts(salon.day())


async def test_who_may_cancel_does_not_put_visits_away_that_took_place_or_were_missed(salon):
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CANCEL)
    for clock, act in (("10:00", "complete"), ("12:00", "no-show")):
        path = f"/bookings/{(await salon.write_down(salon.at(clock)))['id']}"
        await salon.ok("POST", f"{path}/{act}")
        refused = await salon.call("DELETE", path, by=desk)
        assert (refused.status_code, refused.json()["permission"]) == (403, "booking.delete_paid")
        assert (await salon.ok("DELETE", path))["deleted_at"]
        assert (await salon.call("POST", f"{path}/restore", {}, by=desk)).status_code == 403


@pytest.mark.row("S38")
@pytest.mark.row("S39")
async def test_nothing_to_pay_is_settled_and_a_raised_price_opens_it_again(salon):
    free = await salon.write_down(salon.at("10:00"), price={"amount": 0})
    assert free["payment_state"] == "settled"
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CANCEL, Permission.BOOKING_EDIT_PRICE)
    assert (await salon.call("POST", f"/bookings/{free['id']}/cancel", {}, by=desk)).status_code == 403
    changed = await salon.ok("PATCH", f"/bookings/{free['id']}", {"price": {"amount": 100}}, by=desk)
    assert (changed["payment_state"], changed["price"]["amount"]) == ("unpaid", 100)
    assert (await salon.ok("POST", f"/bookings/{free['id']}/cancel", {}, by=desk))["state"] == "cancelled_by_staff"


@pytest.mark.row("S40")
async def test_a_changed_price_is_in_the_history_with_its_author(salon):
    made = await salon.write_down(salon.at("10:00"))
    changed = await salon.ok("PATCH", f"/bookings/{made['id']}", {"price": {"amount": 45000}})
    assert changed["items"][0]["price"]["amount"] == 45000
    [said] = await salon.bench.said(BookingChanged, account_id=salon.account_id)
    assert (said.booking.price.amount, said.version) == (45000, 2)
    entries = (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]
    assert [entry["kind"] for entry in entries] == ["created", "price_changed"]
    assert entries[1]["details"] == {"before": 50000, "after": 45000, "payment_state": "unpaid"}
    assert (entries[1]["actor_id"], entries[1]["actor_name"]) == (str(salon.owner.user_id), "Олена")
    assert "450\u00a0₴" in entries[1]["text"]


async def test_settlements_are_taken_over_by_their_version_and_land_in_the_history(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.bench.deliver(settlement(salon, made, 50000, version=1))
    await salon.bench.deliver(settlement(salon, made, 0, version=2, state="reversed", event=BookingReversed))
    await salon.bench.deliver(settlement(salon, made, 50000, version=1))  # an old one comes again, late
    now = await salon.ok("GET", f"/bookings/{made['id']}")
    assert (now["payment_state"], now["paid"]["amount"], now["version"]) == ("reversed", 0, 3)
    receipt = ReceiptState(
        id=new_id(),
        settlement_id=new_id(),
        booking_id=UUID(made["id"]),
        cash_register_id=new_id(),
        state="held",
        reason_code="shift_closed",
        total=Money(amount=50000),
    )
    await salon.bench.deliver(ReceiptHeld(account_id=salon.account_id, version=1, receipt=receipt))
    kinds = [entry["kind"] for entry in (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]]
    assert kinds == ["created", "settled", "reversed", "receipt_held"]
    assert [
        said.booking.payment_state for said in await salon.bench.said(BookingChanged, account_id=salon.account_id)
    ] == [
        "settled",
        "reversed",
    ]


async def test_a_booking_goes_its_way_and_not_back(salon):
    made = await salon.booked(salon.at("10:00"))
    for act, state, event in (
        ("confirm", "confirmed", BookingConfirmed),
        ("arrive", "arrived", BookingArrived),
        ("complete", "completed", BookingCompleted),
    ):
        assert (await salon.ok("POST", f"/bookings/{made['id']}/{act}"))["state"] == state
        [said] = await salon.bench.said(event, account_id=salon.account_id)
        assert said.booking.state == state
    refused = await salon.call("POST", f"/bookings/{made['id']}/cancel", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.wrong_state")
    missed = await salon.booked(salon.at("12:00"))
    assert (await salon.ok("POST", f"/bookings/{missed['id']}/no-show"))["state"] == "no_show"
    assert len(await salon.bench.said(BookingNoShow, account_id=salon.account_id)) == 1


async def test_whoever_came_to_a_client_who_did_not_mind_was_chosen_fairly_and_the_history_says_how(salon):
    async def told(booking, language="uk"):
        path, headers = f"/bookings/{booking['id']}/timeline", {"Accept-Language": language}
        return (await salon.ok("GET", path, headers=headers))["items"][0]["text"]

    alone = await salon.booked(salon.at("10:00"), staff_member_id=None)
    sofia = await salon.add_staff("Софія")
    chosen = await salon.booked(salon.at("12:00"), staff_member_id=None)
    assert chosen["items"][0]["staff_member_id"] == sofia  # the other one has a visit on that day
    assert (await told(chosen)).endswith(", а за рівності — найдовше без нового запису")
    assert "the least booked time that day" in await told(chosen, "en")
    named = await salon.booked(salon.at("14:00"), staff_member_id=sofia)
    for nobody_was_chosen in (alone, named):
        assert "справедливо" not in await told(nobody_was_chosen)
    await salon.booked(salon.at("14:00", 3))
    again = await salon.booked(salon.at("16:00"), staff_member_id=None)
    assert again["items"][0]["staff_member_id"] == salon.staff  # one visit that day against two, newer though it is


async def test_moving_keeps_the_rules_and_says_what_was_before(salon):
    sofia = await salon.add_staff("Софія")
    made = await salon.booked(salon.at("10:00"))
    moved = await salon.ok(
        "POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("15:00"), "staff_member_id": sofia}
    )
    assert (moved["starts_at"], moved["items"][0]["staff_member_id"]) == (salon.at("15:00"), sofia)
    assert "10:00" in await salon.starts(salon.day(), staff_member_id=salon.staff)
    assert "15:00" not in await salon.starts(salon.day(), staff_member_id=sofia)
    [said] = await salon.bench.said(BookingRescheduled, account_id=salon.account_id)
    assert [str(who) for who in said.previous_staff_member_ids] == [salon.staff]
    taken = await salon.booked(salon.at("16:00"), staff_member_id=sofia)
    refused = await salon.call("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("15:30")})
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_taken")
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["starts_at"] == salon.at("15:00")
    half = await salon.ok("POST", f"/bookings/{taken['id']}/reschedule", {"starts_at": salon.at("16:15")})
    assert half["starts_at"] == salon.at("16:15")  # its own old time is not in its way


async def test_a_moved_visit_keeps_the_length_and_the_buffers_it_was_booked_with(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.ok("PATCH", f"/services/{salon.service}", {"duration_min": 90, "buffer_after_min": 30})
    moved = await salon.ok("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("12:00")})
    assert (moved["starts_at"], moved["ends_at"]) == (salon.at("12:00"), salon.at("13:00"))
    await salon.booked(salon.at("13:00"))


async def test_a_move_is_taken_back_to_its_time_and_people_without_the_right_to_break_rules(salon):
    sofia = await salon.add_staff("Софія")
    early = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("07:10")}
    made = await salon.ok("POST", "/bookings", {**early, "override": True})
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_RESCHEDULE)
    path = f"/bookings/{made['id']}/reschedule"
    nothing = await salon.call("POST", f"{path}/undo", by=desk)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "booking.nothing_to_undo")
    await salon.ok("POST", path, {"starts_at": salon.at("15:00"), "staff_member_id": sofia}, by=desk)
    back = await salon.ok("POST", f"{path}/undo", by=desk)
    assert (back["starts_at"], back["items"][0]["staff_member_id"]) == (made["starts_at"], salon.staff)
    await salon.ok("POST", f"{path}/undo", by=desk)  # the undoing was a move as well
    await salon.ok("POST", "/bookings", {**early, "override": True})
    taken = await salon.call("POST", f"{path}/undo", by=desk)
    assert (taken.status_code, taken.json()["code"]) == (409, "booking.slot_taken")
    alien = await salon.member(Permission.BOOKING_VIEW)
    assert (await salon.call("POST", f"{path}/undo", by=alien)).json()["permission"] == "booking.reschedule"


async def test_staff_break_soft_rules_knowingly_and_never_an_overlap(salon):
    early = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("07:10")}
    refused = await salon.call("POST", "/bookings", early)
    assert (refused.status_code, refused.json()["overridable"]) == (422, True)
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["outside_schedule"]
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CREATE)
    assert (await salon.call("POST", "/bookings", {**early, "override": True}, by=desk)).status_code == 403
    made = await salon.ok("POST", "/bookings", {**early, "override": True})
    assert made["overridden"] == ["outside_schedule"]
    again = await salon.call("POST", "/bookings", {**early, "starts_at": salon.at("07:40"), "override": True})
    assert (again.status_code, again.json()["code"]) == (409, "booking.slot_taken")


async def test_another_price_than_the_catalogues_needs_its_right(salon):
    desk = await salon.member(Permission.BOOKING_VIEW, Permission.BOOKING_CREATE)
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("10:00")}
    refused = await salon.call("POST", "/bookings", {**body, "price": {"amount": 1}}, by=desk)
    assert (refused.status_code, refused.json()["permission"]) == (403, "booking.edit_price")
    assert (await salon.call("POST", "/bookings", {**body, "price": {"amount": 50000}}, by=desk)).status_code == 201


async def test_a_change_on_an_old_version_is_refused(salon):
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    mine = f"/api/v1/me/bookings/{made['id']}"
    await salon.ok("PATCH", f"/bookings/{made['id']}", {"comment": "перша"}, headers={"If-Match": '"1"'})
    for method, path, body, by in (
        ("PATCH", f"/bookings/{made['id']}", {"comment": "друга"}, None),
        ("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("12:00")}, None),
        ("POST", f"/bookings/{made['id']}/cancel", {}, None),
        ("POST", f"{mine}/reschedule", {"starts_at": salon.at("12:00")}, client),
        ("POST", f"{mine}/cancel", {}, client),
    ):
        stale = await salon.call(method, path, body, by=by, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "request.stale_version")
    now = await salon.ok("GET", f"/bookings/{made['id']}")
    assert (now["comment"], now["version"], now["state"]) == ("перша", 2, "pending")
