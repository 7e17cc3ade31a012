"""The owner's pages: from a name to a page that takes bookings, and money."""

from __future__ import annotations

import pytest

from contracts.http.catalogue import LocationList, ServiceList, StaffMemberList
from contracts.http.fiscal import CashRegisters

from .browser import Browser
from .money import REGISTER, checked, register
from .salon import ACCOUNT, CUT, OLENA, profile, uid
from .stage import Asked, No, Stage
from .test_doors import sign_in
from .work import BASE, open_for_staff

HOME = f"/manage/{ACCOUNT}"


@pytest.fixture
async def owner(browser: Browser, stage: Stage) -> Browser:
    """Signed in."""
    open_for_staff(stage)
    await sign_in(browser)
    return browser


def invalid(pointer: str, text: str) -> No:
    return No(
        422,
        "request.invalid",
        title="Дані заповнено з помилкою",
        errors=[{"pointer": pointer, "code": "x", "text": text}],
    )


class Draft:
    """Plays the keeper of a registration's steps."""

    def __init__(self, stage: Stage) -> None:
        self.steps: dict[str, dict[str, str]] = {}
        stage.on("identity", "GET", "/me/registration-draft", lambda _: self.answer())
        stage.on("identity", "PUT", "/me/registration-draft/steps/[a-z]+", self.keep)
        stage.on("identity", "DELETE", "/me/registration-draft", None)

    def keep(self, asked: Asked) -> dict[str, object]:
        self.steps[asked.path.rsplit("/", 1)[-1]] = asked.body["values"]
        return self.answer()

    def answer(self) -> dict[str, object]:
        names = ("firm", "location", "services", "staff", "schedule")
        missing = next((one for one in names if one not in self.steps), None)
        return {"version": len(self.steps), "steps": self.steps, "next_step": missing, "changed_at": None}


@pytest.mark.row("N23")
@pytest.mark.row("N22")
async def test_a_registration_is_left_on_a_phone_and_finished_on_a_computer(owner: Browser, stage: Stage) -> None:
    Draft(stage)
    stage.on("identity", "GET", "/me/bookings", {"items": []})
    stage.on("identity", "GET", "/me", profile(name=None))
    await owner.open("/register")
    await owner.send("/register", name="", vanity_address="levada", act="next")
    assert owner.page.one("#e-name").text(strip=True) == "Обовʼязкове поле"
    await owner.send("/register", name="Салон «Левада»", vanity_address="levada", city="Київ", act="next")
    assert owner.page.status == 422
    assert "вже має інша компанія" in owner.page.one("#e-vanity_address").text(), "known before the other four steps"
    await owner.send("/register", vanity_address="levada-podil", owner_name="Олена Шевчук", act="next")
    await owner.send("/register", address="вул. Сагайдачного, 10", act="next")
    await owner.send(
        "/register", service_name_1="Стрижка", service_minutes_1="45", service_price_1="дорого", act="next"
    )
    assert "450,50" in owner.page.one("#e-service_price_1").text(), "an amount is asked for, not a whole number"
    await owner.send("/register", service_price_1="450", act="next")
    assert not stage.calls("POST", "/accounts"), "nothing is made before the end"

    await owner.open("/register")
    assert owner.page.heading == "Хто приймає клієнтів", "another device goes on where one was left"
    assert len(owner.page.all(".wizard a.is-done")) == 3
    await owner.open("/register?step=services")
    assert owner.page.one("#f-service_price_1").attributes["value"] == "450"
    await owner.send("/register", service_minutes_1="довго", act="next")
    assert owner.page.status == 422
    assert owner.page.one("#e-service_minutes_1").text(strip=True)
    await owner.send("/register", service_minutes_1="45", act="next")
    await owner.send("/register", staff_name_1="Олена Шевчук", act="next")
    await owner.send("/register", **{"preset": "six", "from": "9", "to": "18:00", "act": "next"})

    assert stage.calls("PATCH", "/me")[-1].body == {"name": "Олена Шевчук"}, "nobody is called by a number at work"
    [made] = stage.calls("POST", "/accounts")
    assert made.body == {
        "name": "Салон «Левада»",
        "vanity_address": "levada-podil",
        "city": "Київ",
        "time_zone": "Europe/Kyiv",
        "language": "uk",
    }
    assert made.headers["Idempotency-Key"]
    assert stage.calls("POST", f"{BASE}/locations")[0].body["name"] == "Салон «Левада»"
    assert stage.calls("POST", f"{BASE}/services")[0].body["price"] == {"amount": 45000}
    assert stage.calls("POST", f"{BASE}/staff-members")[0].body["name"] == "Олена Шевчук"
    [hours] = stage.calls("PUT", f"{BASE}/staff-members/[^/]+/schedule")
    assert hours.body["days"]["sat"] == [{"from": "09:00", "to": "18:00"}]
    assert "sun" not in hours.body["days"]
    assert stage.calls("DELETE", "/me/registration-draft")
    assert owner.page.address == HOME


