"""Many want the same hour."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from contracts.booking import BookingCreated
from tests.booking.salon import every_day
from tests.support.rivals import while_saved


async def overlaps(salon) -> int:
    """Counted from the items of active bookings, not from the table that guards them."""
    async with salon.bench.service.db.system_tx() as tx:
        return await tx.scalar(
            text(
                """
                SELECT count(*) FROM booking_item a JOIN booking_item b
                  ON a.account_id = b.account_id AND a.staff_member_id = b.staff_member_id AND a.id < b.id
                 AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
                JOIN booking x ON x.account_id = a.account_id AND x.id = a.booking_id
                JOIN booking y ON y.account_id = b.account_id AND y.id = b.booking_id
                WHERE a.account_id = :account AND x.state NOT LIKE 'cancelled%' AND y.state NOT LIKE 'cancelled%'
                """
            ),
            {"account": salon.account_id},
        )


async def test_of_a_hundred_clients_for_one_hour_exactly_one_gets_it(salon):
    answers = await asyncio.gather(*(salon.book(salon.at("10:00")) for _ in range(100)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 99}
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert {body["code"] for body in lost} == {"booking.slot_taken"}
    assert all(len(body["alternatives"]) == 3 for body in lost)
    assert len(await salon.bench.said(BookingCreated, account_id=salon.account_id)) == 1
    assert await overlaps(salon) == 0


async def test_who_lost_hears_of_the_nearest_free_starts_on_both_sides(salon):
    await salon.booked(salon.at("12:00"))
    lost = (await salon.book(salon.at("12:00"))).json()
    assert [one["starts_at"] for one in lost["alternatives"]] == [salon.at(at) for at in ("10:45", "11:00", "13:00")]


async def test_twenty_hours_wanted_by_ten_each_half_of_them_shifted(open_another):
    salon = await open_another(schedule=every_day(("09:00", "19:00")))
    wanted = []
    for number in range(20):
        start = datetime.fromisoformat(salon.at("09:00", ahead=2 + number // 10)) + timedelta(hours=number % 10)
        wanted += [
            (start + timedelta(minutes=30 * (n % 2))).isoformat() for n in range(10) if n % 2 == 0 or number % 10 < 9
        ]
    answers = await asyncio.gather(*(salon.book(at) for at in wanted))
    assert set(Counter(answer.status_code for answer in answers)) <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"booking.slot_taken"}
    assert await overlaps(salon) == 0
    won = sum(answer.status_code == 201 for answer in answers)
    assert 10 <= won <= 20
    free = [await salon.starts(salon.day(2 + day)) for day in range(2)]
    booked = [datetime.fromisoformat(a.json()["starts_at"]) for a in answers if a.status_code == 201]
    for day in range(2):
        hours_booked = sum(start.date() == salon.day(2 + day) for start in booked)
        assert hours_booked + len(free[day]) / 4 <= 10  # what is still offered was not sold


async def test_anybody_of_three_serves_three_clients_and_refuses_the_fourth(salon):
    team = [salon.staff, await salon.add_staff("Софія"), await salon.add_staff("Марія")]
    answers = await asyncio.gather(*(salon.book(salon.at("11:00"), staff_member_id=None) for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 9}
    assert {a.json()["items"][0]["staff_member_id"] for a in answers if a.status_code == 201} == set(team)


async def test_two_swap_their_hours_at_once_and_nobody_overlaps(salon):
    first, second = await salon.booked(salon.at("10:00")), await salon.booked(salon.at("12:00"))
    answers = await asyncio.gather(
        *(
            salon.call("POST", f"/bookings/{booking['id']}/reschedule", {"starts_at": salon.at(at)})
            for _ in range(5)
            for booking, at in ((first, "11:00"), (second, "11:15"))
        )
    )
    assert set(Counter(answer.status_code for answer in answers)) == {200, 409}
    assert await overlaps(salon) == 0


async def test_moves_and_new_bookings_among_two_people_never_end_in_a_failure(salon):
    other = await salon.add_staff("Софія")
    made = [
        await salon.booked(salon.at(f"{hour}:00"), staff_member_id=who)
        for hour in (9, 11)
        for who in (salon.staff, other)
    ]
    acts = []
    for n, booking in enumerate(made):
        for who in (other, salon.staff):
            body = {"starts_at": salon.at(f"{13 + n % 3}:00"), "staff_member_id": who}
            acts.append(salon.call("POST", f"/bookings/{booking['id']}/reschedule", body))
    acts += [salon.book(salon.at(f"{13 + n % 3}:15"), staff_member_id=(other, salon.staff)[n % 2]) for n in range(12)]
    answers = await asyncio.gather(*acts)
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert await overlaps(salon) == 0


async def test_five_sendings_of_one_booking_make_one_and_answer_the_same(salon):
    client = salon.client()
    body = {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff,
        "starts_at": salon.at("10:00"),
        "client": {"name": "Наталія"},
    }
    headers = {**client.headers, "Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(salon.bench.http.post(f"{salon.site}/bookings", json=body, headers=headers) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await salon.bench.said(BookingCreated, account_id=salon.account_id)) == 1
    changed = {**body, "starts_at": salon.at("12:00")}
    again = await salon.bench.http.post(f"{salon.site}/bookings", json=changed, headers=headers)
    assert again.status_code == 422
    assert again.json()["code"] == "request.idempotency_key_reused"


async def test_the_winner_who_asks_again_hears_of_the_win_while_others_hear_that_they_lost(salon):
    body = {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff,
        "starts_at": salon.at("10:00"),
        "client": {"name": "Наталія"},
    }
    headers = {**salon.client().headers, "Idempotency-Key": "mine"}
    won = await salon.bench.http.post(f"{salon.site}/bookings", json=body, headers=headers)
    rivals = await asyncio.gather(*(salon.book(salon.at("10:00")) for _ in range(5)))
    assert {rival.status_code for rival in rivals} == {409}
    again = await salon.bench.http.post(f"{salon.site}/bookings", json=body, headers=headers)
    assert (again.status_code, again.content) == (201, won.content)


async def test_an_hour_freed_a_moment_after_somebody_lost_it_can_be_booked(salon):
    made = await salon.booked(salon.at("10:00"))
    assert (await salon.book(salon.at("10:00"))).status_code == 409
    await salon.ok("POST", f"/bookings/{made['id']}/cancel", {})
    assert (await salon.book(salon.at("10:00"))).status_code == 201


async def test_a_hold_keeps_the_hour_until_it_becomes_the_booking(salon):
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("10:00")}
    held = await salon.bench.http.post(f"{salon.site}/holds", json=body)
    assert held.status_code == 201, held.text
    assert (await salon.book(salon.at("10:00"))).status_code == 409
    assert "10:00" not in await salon.starts(salon.day())
    client = salon.client()
    form = {"hold_id": held.json()["hold_id"], "client": {"name": "Наталія"}}
    booked = await salon.bench.http.post(f"{salon.site}/bookings", json=form, headers=client.headers)
    assert booked.status_code == 201, booked.text
    assert booked.json()["starts_at"] == salon.at("10:00")
    again = await salon.bench.http.post(f"{salon.site}/bookings", json=form, headers=client.headers)
    assert (again.status_code, again.json()["code"]) == (409, "booking.hold_expired")
    assert (await salon.book(salon.at("10:00"))).status_code == 409


async def test_one_hold_becomes_one_booking_however_often_it_is_sent(salon):
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("10:00")}
    held = (await salon.bench.http.post(f"{salon.site}/holds", json=body)).json()
    form = {"hold_id": held["hold_id"], "client": {"name": "Наталія"}}
    headers = salon.client().headers
    answers = await asyncio.gather(
        *(salon.bench.http.post(f"{salon.site}/bookings", json=form, headers=headers) for _ in range(8))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}


@pytest.mark.parametrize("by_whom", ["somebody who wants the time", "the loop"])
async def test_an_expired_hold_frees_its_hour(salon, by_whom):
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("10:00")}
    held = (await salon.bench.http.post(f"{salon.site}/holds", json=body)).json()
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        for table, column in (("hold", "expires_at"), ("busy_time", "hold_expires_at")):
            await tx.execute(text(f"UPDATE {table} SET {column} = now() - interval '1 second'"))
    if by_whom == "the loop":
        from booking.usecases.bookings.hold_time import forget_expired_holds
        from tests.booking.salon import utc_now

        async with salon.bench.service.db.system_tx() as tx:
            assert await forget_expired_holds(tx, utc_now()) >= 1
            left = await tx.scalar(text("SELECT count(*) FROM busy_time WHERE hold_id = :id"), {"id": held["hold_id"]})
            assert left == 0
    assert "10:00" in await salon.starts(salon.day())
    form = {"hold_id": held["hold_id"], "client": {"name": "Наталія"}}
    late = await salon.bench.http.post(f"{salon.site}/bookings", json=form, headers=salon.client().headers)
    assert (late.status_code, late.json()["code"]) == (409, "booking.hold_expired")
    assert (await salon.book(salon.at("10:00"))).status_code == 201


async def test_two_who_save_the_same_settings_for_the_first_time_come_one_after_the_other(salon):
    db, account = salon.bench.service.db, salon.account_id
    for path, body, columns, values in (
        (
            "/report-mailings/staff",
            {},
            "report_mailing (account_id, report, version, is_on, clock_time, weekdays, span)",
            "(:account, 'staff', 1, true, '09:00', '{mon}', 'yesterday')",
        ),
        (
            f"/report-schedules/{salon.location}",
            {},
            "report_schedule (account_id, location_id, version, is_on, clock_time, weekdays, covers)",
            "(:account, :place, 1, true, '09:00', '{mon}', 'tomorrow')",
        ),
        (
            "/client-retention",
            {"months": None},
            "client_retention (account_id, version, changed_at)",
            "(:account, 1, now())",
        ),
    ):
        first = text(f"INSERT INTO {columns} VALUES {values}")
        if ":place" in values:
            first = first.bindparams(place=UUID(salon.location))
        answer = await while_saved(db, account, first, salon.call("PUT", path, body))
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"'), path
    third = text("UPDATE client_retention SET version = 3 WHERE account_id = :account")
    asked = salon.call("PUT", "/client-retention", {"months": None}, headers={"If-Match": '"2"'})
    late = await while_saved(db, account, third, asked)
    assert late.status_code == 412
