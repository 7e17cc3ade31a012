"""When a shift ends, and what the lines of a receipt state about taxes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fiscal.domain.closing import CHECKBOX_CLOSES_AT, CLOSE_AT, LATEST, on_the_day
from fiscal.domain.receipt_taxes import with_taxes

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("opened", "closes"),
    [
        ("2026-11-22T09:00", "2026-11-22T23:50"),
        ("2026-11-22T00:00", "2026-11-22T23:50"),
        ("2026-03-29T02:30", "2026-03-29T23:50"),  # a 23-hour day
        ("2026-10-25T00:10", "2026-10-25T23:50"),  # a 25-hour day: 24 h 40 min later by the clock of physics
    ],
)
def test_a_shift_closes_before_midnight_of_the_day_on_which_it_was_opened(opened: str, closes: str) -> None:
    at = datetime.fromisoformat(opened).replace(tzinfo=KYIV).astimezone(UTC)
    assert on_the_day(at, KYIV, CLOSE_AT).astimezone(KYIV).strftime("%Y-%m-%dT%H:%M") == closes


def test_a_shift_that_was_opened_at_five_to_midnight_is_closed_on_that_day_too() -> None:
    at = datetime(2026, 11, 22, 23, 55, tzinfo=KYIV).astimezone(UTC)
    assert on_the_day(at, KYIV, CLOSE_AT) == at + timedelta(seconds=30)
    assert on_the_day(at, KYIV, CHECKBOX_CLOSES_AT).astimezone(KYIV).date() == at.astimezone(KYIV).date()


def test_we_close_before_the_provider_does() -> None:
    assert CLOSE_AT < LATEST < CHECKBOX_CLOSES_AT


def line(code: str, **more: object) -> dict[str, object]:
    return {"good": {"code": code, "name": "Стрижка", "price": 100, **more}, "quantity": 1000}


def test_every_line_states_the_registers_taxes_once() -> None:
    body = {"goods": [line("a"), line("b", tax=[1])], "payments": []}
    sent = with_taxes(body, [8], None)
    assert [one["good"].get("tax") for one in sent["goods"]] == [[8], [1]]
    assert with_taxes(sent, [2], None) == sent
    assert with_taxes(body, [], None) == body


def test_a_return_states_what_its_sale_stated() -> None:
    sale = with_taxes({"goods": [line("a"), line("b")]}, [8], None)
    back = with_taxes({"goods": [line("b")]}, [1, 2], sale)
    assert [one["good"].get("tax") for one in back["goods"]] == [[8]]
    untaxed = {"goods": [line("a")]}
    assert with_taxes({"goods": [line("a")]}, [1], untaxed)["goods"][0]["good"].get("tax") is None