async def test_a_taken_address_offers_free_ones_and_keeps_the_name(owner: Browser, stage: Stage) -> None:
    def taken(_: Asked) -> None:
        raise No(409, "identity.vanity_address_taken", title="Адреса зайнята", suggestions=["levada-1", "levada-kyiv"])

    stage.on("identity", "POST", "/accounts", taken)
    draft = Draft(stage)
    draft.steps = {"firm": {"name": "Салон", "vanity_address": "levada"}, "location": {}}
    draft.steps |= {"services": {"service_name_1": "Стрижка"}, "staff": {"staff_name_1": "Олена"}}
    await owner.open("/register")
    await owner.send("/register", preset="daily", act="next")
    assert owner.page.status == 409
    assert [node.text() for node in owner.page.all("button[name=vanity_address]")] == ["levada-1", "levada-kyiv"]
    assert owner.page.one("#f-name").attributes["value"] == "Салон"
    assert not stage.calls("DELETE", "/me/registration-draft")


async def test_what_a_model_does_not_take_stands_beside_its_field(owner: Browser, stage: Stage) -> None:
    Draft(stage)
    await owner.open("/register")
    await owner.send("/register", name="x" * 300, vanity_address="levada", act="next")
    assert owner.page.status == 422
    assert "Задовго" in owner.page.one("#e-name").text()
    assert owner.page.one("#f-name").attributes["aria-invalid"] == "true"
    assert stage.calls("POST", "/accounts") == []


async def test_the_overview_says_what_is_next(owner: Browser, stage: Stage) -> None:
    stage.on("booking", "GET", f"{BASE}/locations", LocationList(items=[]))
    stage.on("booking", "GET", f"{BASE}/services", ServiceList(items=[]))
    stage.on("booking", "GET", f"{BASE}/staff-members", StaffMemberList(items=[]))
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[]))
    await owner.open(HOME)
    assert owner.page.heading == "Ще трохи, і можна записувати"
    assert owner.page.one("ol.todo a.primary").attributes["href"] == f"{HOME}/locations"
    assert not owner.page.has(".is-done")


async def test_the_overview_hands_out_the_address_once_all_is_there(owner: Browser) -> None:
    await owner.open(HOME)
    assert owner.page.heading == "Можна записуватися"
    assert owner.page.has('a[href="http://zapys.test/levada"]')


async def test_the_overview_works_without_the_right_to_see_money(owner: Browser, stage: Stage) -> None:
    def forbidden(_: Asked) -> None:
        raise No(403, "access.missing_permission")

    stage.on("fiscal", "GET", f"{BASE}/cash-registers", forbidden)
    await owner.open(HOME)
    assert owner.page.status == 200


