"""Cards of clients: one per phone, what may be seen, doubles, files, forgetting."""

import base64
import io

import pytest
from openpyxl import Workbook
from sqlalchemy import text

from contracts.booking import BookingChanged, ClientChanged, ClientErased
from contracts.permissions import Permission
from tests.booking.salon import a_phone


def sheet(*rows, delimiter=","):
    return base64.b64encode("\n".join(delimiter.join(row) for row in rows).encode()).decode()


def workbook(*rows):
    book, made = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(made)
    return base64.b64encode(made.getvalue()).decode()


@pytest.mark.row("S75")
@pytest.mark.parametrize(
    "spelling", ["{0}{1}", "380{1}", "+380 ({2}) {3}", "{1}", "8 0{1}", "8(0{2}) {3}", "0{1}", "+38 0{2} {3}"]
)
async def test_every_spelling_of_a_phone_finds_the_one_card(salon, spelling):
    phone = a_phone()
    card = await salon.ok("POST", "/clients", {"name": "Тарас", "phone": phone})
    spelled = spelling.format(phone[:4], phone[4:], phone[4:6], f"{phone[6:9]}-{phone[9:11]}-{phone[11:]}")
    made = await salon.write_down(salon.at("10:00"), client={"name": "Т.", "phone": spelled})
    assert made["client"]["id"] == card["id"]
    twice = await salon.call("POST", "/clients", {"name": "Інший", "phone": spelled})
    assert (twice.status_code, twice.json()["client_id"]) == (409, card["id"])


@pytest.mark.row("S59")
async def test_without_the_rights_no_door_shows_surname_phone_or_socials(salon):
    phone, surname, social = a_phone(), "Крушельницька", "@solomiya"
    card = await salon.ok(
        "POST",
        "/clients",
        {
            "name": "Соломія",
            "surname": surname,
            "phone": phone,
            "email": "s@example.com",
            "socials": {"instagram": social},
            "note": f"Viber {phone[3:]}",
        },
    )
    in_the_name = {"name": f"Марта {phone[3:]}", "surname": f"Кравець {phone}"}
    await salon.write_down(salon.at("12:00"), client=in_the_name)
    made = await salon.write_down(salon.at("10:00"), client=None, client_id=card["id"], comment=f"мама {phone}")
    await salon.ok("PATCH", f"/bookings/{made['id']}", {"comment": f"тато {phone}"})
    master = await salon.member(
        *(set(Permission) - {Permission.CLIENT_VIEW_SURNAME, Permission.CLIENT_VIEW_PHONE})
        - {Permission.CLIENT_VIEW_SOCIAL}
    )
    desk = await salon.member(*(set(Permission) - {Permission.CLIENT_VIEW_PHONE}))
    contacts = (phone, phone[3:], phone[4:], "s@example.com")
    day = f"from={salon.day()}&to={salon.day()}"
    doors = [
        "/bookings",
        f"/bookings/{made['id']}",
        f"/bookings/{made['id']}/timeline",
        f"/calendar?{day}",
        "/clients",
        f"/clients/{card['id']}",
        f"/clients/{card['id']}/history",
        f"/reports/journal?{day}",
        f"/reports/clients?{day}",
    ]
    for door in doors:
        for reader, hidden in ((salon.owner, ()), (desk, contacts), (master, (surname, social, *contacts))):
            answer = await salon.call("GET", door, by=reader)
            assert answer.status_code == 200, (door, answer.text)
            for secret in hidden:
                assert secret not in answer.text, (door, secret)
        assert "Соломія" in answer.text or "timeline" in door
    for query in (surname, phone[-4:], phone):
        assert (await salon.ok("GET", "/clients", by=master, params={"q": query}))["items"] == []
    for door in (f"/clients/{card['id']}/export", "/client-doubles"):
        assert (await salon.call("GET", door, by=master)).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("олен", True),
        ("ЛЕН", True),
        ("шевч", True),
        ("олена шев", True),
        ("шевченко олена", True),
        ("олег", False),
        ("олена бондар", False),
    ],
)
async def test_a_card_is_found_by_parts_of_the_name_in_any_order(salon, query, found):
    await salon.ok("POST", "/clients", {"name": "Олена", "surname": "Шевченко"})
    assert bool((await salon.ok("GET", "/clients", params={"q": query}))["items"]) is found


