"""What a client sees of the own visits, takes along and has forgotten, over all firms."""

from datetime import timedelta
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text

from booking.usecases.clients.keep_cards import cards_due, forget_old_cards
from booking.usecases.waitlist.offer_time import serve_waitlists
from contracts.base import Money
from contracts.booking import ClientChanged, ClientErased, WaitlistOfferEnded
from contracts.fiscal import PrepaymentPaid, PrepaymentRequested, PrepaymentState, ReceiptRegistered, ReceiptState
from contracts.identity import UserErased
from tests.booking.integration.test_clients import sheet
from tests.booking.integration.test_links_and_site import key_of, site
from tests.booking.salon import a_phone, utc_now
from tests.support.plans import costly, count_rows, heard


async def mine(salon, person, path, method="GET", body=None):
    return await salon.bench.http.request(method, f"/api/v1/me/{path}", json=body, headers=person.headers)


async def test_a_person_takes_the_data_of_every_firm_along_and_is_forgotten_everywhere(salon, open_another):
    other = await open_another()
    phone = a_phone()
    person = salon.bench.mint.person(phone)
    client = {"name": "Соломія", "surname": "Крушельницька", "phone": phone}
    here = await salon.write_down(salon.at("10:00"), client=client, comment="алергія")
    there = await other.write_down(other.at("10:00"), client=client)
    foreign = await salon.write_down(salon.at("12:00"), client={"name": "Тарас", "phone": a_phone()})

    kept = (await mine(salon, person, "client-data")).json()["items"]
    assert {one["account_id"] for one in kept} == {str(salon.account_id), str(other.account_id)}
    assert {visit["id"] for one in kept for visit in one["bookings"]} == {here["id"], there["id"]}
    assert all(one["card"]["phone"] == phone for one in kept)
    assert foreign["id"] not in str(kept)

    await salon.ok("POST", f"/bookings/{here['id']}/complete")
    refused = await mine(salon, person, "client-data/erase", "POST", {"confirm": "erase"})
    assert (refused.status_code, refused.json()["booking_ids"]) == (409, [there["id"]])
    assert len((await mine(salon, person, "client-data")).json()["items"]) == 2, "nobody was forgotten yet"

    one = await mine(
        salon, person, "client-data/erase", "POST", {"confirm": "erase", "account_id": str(salon.account_id)}
    )
    assert [said["account_id"] for said in one.json()["items"]] == [str(salon.account_id)]
    await other.ok("POST", f"/bookings/{there['id']}/cancel", {})
    rest = await mine(salon, person, "client-data/erase", "POST", {"confirm": "erase"})
    assert [said["account_id"] for said in rest.json()["items"]] == [str(other.account_id)]
    assert (await mine(salon, person, "client-data")).json()["items"] == []
    assert (await mine(salon, person, "client-data/erase", "POST", {"confirm": "erase"})).json()["items"] == []
    for firm in (salon, other):
        assert len(await firm.bench.said(ClientErased, account_id=firm.account_id)) == 1


async def test_being_forgotten_wants_a_fresh_code(salon):
    person = salon.bench.mint.person(a_phone(), confirmed=timedelta(days=3))
    refused = await mine(salon, person, "client-data/erase", "POST", {"confirm": "erase"})
    assert (refused.status_code, refused.json()["code"]) == (403, "access.step_up_required")


async def test_a_visit_of_mine_tells_of_the_money_asked_for_the_receipt_and_the_review(salon):
    person = salon.client()
    made = await salon.booked(salon.at("10:00"), by=person)
    key = await key_of(salon, made)
    asked = PrepaymentState(
        id=uuid4(),
        booking_id=made["id"],
        state="pending",
        amount=Money(amount=20000),
        expires_at=utc_now() + timedelta(hours=1),
    )
    await salon.bench.deliver(PrepaymentRequested(account_id=salon.account_id, version=1, prepayment=asked))
    shown = (await site(salon, "GET", f"b/{made['code']}/linked?key={key}")).json()
    assert (shown["prepayment"]["id"], shown["prepayment"]["amount"]["amount"]) == (str(asked.id), 20000)
    assert (shown["may_confirm"], shown["may_cancel"], shown["service_ids"]) == (True, True, [salon.service])
    paid = asked.model_copy(update={"state": "paid"})
    await salon.bench.deliver(PrepaymentPaid(account_id=salon.account_id, version=2, prepayment=paid))
    assert (await site(salon, "GET", f"b/{made['code']}/linked?key={key}")).json()["prepayment"] is None

    receipt = ReceiptState(
        id=uuid4(),
        settlement_id=uuid4(),
        booking_id=made["id"],
        cash_register_id=uuid4(),
        state="registered",
        total=Money(amount=50000),
        fiscal_code="F-1",
        url="https://check.example/F-1",
    )
    for _ in range(2):
        await salon.bench.deliver(ReceiptRegistered(account_id=salon.account_id, version=1, receipt=receipt))
    await salon.ok("POST", f"/bookings/{made['id']}/complete")
    own = (await mine(salon, person, f"bookings/{made['id']}")).json()
    assert [(one["fiscal_code"], one["url"]) for one in own["receipts"]] == [("F-1", "https://check.example/F-1")]
    assert (own["may_review"], own["review"]) == (True, None)
    await mine(salon, person, f"bookings/{made['id']}/review", "POST", {"rating": 4, "text": "добре"})
    [review] = (await salon.ok("GET", "/reviews"))["items"]
    await salon.ok("POST", f"/reviews/{review['id']}/answer", {"text": "дякуємо"})
    [listed] = (await mine(salon, person, "bookings?when=past")).json()["items"]
    assert (listed["review"]["rating"], listed["review"]["answer"]) == (4, "дякуємо")
    assert listed["may_review"] is False


