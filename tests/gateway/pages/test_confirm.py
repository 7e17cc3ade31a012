"""A dangerous act asks for a fresh code, and afterwards one is where one was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.http.identity import StepUpAnswer

from .browser import Browser
from .salon import ACCOUNT, ATTEMPT, CODE
from .stage import Answer, Asked, No, Stage
from .test_doors import sign_in
from .work import BASE, open_for_staff

SMS_PAGE = f"/manage/{ACCOUNT}/integrations/turbosms"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in long ago: what is dangerous is refused until a fresh code was entered."""
    open_for_staff(stage)
    saved = stage.parts[("notifications", "PUT", f"{BASE}/sms-providers/[a-z]+")]

    def save(asked: Asked) -> Answer:
        if asked.headers["Authorization"] != "Bearer access-fresh":
            raise No(403, "access.step_up_required", title="Підтвердьте, що це ви")
        return saved(asked)

    def step_up(asked: Asked) -> Answer:
        if asked.body != {"code": CODE, "attempt": ATTEMPT}:
            raise No(401, "identity.code_wrong", title="Код неправильний", fix={"text": "Ще 4 спроби.", "url": None})
        until = datetime.now(UTC) + timedelta(minutes=15)
        return StepUpAnswer(access_token="access-fresh", expires_in=600, fresh_until=until)

    stage.on("notifications", "PUT", f"{BASE}/sms-providers/turbosms", save)
    stage.on("identity", "POST", "/auth/step-up", step_up)
    await sign_in(browser)
    return browser


async def test_a_dangerous_act_leads_to_a_code_and_back_to_its_page(owner: Browser, stage: Stage) -> None:
    await owner.open(SMS_PAGE)
    await owner.send("/integrations/turbosms", sender_name="Salon2")
    assert owner.page.address == f"/login/confirm?next={SMS_PAGE}"
    assert owner.page.heading == "Підтвердьте, що це ви"
    await owner.send("/login/confirm")
    assert stage.calls("POST", "/auth/codes")[-1].body["bound"] is True
    await owner.send("/login/confirm/code", code="000000")
    assert owner.page.status == 422
    assert "Код неправильний" in owner.page.text
    await owner.send("/login/confirm/code", code=CODE)
    assert owner.page.address == SMS_PAGE
    assert "Підтверджено" in owner.page.text
    await owner.send("/integrations/turbosms", sender_name="Salon2")
    assert owner.page.address == SMS_PAGE
    assert stage.calls("PUT", f"{BASE}/sms-providers/turbosms")[-1].body["sender_name"] == "Salon2"


async def test_a_stranger_signs_in_first(browser: Browser, stage: Stage) -> None:
    open_for_staff(stage)
    await browser.open("/login/confirm")
    assert browser.page.address == "/login"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "%09//evil.example",
        "/%0d/evil.example",
        "/a\\..\\..//evil.example",
    ],
)
async def test_confirming_never_leads_to_another_site(owner: Browser, elsewhere: str) -> None:
    await owner.open(f"/login/confirm?next={elsewhere}")
    assert owner.page.link("Повернутися") == "/manage"
