"""A client's link, booking without signing in, reviews, addresses and domains."""

import asyncio
import base64
import hashlib
import json
from datetime import timedelta

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from booking.usecases.site.own_domain import domain_of
from contracts.booking import BookingCreated, ReviewLeft
from contracts.identity import AccountChanged, AccountState, BookingRules
from contracts.permissions import Permission
from tests.booking.salon import a_phone, utc_now

NO_CODE = {"phone_confirmation": False}


async def key_of(salon, booking):
    return next(
        one.booking.link_key
        for one in await salon.bench.said(BookingCreated, account_id=salon.account_id)
        if str(one.booking.id) == booking["id"]
    )


async def site(salon, method, path, body=None, **more):
    return await salon.bench.http.request(method, f"/api/v1/public/{path}", json=body, **more)


async def test_a_client_confirms_moves_and_cancels_by_the_link_alone(salon):
    made = await salon.booked(salon.at("10:00"))
    key = await key_of(salon, made)
    assert key not in json.dumps(await salon.ok("GET", f"/bookings/{made['id']}"))
    done = await site(salon, "POST", f"b/{made['code']}/confirm", {"key": key})
    assert (done.status_code, done.json()["state"], done.json()["version"]) == (200, "confirmed", 2)
    again = await site(salon, "POST", f"b/{made['code']}/confirm", {"key": key})
    assert (again.status_code, again.json()["version"]) == (200, 2)
    moved = await site(salon, "POST", f"b/{made['code']}/reschedule", {"key": key, "starts_at": salon.at("12:00")})
    assert moved.status_code == 200
    assert "10:00" in await salon.starts(salon.day())
    ended = await site(salon, "POST", f"b/{made['code']}/cancel", {"key": key})
    assert (ended.json()["state"], ended.json()["may_cancel"]) == ("cancelled_by_client", False)
    entries = (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]
    assert [(one["kind"], one["actor_type"]) for one in entries] == [
        ("created", "client"),
        ("confirmed", "client"),
        ("rescheduled", "client"),
        ("cancelled", "client"),
    ]


@pytest.mark.row("N16")
async def test_without_the_right_key_a_link_shows_but_does_not_act(salon):
    made, other = await salon.booked(salon.at("10:00")), await salon.booked(salon.at("12:00"))
    for key in ("x", await key_of(salon, other), "ключ"):
        refused = await site(salon, "POST", f"b/{made['code']}/cancel", {"key": key})
        assert (refused.status_code, refused.json()["code"]) == (404, "request.not_found")
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == "pending"


async def test_a_link_obeys_the_cut_off(open_another):
    salon = await open_another(rules={"cancel_cutoff_min": 60 * 24 * 3})
    made = await salon.booked(salon.at("10:00"))
    body = {"key": await key_of(salon, made)}
    for act, more in (("cancel", {}), ("reschedule", {"starts_at": salon.at("14:00")})):
        refused = await site(salon, "POST", f"b/{made['code']}/{act}", {**body, **more})
        assert (refused.status_code, refused.json()["code"]) == (409, "booking.cutoff_passed"), act
    assert (await site(salon, "POST", f"b/{made['code']}/confirm", body)).status_code == 200


