"""How every call of Checkbox is served: headers checked, faults acted out, refusals written."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from simulators.checkbox import refusals
from simulators.checkbox.office import NAME, Office
from simulators.checkbox.people import Cashier, Register
from simulators.checkbox.refusals import Refused
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE, Fault
from simulators.wire import answered, json_text

TOKEN_MODES = frozenset({"reject_auth", "cashier_invalid", "token_invalid"})
LICENCE_MODES = frozenset({"licence_invalid"})
# Faults that are nothing but a refusal: of whom, with which status and text.
PLAIN: dict[str, tuple[int, str]] = {
    "token_invalid": (401, refusals.BAD_TOKEN),
    "licence_invalid": (403, refusals.BAD_LICENCE),
    "shift_closed": (400, refusals.SHIFT_CLOSED),
    "shift_opening": (409, refusals.SHIFT_OPENING),
    "busy_register": (400, refusals.REGISTER_TAKEN),
    "cashier_busy": (400, refusals.CASHIER_AT_WORK),
    "too_many": (429, refusals.TOO_MANY),
}
OPEN_MODES = frozenset(
    {
        "busy_register",
        "cashier_busy",
        "shift_opening",
        "open_fails",
        "signature_inactive",
        "key_expired",
        "slow_done",
        "too_many",
    }
)
CLOSE_MODES = frozenset({"shift_closed", "close_fails", "slow_done", "too_many"})
RECEIPT_MODES = frozenset({"shift_closed", "shift_opening", "receipt_error", "slow_done", "offline", "too_many"})
ALL_MODES = TRANSPORT | TOKEN_MODES | LICENCE_MODES | OPEN_MODES | CLOSE_MODES | RECEIPT_MODES


@dataclass
class Call:
    """One call whose headers have been read."""

    office: Office
    request: Request
    body: dict[str, Any]
    fault: Fault | None

    def has_met(self, *modes: str) -> bool:
        return self.fault is not None and self.fault.mode in modes

    def cashier(self) -> Cashier:
        """Who the token belongs to; `Refused` otherwise."""
        token = bearer(self.request)
        if token is None:
            raise Refused(403, refusals.NOT_AUTHENTICATED)
        cashier = self.office.cashier_of(token)
        if cashier is None or self.has_met(*TOKEN_MODES):
            raise Refused(401, refusals.BAD_TOKEN)
        return cashier

    def optional_cashier(self) -> Cashier | None:
        """The holder of the token where one was sent: a call that asks for the licence key alone."""
        return self.cashier() if bearer(self.request) else None

    def register(self) -> Register:
        """The register of the licence key, in the organisation of whoever asks; `Refused` otherwise."""
        register = self.office.registers.get(self.request.headers.get("x-license-key", ""))
        if register is None or not register.is_active or self.has_met("licence_invalid"):
            raise Refused(403, refusals.BAD_LICENCE)
        asker = self.office.cashier_of(bearer(self.request) or "")
        if asker is not None and asker.organisation != register.organisation:
            raise Refused(403, refusals.BAD_LICENCE)  # for this cashier there is no such key
        return register


def bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


Work = Callable[[Call], Response]


class Desk:
    """Serves the calls of all routes."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def serve(
        self, request: Request, method: str, work: Work, modes: frozenset[str], *, accepts: bool = False
    ) -> Response:
        """Do `work` and answer.

        `modes` are the faults that this method knows besides those of the transport; `accepts` says that
        it changes something, so that its answer may be lost after the fact.
        """
        body = await _body(request)
        able = modes | (TRANSPORT if accepts else TRANSPORT_BEFORE)
        fault = self._office.bench.faults.strike(NAME, self._names(request, body), method, able)

        async def accept() -> Response:
            try:
                if method != "render" and self._lacks_client_name(request):
                    raise Refused(400, refusals.NO_CLIENT_NAME)
                if body is None:
                    raise refusals.invalid([], "body is not valid JSON", "value_error.jsondecode")
                if fault and fault.mode in PLAIN:
                    raise Refused(*PLAIN[fault.mode])
                return work(Call(self._office, request, body, fault))
            except Refused as refused:
                return answer(refused.shown(), refused.status)

        return await answered(fault, accept)

    def _lacks_client_name(self, request: Request) -> bool:
        return bool(self._office.switches["client_name_required"]) and not request.headers.get("x-client-name")

    def _names(self, request: Request, body: dict[str, Any] | None) -> frozenset[str]:
        """Everything by which a fault may name who is calling: licence key, cashier, licence of the shift."""
        names = {request.headers.get("x-license-key", "")}
        if request.url.path.endswith("/cashier/signin") and body and isinstance(body.get("login"), str):
            names.add(body["login"])
        cashier = self._office.cashier_of(bearer(request) or "")
        if cashier is not None:
            names.add(cashier.login)
            shift = self._office.shift_of(cashier)
            if shift is not None:
                names.add(shift.register.licence_key)
        return frozenset(names - {""})


async def _body(request: Request) -> dict[str, Any] | None:
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else {"__root__": body}


def answer(body: Any, status: int = 200) -> Response:
    return Response(json_text(body), status_code=status, media_type="application/json")
