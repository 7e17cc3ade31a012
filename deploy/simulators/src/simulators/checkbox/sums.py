"""Sums of a receipt: kopecks and thousandths, integers only, checked as Checkbox checks them."""

from dataclasses import dataclass
from typing import Any

from simulators.checkbox.refusals import invalid

TAXES: tuple[dict[str, Any], ...] = (
    {"code": 1, "label": "ПДВ 20%", "symbol": "А", "rate": 20, "extra_rate": 0, "included": True, "no_vat": False},
    {"code": 2, "label": "ПДВ 7%", "symbol": "Б", "rate": 7, "extra_rate": 0, "included": True, "no_vat": False},
    {"code": 8, "label": "Без ПДВ", "symbol": "З", "rate": 0, "extra_rate": 0, "included": True, "no_vat": True},
)
_TAX_BY_CODE = {tax["code"]: tax for tax in TAXES}
_PAYMENTS = {"CASH": "Готівка", "CASHLESS": "Картка", "CARD": "Картка"}
_CASH_STEP = 10  # kopecks, to which a cash sum is rounded when asked


@dataclass(frozen=True)
class Sums:
    """What a receipt comes to, in kopecks."""

    goods: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    taxes: list[dict[str, Any]]
    total: int
    rounding: int
    paid: int
    discounts: int
    extra_charges: int
    is_return: bool

    @property
    def rest(self) -> int:
        return self.paid - self.total - self.rounding

    @property
    def cash(self) -> int:
        """What stays in the drawer (or leaves it, for a return)."""
        return self.paid - self.cashless - self.rest

    @property
    def cashless(self) -> int:
        values: list[int] = [payment["value"] for payment in self.payments if payment["type"] != "CASH"]
        return sum(values)


def count(body: dict[str, Any]) -> Sums:
    """The sums of a sell call; `Refused` 422 with the first field that is wrong."""
    lines = _list(body, "goods")
    if not lines:
        raise invalid(["goods"], "ensure this value has at least 1 items")
    goods = [_line(line, index) for index, line in enumerate(lines)]
    returns = {good["is_return"] for good in goods}
    if len(returns) > 1:
        raise invalid(["goods"], "return lines cannot be mixed with sold ones")
    before = sum(good["total_sum"] for good in goods)
    discounts = _discounts(body, before, ["discounts"])
    total = before + sum(discounts)
    if total < 0:
        raise invalid(["discounts"], "discount is above the sum")
    payments = [_payment(payment, index) for index, payment in enumerate(_list(body, "payments"))]
    if not payments:
        raise invalid(["payments"], "ensure this value has at least 1 items")
    has_cash = any(payment["type"] == "CASH" for payment in payments)
    rounding = (total + _CASH_STEP // 2) // _CASH_STEP * _CASH_STEP - total if body.get("rounding") and has_cash else 0
    every_change = discounts + [change for good in goods for change in good.pop("_changes")]
    sums = Sums(
        goods=goods,
        payments=payments,
        taxes=_taxes(goods),
        total=total,
        rounding=rounding,
        paid=sum(payment["value"] for payment in payments),
        discounts=-sum(change for change in every_change if change < 0),
        extra_charges=sum(change for change in every_change if change > 0),
        is_return=returns == {True},
    )
    if sums.rest < 0:
        raise invalid(["payments"], "sum of payments is below the total of the receipt")
    if sums.cash < 0:
        raise invalid(["payments"], "change is given for cash only")
    return sums


def whole(value: Any, where: list[str | int], *, above: int | None = 0) -> int:
    """An integer above the bound; a fraction, a text or a truth value is refused."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(where, "value is not a valid integer", "type_error.integer")
    if above is not None and value <= above:
        raise invalid(where, f"ensure this value is greater than {above}", "value_error.number.not_gt")
    return value


def _line(line: Any, index: int) -> dict[str, Any]:
    where: list[str | int] = ["goods", index]
    if not isinstance(line, dict) or not isinstance(line.get("good"), dict):
        raise invalid([*where, "good"], "field required", "value_error.missing")
    good = line["good"]
    for name in ("code", "name"):
        if not isinstance(good.get(name), str) or not good[name]:
            raise invalid([*where, "good", name], "field required", "value_error.missing")
    price = whole(good.get("price"), [*where, "good", "price"])
    quantity = whole(line.get("quantity"), [*where, "quantity"])
    taxes = good.get("tax") or []
    if not isinstance(taxes, list):
        raise invalid([*where, "good", "tax"], "value is not a valid list", "type_error.list")
    for code in taxes:
        if not isinstance(code, int) or code not in _TAX_BY_CODE:
            raise invalid([*where, "good", "tax"], f"unknown tax code {code}")
    whole_line = (price * quantity + 500) // 1000
    changes = _discounts(line, whole_line, [*where, "discounts"])
    if whole_line + sum(changes) < 0:
        raise invalid([*where, "discounts"], "discount is above the sum")
    return {
        **line,
        "good": good,
        "quantity": quantity,
        "is_return": bool(line.get("is_return", False)),
        "sum": whole_line,
        "total_sum": whole_line + sum(changes),
        "taxes": [_TAX_BY_CODE[code] for code in taxes],
        "discounts": line.get("discounts") or [],
        "_changes": changes,
    }


def _discounts(owner: dict[str, Any], base: int, where: list[str | int]) -> list[int]:
    changes = []
    declared = owner.get("discounts") or []
    if not isinstance(declared, list):
        raise invalid(where, "value is not a valid list", "type_error.list")
    for index, discount in enumerate(declared):
        at = [*where, index]
        if not isinstance(discount, dict) or discount.get("type") not in {"DISCOUNT", "EXTRA_CHARGE"}:
            raise invalid([*at, "type"], "value is not a valid enumeration member", "type_error.enum")
        if discount.get("mode") not in {"PERCENT", "VALUE"}:
            raise invalid([*at, "mode"], "value is not a valid enumeration member", "type_error.enum")
        value = whole(discount.get("value"), [*at, "value"])
        change = value if discount["mode"] == "VALUE" else (base * value + 50) // 100
        changes.append(change if discount["type"] == "EXTRA_CHARGE" else -change)
    return changes


def _payment(payment: Any, index: int) -> dict[str, Any]:
    where: list[str | int] = ["payments", index]
    if not isinstance(payment, dict) or payment.get("type") not in _PAYMENTS:
        raise invalid([*where, "type"], "value is not a valid enumeration member", "type_error.enum")
    label = payment.get("label") or _PAYMENTS[payment["type"]]
    if not isinstance(label, str) or len(label) > 128:
        raise invalid([*where, "label"], "ensure this value has at most 128 characters")
    return {**payment, "value": whole(payment.get("value"), [*where, "value"]), "label": label}


def _taxes(goods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_code: dict[int, int] = {}
    for good in goods:
        for tax in good["taxes"]:
            by_code[tax["code"]] = by_code.get(tax["code"], 0) + good["total_sum"]
    counted = []
    for code, turnover in by_code.items():
        tax = _TAX_BY_CODE[code]
        rate = tax["rate"]
        counted.append({**tax, "value": (2 * turnover * rate + 100 + rate) // (2 * (100 + rate)), "turnover": turnover})
    return counted


def _list(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    if not isinstance(value, list):
        raise invalid([name], "field required", "value_error.missing")
    return value
