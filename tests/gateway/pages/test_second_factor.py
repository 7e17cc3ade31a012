"""A second factor on the pages: set up with an app, asked for on a new device and before dangerous acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.http.identity import StepUpAnswer

from .browser import Browser
from .mine import RECOVERY_CODES, SECRET, factor, open_for_me
from .salon import ACCOUNT, ATTEMPT, CODE, PHONE, moment
from .stage import Answer, Asked, No, Stage
from .test_doors import sign_in
from .work import BASE, open_for_staff

PAGE = "/me/second-factor"
OF_APP = "482913"
CURE = {"text": "Залишилося спроб: 4.", "url": None}


def wants(code: str, answer: Any) -> Any:
    """The answer for one code alone."""

    def part(asked: Asked) -> Answer:
        if asked.body["code"] != code:
            raise No(401, "identity.second_factor_wrong", title="Код застосунку не підходить", fix=CURE)
        return answer(asked) if callable(answer) else answer

    return part


@pytest.fixture
async def own(browser: Browser, stage: Stage) -> Browser:
    open_for_staff(stage)
    open_for_me(stage)
    return browser


async def test_it_is_set_up_with_a_picture_and_its_recovery_codes_are_shown_once(own: Browser, stage: Stage) -> None:
    await sign_in(own)
    await own.open("/me/settings")
    await own.open(own.page.link("Другий чинник входу") or "")
    assert "небезпечні права" in own.page.text
    done = stage.parts[("identity", "POST", f"{PAGE}/confirm")]
    stage.on("identity", "POST", f"{PAGE}/confirm", wants(OF_APP, done))
    await own.send(PAGE)
    assert own.page.has("img.qr[src^='data:image/svg+xml']")
    assert " ".join(SECRET[at : at + 4] for at in range(0, len(SECRET), 4)) in own.page.text
    field = own.page.one("#f-code")
    assert (field.attributes["autocomplete"], field.attributes["inputmode"]) == ("one-time-code", "numeric")
    await own.send(f"{PAGE}/confirm", code="000000")
    assert own.page.status == 422
    assert "Код застосунку не підходить" in own.page.one("#e-code").text()
    assert own.page.has("img.qr"), "the app can still be shown the picture"
    await own.send(f"{PAGE}/confirm", code=OF_APP)
    assert [code for code in RECOVERY_CODES if code not in own.page.text] == []
    stage.on("identity", "GET", PAGE, factor("in_force"))
    await own.open(PAGE)
    assert len(stage.calls("POST", "/auth/sessions/refresh")) == 1, "the token of before knows of no factor"
    assert RECOVERY_CODES[0] not in own.page.text
    assert "Лишилося 10 кодів відновлення" in own.page.text

    stage.on("identity", "POST", f"{PAGE}/recovery-codes", wants(OF_APP, {"recovery_codes": RECOVERY_CODES}))
    await own.send(f"{PAGE}/codes", code="000000")
    assert (own.page.status, own.page.has("details[open] #e-renew")) == (422, True)
    await own.send(f"{PAGE}/codes", code=OF_APP)
    assert RECOVERY_CODES[9] in own.page.text
    stage.on("identity", "POST", f"{PAGE}/remove", wants(RECOVERY_CODES[0], None))
    await own.open(PAGE)
    await own.send(f"{PAGE}/remove", code="000000")
    assert (own.page.status, own.page.has("details[open] #e-remove")) == (422, True)
    await own.send(f"{PAGE}/remove", code=RECOVERY_CODES[0])
    assert "Другий чинник вимкнено" in own.page.text


async def test_one_that_waits_and_one_that_is_said_to_be_lost_have_a_button_that_says_no(
    own: Browser, stage: Stage
) -> None:
    await sign_in(own)
    stage.on("identity", "GET", PAGE, factor("waiting", effective_at=moment(1, 9)))
    await own.open(PAGE)
    await own.send(f"{PAGE}/give-up")
    assert len(stage.calls("DELETE", PAGE)) == 1
    stage.on("identity", "GET", PAGE, factor("in_force", reset_at=moment(3, 9), recovery_codes_left=2))
    await own.open(PAGE)
    assert "лишилося мало" in own.page.text
    await own.send(f"{PAGE}/keep")
    assert len(stage.calls("DELETE", f"{PAGE}/reset")) == 1


async def test_on_a_new_device_the_code_of_the_app_comes_after_the_one_from_the_sms(own: Browser, stage: Stage) -> None:
    signed_in = stage.parts[("identity", "POST", "/auth/sessions")]

    def first(_: Asked) -> Answer:
        raise No(401, "identity.second_factor_required", title="Потрібен код", ticket="ticket-1")

    stage.on("identity", "POST", "/auth/sessions", first)
    opened = signed_in(
        Asked("identity", "POST", "/auth/sessions", {}, {}, {"phone": PHONE, "code": CODE, "attempt": ATTEMPT})
    )
    stage.on("identity", "POST", "/auth/sessions/second-factor", wants(OF_APP, opened))
    await own.open("/me/devices")
    await own.send("/login", phone=PHONE)
    await own.send("/login/code", code=CODE)
    assert own.page.address == "/login/second?next=/me/devices"
    field = own.page.one("#f-code")
    assert (field.attributes["autocomplete"], field.attributes["inputmode"]) == ("one-time-code", "numeric")
    await own.send("/login/second", code="000000")
    assert own.page.status == 422
    assert "Залишилося спроб: 4." in own.page.text
    await own.send("/login/second", code=OF_APP)
    assert own.page.address == "/me/devices"
    assert stage.calls("POST", "/auth/sessions/second-factor")[-1].body["ticket"] == "ticket-1"


async def test_a_dangerous_act_asks_whoever_has_an_app_for_its_code_and_sends_no_sms(
    own: Browser, stage: Stage
) -> None:
    await sign_in(own)
    stage.on("identity", "GET", PAGE, factor("in_force"))
    until = datetime.now(UTC) + timedelta(minutes=15)
    fresh = StepUpAnswer(access_token="access-fresh", expires_in=600, fresh_until=until)
    stage.on("identity", "POST", "/auth/step-up", wants(OF_APP, fresh))

    def stale(_: Asked) -> Answer:
        raise No(403, "access.step_up_required", title="Підтвердьте, що це ви")

    stage.on("notifications", "PUT", f"{BASE}/sms-providers/turbosms", stale)
    page = f"/manage/{ACCOUNT}/integrations/turbosms"
    sent = len(stage.calls("POST", "/auth/codes"))
    await own.open(page)
    await own.send("/integrations/turbosms", sender_name="Salon2")
    assert own.page.address == f"/login/confirm?next={page}"
    await own.send("/login/confirm/code", code=CODE)
    assert own.page.status == 422
    await own.send("/login/confirm/code", code=OF_APP)
    assert own.page.address == page
    assert "Підтверджено" in own.page.text
    assert len(stage.calls("POST", "/auth/codes")) == sent


async def test_the_second_step_without_a_first_one_begins_at_the_phone(own: Browser) -> None:
    await own.open("/login/second?next=/me")
    assert own.page.address.startswith("/login")
    assert own.page.has("input[name=phone]")
