"""Who may do what: the matrix, one person's rights, requests for more, keys for programs."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.http.identity import SecondFactorAnswer

from .browser import Browser
from .people import BASE, KEY, MASTER_ID, MASTER_RIGHTS, NAMES, OWNER_ID, WISH, demand, known, member, wish
from .salon import ACCOUNT, LOCATION, location, membership, moment, profile
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .trade import account
from .work import open_for_staff

HOME = f"/manage/{ACCOUNT}"
ANDRIIS = f"{HOME}/rights/{MASTER_ID}"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    await sign_in(browser)
    return browser


def sent(stage: Stage) -> dict[str, Any]:
    """What the last change of the member named."""
    body: dict[str, Any] = stage.calls("PATCH", f"{BASE}/members/{MASTER_ID}")[-1].body
    return body


@pytest.mark.row("S34")
async def test_the_matrix_shows_everybody_with_personal_differences_and_marks(owner: Browser, stage: Stage) -> None:
    marked = account().model_copy(update={"second_person_for": ("staff.delete",)})
    stage.on("identity", "GET", BASE, marked)
    await owner.open(f"{HOME}/rights")
    rows = {node.css("th")[0].text(strip=True): node for node in owner.page.all("table.matrix tbody tr:not(.area)")}
    edit = next(node for name, node in rows.items() if name.startswith(NAMES.get("uk", "permission.client.edit")))
    assert [("own" in (cell.attributes.get("class") or "")) for cell in edit.css("td")] == [False, True]
    phone = next(
        node for name, node in rows.items() if name.startswith(NAMES.get("uk", "permission.client.view_phone"))
    )
    assert "небезпечне" in phone.css("th")[0].text()
    removal = next(node for name, node in rows.items() if name.startswith(NAMES.get("uk", "permission.staff.delete")))
    assert "потрібна друга людина" in removal.css("th")[0].text()
    assert "1 особиста відмінність" in owner.page.text


@pytest.mark.row("S69")
async def test_single_rights_are_sent_as_differences_from_the_role(owner: Browser, stage: Stage) -> None:
    await owner.open(ANDRIIS)
    rights = [one for one in MASTER_RIGHTS if one != "booking.cancel"] + ["cash.view"]
    await owner.send(f"/rights/{MASTER_ID}", act="save", right=rights, **{"until_cash.view": "2031-05-31"})
    assert sent(stage) == {
        "permissions": {"booking.cancel": False, "client.edit": None, "cash.view": True},
        "permission_expiries": {"cash.view": "2031-06-01T00:00:00+03:00"},
        "confirmed": False,
    }
    assert stage.calls("PATCH", f"{BASE}/members/{MASTER_ID}")[-1].headers["If-Match"] == '"4"'
    assert "змінено" in owner.page.text


async def test_a_role_sets_its_own_rights_and_drops_personal_ones(owner: Browser, stage: Stage) -> None:
    await owner.open(ANDRIIS)
    await owner.send(f"/rights/{MASTER_ID}", act="role", role="administrator")
    assert sent(stage) == {"role": "administrator", "permissions": {"client.edit": None}, "confirmed": False}


@pytest.mark.row("N38")
async def test_a_scope_of_chosen_locations_and_an_end_are_kept(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", f"{BASE}/locations", {"items": [location(), location(11, "На Лівому")]})
    await owner.open(ANDRIIS)
    await owner.send(
        f"/rights/{MASTER_ID}", act="save", right=[*MASTER_RIGHTS, "client.edit"], scope="some",
        location_ids=[str(LOCATION)], ends_on="2031-01-31",
    )  # fmt: skip
    assert sent(stage) == {
        "location_ids": [str(LOCATION)],
        "ends_at": "2031-02-01T00:00:00+02:00",
        "confirmed": False,
    }


@pytest.mark.row("S71")
async def test_a_dangerous_right_is_given_after_its_reason_was_read(owner: Browser, stage: Stage) -> None:
    def careful(asked: Asked) -> Any:
        if asked.body["confirmed"]:
            return member(version=5)
        danger = {"permission": "client.view_phone", "name": "Бачити телефон", "why": "Забере базу клієнтів."}
        raise No(409, "identity.danger_unconfirmed", title="Небезпечні права", dangers=[danger])

    stage.on("identity", "PATCH", f"{BASE}/members/{MASTER_ID}", careful)
    await owner.open(ANDRIIS)
    assert "Майстер, що піде, забере базу клієнтів." in owner.page.text, "marked with the reason beforehand"
    await owner.send(f"/rights/{MASTER_ID}", act="save", right=[*MASTER_RIGHTS, "client.edit", "client.view_phone"])
    assert owner.page.status == 409
    assert "Забере базу клієнтів." in owner.page.one("#dangers").text()
    assert owner.page.has('input[value="client.view_phone"][checked]'), "what was ticked stays"
    await owner.send(f"/rights/{MASTER_ID}", act="save")
    assert sent(stage) == {"permissions": {"client.view_phone": True}, "confirmed": True}


@pytest.mark.row("S68")
async def test_what_one_does_not_hold_cannot_be_ticked_and_says_why(owner: Browser, stage: Stage) -> None:
    stage.on("identity", "GET", f"{BASE}/permissions", known(without=("cash.delete",)))
    await owner.open(ANDRIIS)
    assert "disabled" in owner.page.one('input[name=right][value="cash.delete"]').attributes
    assert "Ви не маєте цього права" in owner.page.one("#w-cash-delete").text()


@pytest.mark.row("S77")
async def test_the_last_owner_stays_and_the_page_says_so(owner: Browser, stage: Stage) -> None:
    def refuse(_: Asked) -> None:
        raise No(409, "identity.last_owner", title="Останній власник лишається")

    stage.on("identity", "PATCH", f"{BASE}/members/{OWNER_ID}", refuse)
    await owner.open(f"{HOME}/rights/{OWNER_ID}")
    assert not owner.page.has("input[name=right]")
    await owner.send(f"/rights/{OWNER_ID}", act="role", role="master")
    assert owner.page.status == 409
    assert "Останній власник лишається" in owner.page.one("[role=alert]").text()


async def test_a_code_that_is_wanted_loses_nothing_that_was_ticked(owner: Browser, stage: Stage) -> None:
    def refuse(_: Asked) -> None:
        raise No(403, "access.step_up_required", title="Потрібен код")

    stage.on("identity", "PATCH", f"{BASE}/members/{MASTER_ID}", refuse)
    await owner.open(ANDRIIS)
    await owner.send(f"/rights/{MASTER_ID}", act="save", right=["cash.view"])
    assert owner.page.status == 403
    assert owner.page.has('input[value="cash.view"][checked]')
    assert owner.page.has('[role=alert] a[target="_blank"][href^="/login/confirm?next="]')


@pytest.mark.row("S35")
async def test_a_refusal_names_the_right_its_holders_and_asks_for_it(owner: Browser, stage: Stage) -> None:
    wanted = {"rule": "access.missing_permission", "permissions": ["audit.view"]}
    holders = [{"member_id": str(OWNER_ID), "name": "Олена Шевчук"}, {"member_id": str(WISH), "name": "Ігор"}]
    url = f"http://zapys.test/api/v1/accounts/{ACCOUNT}/access-requests"

    def forbidden(_: Asked) -> None:
        raise No(
            403,
            "access.missing_permission",
            title="Потрібне право «Ключі»",
            fix={"text": "Право може надати: Олена Шевчук.", "url": None},
            ask={"method": "POST", "url": url, "body": wanted, "to": holders},
        )

    stage.on("identity", "GET", f"{BASE}/api-keys", forbidden)
    await owner.open(f"{HOME}/api-keys")
    assert owner.page.status == 403
    assert "Право може надати: Олена Шевчук." in owner.page.text
    await owner.send("/ask", to=str(OWNER_ID), note="Для звірки", back=f"{HOME}/ask")
    [asked] = stage.calls("POST", f"{BASE}/access-requests")
    assert asked.body == {**wanted, "to": str(OWNER_ID), "note": "Для звірки"}
    assert "Запит надіслано" in owner.page.text


async def test_a_request_is_granted_for_a_while_or_declined(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/rights")
    assert "Клієнтка захворіла <b>сьогодні</b>" in owner.page.text, "a note is text and nothing else"
    await owner.send(f"/requests/{WISH}/grant", span="week")
    [granted] = stage.calls("POST", f"{BASE}/access-requests/{WISH}/grant")
    assert granted.body["expires_at"]
    assert "Надано" in owner.page.text
    await owner.send(f"/requests/{WISH}/decline")
    assert stage.calls("POST", f"{BASE}/access-requests/{WISH}/decline")
    stage.on("identity", "GET", f"{BASE}/access-requests", {"items": [wish(state="declined", decided_by_name="Ігор")]})
    await owner.open(f"{HOME}/ask")
    assert "відхилено" in owner.page.text


async def test_a_key_is_shown_once_and_revoked(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/api-keys")
    assert "203.0.113.7" in owner.page.text
    await owner.send("/api-keys", name="Бот", permissions=["booking.view"], expires_in_days="30")
    assert stage.calls("POST", f"{BASE}/api-keys")[0].body == {
        "name": "Бот",
        "permissions": ["booking.view"],
        "expires_in_days": 30,
    }
    assert owner.page.one("#new-key").text() == "zk_secret_of_the_key"
    await owner.open(f"{HOME}/api-keys")
    assert "zk_secret_of_the_key" not in owner.page.answer.text
    await owner.send(f"/{KEY}/revoke")
    assert stage.calls("DELETE", f"{BASE}/api-keys/{KEY}")
    await owner.send("/api-keys", name="", permissions=[])
    assert owner.page.status == 422
    assert owner.page.one("#e-name").text(strip=True)


async def test_an_owner_sees_who_lacks_a_second_factor_before_demanding_it(owner: Browser, stage: Stage) -> None:
    here = f"{HOME}/rights/second-factor"
    assert (await owner.open(f"{HOME}/rights")).has(f'a[href="{here}"]')
    page = await owner.open(here)
    assert "Андрій Мельник" in page.text
    assert "1 людина ще не має застосунка" in page.text
    assert page.one('a[href="/me/second-factor"]'), "without one of their own the switch is not there"
    assert not page.has(f'form[action="{here}"] button')
    stage.on("identity", "GET", "/me/second-factor", SecondFactorAnswer(state="in_force", advised=True))
    await owner.open(here)
    await owner.send(here)
    [put] = stage.calls("PUT", f"{BASE}/settings/second-factor")
    assert put.body == {"demanded": True}
    assert "потребують другого чинника" in owner.page.one("#flash").text()
    stage.on(
        "identity",
        "GET",
        f"{BASE}/settings/second-factor",
        demand(demanded=True, demanded_by_name="Олена", demanded_at=moment(0, 9), lacking=[]),
    )
    assert "Увімкнено: Олена" in (await owner.open(here)).text
    await owner.send(here)
    assert stage.calls("PUT", f"{BASE}/settings/second-factor")[-1].body == {"demanded": False}
    stage.on("identity", "GET", "/me", profile(memberships=(membership(role="manager"),)))
    page = await owner.open(here)
    assert "вмикає і вимикає власник" in page.text
    assert not page.has(f'form[action="{here}"]')
    stage.on("identity", "GET", "/me/second-factor", SecondFactorAnswer(state="none", advised=True))
    assert "небезпечні дії для вас закрито" in (await owner.open(here)).text


async def test_who_lacks_the_demanded_factor_reads_who_demands_it_and_goes_to_set_it_up(
    owner: Browser, stage: Stage
) -> None:
    def refused(_: Asked) -> None:
        fix = {"text": "Підключіть застосунок", "url": "http://zapys.test/me/second-factor"}
        detail = "Олена вимагає його для небезпечних дій"
        raise No(
            403,
            "access.second_factor_demanded",
            title="Потрібен застосунок",
            detail=detail,
            fix=fix,
            rule={"code": "x", "text": "Правило"},
        )

    stage.on("identity", "PATCH", f"{BASE}/members/{MASTER_ID}", refused)
    await owner.open(ANDRIIS)
    await owner.send(f"/rights/{MASTER_ID}", act="save", right=[*MASTER_RIGHTS, "cash.view"])
    assert owner.page.status == 403
    assert "Підключити застосунок" in owner.page.one('#errors a[href$="/me/second-factor"]').text()
    assert "Олена вимагає" in owner.page.text
