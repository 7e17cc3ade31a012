"""Client of Checkbox, the fiscal register of Ukraine (API v1).

Every call ends in one of three ways: an answer, `Refused` (a clear no, nothing was done), or `Unanswered`, which says
whether the call may have been carried out all the same.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote

from fiscal.providers.checkbox_answers import (
    ReceiptAnswer,
    Refusal,
    Refused,
    RegisterInfo,
    Shift,
    Signature,
    Unanswered,
    is_own,
    read_receipt,
    read_shift,
    refusal,
    text_of,
)
from kit.providers import Answer, CallFailed, HttpClient, Reached

CLIENT_NAME = "Zapys"
_API = "/api/v1"

T = TypeVar("T")


class Checkbox:
    """Checkbox as this service uses it; receipts and shifts carry ids that we have chosen."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        names = {
            "X-Client-Name": CLIENT_NAME,
            "X-Client-Version": version("zapys-fiscal"),
            "Accept": "application/json",
        }
        self._asking = HttpClient(base_url, total_timeout_s=timeout_s, headers=names)
        # A kept connection that is closed at the wrong moment would make an outcome unknown for nothing.
        self._acting = HttpClient(base_url, total_timeout_s=timeout_s, headers={**names, "Connection": "close"})

    async def close(self) -> None:
        """Close kept connections."""
        await self._asking.close()
        await self._acting.close()

    async def sign_in(self, login: str, password: str) -> str:
        """An access token of the cashier."""
        credentials = {"login": login, "password": password}
        try:
            answer = await self._call(self._acting, "POST", "/cashier/signin", body=credentials, acts=False)
            return _understood(answer, lambda body: _word(body, "access_token"), may_have_acted=False)
        except Refused as refused:
            if refused.refusal is Refusal.LATER:
                raise
            raise Refused(Refusal.CREDENTIALS, refused.text) from None

    async def check_signature(self, token: str) -> Signature:
        """The state of the cashier's signature."""
        return await self._ask(
            "/cashier/check-signature",
            lambda body: Signature(bool(body.get("online")), bool(body.get("shift_open_possibility"))),
            token=token,
        )

    async def register_info(self, licence_key: str) -> RegisterInfo:
        """The register that the licence key stands for."""
        try:
            return await self._ask(
                "/cash-registers/info",
                lambda body: RegisterInfo(_word(body, "id"), body.get("fiscal_number")),
                licence_key=licence_key,
            )
        except Refused as refused:
            if refused.refusal is Refusal.LATER:
                raise
            raise Refused(Refusal.LICENCE, refused.text) from None

    async def current_shift(self, token: str) -> Shift | None:
        """The cashier's shift, if one is open or on the way."""
        answer = await self._call(self._asking, "GET", "/cashier/shift", token=token)
        if answer.status == 404 and is_own(answer):
            return None
        return _understood(answer, lambda body: read_shift(body) if body else None, may_have_acted=False)

    async def shift(self, token: str, shift_id: str) -> Shift | None:
        """A shift by its id; none where Checkbox knows no such shift."""
        answer = await self._call(self._asking, "GET", f"/shifts/{quote(shift_id)}", token=token)
        if answer.status == 404 and is_own(answer):
            return None
        return _understood(answer, read_shift, may_have_acted=False)

    async def open_shift(self, token: str, licence_key: str, shift_id: str) -> Shift:
        """Begin to open a shift under our id; whether it opened is seen by asking for it."""
        return await self._act("/shifts", {"id": shift_id}, read_shift, token=token, licence_key=licence_key)

    async def close_shift(self, token: str) -> Shift:
        """Begin to close the cashier's shift, with its Z-report."""
        return await self._act("/shifts/close", {}, read_shift, token=token)

    async def sell(self, token: str, body: dict[str, Any]) -> ReceiptAnswer:
        """Hand in a receipt of a sale or a return; the id in the body makes a repetition recognisable."""
        return await self._act("/receipts/sell", body, read_receipt, token=token)

    async def receipt(self, token: str, receipt_id: str) -> ReceiptAnswer | None:
        """A receipt by its id; none where Checkbox knows no such receipt."""
        answer = await self._call(self._asking, "GET", f"/receipts/{quote(receipt_id)}", token=token)
        if answer.status == 404 and is_own(answer):
            return None
        return _understood(answer, read_receipt, may_have_acted=False)

    async def _ask(
        self, path: str, read: Callable[[Any], T], *, token: str | None = None, licence_key: str | None = None
    ) -> T:
        answer = await self._call(self._asking, "GET", path, token=token, licence_key=licence_key)
        return _understood(answer, read, may_have_acted=False)

    async def _act(
        self,
        path: str,
        body: dict[str, Any],
        read: Callable[[Any], T],
        *,
        token: str | None = None,
        licence_key: str | None = None,
    ) -> T:
        answer = await self._call(self._acting, "POST", path, body=body, token=token, licence_key=licence_key)
        return _understood(answer, read, may_have_acted=True)

    async def _call(
        self,
        client: HttpClient,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        token: str | None = None,
        licence_key: str | None = None,
        acts: bool = True,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if licence_key:
            headers["X-License-Key"] = licence_key
        try:
            return await client.request(method, _API + path, json=body, headers=headers)
        except CallFailed as failed:
            may_have_acted = acts and method != "GET" and failed.reached is Reached.UNKNOWN
            raise Unanswered(failed.cause, may_have_acted=may_have_acted) from failed


def _understood(answer: Answer, read: Callable[[Any], T], *, may_have_acted: bool) -> T:
    """The body of a 2xx; a 4xx in Checkbox's own words is a refusal, everything else is no answer at all."""
    if 400 <= answer.status < 500 and is_own(answer):
        text = text_of(answer)
        raise Refused(refusal(answer.status, text), text)
    if not 200 <= answer.status < 300:
        raise Unanswered(f"HTTP {answer.status}", may_have_acted=may_have_acted)
    try:
        return read(answer.json())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unanswered(f"HTTP {answer.status} with an answer that is none", may_have_acted=may_have_acted) from None


def _word(body: Any, name: str) -> str:
    value = body[name]
    if not isinstance(value, str) or not value:
        raise ValueError(name)
    return value
