"""Two people at one page: who saves second loses nothing that was typed and reads what the first one saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from .books import ONE_BOX, open_the_books
from .browser import Browser
from .money import CLIENT, REGISTER
from .news import TEXT, open_the_post
from .office import look_after
from .salon import ACCOUNT, BOOKING, CUT, LOCATION, SOFIIA, location, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .treasury import open_the_treasury
from .work import BASE, open_for_staff

HOME = f"/manage/{ACCOUNT}"
GOODS = uid(970)


@dataclass(frozen=True)
class Page:
    """Where it is typed, what takes it, and where what was typed must stand afterwards."""

    address: str
    service: str
    call: tuple[str, str]
    typed: Mapping[str, str]
    action: str = ""
    kept: str = ""


PAGES = {
    "service": Page(f"{HOME}/services/{CUT}", "booking", ("PATCH", f"{BASE}/services/{CUT}"), {"name": "Моє"}),
    "person": Page(f"{HOME}/staff/{SOFIIA}", "booking", ("PATCH", f"{BASE}/staff-members/{SOFIIA}"), {"name": "Моє"}),
    "place": Page(
        f"{HOME}/locations/{location().id}", "booking", ("PATCH", f"{BASE}/locations/{location().id}"), {"name": "Моє"}
    ),
    "card": Page(f"{HOME}/clients/{CLIENT}", "booking", ("PATCH", f"{BASE}/clients/{CLIENT}"), {"name": "Моє"}),
    "card at the desk": Page(
        f"/desk/{ACCOUNT}/clients/{CLIENT}", "booking", ("PATCH", f"{BASE}/clients/{CLIENT}"), {"name": "Моє"}
    ),
    "booking": Page(
        f"/desk/{ACCOUNT}/bookings/{BOOKING}?open=change", "booking", ("PATCH", f"{BASE}/bookings/{BOOKING}"),
        {"comment": "Моє"}, action="/change", kept="#change textarea",
    ),
    "goods": Page(
        f"{HOME}/stock", "booking", ("PATCH", f"{BASE}/stock/{GOODS}"), {"name": "Моє"}, action=f"/{GOODS}/change"
    ),
    "account": Page(f"{HOME}/settings", "identity", ("PATCH", BASE), {"name": "Моє"}),
    "register": Page(f"{HOME}/cash-registers/{REGISTER}/edit", "fiscal", ("PATCH", ONE_BOX), {"name": "Моє"}),
    "cash rules": Page(
        f"{HOME}/day", "fiscal", ("PATCH", f"{BASE}/finance/rules"), {"back_days_limit": "17"}, action="/rules",
        kept='[value="17"]',
    ),
    "messages": Page(
        f"{HOME}/messages/settings", "notifications", ("PUT", f"{BASE}/notification-settings"),
        {"act": "save", "reminder_3h_min": "17"}, kept='[value="17"]',
    ),
    "wording": Page(
        f"{HOME}/messages/texts/client/reminder_eve/uk", "notifications",
        ("PUT", TEXT), {"act": "submit", "wording": "Моє"}, action="/uk",
        kept="textarea",
    ),
    "mailing": Page(
        f"{HOME}/reports/mailing", "booking", ("PUT", f"{BASE}/report-schedules/{LOCATION}"),
        {"time": "04:30"}, action=f"/mailing/{LOCATION}", kept='option[value="04:30"][selected]',
    ),
}  # fmt: skip


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in, with everything there is to change."""
    open_for_staff(stage)
    look_after(stage)
    open_the_treasury(stage)
    open_the_books(stage)
    open_the_post(stage)
    await sign_in(browser)
    return browser


@pytest.mark.parametrize("name", PAGES)
async def test_what_was_typed_stays_beside_what_was_saved_meanwhile(owner: Browser, stage: Stage, name: str) -> None:
    page = PAGES[name]

    def stale(_: Asked) -> None:
        raise No(412, "request.stale_version", title="Хтось змінив раніше")

    stage.on(page.service, *page.call, stale)
    await owner.open(page.address)
    before = owner.page.all("input[name=version]")[0].attributes["value"]
    await owner.send(page.action or page.address, through=None, **page.typed, version="0")
    assert owner.page.status == 412
    assert stage.calls(*page.call), "the act was tried"
    kept = page.kept or 'input[value="Моє"]'
    assert owner.page.has(kept) or "Моє" in owner.page.text
    said = " ".join(owner.page.text.split())
    assert "Тим часом" in said, "what is saved now stands there"
    assert "label." not in said
    stand = {node.attributes["value"] for node in owner.page.all("input[name=version]")}
    assert before in stand, "once more, and it is saved"
    assert "0" not in stand