async def test_adding_a_service_sends_minutes_and_kopecks(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/services")
    await owner.send("/services", name="Борода", duration_min="30", price="1 250,50", staff_member_ids=[str(OLENA)])
    [sent] = stage.calls("POST", f"{BASE}/services")
    assert sent.body["price"] == {"amount": 125050}
    assert sent.body["duration_min"] == 30
    assert sent.body["bookable_online"] is True
    assert sent.body["staff_member_ids"] == [str(OLENA)]


@pytest.mark.parametrize(("field", "typed"), [("price", "багато"), ("duration_min", "пів години")])
async def test_what_is_no_number_is_said_beside_the_field_with_the_text_kept(
    owner: Browser, stage: Stage, field: str, typed: str
) -> None:
    await owner.open(f"{HOME}/services")
    values: dict[str, str] = {"duration_min": "30", "price": "100", field: typed}
    await owner.send("/services", name="Борода", duration_min=values["duration_min"], price=values["price"])
    assert owner.page.status == 422
    assert owner.page.one(f"#e-{field}").text(strip=True)
    assert owner.page.one(f"#f-{field}").attributes["value"] == typed
    assert stage.calls("POST", f"{BASE}/services") == []


async def test_a_person_without_a_phone_is_a_column_and_goes_on_to_their_hours(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/staff")
    await owner.send("/staff", name="Олена Шевчук")
    [sent] = stage.calls("POST", f"{BASE}/staff-members")
    assert sent.body["name"] == "Олена Шевчук"
    assert str(CUT) in sent.body["service_ids"], "a new person does everything until it is said otherwise"
    assert owner.page.address == f"{HOME}/staff/{OLENA}/schedule"


async def test_a_person_with_a_phone_becomes_a_member_who_can_sign_in(owner: Browser, stage: Stage) -> None:
    member = {
        "id": uid(95),
        "version": 1,
        "account_id": ACCOUNT,
        "user_id": uid(96),
        "staff_member_id": OLENA,
        "name": "Олена",
        "phone": "+380671112233",
        "role": "master",
        "permissions": [],
        "permission_changes": {},
        "location_ids": None,
        "accepts_bookings": True,
        "is_active": True,
        "added_at": "2026-11-22T10:00:00+02:00",
        "removed_at": None,
    }
    stage.on("identity", "POST", f"{BASE}/members", member)
    person = {"id": OLENA, "version": 2, "name": "Олена", "location_ids": None, "service_ids": []}
    person |= {"accepts_bookings": True, "has_login": True, "has_schedule": False}
    stage.on("booking", "PATCH", f"{BASE}/staff-members/{OLENA}", person)
    await owner.open(f"{HOME}/staff")
    await owner.send("/staff", name="Олена", phone="067 111 22 33", service_ids=[str(CUT)])
    [sent] = stage.calls("POST", f"{BASE}/members")
    assert sent.body == {"phone": "067 111 22 33", "name": "Олена", "role": "master", "accepts_bookings": True}
    assert stage.calls("PATCH", f"{BASE}/staff-members/{OLENA}")[0].body == {"service_ids": [str(CUT)]}


async def test_a_cash_register_is_added_with_its_secrets_that_are_never_shown_back(
    owner: Browser, stage: Stage
) -> None:
    def refuse(_: Asked) -> None:
        raise invalid("/checkbox/licence_key", "Ключ неправильний")

    stage.on("fiscal", "POST", f"{BASE}/cash-registers", refuse)
    await owner.open(f"{HOME}/cash-registers")
    await owner.send("/cash-registers", name="Каса", licence_key="k", cashier_login="c", cashier_password="s3cret")
    [sent] = stage.calls("POST", f"{BASE}/cash-registers")
    assert sent.body == {
        "name": "Каса",
        "payment_types": ["cash"],
        "checkbox": {"licence_key": "k", "cashier_login": "c", "cashier_password": "s3cret"},
    }
    assert "Ключ неправильний" in owner.page.one("#e-licence_key").text()
    assert "s3cret" not in owner.page.answer.text


async def test_a_register_without_checkbox_asks_for_no_credentials(owner: Browser, stage: Stage) -> None:
    await owner.open(f"{HOME}/cash-registers")
    await owner.send("/cash-registers", name="Каса")
    assert "checkbox" not in stage.calls("POST", f"{BASE}/cash-registers")[0].body


@pytest.mark.parametrize(("ok", "says"), [(True, "усе гаразд"), (False, "Checkbox не впізнає касира.")])
async def test_the_check_says_part_by_part_what_is_wrong(owner: Browser, stage: Stage, ok: bool, says: str) -> None:
    stage.on("fiscal", "POST", f"{BASE}/cash-registers/{REGISTER}/check", checked(ok=ok))
    await owner.open(f"{HOME}/cash-registers")
    await owner.send("/check")
    said = owner.page.one(".notice[role=status]").text()
    assert says in said
    if not ok:
        assert said.count("не перевірено") == 2


async def test_a_shift_that_does_not_open_says_why(owner: Browser, stage: Stage) -> None:
    stage.on("fiscal", "GET", f"{BASE}/cash-registers", CashRegisters(items=[register(fiscal_shift=None)]))

    def busy(_: Asked) -> None:
        raise No(422, "fiscal.register_busy", title="Касу вже зайнято", fix={"text": "Закрийте ту зміну.", "url": None})

    stage.on("fiscal", "POST", f"{BASE}/cash-registers/{REGISTER}/fiscal-shift/open", busy)
    await owner.open(f"{HOME}/cash-registers")
    await owner.send("/shift-open")
    assert "Касу вже зайнято" in owner.page.one("[role=alert]").text()
    assert "Закрийте ту зміну." in owner.page.one("[role=alert]").text()


async def test_a_missing_right_is_named_with_who_grants_it(owner: Browser, stage: Stage) -> None:
    def forbidden(_: Asked) -> None:
        raise No(
            403,
            "access.missing_permission",
            title="Для цієї дії потрібне право «Інтеграції»",
            fix={"text": "Право може надати: Олена Шевчук.", "url": None},
        )

    stage.on("notifications", "GET", f"{BASE}/sms-providers", forbidden)
    await owner.open(f"{HOME}/integrations")
    assert owner.page.status == 403
    assert "Право може надати: Олена Шевчук." in owner.page.text


async def test_several_accounts_are_listed_and_none_is_explained(owner: Browser, stage: Stage) -> None:
    await owner.open("/manage")
    assert owner.page.address == HOME
    stage.on("identity", "GET", "/me", profile(memberships=()))
    await owner.open("/manage")
    assert "Ви ще не працюєте в жодному акаунті" in owner.page.text
