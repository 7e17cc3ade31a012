"""Services, rooms and staff: what a change hits is decided first, and what is removed comes back."""

from __future__ import annotations

import pytest

from .browser import Browser
from .office import BASE, GONE, ROOM, hit, hits
from .people import MASTER_ID, member
from .people import owner as owner_member
from .salon import ACCOUNT, ANDRII, CUT, SOFIIA, location
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .trade import services, staff_members
from .work import open_for_staff

HOME = f"/manage/{ACCOUNT}"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    await sign_in(browser)
    return browser


def conflict(_: Asked) -> None:
    raise No(409, "booking.schedule_conflict", title="Зміна зачіпає записи клієнтів", conflicts=[hit()])


async def test_a_service_knows_its_group_its_rooms_and_its_places(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", f"{BASE}/locations", {"items": [location(), location(11, "На Лівому")]})
    stage.on("booking", "PATCH", f"{BASE}/services/{CUT}", services().items[0])
    await owner.open(f"{HOME}/services/{CUT}")
    await owner.send(
        f"/services/{CUT}", capacity="8", resources=[str(ROOM)], location_ids=[str(location().id)],
        **{f"units_{ROOM}": "2"},
    )  # fmt: skip
    [sent] = stage.calls("PATCH", f"{BASE}/services/{CUT}")
    assert sent.body["capacity"] == 8
    assert sent.body["resources"] == [{"resource_id": str(ROOM), "units": 2}]
    assert sent.body["location_ids"] == [str(location().id)]


async def test_taking_a_person_from_a_service_decides_about_their_bookings(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "PATCH", f"{BASE}/services/{CUT}", conflict)
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit()))
    await owner.open(f"{HOME}/services/{CUT}")
    await owner.send(f"/services/{CUT}", staff_member_ids=[str(ANDRII)])
    assert owner.page.heading == "Зміна зачіпає 1 запис"
    await owner.send("/changes", all="move")
    change = stage.calls("POST", f"{BASE}/changes")[-1].body["change"]
    assert (change["kind"], change["patch"]["staff_member_ids"]) == ("service", [str(ANDRII)])


async def test_a_newer_state_stands_beside_what_was_typed(owner: Browser, stage: Stage) -> None:
    def stale(_: Asked) -> None:
        raise No(412, "request.stale_version", title="Хтось змінив раніше")

    stage.on("booking", "PATCH", f"{BASE}/services/{CUT}", stale)
    await owner.open(f"{HOME}/services/{CUT}")
    await owner.send(f"/services/{CUT}", name="Нова назва", version="0")
    assert owner.page.status == 412
    assert owner.page.one("#f-name").attributes["value"] == "Нова назва"
    assert "Чоловіча стрижка" in owner.page.one("#e-name").text()
    assert owner.page.one("input[name=version]").attributes["value"] == "1"


async def test_a_service_with_bookings_ahead_goes_once_each_of_them_is_decided(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit()))
    await owner.open(f"{HOME}/services/{CUT}")
    await owner.send("/drop")
    assert "Прибрати «Чоловіча стрижка»?" in owner.page.text
    assert len(owner.page.all("select option")) == 2, "free times near it"
    first = hit()["booking_id"]
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit(), hit(2, "Ганна"), seen="mark-2"))
    await owner.send("/changes", **{f"choice_{first}": "move"})
    assert owner.page.status == 409
    assert "Ганна" in owner.page.text, "who booked meanwhile is on the list now"
    assert owner.page.has(f'input[name="choice_{first}"][value="move"][checked]'), "what was chosen is kept"
    assert "Прибрати «Чоловіча стрижка»?" in owner.page.text
    await owner.send("/changes", all="cancel")
    sent = stage.calls("POST", f"{BASE}/changes")[-1].body
    assert sent == {
        "change": {"kind": "service_removal", "service_id": str(CUT)},
        "seen": "mark-2",
        "on_conflict": "cancel",
    }
    assert owner.page.address == f"{HOME}/deleted"


async def test_a_place_is_closed_and_its_bookings_stay_or_are_cancelled(owner: Browser, stage: Stage) -> None:
    place = location().id
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit(free=0)))
    await owner.open(f"{HOME}/locations/{place}")
    await owner.send("/drop")
    assert "в іншу не можна" in owner.page.text
    assert [one.attributes["value"] for one in owner.page.all("button[name=all]")] == []
    await owner.send("/changes", **{f"choice_{hit()['booking_id']}": "keep"})
    sent = stage.calls("POST", f"{BASE}/changes")[-1].body
    assert sent["change"] == {"kind": "location_removal", "location_id": str(place)}
    assert owner.page.address == f"{HOME}/deleted"


async def test_a_room_is_added_changed_and_refused_in_its_place(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/resources")
    await owner.send("/resources", name="Солярій", units="1")
    assert stage.calls("POST", f"{BASE}/resources")[0].body == {"name": "Солярій", "units": 1}
    await owner.send(f"/resources/{ROOM}", name="Кабінет", units="багато")
    assert owner.page.status == 422
    assert owner.page.has('input[value="багато"]')
    await owner.send(f"/resources/{ROOM}", act="drop")
    assert stage.calls("DELETE", f"{BASE}/resources/{ROOM}")


@pytest.mark.row("S33")
async def test_who_takes_no_bookings_any_more_leaves_theirs_decided(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "PATCH", f"{BASE}/staff-members/{SOFIIA}", conflict)
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit()))
    await owner.open(f"{HOME}/staff/{SOFIIA}")
    await owner.send(f"/staff/{SOFIIA}", accepts_bookings=[])
    assert "Тарас" in owner.page.text
    await owner.send("/changes", all="keep")
    change = stage.calls("POST", f"{BASE}/changes")[-1].body["change"]
    assert (change["kind"], change["patch"]["accepts_bookings"]) == ("staff_member", False)


async def test_a_member_leaves_after_their_bookings_are_decided_and_comes_back(owner: Browser, stage: Stage) -> None:
    people = [one.model_copy(update={"has_login": True}) for one in staff_members().items]
    stage.on("booking", "GET", f"{BASE}/staff-members", {"items": people})
    stage.on("booking", "POST", f"{BASE}/changes", hits(hit()))
    former = member(is_active=False)
    stage.on("identity", "DELETE", f"{BASE}/members/{MASTER_ID}", former)
    await owner.open(f"{HOME}/staff/{ANDRII}")
    await owner.send("/drop")
    assert not stage.calls("DELETE", f"{BASE}/members/{MASTER_ID}"), "not before the bookings are decided"
    stage.on("identity", "GET", f"{BASE}/members", {"items": [owner_member(), former]})
    await owner.send("/changes", all="cancel")
    assert stage.calls("POST", f"{BASE}/changes")[-1].body["change"]["kind"] == "hand_over"
    assert stage.calls("DELETE", f"{BASE}/members/{MASTER_ID}")[0].query == {"on_conflict": "keep"}
    assert owner.page.address == f"{HOME}/deleted"
    stage.on("identity", "POST", f"{BASE}/members/{MASTER_ID}/restore", member())
    await owner.send(f"/deleted/members/{MASTER_ID}")
    assert "Повернено: Андрій Мельник" in owner.page.text
    await owner.send(f"/deleted/chairs/{GONE}")
    assert stage.calls("POST", f"{BASE}/staff-members/{GONE}/restore")
