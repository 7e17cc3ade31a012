"""A client of the simulated Checkbox."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.simulators.running import Simulators

HAIRCUT = {"good": {"code": "HC-01", "name": "Стрижка", "price": 55000, "tax": [8]}, "quantity": 1000}


class Till:
    """A client of Checkbox at one register."""

    def __init__(self, simulators: Simulators, licence: str = "test-licence") -> None:
        self.simulators = simulators
        self.headers = {"X-Client-Name": "tests", "X-Client-Version": "1", "X-License-Key": licence}

    async def call(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = self.simulators.base_url + "/checkbox/api/v1" + path
        async with self.simulators.session.request(verb, url, json=body, headers=self.headers) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.read())

    async def sign_in(self, login: str = "cashier") -> Any:
        status, body = await self.call("POST", "/cashier/signin", {"login": login, "password": "secret"})
        assert status == 200
        self.headers["Authorization"] = f"Bearer {body['access_token']}"
        return body["access_token"]

    async def open(self) -> Any:
        status, shift = await self.call("POST", "/shifts")
        assert (status, shift["status"]) == (202, "CREATED")
        await self.simulators.push_clock(1)
        _, shift = await self.call("GET", f"/shifts/{shift['id']}")
        return shift

    async def sell(self, *, receipt_id: str | None = None, **more: Any) -> tuple[int, Any]:
        body = {"id": receipt_id or str(uuid4()), "goods": [HAIRCUT], "payments": [{"type": "CASH", "value": 55000}]}
        return await self.call("POST", "/receipts/sell", {**body, **more})