async def test_confirming_and_cancelling_in_the_same_moment_has_one_outcome(salon):
    made = await salon.booked(salon.at("10:00"))
    body = {"key": await key_of(salon, made)}
    answers = await asyncio.gather(
        *(site(salon, "POST", f"b/{made['code']}/{act}", body) for act in ("confirm", "cancel") * 3)
    )
    assert all(answer.status_code in (200, 409) for answer in answers)
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == "cancelled_by_client"
    kinds = [one["kind"] for one in (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"]]
    assert kinds.count("cancelled") == 1
    assert kinds.count("confirmed") <= 1
    assert kinds[-1] == "cancelled"


async def solved(salon):
    puzzle = (await site(salon, "GET", f"{salon.vanity}/captcha")).json()
    number = next(
        n
        for n in range(puzzle["maxnumber"] + 1)
        if hashlib.sha256(f"{puzzle['salt']}{n}".encode()).hexdigest() == puzzle["challenge"]
    )
    answer = {**{name: puzzle[name] for name in ("algorithm", "challenge", "salt", "signature")}, "number": number}
    return base64.b64encode(json.dumps(answer).encode()).decode()


def wish(salon, clock="10:00", phone=None, **more):
    return {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff,
        "starts_at": salon.at(clock),
        "client": {"name": "Гостя", "phone": phone or a_phone()},
        **more,
    }


@pytest.mark.row("N62")
@pytest.mark.row("N64")
async def test_without_phone_confirmation_a_puzzle_opens_one_booking(open_another):
    salon = await open_another(rules=NO_CODE)
    path = f"{salon.vanity}/bookings"
    refused = await site(salon, "POST", path, wish(salon))
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (
        400,
        "booking.captcha_needed",
        "missing",
    )
    answer = await solved(salon)
    made = await site(salon, "POST", path, wish(salon, captcha=answer))
    assert made.status_code == 201, made.text
    assert made.json()["client"]["name"] == "Гостя"
    [said] = await salon.bench.said(BookingCreated, account_id=salon.account_id)
    assert (said.booking.client.phone_confirmed, said.booking.created_by) == (False, None)
    used = await site(salon, "POST", path, wish(salon, "12:00", captcha=answer))
    assert (used.status_code, used.json()["reason"]) == (400, "used")
    for wrong in ("", "x", base64.b64encode(b"{}").decode(), base64.b64encode(b"[1]").decode()):
        refused = await site(salon, "POST", path, wish(salon, "12:00", captcha=wrong))
        assert (refused.status_code, refused.json()["code"]) == (400, "booking.captcha_needed")


async def test_a_taken_time_does_not_use_the_puzzle_up(open_another):
    salon = await open_another(rules=NO_CODE)
    await salon.write_down(salon.at("10:00"))
    answer, path = await solved(salon), f"{salon.vanity}/bookings"
    lost = await site(salon, "POST", path, wish(salon, captcha=answer))
    assert (lost.status_code, bool(lost.json()["alternatives"])) == (409, True)
    assert (await site(salon, "POST", path, wish(salon, "12:00", captcha=answer))).status_code == 201


async def test_who_only_types_a_phone_learns_nothing_of_its_card(open_another):
    salon = await open_another(rules=NO_CODE)
    phone = a_phone()
    card = await salon.ok("POST", "/clients", {"name": "Соломія", "surname": "Крушельницька", "phone": phone})
    made = await site(salon, "POST", f"{salon.vanity}/bookings", wish(salon, phone=phone, captcha=await solved(salon)))
    assert made.json()["client"] == {"id": card["id"], "name": "Гостя", "surname": None, "phone": phone}
    assert (await salon.ok("GET", f"/bookings/{made.json()['id']}"))["client"]["name"] == "Соломія"


async def test_with_phone_confirmation_nobody_books_without_signing_in(salon):
    refused = await site(salon, "POST", f"{salon.vanity}/bookings", wish(salon, captcha=await solved(salon)))
    assert refused.status_code == 401


@pytest.mark.row("N65")
@pytest.mark.row("N66")
@pytest.mark.parametrize(
    ("rules", "missing"),
    [
        ({"phone_confirmation": False, "phone_format_check": True}, "phone_format_check"),
        ({"phone_confirmation": True, "phone_format_check": False}, "phone_confirmation"),
        ({"phone_confirmation": False, "phone_format_check": False}, None),
    ],
)
async def test_a_foreign_number_needs_both_settings(open_another, rules, missing):
    salon = await open_another(rules=rules)
    body = wish(salon, phone="+49 151 23456789", captcha=await solved(salon))
    answer = await site(salon, "POST", f"{salon.vanity}/bookings", body)
    if missing is None:
        assert (answer.status_code, answer.json()["client"]["phone"]) == (201, "+4915123456789")
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "booking.foreign_phone")
        assert answer.json()["setting"] == missing
        assert missing in answer.json()["detail"]


@pytest.mark.row("N44")
async def test_only_a_visit_that_took_place_is_rated_and_once(salon):
    client = salon.client()
    made = await salon.booked(salon.at("10:00"), by=client)
    path = f"/api/v1/me/bookings/{made['id']}/review"
    early = await salon.call("POST", path, {"rating": 5}, by=client)
    assert (early.status_code, early.json()["code"], early.json()["reason"]) == (
        409,
        "booking.review_not_possible",
        "not_completed",
    )
    await salon.ok("POST", f"/bookings/{made['id']}/complete")
    assert (await salon.call("POST", path, {"rating": 5}, by=salon.client())).status_code == 404
    await salon.ok("POST", path, {"rating": 4, "text": "Дуже дякую"}, by=client)
    assert (await salon.call("POST", path, {"rating": 5}, by=client)).json()["reason"] == "rated_already"
    page = (await site(salon, "GET", salon.vanity)).json()
    assert page["rating"] == {"average": 4.0, "count": 1}

    second = await salon.booked(salon.at("12:00"))
    await salon.ok("POST", f"/bookings/{second['id']}/complete")
    by_link = {"key": await key_of(salon, second), "rating": 1, "text": "лайка"}
    assert (await site(salon, "POST", f"b/{second['code']}/review", by_link)).status_code == 201
    told = (await site(salon, "GET", f"{salon.vanity}/reviews")).json()
    assert told["rating"] == {"average": 2.5, "count": 2}
    assert [one["rating"] for one in told["items"]] == [1, 4]
    assert told["items"][0]["client_name"] == "Наталія"
    assert [one.review.rating for one in await salon.bench.said(ReviewLeft, account_id=salon.account_id)] == [4, 1]

    bad, good = (await salon.ok("GET", "/reviews"))["items"]
    answered = await salon.ok("POST", f"/reviews/{good['id']}/answer", {"text": "І вам!"})
    assert answered["answer"] == "І вам!"
    master = await salon.member(Permission.BOOKING_VIEW, Permission.CLIENT_EDIT)
    refused = await salon.call("POST", f"/reviews/{bad['id']}/hide", {"reason": "лайка"}, by=master)
    assert refused.status_code == 403
    await salon.ok("POST", f"/reviews/{bad['id']}/hide", {"reason": "лайка"})
    told = (await site(salon, "GET", f"{salon.vanity}/reviews")).json()
    assert (told["rating"], len(told["items"])) == ({"average": 4.0, "count": 1}, 1)
    assert told["items"][0]["answer"] == "І вам!"
    await salon.ok("POST", f"/reviews/{bad['id']}/publish")
    assert len((await site(salon, "GET", f"{salon.vanity}/reviews")).json()["items"]) == 2


def changed(salon, version, **facts):
    state = {
        "id": salon.account_id,
        "name": "Левада",
        "vanity_address": salon.vanity,
        "time_zone": "Europe/Kyiv",
        "country": "UA",
        "currency": "UAH",
        "language": "uk",
        "booking_rules": BookingRules(),
        **facts,
    }
    return AccountChanged(account_id=salon.account_id, version=version, account=AccountState.model_validate(state))


async def change(salon, version, **facts):
    await salon.bench.deliver(changed(salon, version, **facts))


@pytest.mark.row("N60")
async def test_an_address_that_was_left_leads_on_until_somebody_else_has_it(salon, open_another):
    old, new = salon.vanity, f"{salon.vanity}-new"
    await change(salon, 2, vanity_address=new)
    for address in (old, old.upper(), new):
        page = await site(salon, "GET", address)
        assert (page.status_code, page.json()["account"]["vanity_address"]) == (200, new)
    other = await open_another()
    await change(other, 2, vanity_address=old)
    assert (await site(salon, "GET", old)).json()["account"]["id"] == str(other.account_id)
    await change(salon, 3, vanity_address=f"{new}-2")
    await change(salon, 4, vanity_address=new)
    assert (await site(salon, "GET", f"{new}-2")).json()["account"]["vanity_address"] == new
    await change(other, 3, vanity_address=f"{new}-3")
    last = (await site(salon, "GET", old)).json()["account"]["id"]
    assert last == str(other.account_id), "who had it last"


@pytest.mark.row("N1")
@pytest.mark.row("N53")
async def test_the_catalogue_lists_a_citys_firms_and_no_unlisted_ones(open_another):
    city = f"Місто {utc_now().timestamp()}"
    here = await open_another(city=city)
    await open_another(city=f"{city} інше")
    hidden = await open_another(city=city, unlisted=True)
    told = (await here.bench.http.get("/api/v1/catalogue", params={"city": city})).json()
    assert [one["id"] for one in told["items"]] == [str(here.account_id)]
    page = await site(hidden, "GET", hidden.vanity)
    assert (page.status_code, page.json()["account"]["unlisted"]) == (200, True)
    alone = f"{city} без вивіски"
    await open_another(city=alone, unlisted=True)
    cities = {
        one["name"]: one["firms"] for one in (await here.bench.http.get("/api/v1/catalogue/cities")).json()["items"]
    }
    assert alone not in cities
    assert cities.get(city, 1) == 1


class LoopbackDns(asyncio.DatagramProtocol):
    """A DNS server of our own: says what it is told, or nothing."""

    def __init__(self):
        self.records, self.is_silent, self.asked = {}, False, []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text().lower()
        self.asked.append(name)
        if self.is_silent:
            return
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.AA | dns.flags.RA
        if name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif self.records[name]:
            texts = [json.dumps(text) for text in self.records[name]]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *texts))
        self.transport.sendto(answer.to_wire(), address)


