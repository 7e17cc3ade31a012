"""Keys of providers go into headers: one that has several lines is refused where it is typed, and is never sent."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from contracts.http.cash_registers import CheckboxCredentials
from contracts.http.notifications.providers import ApiKey, HttpToken
from contracts.http.payments import NewAcquirer
from kit.providers import CallFailed, HttpClient, Reached

TWO_LINES = "a-key\r\nX-Forged: 1"


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (NewAcquirer, {"secret": "good-token"}),
        (NewAcquirer, {"merchant": "shop", "secret": "key", "domain": "salon.example"}),
        (CheckboxCredentials, {"licence_key": "key", "cashier_login": "olena", "cashier_password": "пароль"}),
        (HttpToken, {"kind": "http-token", "token": "good-token", "sender_name": "Salon"}),
        (ApiKey, {"kind": "api-key", "key": "good-key", "sender_name": "Salon"}),
    ],
)
def test_no_part_of_a_key_has_two_lines(model: type[BaseModel], fields: dict[str, Any]) -> None:
    model.model_validate(fields)
    for name in set(fields) - {"kind", "sender_name"}:
        with pytest.raises(ValidationError, match="characters"):
            model.model_validate({**fields, name: TWO_LINES})


async def test_what_was_kept_before_is_surely_not_sent() -> None:
    http = HttpClient("http://127.0.0.1:9")
    with pytest.raises(CallFailed) as failed:
        await http.request("GET", "/", headers={"X-Token": TWO_LINES})
    assert (failed.value.reached, failed.value.cause) == (Reached.NOT_SENT, "a header of several lines")
