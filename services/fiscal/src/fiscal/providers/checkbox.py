"""Client of Checkbox, the fiscal register of Ukraine (API v1).

Every call ends in one of three ways: an answer, `Refused` (a clear no, nothing was done), or `Unanswered`, which says
whether the call may have been carried out all the same.
"""

from collections.abc import Callable
from datetime import datetime
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
    Tax,
    Unanswered,
    is_own,
    read_receipt,
    read_shift,
    read_taxes,
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

    async def sign_in_by_pin(self, licence_key: str, pin: str) -> str:
        """An access token of the cashier with this PIN at this register."""
        try:
            answer = await self._call(
                self._acting,
                "POST",
                "/cashier/signinPinCode",
                body={"pin_code": pin},
                licence_key=licence_key,
                acts=False,
            )
            return _understood(answer, lambda body: _word(body, "access_token"), may_have_acted=False)
        except Refused as refused:
            if refused.refusal in (Refusal.LATER, Refusal.LICENCE):
                raise
            raise Refused(Refusal.CREDENTIALS, refused.text) from None

    async def check_signature(self, token: str) -> Signature:
        """The state of the cashier's signature."""
        return await self._ask(
            "/cashier/check-signature",
            lambda body: Signature(bool(body.get("online")), bool(body.get("shift_open_possibility"))),
            token=token,
        )

    async def register_info(self, licence_key: str, token: str | None = None) -> RegisterInfo:
        """The register that the licence key stands for; with a cashier's token, for the cashier's organisation."""
        try:
            return await self._ask(
                "/cash-registers/info",
                lambda body: RegisterInfo(
                    _word(body, "id"),
                    body.get("fiscal_number"),
                    body.get("offline_mode") is True,
                    body.get("stay_offline") is True,
                ),
                token=token,
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

    async def open_shift(
        self, token: str, licence_key: str, shift_id: str, auto_close_at: datetime | None = None
    ) -> Shift:
        """Begin to open a shift under our id; whether it opened is seen by asking for it.

        `auto_close_at` is when Checkbox closes it by itself, should nobody else have done so.
        """
        body = {"id": shift_id}
        if auto_close_at is not None:
            body["auto_close_at"] = auto_close_at.isoformat()
        return await self._act("/shifts", body, read_shift, token=token, licence_key=licence_key)

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

    async def x_report(self, token: str) -> dict[str, Any]:
        """The totals of the cashier's open shift so far; nothing is changed by it."""
        answer = await self._call(self._acting, "POST", "/reports", body={}, token=token, acts=False)
        return _understood(answer, _object, may_have_acted=False)

    async def taxes(self, licence_key: str) -> list[Tax]:
        """The tax rates that the register's owner may use."""
        return await self._ask("/tax", read_taxes, licence_key=licence_key)

    async def hook(self, licence_key: str) -> str | None:
        """The address that events of the register go to; none where there is none."""
        answer = await self._call(self._asking, "GET", "/webhook", licence_key=licence_key)
        if answer.status == 404 and is_own(answer):
            return None
        return _understood(answer, lambda body: str(body["url"]) if body else None, may_have_acted=False)

    async def set_hook(self, licence_key: str, url: str) -> str:
        """Send events of the register to this address; answers the key that they will be signed with."""
        return await self._act("/webhook", {"url": url}, lambda body: _word(body, "key"), licence_key=licence_key)

    async def rendering(self, receipt_id: str, form: str) -> Answer | None:
        """A receipt as a document, with its content type; none where Checkbox has none."""
        answer = await self._call(self._asking, "GET", f"/receipts/{quote(receipt_id)}/{quote(form)}")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Unanswered(f"HTTP {answer.status}", may_have_acted=False)
        return answer

    async def deliver(self, token: str, receipt_id: str, way: str, to: str) -> None:
        """Send a receipt to its owner by `email` or `sms`."""
        body: Any = [to] if way == "email" else {"phone": to.removeprefix("+")}
        await self._act(f"/receipts/{quote(receipt_id)}/{way}", body, lambda _: None, token=token)

    async def offline_codes(self, licence_key: str) -> tuple[int, int]:
        """Fiscal numbers left for work without the tax office, and how few of them are too few."""
        return await self._ask(
            "/cash-registers/get-offline-codes-count",
            lambda body: (int(body["available"]), int(body["minimal"])),
            licence_key=licence_key,
        )

    async def offline_seconds(self, licence_key: str) -> tuple[int, int]:
        """How long the register has worked without the tax office: in a row now, and in this month."""
        return await self._ask(
            "/cash-registers/get-offline-time",
            lambda body: (int(body["current_session_seconds"]), int(body["total_seconds"])),
            licence_key=licence_key,
        )

    async def go_offline(self, licence_key: str, since: datetime) -> None:
        """Let the register work without the tax office from now on; the number of that document is from the stock."""
        number = await self._ask(
            "/cash-registers/get-offline-codes?count=1",
            lambda body: _word(body[0], "fiscal_code") if body else None,
            licence_key=licence_key,
        )
        if number is None:
            raise Refused(Refusal.NO_OFFLINE_NUMBERS, "")
        body = {"go_offline_date": since.isoformat(), "fiscal_code": number}
        await self._act("/cash-registers/go-offline", body, lambda _: None, licence_key=licence_key)

    async def go_online(self, licence_key: str) -> None:
        """Work with the tax office again; what was made without it is sent there."""
        await self._act("/cash-registers/go-online", {}, lambda _: None, licence_key=licence_key)

    async def ask_offline_codes(self, licence_key: str) -> None:
        """Fill the stock of such numbers; until then the register can not work when the tax office is away."""
        await self._ask("/cash-registers/ask-offline-codes", lambda _: None, licence_key=licence_key)

    async def _ask(
        self, path: str, read: Callable[[Any], T], *, token: str | None = None, licence_key: str | None = None
    ) -> T:
        answer = await self._call(self._asking, "GET", path, token=token, licence_key=licence_key)
        return _understood(answer, read, may_have_acted=False)

    async def _act(
        self,
        path: str,
        body: Any,
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
        body: Any = None,
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


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body
