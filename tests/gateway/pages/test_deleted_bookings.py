"""Deleting a booking at the desk, and finding the way back."""

from __future__ import annotations

import pytest

from contracts.http.booking import Action, ActionList, BookingList, Fix, Reason

from .browser import Browser
from .salon import ACCOUNT, BOOKING, moment
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .visits import booking
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


@pytest.mark.row("S61")
async def test_a_booking_is_deleted_with_a_reason_and_brought_back_from_the_list(staff: Browser, stage: Stage) -> None:
    away = booking(deleted_at=moment(0, 9), state="cancelled_by_staff")
    await staff.open(PAGE)
    await staff.follow("Видалити запис")
    assert "Візит буде скасовано" in staff.page.text
    stage.on("booking", "GET", ONE, away)
    bringing = ActionList(items=[Action(action="restore", allowed=True)])
    stage.on("booking", "GET", f"{ONE}/actions", bringing)
    await staff.send("/delete", reason="введено двічі")
    [sent] = stage.calls("DELETE", ONE)
    assert sent.query == {"reason": "введено двічі", "tell_client": "true"}
    assert sent.headers["If-Match"] == f'"{away.version}"'
    assert sent.headers["Idempotency-Key"]
    assert "лишиться скасованим" in staff.page.text, "what deleting cannot be undone for is said"
    assert not staff.page.all('form[action$="/step-arrive"]'), "nothing is done with what is away"

    stage.on("booking", "GET", f"{BASE}/bookings", lambda asked: _those(asked, away))
    await staff.open(f"{DESK}/deleted?day={moment(1, 9).date()}")
    assert "Тарас Савченко" in staff.page.text
    await staff.send("/restore")
    assert len(stage.calls("POST", f"{ONE}/restore")) == 1
    await staff.open(f"{DESK}/deleted?day={moment(3, 9).date()}")
    assert "видалених записів" in staff.page.text.lower()
    assert staff.page.all(f'main a.btn[href="{DESK}"]'), "an empty place has its way on"


def _those(asked: Asked, away: object) -> BookingList:
    assert asked.query["deleted"] == "true"
    return BookingList(items=[away] if asked.query["from"] <= str(moment(1, 9).date()) else [])


async def test_what_is_refused_names_the_right_and_keeps_the_reason(staff: Browser, stage: Stage) -> None:
    def refuse(_: Asked) -> None:
        raise No(403, "access.missing_permission", title="Потрібне право", permission="booking.delete_paid")

    stage.on("booking", "DELETE", ONE, refuse)
    await staff.open(f"{PAGE}?open=delete")
    await staff.send("/delete", reason="помилка каси")
    assert staff.page.status == 403
    assert "Потрібне право" in staff.page.text
    assert "помилка каси" in staff.page.one("#delete textarea").text()


async def test_who_may_not_delete_reads_who_may(staff: Browser, stage: Stage) -> None:
    fix = Fix(text="Право може надати: Олена Шевчук.", url="/help/access.missing_permission")
    reason = Reason(code="access.missing_permission", text="Потрібне право «Видаляти оплачене»", fix=fix)
    no = Action(action="delete", allowed=False, reason=reason, permission="booking.delete_paid", holders=["Олена"])
    stage.on("booking", "GET", f"{ONE}/actions", ActionList(items=[no]))
    await staff.open(PAGE)
    assert "Видалити запис : Потрібне право" in " ".join(staff.page.text.split())
    assert not staff.page.all(f'a[href="{PAGE}?open=delete#delete"]')