@pytest.fixture
async def dns_server(bench):
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        LoopbackDns, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    asker = bench.service.state["dns"]
    before = asker._servers, asker._timeout_s
    asker._servers, asker._timeout_s = [f"127.0.0.1:{port}"], 0.5
    yield server
    asker._servers, asker._timeout_s = before
    transport.close()


@pytest.mark.row("N39")
@pytest.mark.row("N40")
async def test_a_domain_waits_shows_what_dns_says_and_is_proved_by_its_record(salon, dns_server):
    host = f"www.{salon.vanity}.example"
    told = await salon.ok("PUT", "/domain", {"host": host.upper()})
    txt, cname = told["records"]
    assert (told["host"], told["state"], txt["name"]) == (host, "pending", f"_zapys.{host}")
    assert (cname["type"], cname["name"]) == ("CNAME", host)
    waits = await salon.ok("POST", "/domain/check")
    assert (waits["state"], waits["found"], waits["trouble"] is not None) == ("pending", [], True)
    dns_server.records[f"{txt['name']}."] = ["v=spf1", "something else"]
    waits = await salon.ok("POST", "/domain/check")
    assert (waits["state"], waits["found"], waits["expected"]) == (
        "pending",
        ["something else", "v=spf1"],
        txt["value"],
    )
    assert (await site(salon, "GET", f"h/{host}")).status_code == 404
    dns_server.records[f"{txt['name']}."] = ["v=spf1", txt["value"]]
    proved = await salon.ok("POST", "/domain/check")
    assert (proved["state"], proved["trouble"], proved["verified_at"] is not None) == ("verified", None, True)
    assert (await site(salon, "GET", f"h/{host.upper()}")).json() == {"host": host, "vanity_address": salon.vanity}
    dns_server.is_silent = True
    silent = await salon.ok("POST", "/domain/check")
    assert (silent["state"], "DNS" in silent["trouble"]) == ("verified", True)
    dns_server.is_silent = False
    dns_server.records[f"{txt['name']}."] = []
    assert (await salon.ok("POST", "/domain/check"))["state"] == "pending"


