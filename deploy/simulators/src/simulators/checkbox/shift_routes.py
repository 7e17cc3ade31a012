"""Opening and closing of shifts, and reports."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.checkbox import refusals
from simulators.checkbox.desk import CLOSE_MODES, LICENCE_MODES, OPEN_MODES, TOKEN_MODES, Call, Desk, answer
from simulators.checkbox.refusals import Refused
from simulators.checkbox.renderings import report_text


class ShiftRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.router = router = APIRouter()
        router.add_api_route("/shifts", self.open, methods=["POST"])
        router.add_api_route("/shifts", self.list, methods=["GET"])
        router.add_api_route("/shifts/close", self.close, methods=["POST"])
        router.add_api_route("/shifts/{shift_id}", self.one, methods=["GET"])
        router.add_api_route("/shifts/{shift_id}/close", self.close_of_another, methods=["POST"])
        router.add_api_route("/reports", self.x_report, methods=["POST"])
        router.add_api_route("/reports", self.reports, methods=["GET"])
        router.add_api_route("/reports/{report_id}", self.report, methods=["GET"])
        router.add_api_route("/reports/{report_id}/text", self.report_text, methods=["GET"])

    async def open(self, request: Request) -> Response:
        return await self._desk.serve(
            request, "open_shift", _open, TOKEN_MODES | LICENCE_MODES | OPEN_MODES, accepts=True
        )

    async def close(self, request: Request) -> Response:
        return await self._desk.serve(request, "close_shift", _close, TOKEN_MODES | CLOSE_MODES, accepts=True)

    async def close_of_another(self, request: Request) -> Response:
        return await self._desk.serve(
            request, "close_shift", _close_of_another, TOKEN_MODES | LICENCE_MODES | CLOSE_MODES, accepts=True
        )

    async def one(self, request: Request) -> Response:
        return await self._desk.serve(request, "get_shift", _one, TOKEN_MODES)

    async def list(self, request: Request) -> Response:
        return await self._desk.serve(request, "list_shifts", _list, TOKEN_MODES)

    async def x_report(self, request: Request) -> Response:
        return await self._desk.serve(request, "report", _x_report, TOKEN_MODES | {"shift_closed"}, accepts=True)

    async def reports(self, request: Request) -> Response:
        return await self._desk.serve(request, "get_report", _reports, TOKEN_MODES)

    async def report(self, request: Request) -> Response:
        return await self._desk.serve(request, "get_report", lambda call: answer(_known_report(call)), TOKEN_MODES)

    async def report_text(self, request: Request) -> Response:
        return await self._desk.serve(
            request,
            "get_report",
            lambda call: Response(report_text(_known_report(call)), media_type="text/plain"),
            TOKEN_MODES,
        )


def _open(call: Call) -> Response:
    cashier, register = call.cashier(), call.register()
    shift = call.office.open_shift(cashier, register, call.body, call.fault)
    return answer({**shift.shown(shift.opening.begun_at), "status": "CREATED"}, 202)


def _close(call: Call) -> Response:
    shift = call.office.open_shift_of_any_age(call.cashier())
    call.office.begin_closing(shift, call.fault)
    return answer({**shift.shown(call.office.bench.clock.now()), "status": "CLOSING"}, 202)


def _close_of_another(call: Call) -> Response:
    call.cashier()
    shift = call.office.shift_at(call.register())
    if shift is None or shift.id != call.request.path_params["shift_id"]:
        raise Refused(400, refusals.SHIFT_CLOSED)
    call.office.begin_closing(shift, call.fault)
    return answer({**shift.shown(call.office.bench.clock.now()), "status": "CLOSING"}, 200)


def _one(call: Call) -> Response:
    shift = call.office.shift_named(call.request.path_params["shift_id"], call.cashier())
    if shift is None:
        raise Refused(404, refusals.NOT_FOUND)
    return answer(shift.shown(call.office.bench.clock.now()))


def _list(call: Call) -> Response:
    cashier, now = call.cashier(), call.office.bench.clock.now()
    mine = [shift.shown(now) for shift in reversed(call.office.shifts.values()) if shift.cashier is cashier]
    return answer({"meta": {"limit": 25, "offset": 0}, "results": mine[:25]})


def _x_report(call: Call) -> Response:
    shift = call.office.open_shift_of(call.cashier())
    report = shift.report(call.office.bench.clock.now(), is_z=False)
    call.office.keep_report(shift, report)
    return answer(report, 201)


def _reports(call: Call) -> Response:
    newest = call.office.reports_of(call.cashier())[::-1]
    return answer({"meta": {"limit": 25, "offset": 0}, "results": newest[:25]})


def _known_report(call: Call) -> dict[str, object]:
    wanted = call.request.path_params["report_id"]
    report = next((one for one in call.office.reports_of(call.cashier()) if one["id"] == wanted), None)
    if report is None:
        raise Refused(404, refusals.NOT_FOUND)
    return report
