"""The cash register itself: its state, offline mode, taxes and web hook."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.checkbox import refusals
from simulators.checkbox.desk import LICENCE_MODES, TOKEN_MODES, Call, Desk, Work, answer
from simulators.checkbox.people import START_OFFLINE_CODES, Hook
from simulators.checkbox.refusals import Refused, invalid
from simulators.checkbox.sums import TAXES


class RegisterRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.router = APIRouter()
        for verb, path, method, work in (
            ("GET", "/cash-registers/info", "register_info", _info),
            ("GET", "/cash-registers/ask-offline-codes", "offline_codes", _ask_codes),
            ("GET", "/cash-registers/get-offline-codes", "offline_codes", _codes),
            ("GET", "/cash-registers/get-offline-codes-count", "offline_codes", _codes_count),
            ("GET", "/cash-registers/get-offline-time", "offline_time", _offline_time),
            ("POST", "/cash-registers/go-offline", "go_offline", _go_offline),
            ("POST", "/cash-registers/go-online", "go_online", _go_online),
            ("POST", "/cash-registers/ping-tax-service", "ping", _ping),
            ("GET", "/tax", "tax", _tax),
            ("POST", "/webhook", "webhook", _set_hook),
            ("GET", "/webhook", "webhook", _hook),
            ("DELETE", "/webhook", "webhook", _delete_hook),
        ):
            self._add(verb, path, method, work)

    def _add(self, verb: str, path: str, method: str, work: Work) -> None:
        async def serve(request: Request) -> Response:
            return await self._desk.serve(request, method, work, TOKEN_MODES | LICENCE_MODES)

        self.router.add_api_route(path, serve, methods=[verb], name=f"checkbox-{verb}-{path}")


def _info(call: Call) -> Response:
    call.optional_cashier()
    register = call.register()
    last = next((known for known in reversed(call.office.receipts.values()) if known.shift.register is register), None)
    return answer(
        {
            **register.shown(),
            "address": "Київ",
            "title": "Тестова каса",
            "has_shift": call.office.shift_at(register) is not None,
            "documents_state": {
                "last_receipt_code": last.serial if last else 0,
                "last_report_code": 0,
                "last_z_report_code": 0,
            },
        }
    )


def _ask_codes(call: Call) -> Response:
    register = call.register()
    register.offline_codes = max(register.offline_codes, _count(call, START_OFFLINE_CODES))
    return answer({"ok": True})


def _count(call: Call, otherwise: int) -> int:
    count = call.request.query_params.get("count", str(otherwise))
    if not count.isdigit():
        raise invalid(["count"], "value is not a valid integer", "type_error.integer")
    return int(count)


def _codes(call: Call) -> Response:
    register = call.register()
    count = _count(call, 10)
    return answer([{"serial_id": n, "fiscal_code": f"OFF-{n:06d}"} for n in range(min(count, register.offline_codes))])


def _codes_count(call: Call) -> Response:
    left = call.register().offline_codes
    used = max(START_OFFLINE_CODES - left, 0)
    return answer(
        {"available": left, "default": START_OFFLINE_CODES, "minimal": START_OFFLINE_CODES // 2, "used": used}
    )


def _offline_time(call: Call) -> Response:
    since, now = call.register().offline_since, call.office.bench.clock.now()
    seconds = int((now - since).total_seconds()) if since else 0
    return answer({"current_session_seconds": seconds, "total_seconds": seconds})


def _go_offline(call: Call) -> Response:
    register = call.register()
    register.stays_offline = True
    register.offline_since = register.offline_since or call.office.bench.clock.now()
    return answer({"status": "ok"})


def _go_online(call: Call) -> Response:
    call.office.go_online(call.register())
    return answer({"status": "ok"})


def _ping(call: Call) -> Response:
    register = call.register()
    return answer({"status": "DONE" if register.is_tax_office_up else "ERROR", "type": "PING"})


def _tax(call: Call) -> Response:
    call.register()
    return answer(list(TAXES))


def _set_hook(call: Call) -> Response:
    register, url = call.register(), call.body.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise invalid(["url"], "invalid or missing URL scheme", "value_error.url.scheme")
    register.hook = Hook(url, secrets.token_hex(16), call.office.bench.clock.now())
    return answer(register.hook.shown(), 201)


def _hook(call: Call) -> Response:
    hook = call.register().hook
    if hook is None:
        raise Refused(404, refusals.NOT_FOUND)
    return answer(hook.shown())


def _delete_hook(call: Call) -> Response:
    call.register().hook = None
    return answer({"ok": True})