@pytest.mark.row("N16")
async def test_without_the_key_a_link_tells_nothing_that_may_be_done(salon):
    made = await salon.booked(salon.at("10:00"))
    assert (await site(salon, "GET", f"b/{made['code']}/linked?key=wrong")).status_code == 404
    assert (await site(salon, "GET", f"b/{made['code']}/linked")).status_code == 422


async def test_the_next_owner_of_a_number_sees_nothing_of_the_former_ones_visits(salon):
    phone = a_phone()
    former, present = salon.bench.mint.person(phone), salon.bench.mint.person(phone)
    assert former.user_id != present.user_id
    old = await salon.booked(salon.at("10:00"), by=former)
    assert (await salon.ok("GET", "/api/v1/me/bookings", by=present))["items"] == []
    assert (await salon.call("GET", f"/api/v1/me/bookings/{old['id']}", by=present)).status_code == 404
    assert (await mine(salon, present, "client-data")).json()["items"] == []
    new = await salon.booked(salon.at("12:00"), by=present)
    for person, visit in ((former, old), (present, new)):
        shown = (await salon.ok("GET", "/api/v1/me/bookings", by=person))["items"]
        assert [one["id"] for one in shown] == [visit["id"]]
    told = await salon.bench.said(ClientChanged, account_id=salon.account_id)
    last = {one.client.user_id: one.client.phone_e164 for one in told}
    assert last == {former.user_id: None, present.user_id: phone}


async def test_a_card_that_nobody_has_claimed_is_found_by_its_number(salon):
    person = salon.client()
    made = await salon.write_down(salon.at("10:00"), client={"name": "Тарас", "phone": person.phone_e164})
    shown = (await salon.ok("GET", "/api/v1/me/bookings", by=person))["items"]
    assert [one["id"] for one in shown] == [made["id"]]


async def test_a_number_alone_leads_no_further_back_than_it_surely_had_the_same_owner(salon):
    person = salon.client()
    made = await salon.write_down(salon.at("10:00"), client={"name": "Тарас", "phone": person.phone_e164})
    for days, seen in ((179, 1), (181, 0)):
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            past = {"id": made["id"], "at": utc_now() - timedelta(days=days)}
            await tx.execute(text("UPDATE booking SET starts_at = :at WHERE id = :id"), past)
        shown = await salon.ok("GET", "/api/v1/me/bookings", by=person)
        assert len(shown["items"]) == seen, days
    await salon.booked(salon.at("12:00"), by=person)
    assert len((await salon.ok("GET", "/api/v1/me/bookings", by=person))["items"]) == 2, "claimed by signing in"


async def test_a_card_with_another_number_is_nobodys_until_somebody_claims_it(salon):
    person, next_owner = salon.client(), salon.client()
    made = await salon.booked(salon.at("10:00"), by=person)
    card = f"/clients/{made['client']['id']}"
    assert (await salon.ok("GET", card))["phone_confirmed"] is True
    changed = await salon.ok("PATCH", card, {"phone": next_owner.phone_e164})
    assert changed["phone_confirmed"] is False
    for reader, seen in ((person, 0), (next_owner, 1)):
        assert len((await salon.ok("GET", "/api/v1/me/bookings", by=reader))["items"]) == seen


