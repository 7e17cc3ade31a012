"""Reports: what the figures count, who may see them, and that they agree."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from contracts.fiscal import BookingReversed
from contracts.permissions import Permission
from tests.booking.integration.test_desk import settlement
from tests.booking.salon import Salon, a_phone
from tests.support.plans import heard

REPORTS = ("summary", "journal", "services", "weekly", "staff", "clients")


async def report(salon: Salon, name: str, first: date, last: date, **query: Any) -> Any:
    by = query.pop("by", None)
    params = {"from": first.isoformat(), "to": last.isoformat(), **query}
    return await salon.ok("GET", f"/reports/{name}", by=by, params=params)


async def ten_bookings(salon: Salon) -> list[dict[str, Any]]:
    """Seven done, two cancelled, one no-show, all on one day."""
    day = salon.day()
    made = [await salon.write_down(salon.on(day, f"{9 + n}:00"), override=True) for n in range(10)]
    for one in made[:7]:
        await salon.ok("POST", f"/bookings/{one['id']}/complete")
    for one in made[7:9]:
        await salon.ok("POST", f"/bookings/{one['id']}/cancel")
    await salon.ok("POST", f"/bookings/{made[9]['id']}/no-show")
    return made


@pytest.mark.row("N31")
async def test_the_summary_counts_each_booking_by_what_became_of_it(salon):
    await ten_bookings(salon)
    told = await report(salon, "summary", salon.day(), salon.day())
    total = told["total"]
    assert (total["visits"], total["completed"], total["cancelled_by_staff"], total["no_show"]) == (10, 7, 2, 1)
    assert total["revenue"] == {"amount": 7 * 50000, "currency": "UAH"}
    assert [one["location_name"] for one in told["locations"]] == ["На Подолі"]
    assert (told["new_clients"], told["returning_clients"]) == (8, 0)


@pytest.mark.row("N32")
async def test_the_journal_has_every_booking_of_the_period_cancelled_ones_too(salon):
    made = await ten_bookings(salon)
    await salon.write_down(salon.at("10:00", 5))
    seen, cursor = [], None
    while True:
        page = await report(
            salon, "journal", salon.day(), salon.day(), limit=4, **({"cursor": cursor} if cursor else {})
        )
        seen += [one["booking_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [one["id"] for one in made]
    assert page["total"]["visits"] == 10


@pytest.mark.row("N33")
async def test_what_services_bring_adds_up_to_the_summary(salon):
    second = await salon.add_service("Манікюр", 30, 30000)
    third = await salon.add_service("Фарбування", 90, 99900)
    for number, service in enumerate((salon.service, second, third)):
        one = await salon.write_down(salon.at(f"{9 + 2 * number}:00"), service_ids=[service])
        await salon.ok("POST", f"/bookings/{one['id']}/complete")
    one = await salon.write_down(salon.at("15:00"), service_ids=[salon.service, second], price={"amount": 77777})
    await salon.ok("POST", f"/bookings/{one['id']}/complete")
    told = await report(salon, "services", salon.day(), salon.day())
    whole = (await report(salon, "summary", salon.day(), salon.day()))["total"]["revenue"]["amount"]
    assert sum(one["revenue"]["amount"] for one in told["items"]) == told["revenue"]["amount"] == whole == 257677
    assert {one["name"]: (one["booked"], one["minutes"]) for one in told["items"]} == {
        "Стрижка": (2, 120),
        "Манікюр": (2, 60),
        "Фарбування": (1, 90),
    }


@pytest.mark.row("N34")
async def test_weeks_without_a_booking_are_there_with_nothing(salon):
    monday = salon.day() + timedelta(days=7 - salon.day().weekday())
    for week in (0, 2, 4, 5):
        one = await salon.write_down(salon.on(monday + timedelta(days=7 * week + 3), "10:00"))
        await salon.ok("POST", f"/bookings/{one['id']}/complete")
    told = await report(salon, "weekly", monday, monday + timedelta(days=41))
    assert [one["visits"] for one in told["items"]] == [1, 0, 1, 0, 1, 1]
    assert [one["revenue"]["amount"] for one in told["items"]] == [50000, 0, 50000, 0, 50000, 50000]
    assert told["items"][0]["from"] == monday.isoformat()
    names = [(monday + timedelta(days=7 * week)).isocalendar() for week in range(6)]
    assert [one["week"] for one in told["items"]] == [f"{year}-W{week:02d}" for year, week, _ in names]
    assert told["total"]["visits"] == 4


async def test_the_first_and_last_week_count_only_days_of_the_period(salon):
    monday = salon.day() + timedelta(days=7 - salon.day().weekday())
    await salon.write_down(salon.on(monday, "10:00"))
    await salon.write_down(salon.on(monday + timedelta(days=1), "10:00"))
    told = await report(salon, "weekly", monday + timedelta(days=1), monday + timedelta(days=8))
    assert [(one["from"], one["visits"]) for one in told["items"]] == [
        ((monday + timedelta(days=1)).isoformat(), 1),
        ((monday + timedelta(days=7)).isoformat(), 0),
    ]


async def test_occupancy_is_the_booked_share_of_working_time(salon):
    await salon.write_down(salon.at("10:00"))
    one = await salon.write_down(salon.at("12:00"))
    await salon.ok("POST", f"/bookings/{one['id']}/complete")
    gone = await salon.write_down(salon.at("14:00"))
    await salon.ok("POST", f"/bookings/{gone['id']}/cancel")
    idle = await salon.add_staff("Софія")
    absence = {"starts_at": salon.at("15:00"), "ends_at": salon.at("18:00")}
    await salon.ok("POST", f"/staff-members/{idle}/time-off", absence)
    told = {one["name"]: one for one in (await report(salon, "staff", salon.day(), salon.day()))["items"]}
    olena, sofia = told["Олена"], told["Софія"]
    assert (olena["booked_min"], olena["working_min"], olena["occupancy_percent"]) == (120, 540, 22.2)
    assert (olena["booked"], olena["completed"], olena["cancelled"]) == (3, 1, 1)
    assert (sofia["booked_min"], sofia["working_min"], sofia["occupancy_percent"]) == (0, 360, 0.0)
    await salon.ok("POST", "/closed-days", {"date": str(salon.day(3))})
    both = (await report(salon, "staff", salon.day(), salon.day(3)))["items"]
    assert {one["name"]: one["working_min"] for one in both} == {"Олена": 540, "Софія": 360}


async def test_clients_are_new_once_and_returning_after_that(salon):
    phone = a_phone()
    regular = {"name": "Тарас", "phone": phone}
    await salon.write_down(salon.at("10:00"), client=regular)
    await salon.write_down(salon.at("10:00", 9), client=regular)
    await salon.write_down(salon.at("12:00", 9), client={"name": "Новенька", "phone": a_phone()})
    cancelled = await salon.write_down(salon.at("14:00", 9), client={"name": "Скасувала", "phone": a_phone()})
    await salon.ok("POST", f"/bookings/{cancelled['id']}/cancel")
    first = await report(salon, "clients", salon.day(), salon.day())
    assert (first["new"], first["returning"]) == (1, 0)
    later = await report(salon, "clients", salon.day(9), salon.day(9))
    assert (later["new"], later["returning"]) == (1, 1)
    assert {one["name"]: one["is_new"] for one in later["items"]} == {
        "Тарас": False,
        "Новенька": True,
        "Скасувала": False,
    }


async def test_a_report_of_many_clients_asks_no_more_than_one_of_few(salon):
    """PostgreSQL takes 32,767 values with a statement, and a large firm has more clients in a year."""
    given = []
    for number in range(3):
        await salon.write_down(salon.at(f"{10 + number}:00"))
        with heard(salon.bench.service.db._engine) as said:
            found = await report(salon, "clients", salon.day(), salon.day())
        assert len(found["items"]) == number + 1
        given.append(max(len(values) for statement, values in said if "FROM client" in statement))
    assert given[0] == given[1] == given[2]


@pytest.mark.row("S70")
async def test_money_that_was_given_back_is_out_of_the_sum_and_in_the_list(salon):
    made = await salon.write_down(salon.at("10:00"))
    await salon.bench.deliver(settlement(salon, made, 50000))
    assert (await report(salon, "summary", salon.day(), salon.day()))["total"]["paid"]["amount"] == 50000
    await salon.bench.deliver(
        settlement(salon, made, 0, version=2, state="reversed", event=BookingReversed),
    )
    told = await report(salon, "summary", salon.day(), salon.day())
    assert told["total"]["paid"]["amount"] == 0
    [back] = told["reversals"]
    assert (back["booking_id"], back["amount"]["amount"]) == (made["id"], 50000)


@pytest.mark.parametrize("name", REPORTS)
async def test_reports_need_their_right_and_files_one_more(salon, name):
    params = {"from": salon.day().isoformat(), "to": salon.day().isoformat()}
    desk = await salon.member(Permission.BOOKING_VIEW)
    refused = await salon.call("GET", f"/reports/{name}", by=desk, params=params)
    assert (refused.status_code, refused.json()["permission"]) == (403, "reports.view")
    reader = await salon.member(Permission.REPORTS_VIEW)
    assert (await salon.call("GET", f"/reports/{name}", by=reader, params=params)).status_code == 200
    refused = await salon.call("GET", f"/reports/{name}", by=reader, params={**params, "format": "csv"})
    assert (refused.status_code, refused.json()["permission"]) == (403, "reports.export")


@pytest.mark.parametrize("name", REPORTS)
async def test_a_scope_of_one_location_reports_that_one_alone(salon, name):
    second = (await salon.ok("POST", "/locations", {"name": "На Печерську"}))["id"]
    for clock, place, client in (("10:00", salon.location, "Свій"), ("12:00", second, "Чужий")):
        one = await salon.write_down(salon.at(clock), location_id=place, client={"name": client})
        await salon.ok("POST", f"/bookings/{one['id']}/complete")
    desk = await salon.member(Permission.REPORTS_VIEW, location_ids=frozenset({salon.location}))
    told = await report(salon, name, salon.day(), salon.day(), by=desk)
    assert "На Печерську" not in str(told)
    assert "Чужий" not in str(told)
    amounts = {"summary": lambda: told["total"]["revenue"], "journal": lambda: told["total"]["revenue"],
               "weekly": lambda: told["total"]["revenue"]}  # fmt: skip
    assert amounts.get(name, lambda: told["revenue"])()["amount"] == 50000
    params = {"from": salon.day().isoformat(), "to": salon.day().isoformat(), "location_id": second}
    refused = await salon.call("GET", f"/reports/{name}", by=desk, params=params)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.missing_scope")


@pytest.mark.row("S59")
@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
@pytest.mark.parametrize("name", ["journal", "clients"])
async def test_contacts_are_masked_in_every_form_of_a_report(salon, name, form):
    phone = a_phone()
    client = {"name": "Ганна", "surname": "Крушельницька", "phone": phone}
    await salon.write_down(salon.at("10:00"), client=client, comment=f"дзвонити {phone[3:]}")
    master = await salon.member(Permission.REPORTS_VIEW, Permission.REPORTS_EXPORT)
    params = {"from": salon.day().isoformat(), "to": salon.day().isoformat(), "format": form}
    for reader, sees in ((salon.owner, True), (master, False)):
        answer = await salon.call("GET", f"/reports/{name}", by=reader, params=params)
        assert answer.status_code == 200
        said = answer.text if form != "xlsx" else str(cells(answer.content))
        assert "Ганна" in said
        assert ("Крушельницька" in said) is sees
        assert (phone in said or phone[3:] in said) is sees


async def test_a_file_is_a_table_in_the_readers_language_without_formulas(salon):
    evil = '=HYPERLINK("http://evil.example","клік")'
    await salon.write_down(salon.at("10:00"), client={"name": evil, "phone": a_phone()}, comment="@SUM(1+1)")
    params = {"from": salon.day().isoformat(), "to": salon.day().isoformat()}
    answer = await salon.call(
        "GET", "/reports/journal", params={**params, "format": "csv"}, headers={"Accept-Language": "uk"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "Клієнт" in answer.text.splitlines()[0]
    assert f"'{evil[:10]}" in answer.text
    assert "'@SUM" in answer.text
    assert ",=" not in answer.text.replace('"=', ",=").replace(",'", "")
    answer = await salon.call(
        "GET", "/reports/journal", params={**params, "format": "xlsx"}, headers={"Accept-Language": "en"}
    )
    heading, row = cells(answer.content)
    found = dict(zip(heading, row, strict=True))
    assert found["Client"] == evil  # a text, not a formula: openpyxl would show what it evaluates to
    assert found["Price"] == 500
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2026-13-01", "to": "2026-12-01"}, "query/from"),
        ({"from": "2026-12-02", "to": "2026-12-01"}, "query/to"),
        ({"from": "2020-01-01", "to": "2026-12-01"}, "query/to"),
        ({"from": "2026-12-01", "to": "2026-12-01", "format": "pdf"}, "query/format"),
        (
            {"from": "2026-12-01", "to": "2026-12-01", "location_id": "0199b0c8-5a00-7000-8000-000000000001"},
            "query/location_id",
        ),
    ],
)
async def test_a_period_that_cannot_be_is_refused_with_the_field(salon, query, pointer):
    answer = await salon.call("GET", "/reports/summary", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def cells(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
