"""Sign-in and sign-out of cashiers, their signature and their shift."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.checkbox import refusals
from simulators.checkbox.desk import LICENCE_MODES, TOKEN_MODES, Call, Desk, answer, bearer
from simulators.checkbox.people import Cashier
from simulators.checkbox.refusals import Refused, invalid

SIGN_IN_MODES = frozenset({"reject_auth", "cashier_invalid"})


class CashierRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.router = router = APIRouter(prefix="/cashier")
        router.add_api_route("/signin", self.sign_in, methods=["POST"])
        router.add_api_route("/signinPinCode", self.sign_in_by_pin, methods=["POST"])
        router.add_api_route("/signout", self.sign_out, methods=["POST"])
        router.add_api_route("/me", self.me, methods=["GET"])
        router.add_api_route("/shift", self.shift, methods=["GET"])
        router.add_api_route("/check-signature", self.check_signature, methods=["GET"])

    async def sign_in(self, request: Request) -> Response:
        return await self._desk.serve(request, "sign_in", _sign_in, SIGN_IN_MODES)

    async def sign_in_by_pin(self, request: Request) -> Response:
        return await self._desk.serve(request, "sign_in", _sign_in_by_pin, SIGN_IN_MODES | LICENCE_MODES)

    async def sign_out(self, request: Request) -> Response:
        return await self._desk.serve(request, "sign_out", _sign_out, TOKEN_MODES)

    async def me(self, request: Request) -> Response:
        return await self._desk.serve(request, "me", lambda call: answer(call.cashier().shown()), TOKEN_MODES)

    async def shift(self, request: Request) -> Response:
        return await self._desk.serve(request, "cashier_shift", _shift, TOKEN_MODES)

    async def check_signature(self, request: Request) -> Response:
        return await self._desk.serve(
            request, "check_signature", _check_signature, TOKEN_MODES | {"signature_inactive", "key_expired"}
        )


def _sign_in(call: Call) -> Response:
    for name in ("login", "password"):
        if not isinstance(call.body.get(name), str):
            raise invalid([name], "field required", "value_error.missing")
    cashier = call.office.cashiers.get(call.body["login"])
    if cashier is None or cashier.password != call.body["password"] or call.has_met(*SIGN_IN_MODES):
        raise Refused(403, refusals.BAD_LOGIN)
    return _token(call, cashier)


def _sign_in_by_pin(call: Call) -> Response:
    register = call.register()
    pin = call.body.get("pin_code")
    if not isinstance(pin, str):
        raise invalid(["pin_code"], "field required", "value_error.missing")
    own = (known for known in call.office.cashiers.values() if known.organisation == register.organisation)
    cashier = next((known for known in own if known.pin == pin), None)
    if cashier is None or call.has_met(*SIGN_IN_MODES):
        raise Refused(403, refusals.BAD_PIN)
    return _token(call, cashier)


def _token(call: Call, cashier: Cashier) -> Response:
    token = cashier.new_token(call.office.bench.clock.now())
    return answer({"type": "bearer", "token_type": "bearer", "access_token": token})


def _sign_out(call: Call) -> Response:
    cashier = call.cashier()
    cashier.tokens = [token for token in cashier.tokens if token != bearer(call.request)]
    return Response(status_code=205)


def _shift(call: Call) -> Response:
    shift = call.office.shift_of(call.cashier())
    if shift is not None:
        return answer(shift.shown(call.office.bench.clock.now()))
    if call.office.switches["no_shift_is"] == "404":
        raise Refused(404, refusals.NOT_FOUND)
    return answer(None)


def _check_signature(call: Call) -> Response:
    is_ready = call.cashier().has_signature and not call.has_met("signature_inactive", "key_expired")
    return answer({"online": is_ready, "type": "CLOUD_SIGNATURE_3", "shift_open_possibility": is_ready})