async def test_who_comes_no_more_is_forgotten_when_the_account_keeps_cards_no_longer(salon):
    old = await salon.write_down(salon.at("10:00"), client={"name": "Марко", "phone": a_phone()})
    fresh = await salon.write_down(salon.at("12:00"), client={"name": "Ганна", "phone": a_phone()})
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE client SET created_at = now() - interval '3 years'"))
        of_old = {"id": old["id"]}
        await tx.execute(text("DELETE FROM busy_time WHERE booking_id = :id"), of_old)
        past = "starts_at = starts_at - interval '13 months', ends_at = ends_at - interval '13 months'"
        await tx.execute(text(f"UPDATE booking_item SET {past} WHERE booking_id = :id"), of_old)
        await tx.execute(text(f"UPDATE booking SET {past} WHERE id = :id"), of_old)
    assert (await salon.ok("GET", "/client-retention")) == {"version": 0, "months": None, "due": 0}
    as_if = await salon.ok("GET", "/client-retention", params={"months": 12})
    assert as_if == {"version": 0, "months": 12, "due": 1}, "looking sets nothing"
    await forget_old_cards(salon.bench.service.db, utc_now())
    assert await salon.bench.said(ClientErased, account_id=salon.account_id) == []
    too_short = await salon.call("PUT", "/client-retention", {"months": 1})
    assert (too_short.status_code, too_short.json()["errors"][0]["pointer"]) == (422, "/months")
    unsure = await salon.call("PUT", "/client-retention", {"months": 12})
    assert (unsure.status_code, unsure.json()["errors"][0]["pointer"]) == (422, "/confirm")
    sure = {"months": 12, "confirm": "erase"}
    assert (await salon.ok("PUT", "/client-retention", sure)) == {"version": 1, "months": 12, "due": 1}
    assert (await salon.ok("PUT", "/client-retention", {"months": 18})) == {"version": 2, "months": 18, "due": 0}
    assert (await salon.ok("PUT", "/client-retention", sure))["due"] == 1
    await forget_old_cards(salon.bench.service.db, utc_now())
    [said] = await salon.bench.said(ClientErased, account_id=salon.account_id)
    assert str(said.client_id) == old["client"]["id"]
    assert (await salon.ok("GET", f"/clients/{fresh['client']['id']}"))["name"] == "Ганна"
    assert (await salon.ok("GET", "/client-retention"))["due"] == 0


async def test_files_of_cards_outlive_the_cards_that_are_forgotten_by_themselves_until_they_are_as_old(salon):
    async def upload():
        content = sheet(("Імʼя", "Телефон"), ("Олена", a_phone()))
        told = await salon.ok("POST", "/client-imports", {"file_name": "клієнти.csv", "content_base64": content})
        return told["id"]

    new, old = await upload(), await upload()
    card = await salon.ok("POST", "/clients", {"name": "Марко", "phone": a_phone()})
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE client SET created_at = now() - interval '3 years'"))
        await tx.execute(
            text("UPDATE client_import SET created_at = now() - interval '3 years' WHERE id = :id"), {"id": old}
        )
    await salon.ok("PUT", "/client-retention", {"months": 12, "confirm": "erase"})
    await forget_old_cards(salon.bench.service.db, utc_now())
    [said] = await salon.bench.said(ClientErased, account_id=salon.account_id)
    assert str(said.client_id) == card["id"]
    assert (await salon.call("GET", f"/client-imports/{old}")).status_code == 404
    assert (await salon.ok("POST", f"/client-imports/{new}/apply"))["result"]["created"] == 1


async def test_a_forgotten_login_lets_go_of_its_cards_and_who_begins_anew_has_them_again(salon):
    phone = a_phone()
    before, anew = salon.bench.mint.person(phone), salon.bench.mint.person(phone)
    made = await salon.booked(salon.at("10:00"), by=before)
    other = await salon.ok("POST", "/clients", {"name": "Наталія", "phone": a_phone()})
    double = {"double_id": made["client"]["id"]}
    merge = await salon.ok("POST", f"/clients/{other['id']}/merges", double)

    async def seen_by(person):
        return [one["id"] for one in (await salon.ok("GET", "/api/v1/me/bookings", by=person))["items"]]

    assert (await seen_by(before), await seen_by(anew)) == ([made["id"]], [])
    for _ in range(2):
        await salon.bench.deliver(UserErased(version=2, user_id=before.user_id, erased_at=utc_now()))
    assert await seen_by(anew) == [made["id"]]
    told = await salon.bench.said(ClientChanged, account_id=salon.account_id)
    assert told[-1].client.user_id is None
    await salon.ok("POST", f"/clients/{other['id']}/merges/{merge['id']}/undo")
    assert await seen_by(anew) == [made["id"]]
    [kept] = (await mine(salon, anew, "client-data")).json()["items"]
    assert kept["card"]["phone"] == phone
    erased = await mine(salon, anew, "client-data/erase", "POST", {"confirm": "erase"})
    assert erased.json()["code"] == "booking.client_has_visits_ahead"


