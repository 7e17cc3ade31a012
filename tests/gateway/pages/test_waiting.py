"""Waiting for a time that is taken, places of a group, and a booking without a code."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.http.waitlist import OfferAnswer, PublicOffer, WaitlistAnswer, WaitlistList

from .browser import Browser
from .salon import ACCOUNT, CODE, CUT, HOLD, LOCATION, OLENA, moment, my_booking, page, today, uid
from .stage import Asked, No, Stage

ENTRY = uid(99)


def entry(**changes: object) -> WaitlistAnswer:
    made = WaitlistAnswer.model_validate(
        {
            "id": ENTRY,
            "version": 1,
            "state": "waiting",
            "account_id": ACCOUNT,
            "account_name": "Салон «Левада»",
            "services": ["Чоловіча стрижка"],
            "items": [{"service_id": CUT}],
            "location_id": LOCATION,
            "first_day": today(),
            "last_day": today() + timedelta(days=7),
            "since": "17:00",
            "until": "24:00",
            "ahead": 2,
            "offer": None,
            "booking_id": None,
        }
    )
    return made.model_copy(update=changes)


def open_waiting(stage: Stage) -> None:
    stage.on("booking", "POST", "/public/levada/waitlist", lambda _: entry().model_dump(by_alias=True, mode="json"))
    listed = WaitlistList(items=[entry()]).model_dump(by_alias=True, mode="json")
    stage.on("booking", "GET", "/me/waitlist", lambda _: listed)
    stage.on("booking", "DELETE", f"/me/waitlist/{ENTRY}", None)


async def test_who_finds_no_time_waits_on_the_same_step_and_sees_the_queue(browser: Browser, stage: Stage) -> None:
    open_waiting(stage)
    first, last = today() + timedelta(days=1), today() + timedelta(days=5)
    await browser.open(f"/levada?services={CUT}&staff=any&day={today()}")
    asked = browser.page.one("details.wait")
    assert "open" in asked.attributes, "nothing is free that day, so waiting is offered at once"
    fields = {node.attributes["name"]: node.attributes.get("value") for node in asked.css("form input[name]")}
    assert fields["services"] == str(CUT)

    await browser.open(f"/levada?services={CUT}&staff=any&wait_from={first}&wait_to={last}&wait_part=evening")
    assert browser.page.heading == "Кому написати, коли час звільниться?"
    assert "увечері" in browser.page.one(".chosen").text()
    await browser.send("/contact", name="Тарас", phone="0671234567")
    await browser.send("/book", code=CODE)

    assert browser.page.heading == "Ви в черзі"
    assert "Перед вами 2 людини" in browser.page.text
    [joined] = stage.calls("POST", "/public/levada/waitlist")
    assert joined.body["first_day"] == str(first)
    assert (joined.body["from"], joined.body["to"]) == ("17:00", "24:00")
    assert joined.headers["Idempotency-Key"]

    await browser.send(f"/waiting/{ENTRY}")
    assert "Ви більше не в черзі" in browser.page.text
    assert len(stage.calls("DELETE", f"/me/waitlist/{ENTRY}")) == 1


async def test_days_the_wrong_way_round_are_said_and_nothing_is_sent(browser: Browser, stage: Stage) -> None:
    await browser.open(f"/levada?services={CUT}&staff=any&wait_from={today() + timedelta(days=5)}&wait_to={today()}")
    assert "раніший за перший" in browser.page.one("[role=alert]").text()
    assert not stage.calls("POST", "/public/levada/waitlist")


async def test_an_offer_in_a_message_is_taken_by_one_press_and_an_old_one_says_so(
    browser: Browser, stage: Stage
) -> None:
    offer = OfferAnswer(
        starts_at=moment(2, 10),
        ends_at=moment(2, 11),
        location_id=LOCATION,
        location_name="На Подолі",
        staff=["Олена Шевчук"],
        expires_at=moment(2, 9),
    )
    told = PublicOffer(account_name="Салон «Левада»", vanity_address="levada", services=["Стрижка"], offer=offer)
    stage.on("booking", "GET", "/public/waitlist-offers/abcdefabcdef", told)
    stage.on("booking", "POST", "/public/waitlist-offers/abcdefabcdef/accept", my_booking())
    await browser.open("/w/abcdefabcdef")
    assert "Час збережено за вами" in browser.page.text
    await browser.send("/accept")
    assert browser.page.heading == "Вас записано!"

    def over(_: Asked) -> None:
        raise No(409, "booking.hold_expired", title="Час уже не тримається")

    stage.on("booking", "POST", "/public/waitlist-offers/abcdefabcdef/accept", over)
    await browser.open("/w/abcdefabcdef")
    stage.on("booking", "GET", "/public/waitlist-offers/abcdefabcdef", told.model_copy(update={"offer": None}))
    await browser.send("/accept")
    assert browser.page.status == 409
    assert "Час уже не тримається" in browser.page.text
    assert browser.page.has('a[href="/levada"]')


async def test_an_offer_that_was_taken_is_explained_and_the_next_free_day_ends_the_wait(
    browser: Browser, stage: Stage
) -> None:
    def gone(_: Asked) -> None:
        raise No(404, "request.not_found")

    stage.on("booking", "GET", "/public/waitlist-offers/abcdefabcdef", gone)
    await browser.open("/w/abcdefabcdef")
    assert browser.page.status == 404
    assert "уже не" in browser.page.heading
    assert browser.page.has('.empty a[href="/me"]')

    await browser.open(f"/levada?services={CUT}&staff=any&day={today()}")
    fields = {node.attributes["name"]: node.attributes.get("value") for node in browser.page.all("details.wait input")}
    following = browser.page.all("a.day:not(.none)")[0].attributes["href"] or ""
    free = date.fromisoformat(following.partition("day=")[2][:10])
    assert fields["wait_to"] == str(free - timedelta(days=1)), "the next free day can be booked: nobody waits for it"


async def test_places_of_a_group_are_asked_for_and_counted_everywhere(browser: Browser, stage: Stage) -> None:
    alone = page()
    yoga = alone.services[0].model_copy(update={"capacity": 8})
    stage.on("booking", "GET", "/public/levada", alone.model_copy(update={"services": [yoga, *alone.services[1:]]}))
    await browser.open(f"/levada?services={CUT}&staff={OLENA}")
    assert [node.text() for node in browser.page.all("#f-seats option")] == [str(count) for count in range(1, 9)]
    await browser.open(f"/levada?services={CUT}&staff={OLENA}&seats=3")
    assert stage.calls("GET", "/public/levada/availability")[-1].query["seats"] == "3"
    assert "3 місця" in browser.page.one(".chosen").text()
    assert "1 350" in browser.page.one(".chosen").text().replace("\u00a0", " ")
    await browser.send("/levada/hold", at=moment(2, 10).isoformat())
    assert stage.calls("POST", "/public/levada/holds")[-1].body["seats"] == 3


async def test_several_services_are_shown_one_by_one_and_each_can_be_taken_out(browser: Browser) -> None:
    other = page().services[1].id
    await browser.open(f"/levada?services={CUT},{other}&staff={OLENA}")
    assert len(browser.page.all(".chosen svg.icon")) >= 2
    await browser.follow("Прибрати")
    assert str(CUT) not in browser.page.address


@pytest.mark.row("N64")
async def test_where_no_code_is_wanted_a_solved_puzzle_books_and_without_one_a_code_is_asked_for(
    browser: Browser, stage: Stage
) -> None:
    free = page()
    rules = free.rules.model_copy(update={"phone_confirmation": False})
    stage.on("booking", "GET", "/public/levada", free.model_copy(update={"rules": rules}))
    await browser.open(f"/levada?services={CUT}&staff={OLENA}")
    await browser.send("/levada/hold", at=moment(2, 10).isoformat())
    form = browser.page.one("form[data-puzzle]")
    assert form.attributes["data-puzzle"] == "/api/v1/public/levada/captcha"
    solved = base64.b64encode(json.dumps({"number": 7}).encode()).decode()
    contact_step = browser.page.address

    def used(_: Asked) -> None:
        raise No(400, "booking.captcha_needed", title="Потрібна перевірка, що записується людина")

    stage.on("booking", "POST", "/public/levada/bookings", used)
    await browser.send("/contact", name="Тарас", phone="0671234567", captcha=solved)
    assert browser.page.status == 400
    assert browser.page.one("#f-phone").attributes["value"] == "0671234567", "nothing is typed twice"

    stage.on("booking", "POST", "/public/levada/bookings", my_booking())
    await browser.send("/contact", captcha=solved)
    assert browser.page.heading == "Вас записано!"
    booked = stage.calls("POST", "/public/levada/bookings")[-1]
    assert booked.body["captcha"] == solved
    assert booked.body["hold_id"] == str(HOLD)
    assert "Authorization" not in booked.headers
    assert not stage.calls("POST", "/auth/codes")

    await browser.open(contact_step)
    assert browser.page.heading == "Вас записано!", "who goes back sees the booking, not an offer to book it again"
    await browser.open(contact_step.replace(str(HOLD), str(uuid4())))
    await browser.send("/contact", name="Тарас", phone="0671234567")
    assert browser.page.heading == "Введіть код", "a browser without scripts cannot solve it: the SMS proves as much"


async def test_when_codes_are_pumped_the_contact_form_comes_back_with_a_puzzle(browser: Browser, stage: Stage) -> None:
    def pumped(asked: Asked) -> None:
        if "captcha" not in asked.body:
            raise No(422, "identity.captcha_required", title="Перевіряємо, що ви людина")

    stage.on("identity", "POST", "/auth/codes", pumped)
    await browser.open(f"/levada?services={CUT}&staff={OLENA}")
    await browser.send("/levada/hold", at=moment(2, 10).isoformat())
    assert not browser.page.has("form[data-puzzle]")
    await browser.send("/contact", name="Тарас", phone="0671234567")
    assert browser.page.one("form[data-puzzle]").attributes["data-puzzle"] == "/api/v1/auth/captcha"
    assert stage.calls("POST", "/auth/codes")[-1].body["page"] == "levada"


async def test_name_and_phone_of_a_link_wait_for_the_contact_step_out_of_sight(browser: Browser) -> None:
    await browser.open(f"/levada?service={CUT}&staff_member={OLENA}&name=Тарас&phone=0671234567&utm_source=insta")
    assert browser.page.one("#times .step-h").text() == "Коли вам зручно?"
    await browser.send("/levada/hold", at=moment(2, 10).isoformat())
    assert "067" not in browser.page.address.replace("%2B", "")
    assert browser.page.one("#f-name").attributes["value"] == "Тарас"
    assert browser.page.one("#f-phone").attributes["value"] == "0671234567"