async def test_a_proof_that_never_comes_is_given_up_after_a_week(salon, dns_server):
    await salon.ok("PUT", "/domain", {"host": f"{salon.vanity}.example"})
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        row = await domain_of(tx, salon.account_id)
        row.created_at -= timedelta(days=8)
    assert (await salon.ok("POST", "/domain/check"))["state"] == "failed"


async def test_a_proved_domain_is_nobody_elses(salon, open_another, dns_server):
    host, other = f"{salon.vanity}.example", await open_another()
    for firm in (salon, other):
        record = (await firm.ok("PUT", "/domain", {"host": host}))["records"][0]
        dns_server.records.setdefault(f"{record['name']}.", []).append(record["value"])
    assert (await salon.ok("POST", "/domain/check"))["state"] == "verified"
    refused = await other.call("POST", "/domain/check")
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.domain_taken")
    waits = await other.ok("GET", "/domain")
    assert (waits["state"], waits["checked_at"] is not None) == ("pending", True), "the loop goes on to others"


@pytest.mark.parametrize("host", ["olga", "http://olga.ua", "olga..ua", "-olga.ua", "ольга.укр", "127.0.0.1", ""])
async def test_what_is_no_host_name_is_refused(salon, host):
    refused = await salon.call("PUT", "/domain", {"host": host})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/host")
