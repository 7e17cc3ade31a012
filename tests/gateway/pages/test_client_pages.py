"""Clients: the list, a card that shows what one may see, doubles, files, own fields, erasure."""

from __future__ import annotations

from uuid import UUID

import pytest

from .browser import Browser, Page
from .money import CLIENT
from .office import BASE, look_after
from .salon import ACCOUNT, uid
from .stage import Stage
from .test_doors import sign_in
from .visits import card
from .work import open_for_staff

HOME = f"/manage/{ACCOUNT}/clients"
OTHER: UUID = uid(985)


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    look_after(stage)
    stage.on("booking", "GET", f"{BASE}/clients", {"items": [card()]})
    stage.on("booking", "PATCH", f"{BASE}/clients/{CLIENT}", card())
    await sign_in(browser)
    return browser


async def test_a_list_is_searched_and_an_empty_one_says_what_to_do(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}?q=067")
    assert stage.calls("GET", f"{BASE}/clients")[-1].query == {"q": "067"}
    assert "Савченко" in owner.page.text
    stage.on("booking", "GET", f"{BASE}/clients", {"items": []})
    await owner.open(HOME)
    assert owner.page.has(f'.empty a[href="{HOME}/import"]')


@pytest.mark.row("S59")
async def test_what_is_masked_is_neither_shown_for_change_nor_sent(owner: Browser, stage: Stage) -> None:
    masked = card().model_copy(update={"surname": "С.", "phone": "+380•••67", "masked": ["surname", "phone", "email"]})
    stage.on("booking", "GET", f"{BASE}/clients/{CLIENT}", masked)
    await owner.open(f"{HOME}/{CLIENT}")
    assert not owner.page.has("#f-phone")
    assert "потрібне окреме право" in owner.page.text
    await owner.send(f"/clients/{CLIENT}", name="Тарас", note="Любить каву")
    [sent] = stage.calls("PATCH", f"{BASE}/clients/{CLIENT}")
    assert sent.body == {"name": "Тарас", "note": "Любить каву", "notifications_on": True}


async def test_erasing_needs_the_word(owner: Browser, stage: Stage) -> None:
    stage.on(
        "booking", "POST", f"{BASE}/clients/{CLIENT}/erase",
        {"client_id": CLIENT, "erased_at": "2026-11-22T10:00:00Z", "bookings": 3},
    )  # fmt: skip
    await owner.open(f"{HOME}/{CLIENT}")
    await owner.send("/erase", confirm="так")
    assert owner.page.status == 422
    assert not stage.calls("POST", f"{BASE}/clients/{CLIENT}/erase")
    await owner.send("/erase", confirm="erase")
    assert stage.calls("POST", f"{BASE}/clients/{CLIENT}/erase")[0].body == {"confirm": "erase"}


async def test_doubles_go_into_the_card_that_is_kept(owner: Browser, stage: Stage) -> None:
    double = card().model_copy(update={"id": OTHER})
    stage.on("booking", "GET", f"{BASE}/client-doubles", {"items": [{"why": "name", "cards": [card(), double]}]})
    merged = {"id": uid(986), "kept_id": CLIENT, "double_id": OTHER, "bookings": 1, "merged_by_name": None}
    merged |= {"merged_at": "2026-11-22T10:00:00Z", "undone_at": None}
    stage.on("booking", "POST", f"{BASE}/clients/{CLIENT}/merges", merged)
    await owner.open(f"{HOME}/doubles")
    await owner.send("/doubles", kept=str(CLIENT))
    assert stage.calls("POST", f"{BASE}/clients/{CLIENT}/merges")[0].body == {"double_id": str(OTHER)}


async def test_a_file_is_read_before_it_is_written_and_faults_are_named(owner: Browser, stage: Stage) -> None:
    page = await owner.open(f"{HOME}/import")
    csrf = page.one("main input[name=csrf]").attributes["value"] or ""
    refused = await owner.http.post(f"{HOME}/import", data={"csrf": csrf})
    assert (refused.status_code, "Оберіть файл" in refused.text) == (422, True)
    answer = await owner.http.post(f"{HOME}/import", data={"csrf": csrf}, files={"file": ("клієнти.csv", b"a;b\n1;2")})
    owner.page = Page(answer)
    assert stage.calls("POST", f"{BASE}/client-imports")[0].body["content_base64"] == "YTtiCjE7Mg=="
    assert "Не схоже на телефон" in owner.page.text
    assert "=HYPERLINK(<b>)" in owner.page.text
    await owner.send(f"/import/{uid(981)}")
    assert stage.calls("POST", f"{BASE}/client-imports/{uid(981)}/apply")


async def test_own_fields_are_added_with_their_choices(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/fields")
    await owner.send("/fields", name="Довжина", kind="choice", choices="коротке, довге")
    assert stage.calls("POST", f"{BASE}/client-fields")[0].body == {
        "name": "Довжина",
        "kind": "choice",
        "is_contact": False,
        "choices": ["коротке", "довге"],
    }
