"""Receipts: selling, returning, service cash, reading and rendering."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulators.checkbox import refusals, renderings
from simulators.checkbox.desk import RECEIPT_MODES, TOKEN_MODES, Call, Desk, answer
from simulators.checkbox.receipts import Receipt
from simulators.checkbox.refusals import Refused, invalid
from simulators.checkbox.sums import count


class ReceiptRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.router = router = APIRouter(prefix="/receipts")
        router.add_api_route("/sell", self.sell, methods=["POST"])
        router.add_api_route("/service", self.service, methods=["POST"])
        router.add_api_route("/validate", self.validate, methods=["POST"])
        router.add_api_route("/search", self.search, methods=["GET"])
        router.add_api_route("/{receipt_id}", self.one, methods=["GET"])
        router.add_api_route("/{receipt_id}/{form}", self.rendered, methods=["GET"])
        router.add_api_route("/{receipt_id}/email", self.deliver, methods=["POST"])
        router.add_api_route("/{receipt_id}/sms", self.deliver, methods=["POST"])

    async def sell(self, request: Request) -> Response:
        return await self._desk.serve(request, "sell", _sell, TOKEN_MODES | RECEIPT_MODES, accepts=True)

    async def service(self, request: Request) -> Response:
        return await self._desk.serve(request, "service", _service, TOKEN_MODES | RECEIPT_MODES, accepts=True)

    async def validate(self, request: Request) -> Response:
        """A dry run: the receipt is judged and not accepted."""
        return await self._desk.serve(request, "validate", _validate, TOKEN_MODES)

    async def search(self, request: Request) -> Response:
        return await self._desk.serve(request, "search", _search, TOKEN_MODES)

    async def one(self, request: Request) -> Response:
        return await self._desk.serve(request, "get_receipt", _one, TOKEN_MODES)

    async def rendered(self, request: Request) -> Response:
        # Renderings are public: the page of a receipt is opened by the client of the salon.
        return await self._desk.serve(request, "render", _rendered, frozenset())

    async def deliver(self, request: Request) -> Response:
        return await self._desk.serve(request, "deliver", _deliver, TOKEN_MODES)


def _sell(call: Call) -> Response:
    return _accepted(call.office.sell(call.cashier(), call.body, call.fault))


def _service(call: Call) -> Response:
    return _accepted(call.office.service(call.cashier(), call.body, call.fault))


def _accepted(receipt: Receipt) -> Response:
    return answer(receipt.shown(receipt.step.begun_at), 201)


def _validate(call: Call) -> Response:
    call.cashier()
    sums = count(call.body)
    return answer({"total_sum": sums.total, "total_payment": sums.paid, "total_rest": sums.rest})


def _search(call: Call) -> Response:
    """Receipts of the cashier, newest first; `fiscal_code` narrows it to one."""
    cashier, now, wanted = call.cashier(), call.office.bench.clock.now(), call.request.query_params
    mine = [
        receipt.shown(now) for receipt in reversed(call.office.receipts.values()) if receipt.shift.cashier is cashier
    ]
    found = [one for one in mine if wanted.get("fiscal_code") in (None, one["fiscal_code"])]
    limit, offset = (int(wanted.get(name, default)) for name, default in (("limit", "25"), ("offset", "0")))
    return answer({"meta": {"limit": limit, "offset": offset}, "results": found[offset : offset + limit]})


def _one(call: Call) -> Response:
    return answer(_own(call).shown(call.office.bench.clock.now()))


def _own(call: Call) -> Receipt:
    return _there(call.office.receipt_named(call.request.path_params["receipt_id"], call.cashier()))


def _there(receipt: Receipt | None) -> Receipt:
    if receipt is None:
        raise Refused(404, refusals.NOT_FOUND)
    return receipt


def _rendered(call: Call) -> Response:
    receipt = _there(call.office.receipts.get(call.request.path_params["receipt_id"]))
    now = call.office.bench.clock.now()
    match call.request.path_params["form"]:
        case "text":
            width = call.request.query_params.get("width", "42")
            if not width.isdigit() or not 10 <= int(width) <= 250:
                raise invalid(["width"], "ensure this value is from 10 to 250")
            return Response(renderings.receipt_text(receipt, now, int(width)), media_type="text/plain")
        case "html":
            return Response(renderings.receipt_html(receipt, now), media_type="text/html")
        case "pdf":
            return Response(renderings.receipt_pdf(receipt, now), media_type="application/pdf")
        case "xml":
            return Response(renderings.receipt_xml(receipt, now), media_type="application/xml")
        case "qrcode":
            return Response(renderings.receipt_qr(receipt), media_type="image/png")
        case _:
            raise Refused(404, refusals.NOT_FOUND)


def _deliver(call: Call) -> Response:
    receipt = _own(call)
    to = call.body.get("__root__") or call.body.get("phone")
    if not to:
        raise invalid([], "field required", "value_error.missing")
    call.office.deliver(receipt, call.request.url.path.rpartition("/")[2], to)
    return answer({"ok": True})