async def test_many_cards_are_looked_through_once_each_for_those_whose_time_is_over(salon, urls):
    """Or else accounts with some thousands of cards would never forget anybody: the question ends after seconds."""
    cards, due = 1500, 3
    of_salon = {"account": salon.account_id, "place": salon.location, "cards": cards}
    await count_rows(urls.migration_url, "client", "booking")  # the database thinks that every account is a small one
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(
            text(
                "INSERT INTO client (account_id, id, version, name, language, created_at) SELECT :account, "
                "gen_random_uuid(), 1, 'Ірина', 'uk', now() - interval '3 years' FROM generate_series(1, :cards)"
            ),
            of_salon,
        )
        await tx.execute(
            text(
                "INSERT INTO booking (account_id, id, version, code, state, payment_state, location_id, client_id, "
                "starts_at, ends_at, price, currency, source, created_at, link_key) SELECT account_id, "
                "gen_random_uuid(), 1, id::text, 'completed', 'settled', :place, id, now() - interval '2 days', "
                "now() - interval '1 day', 0, 'UAH', 'api', now(), '' FROM client WHERE account_id = :account "
                "ORDER BY client.id LIMIT :kept"
            ),
            of_salon | {"kept": cards - due},
        )
    engine = salon.bench.service.db._engine
    with heard(engine) as said:
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            assert len(await cards_due(tx, salon.account_id, 12, utc_now(), most=50)) == due
    assert cards < sum((await costly(engine, said)).values()) < 10 * cards


async def test_an_erasure_is_in_the_log_for_whoever_restores_an_older_database(salon):
    made = await salon.write_down(salon.at("10:00"), client={"name": "Марко", "phone": a_phone()})
    await salon.ok("POST", f"/bookings/{made['id']}/cancel")
    card = made["client"]["id"]
    with structlog.testing.capture_logs() as said:
        await salon.ok("POST", f"/clients/{card}/erase", {"confirm": "erase"})
    [line] = [one for one in said if one["event"] == "client erased"]
    assert (line["account_id"], line["client_id"]) == (str(salon.account_id), card)
    assert "Марко" not in str(line)


async def test_who_is_forgotten_is_forgotten_with_the_doubles_of_their_doubles(salon):
    first, second, third = [
        (await salon.ok("POST", "/clients", {"name": f"Соломія-{n}", "note": "алергія", "phone": a_phone()}))["id"]
        for n in range(3)
    ]
    await salon.ok("POST", f"/clients/{second}/merges", {"double_id": first})
    await salon.ok("POST", f"/clients/{third}/merges", {"double_id": second})
    told = await salon.ok("GET", f"/clients/{third}/export")
    assert {one["id"] for one in told["merged_cards"]} == {first, second}
    await salon.ok("POST", f"/clients/{third}/erase", {"confirm": "erase"})
    async with salon.bench.service.db.system_tx() as tx:
        for table in ("client", "client_merge"):
            rows = f"SELECT string_agg(t::text, ' ') FROM {table} t WHERE account_id = :id"
            said = await tx.scalar(text(rows), {"id": salon.account_id}) or ""
            assert "Соломія" not in said, table
            assert "алергія" not in said, table
    erased = await salon.bench.said(ClientErased, account_id=salon.account_id)
    assert {str(one.client_id) for one in erased} == {first, second, third}


@pytest.mark.parametrize("by_oneself", [False, True])
async def test_nothing_is_kept_for_somebody_who_waited_and_was_forgotten(salon, by_oneself):
    taken = await salon.booked(salon.at("10:00"))
    person = salon.client()
    card = await salon.ok("POST", "/clients", {"name": "Соломія", "phone": person.phone_e164})
    waits = {"service_ids": [salon.service], "staff_member_id": salon.staff, "client_id": card["id"]}
    day = {"first_day": str(salon.day()), "last_day": str(salon.day()), "from": "10:00", "to": "11:00"}
    await salon.ok("POST", "/waitlist", {**waits, **day})
    await salon.ok("POST", "/waitlist", {**waits, **day, "from": "11:00", "to": "12:00"})
    await serve_waitlists(salon.bench.service.db)
    assert "11:00" not in await salon.starts(salon.day()), "offered"
    door = "/api/v1/me/client-data/erase" if by_oneself else f"/clients/{card['id']}/erase"
    await salon.ok("POST", door, {"confirm": "erase"}, by=person if by_oneself else None)
    assert (await salon.ok("GET", "/waitlist"))["items"] == []
    [ended] = await salon.bench.said(WaitlistOfferEnded, account_id=salon.account_id)
    assert (ended.ended_by, ended.entry.client.phone_e164) == ("withdrawn", None)
    await salon.ok("POST", f"/bookings/{taken['id']}/cancel", {})
    await serve_waitlists(salon.bench.service.db)
    assert {"10:00", "11:00"} <= set(await salon.starts(salon.day()))
