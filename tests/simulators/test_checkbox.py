import asyncio

import jwt
import pytest

from simulators.checkbox.hooks import pauses, signature
from tests.simulators.running import Receiver, becomes_true
from tests.simulators.till import Till


async def test_a_token_is_a_jwt_that_never_expires(till: Till) -> None:
    claims = jwt.decode(await till.sign_in(), options={"verify_signature": False})
    assert "exp" not in claims


async def test_the_eleventh_sign_in_drops_the_oldest_token_silently(till: Till) -> None:
    first = till.headers["Authorization"]
    for _ in range(9):
        await till.sign_in()
    last = till.headers["Authorization"]
    till.headers["Authorization"] = first
    assert (await till.call("GET", "/cashier/me"))[0] == 200
    await till.sign_in()
    till.headers["Authorization"] = first
    assert await till.call("GET", "/cashier/me") == (401, {"message": "Невірний токен доступу"})
    till.headers["Authorization"] = last
    assert (await till.call("GET", "/cashier/me"))[0] == 200


async def test_wrong_credentials_are_refused_one_by_one(simulators) -> None:
    till = Till(simulators)
    assert await till.call("POST", "/cashier/signin", {"login": "cashier", "password": "no"}) == (
        403,
        {"message": "Невірний логін або пароль"},
    )
    assert (await till.call("POST", "/cashier/signin", {"login": "cashier"}))[0] == 422
    assert (await till.call("POST", "/cashier/signinPinCode", {"pin_code": "9"}))[0] == 403
    assert (await till.call("GET", "/cashier/me"))[0] == 403
    till.headers["X-License-Key"] = "unknown"
    assert (await till.call("POST", "/cashier/signinPinCode", {"pin_code": "1111"}))[0] == 403


async def test_a_pin_signs_in_at_a_register(simulators) -> None:
    till = Till(simulators, "test-licence-99")
    status, body = await till.call("POST", "/cashier/signinPinCode", {"pin_code": "1112"})
    assert (status, body["token_type"]) == (200, "bearer")


async def test_signing_out_ends_the_token_with_205(till: Till) -> None:
    assert (await till.call("POST", "/cashier/signout"))[0] == 205
    assert (await till.call("GET", "/cashier/me"))[0] == 401


async def test_a_shift_opens_after_a_while_and_closes_with_a_z_report(till: Till) -> None:
    assert await till.call("GET", "/cashier/shift") == (200, None)
    status, shift = await till.call("POST", "/shifts")
    assert (status, shift["status"], shift["opened_at"]) == (202, "CREATED", None)
    assert (await till.sell())[0] == 409
    await becomes_true(lambda: _has_status(till, shift["id"], "OPENED"))
    assert (await till.sell())[0] == 201
    status, closing = await till.call("POST", "/shifts/close")
    assert (status, closing["status"], closing["z_report"]) == (202, "CLOSING", None)
    await becomes_true(lambda: _has_status(till, shift["id"], "CLOSED"))
    _, closed = await till.call("GET", f"/shifts/{shift['id']}")
    assert closed["z_report"]["sell_receipts_count"] == 1
    assert closed["z_report"]["payments"][0]["sell_sum"] == 55000
    assert await till.call("GET", "/cashier/shift") == (200, None)


async def _has_status(till: Till, shift_id: str, wanted: str) -> bool:
    _, shift = await till.call("GET", f"/shifts/{shift_id}")
    return bool(shift["status"] == wanted)


async def test_one_shift_per_register_and_per_cashier(till: Till, simulators) -> None:
    await till.open()
    assert await till.call("POST", "/shifts") == (400, {"message": "Касир вже працює з даною касою"})
    other = Till(simulators)
    await other.sign_in("cashier-2")
    assert await other.call("POST", "/shifts") == (400, {"message": "Каса зайнята іншим касиром"})
    other.headers["X-License-Key"] = "test-licence-2"
    assert (await other.open())["status"] == "OPENED"


async def test_a_senior_cashier_closes_the_shift_of_another(till: Till, simulators) -> None:
    shift = await till.open()
    senior = Till(simulators)
    await senior.sign_in("cashier-2")
    assert (await senior.call("POST", f"/shifts/{shift['id']}/close"))[0] == 200


@pytest.mark.parametrize(
    ("mode", "text"), [("key_expired", "Термін дії ключа закінчився"), ("signature_inactive", "Підпис")]
)
async def test_a_failed_opening_ends_closed_and_says_why(till: Till, simulators, mode, text) -> None:
    await simulators.fault("checkbox", mode, method="open_shift")
    shift = await till.open()
    assert shift["status"] == "CLOSED"
    assert shift["initial_transaction"]["response_status"] == "ERROR"
    assert text in shift["initial_transaction"]["response_error_message"]
    assert await till.call("GET", "/cashier/shift") == (200, None)


