"""Receipts: their lines come to the sum, unknown ones are asked about at the right times."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.domain.days import operating_day
from fiscal.domain.payments import Taken
from fiscal.domain.receipt_body import Sold, lines, return_body, sell_body, share
from fiscal.domain.receipts import Pace, may_send_again, next_look_up
from fiscal.errors import OperatingDayInFuture
from fiscal.providers.checkbox_answers import Refusal, is_about_signature, read_receipt, read_shift, refusal

TILL = UUID(int=1)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PACE = Pace()


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_a_sum_is_shared_to_the_kopeck(total: int, weights: list[int]) -> None:
    parts = share(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=10), st.integers(1, 10**8))
def test_lines_come_to_what_was_taken_and_none_is_free(prices: list[int], total: int) -> None:
    found = lines([Sold(str(number), "Послуга", price) for number, price in enumerate(prices)], total)
    assert sum(line.price for line in found) == total
    assert all(line.price > 0 for line in found)


def test_prices_that_agree_stay_as_they_are() -> None:
    items = [Sold("1", "Стрижка", 30_000), Sold("2", "Укладка", 20_000), Sold("3", "Подарунок", 0)]
    assert [line.price for line in lines(items, 50_000)] == [30_000, 20_000]
    assert [line.price for line in lines(items, 45_000)] == [27_000, 18_000]


def test_a_receipt_shows_tendered_cash_and_its_return_only_what_was_taken() -> None:
    payments = [Taken("card", TILL, 20_000), Taken("cash", TILL, 30_000, change=20_000)]
    sale = sell_body([Sold("c1", "Стрижка", 50_000)], payments, "Олена К.")
    assert sale == {
        "cashier_name": "Олена К.",
        "goods": [{"good": {"code": "c1", "name": "Стрижка", "price": 50_000}, "quantity": 1000, "is_return": False}],
        "payments": [
            {"type": "CASHLESS", "value": 20_000, "label": "Картка"},
            {"type": "CASH", "value": 50_000, "label": "Готівка"},
        ],
    }
    back = return_body(sale, payments, "Марко")
    assert [payment["value"] for payment in back["payments"]] == [20_000, 30_000]  # type: ignore[attr-defined]
    assert back["goods"] == [{**sale["goods"][0], "is_return": True}]  # type: ignore[index]


def test_an_unknown_receipt_is_asked_about_at_5_15_60_seconds_and_then_each_5_minutes() -> None:
    seconds = [(next_look_up(NOON, count, None, PACE) - NOON).total_seconds() for count in range(6)]
    assert seconds == [5, 15, 60, 300, 600, 900]


def test_the_second_question_comes_as_soon_as_it_counts() -> None:
    first_no = NOON + timedelta(seconds=5)
    assert next_look_up(NOON, 1, first_no, PACE) == NOON + timedelta(seconds=15)
    assert next_look_up(NOON, 2, first_no, PACE) == NOON + timedelta(seconds=60)
    assert next_look_up(NOON, 3, first_no, PACE) == NOON + timedelta(seconds=65)


@pytest.mark.parametrize(("apart_s", "may"), [(0, False), (59.9, False), (60, True), (600, True)])
def test_only_two_denials_a_minute_apart_allow_sending_again(apart_s: float, may: bool) -> None:
    assert may_send_again(NOON, NOON + timedelta(seconds=apart_s), PACE) is may
    assert may_send_again(None, NOON, PACE) is False


@pytest.mark.parametrize(
    ("now", "zone", "today"),
    [
        ("2026-11-22T21:59:59+00:00", "Europe/Kyiv", "2026-11-22"),
        ("2026-11-22T22:00:00+00:00", "Europe/Kyiv", "2026-11-23"),
        ("2026-07-22T21:00:00+00:00", "Europe/Kyiv", "2026-07-23"),  # summer time
        ("2026-11-22T23:30:00+00:00", "America/New_York", "2026-11-22"),
    ],
)
def test_the_operating_day_is_the_day_at_the_place(now: str, zone: str, today: str) -> None:
    moment, place = datetime.fromisoformat(now), ZoneInfo(zone)
    found = operating_day(None, moment, place)
    assert (found.day, found.is_back_dated) == (date.fromisoformat(today), False)
    assert operating_day(found.day - timedelta(days=1), moment, place).is_back_dated
    with pytest.raises(OperatingDayInFuture):
        operating_day(found.day + timedelta(days=1), moment, place)


def test_a_naive_moment_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="zone"):
        operating_day(None, datetime(2026, 1, 1), ZoneInfo("Europe/Kyiv"))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        (403, "Невірний логін або пароль", Refusal.CREDENTIALS),
        (401, "Невірний токен доступу", Refusal.TOKEN),
        (403, "Not authenticated", Refusal.TOKEN),
        (403, "Невірний ключ ліцензії каси", Refusal.LICENCE),
        (400, "Зміну не відкрито", Refusal.SHIFT_CLOSED),
        (400, "Cashier has no active shift", Refusal.SHIFT_CLOSED),
        (400, "Зміну відкрито понад 24 години. Закрийте зміну", Refusal.SHIFT_CLOSED),
        (400, "Касир вже працює з даною касою", Refusal.AT_WORK_HERE),
        (400, "Касир вже працює з іншою касою", Refusal.BUSY),
        (400, "Каса зайнята іншим касиром", Refusal.BUSY),
        (400, "Термін дії ключа закінчився", Refusal.SIGNATURE),
        (400, "Термін дії ключа спливає протягом наступної доби", Refusal.REJECTED),
        (400, "Чек з таким ідентифікатором вже існує", Refusal.KNOWN),
        (409, "Зміна ще відкривається", Refusal.LATER),
        (429, "Забагато запитів", Refusal.LATER),
        (422, "Validation error", Refusal.REJECTED),
        (400, "щось нове", Refusal.REJECTED),
    ],
)
def test_refusals_are_known_by_status_and_text(status: int, text: str, meaning: Refusal) -> None:
    assert refusal(status, text) is meaning


def test_a_key_that_expires_tomorrow_still_signs() -> None:
    assert is_about_signature("Термін дії ключа закінчився")
    assert not is_about_signature("Термін дії ключа спливає протягом наступної доби")


@pytest.mark.parametrize("body", [{}, [], "x", None, {"status": "DONE"}, {"id": 1}])
def test_an_answer_that_is_no_receipt_or_shift_is_a_value_error(body: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        read_receipt(body)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a"):
        read_shift(body)  # type: ignore[arg-type]


def test_done_without_a_fiscal_code_is_not_done() -> None:
    assert read_receipt({"id": "1", "status": "DONE", "fiscal_code": None}).status == "created"
    assert read_receipt({"id": "1", "status": "SOMETHING_NEW"}).status == "created"
