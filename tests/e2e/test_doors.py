"""Whoever has no right to be there is refused, in words of their own language."""

from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.shapes import (
    PROBLEM,
    MakeVisitor,
    booked,
    path_names,
)
from tests.support.people import Salon, open_salon
from zapys_dev.stack import Stack


async def test_no_door_opens_for_strangers(salon: Salon, visitor: MakeVisitor, stack: Stack) -> None:
    """Every operation of the document, with ids that exist: 401 for nobody, 404 for the owner of another account.

    What is of the platform and not of an account is no secret: there the owner reads that it is for its staff, 403.
    """
    stranger, nobody = visitor(), visitor()
    await open_salon(stranger)
    booking = await booked(visitor(), salon)
    ids = {
        "account_id": salon.account,
        "booking_id": booking["id"],
        "client_id": booking["client"]["id"],
        "location_id": salon.location,
        "service_id": salon.service,
        "staff_member_id": salon.staff_member,
        "provider": "turbosms",
        "kind": "created",
        "language": "uk",
    }
    document = await nobody.ask("GET", "/openapi.json")
    guarded = [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation.get("security") == [{"bearer": []}]
        and "{" in path
        and "/me/registration-draft/" not in path  # everybody has an own one
    ]
    assert len(guarded) > 60
    wrong = []
    for method, path in guarded:
        filled = path.removeprefix("/api/v1")
        for name in path_names(path):
            filled = filled.replace(f"{{{name}}}", str(ids.get(name) or uuid4()))
        for_staff = (method, path.removeprefix("/api/v1")) in FOR_STAFF_OF_THE_PLATFORM
        for who, expected in ((nobody, 401), (stranger, 403 if for_staff else 404)):
            body = WHOLE_BODIES.get(path.rpartition("/")[2], {})
            if path.endswith("/reschedule"):
                body = {"starts_at": booking["items"][0]["starts_at"]}
            answer = await who.call(method, filled, None if method == "GET" else body)
            if answer.status_code != expected:
                wrong.append(f"{method} {path} → {answer.status_code} {answer.text[:200]}")
            elif expected == 403 and not (answer.json()["code"] == "identity.platform_only" and answer.json()["rule"]):
                wrong.append(f"{method} {path} does not say for whom it is: {answer.text[:200]}")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "title", "fix"),
    [
        ("uk", "Дані заповнено з помилкою", "Виправте названі поля і надішліть ще раз."),
        ("ru", "В данных есть ошибка", "Исправьте названные поля и отправьте ещё раз."),
        ("en", "Some of the data is not right", "Correct the fields named below and send again."),
    ],
)
@pytest.mark.row("X1")
async def test_every_service_refuses_in_the_language_of_the_reader(
    salon: Salon, language: str, title: str, fix: str
) -> None:
    root = f"/api/v1/accounts/{salon.account}"
    wrong = {
        f"{root}/members": "/phone",
        f"{root}/services": "/duration_min",
        f"{root}/templates/preview": "/kind",
        f"{root}/cash-registers": "/payment_types",
    }
    headers = {"Authorization": f"Bearer {salon.owner.token}", "Accept-Language": language}
    for path, pointer in wrong.items():
        answer = await salon.owner.http.post(path, json={"name": "А"}, headers=headers)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        problem = answer.json()
        assert problem.keys() >= PROBLEM
        assert (problem["title"], problem["fix"]["text"]) == (title, fix)
        assert pointer in [error["pointer"] for error in problem["errors"]]


WHOLE_BODIES: dict[str, dict[str, Any]] = {"review": {"rating": 5}, "{message_id}": {"answered": True}}
"""Where the booking is looked for, or the caller judged, once the body is read; by the last part of the address."""

FOR_STAFF_OF_THE_PLATFORM = {("PATCH", "/platform/ideas/{idea_id}"), ("PATCH", "/platform/messages/{message_id}")}
"""Of the platform and not of an account: that it is there is no secret, and who may do it is said."""