async def test_a_failed_closing_leaves_the_shift_open(till: Till, simulators) -> None:
    shift = await till.open()
    await simulators.fault("checkbox", "close_fails", count=1)
    await till.call("POST", "/shifts/close")
    await simulators.push_clock(1)
    _, after = await till.call("GET", f"/shifts/{shift['id']}")
    assert (after["status"], after["closing_transaction"]["status"]) == ("OPENED", "ERROR")


async def test_a_shift_older_than_a_day_sells_no_more_but_closes(till: Till, simulators) -> None:
    await till.open()
    await simulators.push_clock(24 * 3600)
    assert (await till.sell())[0] == 400
    assert (await till.call("POST", "/shifts/close"))[0] == 202


async def test_events_are_pushed_signed_over_the_exact_bytes_until_taken(till: Till, receiver: Receiver) -> None:
    status, hook = await till.call("POST", "/webhook", {"url": receiver.url})
    assert status == 201
    receiver.statuses = [500]
    await till.open()
    await becomes_true(lambda: len(receiver.calls) == 2)
    _, receipt = await till.sell()
    await becomes_true(lambda: len(receiver.calls) == 3)
    for headers, body in receiver.calls:
        assert headers["x-request-signature"] == signature(hook["key"], body)
    opened, _, sold = receiver.bodies()
    assert opened["shift"]["status"] == "OPENED"
    assert (sold["receipt"]["id"], sold["receipt"]["status"]) == (receipt["id"], "DONE")
    _, shown = await till.call("GET", "/webhook")
    assert shown["last_error_message"] == "HTTP 500"
    assert await till.call("DELETE", "/webhook") == (200, {"ok": True})


def test_pauses_between_calls_grow_from_a_second_to_half_an_hour_and_end_after_four_hours() -> None:
    every = list(pauses())
    assert (every[0], every[1], max(every)) == (1, 2, 1800)
    assert 3.5 * 3600 < sum(every) <= 4 * 3600


async def test_a_signature_that_is_inactive_shows_in_the_check(till: Till, simulators) -> None:
    _, before = await till.call("GET", "/cashier/check-signature")
    await simulators.put("/accounts/checkbox/cashier", {"has_signature": False})
    _, after = await till.call("GET", "/cashier/check-signature")
    assert (before["shift_open_possibility"], after["shift_open_possibility"]) == (True, False)
    assert (await till.open())["status"] == "CLOSED"


@pytest.mark.parametrize(
    ("mode", "verb", "path", "status"),
    [
        ("shift_closed", "POST", "/receipts/sell", 400),
        ("cashier_invalid", "POST", "/cashier/signin", 403),
        ("cashier_invalid", "GET", "/cashier/me", 401),
        ("licence_invalid", "GET", "/cash-registers/info", 403),
        ("busy_register", "POST", "/shifts", 400),
        ("too_many", "POST", "/receipts/sell", 429),
        ("http_500", "GET", "/cashier/me", 500),
    ],
)
async def test_a_fault_is_refused_as_the_real_cause_would_be(till: Till, simulators, mode, verb, path, status) -> None:
    await simulators.fault("checkbox", mode)
    body = {"login": "cashier", "password": "secret"} if path.endswith("signin") else {}
    assert (await till.call(verb, path, body))[0] == status


async def test_a_fault_of_one_licence_leaves_the_others(till: Till, simulators) -> None:
    other = Till(simulators, "test-licence-2")
    await other.sign_in("cashier-2")
    await till.open()
    await other.open()
    await simulators.fault("checkbox", "shift_closed", licence_key="test-licence")
    assert (await till.sell())[0] == 400
    assert (await other.sell())[0] == 201


async def test_two_cashiers_racing_for_one_register_get_one_shift(simulators) -> None:
    tills = [Till(simulators), Till(simulators)]
    for number, till in enumerate(tills, start=1):
        await till.sign_in("cashier" if number == 1 else "cashier-2")
    statuses = await asyncio.gather(*(till.call("POST", "/shifts") for till in tills))
    assert sorted(status for status, _ in statuses) == [202, 400]


async def test_a_call_without_the_name_of_the_program_is_refused(till: Till) -> None:
    del till.headers["X-Client-Name"]
    assert (await till.call("GET", "/cashier/me"))[0] == 400
