"""Checkbox as one provider: all routes under `/api/v1`."""

from typing import Any

from fastapi import APIRouter

from simulators.bench import Bench
from simulators.checkbox.cashier_routes import CashierRoutes
from simulators.checkbox.desk import ALL_MODES, Desk
from simulators.checkbox.office import NAME, Office
from simulators.checkbox.people import Cashier, Register
from simulators.checkbox.receipt_routes import ReceiptRoutes
from simulators.checkbox.register_routes import RegisterRoutes
from simulators.checkbox.shift_routes import ShiftRoutes

CASHIER_FIELDS = {"password": str, "pin": str, "full_name": str, "has_signature": bool}
REGISTER_FIELDS = {"is_active": bool, "cash": int, "offline_codes": int}


class Checkbox:
    """Stands in for api.checkbox.ua."""

    name = NAME
    modes = ALL_MODES

    def __init__(self, bench: Bench) -> None:
        self._office = Office(bench)
        self.switches = self._office.switches
        desk = Desk(self._office)
        self.router = APIRouter(prefix="/api/v1")
        for routes in (CashierRoutes(desk), ShiftRoutes(desk), ReceiptRoutes(desk), RegisterRoutes(desk)):
            self.router.include_router(routes.router)

    def reset(self) -> None:
        self._office.reset()

    def set_account(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """A cashier or a licence key, whichever has this name; `close_shift` ends the register's shift at once."""
        cashier, register = self._office.cashiers.get(name), self._office.registers.get(name)
        if cashier is not None:
            _set(cashier, wanted, CASHIER_FIELDS)
            return {**cashier.shown(), "login": cashier.login, "has_signature": cashier.has_signature}
        if register is None:
            raise ValueError(f"there is no cashier and no licence key {name!r}")
        plain = {field: value for field, value in wanted.items() if field in REGISTER_FIELDS}
        if strange := set(wanted) - set(plain) - {"is_tax_office_up", "close_shift"}:
            raise ValueError(f"cannot set {sorted(strange)}")
        _set(register, plain, REGISTER_FIELDS)
        if "is_tax_office_up" in wanted:
            register.is_tax_office_up = bool(wanted["is_tax_office_up"])
            if register.is_tax_office_up:
                self._office.go_online(register)
        if wanted.get("close_shift") and (shift := self._office.shift_at(register)) is not None:
            self._office.end_shift(shift)
        return {**register.shown(), "licence_key": register.licence_key, "cash": register.cash}


def _set(owner: Cashier | Register, wanted: dict[str, Any], fields: dict[str, type]) -> None:
    for field, value in wanted.items():
        kind = fields.get(field)
        if kind is None or type(value) is not kind:
            raise ValueError(f"cannot set {field!r} to {value!r}; there are: {', '.join(sorted(fields))}")
    for field, value in wanted.items():
        setattr(owner, field, value)
