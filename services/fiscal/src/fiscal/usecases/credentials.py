"""Checkbox credentials of a register: sealed in its row, opened only where Checkbox is called."""

import hashlib
import json
from dataclasses import dataclass, field
from uuid import UUID

from fiscal.tables import CashRegister
from kit.secrets import SecretBox

PIN = "pin:"
"""In front of what stands for the login of a cashier who signs in by PIN."""
_HINT_LENGTH = 4


@dataclass(frozen=True)
class Credentials:
    """What Checkbox is called with on behalf of one register."""

    account_id: UUID
    cash_register_id: UUID
    licence_key: str = field(repr=False)
    cashier_login: str
    """By which the token of the cashier is kept; of a cashier with a PIN it names the register."""
    cashier_password: str = field(repr=False)
    cashier_pin: str = field(repr=False, default="")


def open_credentials(register: CashRegister, box: SecretBox) -> Credentials | None:
    """The credentials of a register; none where it has no Checkbox."""
    if register.checkbox_sealed is None:
        return None
    secret = json.loads(box.open(register.checkbox_sealed, _owner(register)))
    return Credentials(
        register.account_id,
        register.id,
        secret["licence_key"],
        secret["cashier_login"],
        secret["cashier_password"],
        secret.get("cashier_pin", ""),
    )


def seal_credentials(
    register: CashRegister,
    box: SecretBox,
    licence_key: str,
    cashier_login: str,
    cashier_password: str,
    cashier_pin: str = "",
) -> None:
    """Store credentials in the register's row; what was known of another licence is forgotten."""
    fingerprint = hashlib.sha256(f"{register.account_id}:{licence_key}".encode()).digest()
    if fingerprint != register.licence_fingerprint:
        register.checkbox_register_id = None
        register.fiscal_number = None
    if cashier_pin:
        cashier_login, cashier_password = f"{PIN}{register.id}", ""
    secret = {
        "licence_key": licence_key,
        "cashier_login": cashier_login,
        "cashier_password": cashier_password,
        "cashier_pin": cashier_pin,
    }
    register.checkbox_sealed = box.seal(json.dumps(secret), _owner(register))
    register.cashier_login = cashier_login
    # A short key must not be shown whole under the name of a hint.
    register.licence_hint = licence_key[-_HINT_LENGTH:] if len(licence_key) >= 2 * _HINT_LENGTH else ""
    register.licence_fingerprint = fingerprint


def remove_credentials(register: CashRegister) -> None:
    """From now on the register gives no receipts."""
    register.checkbox_sealed = None
    register.cashier_login = None
    register.licence_hint = None
    register.licence_fingerprint = None
    register.checkbox_register_id = None
    register.fiscal_number = None


def _owner(register: CashRegister) -> str:
    return f"{register.account_id}:{register.id}"