async def test_a_card_is_found_by_the_last_digits_of_the_phone(salon):
    phone = a_phone()
    await salon.ok("POST", "/clients", {"name": "Олена", "phone": phone})
    for query in (phone[-4:], f"{phone[-4:-2]}-{phone[-2:]}", f"0{phone[4:]}", phone):
        [found] = (await salon.ok("GET", "/clients", params={"q": query}))["items"]
        assert found["phone"] == phone


async def test_own_fields_hold_values_of_their_kind(salon):
    kinds = {"text": "рожевий", "number": 3.5, "date": "1990-05-01", "yes_no": True, "choice": "чутлива"}
    ids = {}
    for kind in kinds:
        more = {"choices": ["чутлива", "звичайна"]} if kind == "choice" else {}
        ids[kind] = (await salon.ok("POST", "/client-fields", {"name": f"Поле {kind}", "kind": kind, **more}))["id"]
    custom = {ids[kind]: value for kind, value in kinds.items()}
    card = await salon.ok("POST", "/clients", {"name": "Олена", "custom": custom})
    assert card["custom"] == custom
    wrong = {"text": 1, "number": "три", "date": "1990-02-30", "yes_no": "так", "choice": "жирна"}
    for kind, value in wrong.items():
        refused = await salon.call("PATCH", f"/clients/{card['id']}", {"custom": {ids[kind]: value}})
        assert refused.status_code == 422, kind
        assert refused.json()["errors"][0]["pointer"] == f"/custom/{ids[kind]}"
    changed = await salon.ok("PATCH", f"/clients/{card['id']}", {"custom": {ids["text"]: None, ids["number"]: 4}})
    assert ids["text"] not in changed["custom"]
    assert changed["custom"][ids["number"]] == 4
    twice = await salon.call("POST", "/client-fields", {"name": "поле TEXT"})
    assert (twice.status_code, twice.json()["code"]) == (409, "booking.name_taken")


async def test_an_own_field_that_is_a_contact_hides_with_the_phone(salon):
    field = (await salon.ok("POST", "/client-fields", {"name": "Telegram", "is_contact": True}))["id"]
    card = await salon.ok("POST", "/clients", {"name": "Олена", "custom": {field: "@olena"}})
    master = await salon.member(Permission.CLIENT_VIEW, Permission.CLIENT_EDIT)
    assert (await salon.ok("GET", f"/clients/{card['id']}", by=master))["custom"] == {}
    refused = await salon.call("PATCH", f"/clients/{card['id']}", {"custom": {field: "@me"}}, by=master)
    assert (refused.status_code, refused.json()["permission"]) == (403, "client.view_phone")


async def test_a_double_goes_up_into_the_card_and_comes_out_again_as_it_was(salon):
    first, second = a_phone(), a_phone()
    kept = await salon.ok("POST", "/clients", {"name": "Олена", "phone": first, "note": "кава"})
    double = await salon.ok(
        "POST", "/clients", {"name": "Лена", "surname": "Шевченко", "phone": second, "note": "чай", "email": "o@i.ua"}
    )
    made = await salon.write_down(salon.at("10:00"), client=None, client_id=double["id"])
    wish = {"service_ids": [salon.service], "first_day": str(salon.day(2)), "last_day": str(salon.day(3))}
    wish |= {"from": "10:00", "to": "11:00"}
    await salon.ok("POST", "/waitlist", {**wish, "client_id": double["id"]})
    merge = await salon.ok("POST", f"/clients/{kept['id']}/merges", {"double_id": double["id"]})
    assert merge["bookings"] == 1
    assert [one["client"]["id"] for one in (await salon.ok("GET", "/waitlist"))["items"]] == [kept["id"]]
    mine = await salon.ok("GET", "/api/v1/me/bookings", by=salon.bench.mint.person(second))
    assert [one["id"] for one in mine["items"]] == [made["id"]]
    now = await salon.ok("GET", f"/clients/{kept['id']}")
    assert (now["name"], now["surname"], now["email"], now["note"]) == ("Олена", "Шевченко", "o@i.ua", "кава\nчай")
    assert (now["phone"], now["other_phones"]) == (first, [second])
    assert (await salon.ok("GET", f"/clients/{double['id']}"))["merged_into"] == kept["id"]
    assert [one["id"] for one in (await salon.ok("GET", "/clients"))["items"]] == [kept["id"]]
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["client"]["id"] == kept["id"]
    said = (await salon.bench.said(BookingChanged, account_id=salon.account_id))[-1]
    assert str(said.booking.client.id) == kept["id"]
    again = await salon.write_down(salon.at("12:00"), client={"name": "?", "phone": second})
    assert again["client"]["id"] == kept["id"]
    taken = await salon.call("POST", "/clients", {"name": "Хтось", "phone": second})
    assert (taken.status_code, taken.json()["client_id"]) == (409, kept["id"])
    refused = await salon.call("PATCH", f"/clients/{double['id']}", {"name": "Олена"})
    assert (refused.status_code, refused.json()["merged_into"]) == (409, kept["id"])

    await salon.ok("PATCH", f"/clients/{kept['id']}", {"name": "Олена Іванівна"})
    back = await salon.ok("POST", f"/clients/{kept['id']}/merges/{merge['id']}/undo")
    assert {**back, "version": 0} == {**double, "version": 0}
    assert [one["client"]["id"] for one in (await salon.ok("GET", "/waitlist"))["items"]] == [double["id"]]
    restored = await salon.ok("GET", f"/clients/{kept['id']}")
    assert {**restored, "version": 0} == {**kept, "version": 0, "name": "Олена Іванівна"}
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["client"]["id"] == double["id"]
    assert (await salon.ok("GET", f"/bookings/{again['id']}"))["client"]["id"] == kept["id"]
    twice = await salon.call("POST", f"/clients/{kept['id']}/merges/{merge['id']}/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "booking.merge_undone")
    [told] = (await salon.ok("GET", f"/clients/{kept['id']}/merges"))["items"]
    assert (told["merged_by_name"], told["undone_at"] is not None) == ("Олена", True)


async def test_who_refused_messages_on_one_card_gets_none_on_the_merged_one(salon):
    kept = await salon.ok("POST", "/clients", {"name": "Олена", "phone": a_phone()})
    double = await salon.ok("POST", "/clients", {"name": "Лена", "phone": a_phone()})
    await salon.ok("PATCH", f"/clients/{double['id']}", {"notifications_on": False})
    await salon.ok("POST", f"/clients/{kept['id']}/merges", {"double_id": double["id"]})
    assert (await salon.ok("GET", f"/clients/{kept['id']}"))["notifications_on"] is False


async def test_cards_that_may_be_one_person_are_named(salon):
    await salon.ok("POST", "/clients", {"name": "Олена", "surname": "Шевченко"})
    await salon.ok("POST", "/clients", {"name": "олена шевченко", "email": "A@i.ua"})
    await salon.ok("POST", "/clients", {"name": "Інша", "email": "a@I.UA"})
    told = (await salon.ok("GET", "/client-doubles"))["items"]
    assert [(one["why"], len(one["cards"])) for one in told] == [("email", 2), ("name", 2)]


@pytest.mark.parametrize("form", ["csv", "semicolon", "xlsx"])
async def test_a_file_is_shown_line_by_line_and_written_only_when_applied(salon, form):
    known, new = a_phone(), a_phone()
    await salon.ok("POST", "/clients", {"name": "Тарас", "phone": known, "email": "t@i.ua"})
    rows = [
        ("Імʼя", "Прізвище", "Телефон", "Пошта"),
        ("Олена", "Шевченко", "0" + new[4:], "o@i.ua"),
        ("Т.", "Савченко", known, "new@i.ua"),
        ("Хтось", "", "123", ""),
        ("Двійник", "", new, ""),
        ("", "Безіменна", a_phone(), ""),
        ("Пошта", "", "", "не пошта"),
        ("Тарас", "", known[3:], ""),
    ]
    content = workbook(*rows) if form == "xlsx" else sheet(*rows, delimiter=";" if form == "semicolon" else ",")
    told = await salon.ok("POST", "/client-imports", {"file_name": "клієнти.csv", "content_base64": content})
    assert told["columns"] == {"name": "Імʼя", "surname": "Прізвище", "phone": "Телефон", "email": "Пошта"}
    lines = {
        row["line"]: (row["action"], [(one["column"], one["code"]) for one in row["errors"]]) for row in told["rows"]
    }
    assert lines == {
        2: ("create", []),
        3: ("fill", []),
        4: ("error", [("phone", "phone")]),
        5: ("error", [("phone", "twice_in_file")]),
        6: ("error", [("name", "missing")]),
        7: ("error", [("email", "email")]),
        8: ("error", [("phone", "twice_in_file")]),
    }
    assert all(one["text"] != one["code"] for row in told["rows"] for one in row["errors"])
    assert len((await salon.ok("GET", "/clients"))["items"]) == 1
    done = await salon.ok("POST", f"/client-imports/{told['id']}/apply")
    assert done["result"] == {"created": 1, "filled": 1, "left": 5}
    cards = {card["phone"]: card for card in (await salon.ok("GET", "/clients"))["items"]}
    assert (cards[new]["name"], cards[new]["email"]) == ("Олена", "o@i.ua")
    said = [cards[known][name] for name in ("name", "surname", "email")]
    assert said == ["Тарас", "Савченко", "t@i.ua"], "only what the card did not say"
    again = await salon.call("POST", f"/client-imports/{told['id']}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "booking.import_applied")
    assert len(await salon.bench.said(ClientChanged, account_id=salon.account_id)) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("!!!", "base64"),
        (base64.b64encode(b"PK\x03\x04 not a workbook").decode(), "file_unreadable"),
        (base64.b64encode(b"\x00\x01\x02").decode(), "file_unreadable"),
        (sheet(("Імʼя", "Телефон")), "file_empty"),
        (sheet(("Щось", "Інше"), ("а", "б")), "column_missing"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_with_the_cure(salon, content, code):
    refused = await salon.call("POST", "/client-imports", {"file_name": "x", "content_base64": content})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    assert refused.json()["errors"][0]["text"] != code


async def test_all_that_is_kept_of_a_person_is_told_and_then_forgotten(salon):
    phone = a_phone()
    client = {"name": "Соломія", "surname": "Крушельницька", "phone": phone}
    past = await salon.write_down(salon.at("10:00"), client=client, comment="алергія")
    await salon.ok("PATCH", f"/bookings/{past['id']}", {"comment": "алергія на фарбу"})
    ahead = await salon.write_down(salon.at("12:00"), client=client)
    card = past["client"]["id"]
    told = await salon.ok("GET", f"/clients/{card}/export")
    assert {one["id"] for one in told["bookings"]} == {past["id"], ahead["id"]}
    assert told["card"]["phone"] == phone
    assert any("алергія" in str(one["details"]) for one in told["acts"])

    await salon.ok("POST", f"/bookings/{past['id']}/complete")
    review = {"rating": 5, "text": "Без алергія-реакцій"}
    await salon.ok("POST", f"/api/v1/me/bookings/{past['id']}/review", review, by=salon.bench.mint.person(phone))
    refused = await salon.call("POST", f"/clients/{card}/erase", {"confirm": "erase"})
    assert (refused.status_code, refused.json()["booking_ids"]) == (409, [ahead["id"]])
    await salon.ok("POST", f"/bookings/{ahead['id']}/cancel", {"reason": "Соломія захворіла"})
    done = await salon.ok("POST", f"/clients/{card}/erase", {"confirm": "erase"})
    assert done["bookings"] == 2
    async with salon.bench.service.db.system_tx() as tx:
        for table in ("client", "booking", "booking_event", "client_merge", "client_import", "review"):
            rows = await tx.execute(
                text(f"SELECT t::text AS said FROM {table} t WHERE account_id = :id"), {"id": salon.account_id}
            )
            said = " ".join(row.said for row in rows)
            for word in ("Соломія", "Крушельницька", phone, "алергія"):
                assert word not in said, (table, word)
    left = await salon.ok("GET", f"/bookings/{past['id']}")
    assert (left["price"]["amount"], left["client"]["phone"]) == (50000, None)
    [said] = await salon.bench.said(ClientErased, account_id=salon.account_id)
    assert str(said.client_id) == card
    assert (await salon.bench.said(ClientChanged, account_id=salon.account_id))[-1].client.is_erased
    again = await salon.write_down(salon.at("14:00"), client=client)
    assert again["client"]["id"] != card


@pytest.mark.row("N35")
async def test_the_history_of_a_client_holds_only_visits_in_the_readers_locations(salon):
    second = (await salon.ok("POST", "/locations", {"name": "На Печерську"}))["id"]
    client = {"name": "Тарас", "phone": a_phone()}
    here = await salon.write_down(salon.at("10:00"), client=client, location_id=salon.location)
    await salon.write_down(salon.at("12:00"), client=client, location_id=second)
    desk = await salon.member(*Permission, location_ids=frozenset({salon.location}))
    told = await salon.ok("GET", f"/clients/{here['client']['id']}/history", by=desk)
    assert [one["id"] for one in told["items"]] == [here["id"]]
    whole = await salon.ok("GET", f"/clients/{here['client']['id']}/history")
    assert len(whole["items"]) == 2
