"""Adding and changing cash registers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from fiscal.domain.receipts import WAITING, ReceiptState
from fiscal.errors import CredentialsIncomplete, LicenceTaken, RegisterHasReceipts
from fiscal.tables import CashierToken, CashRegister, Receipt
from fiscal.usecases.credentials import Credentials, open_credentials, remove_credentials, seal_credentials
from fiscal.usecases.lanes import lock_lane, wake_lane
from kit.db import Tx, violated_constraint
from kit.errors import NotFound, StaleVersion
from kit.ids import new_id
from kit.secrets import SecretBox

BY_PASSWORD = ("cashier_login", "cashier_password")


@dataclass(frozen=True)
class RegisterValues:
    """Values to save. `checkbox` replaces single credentials; `drops_checkbox` takes them all away."""

    name: str | None = None
    payment_types: Sequence[str] | None = None
    location_id: UUID | None = None
    sets_location: bool = False
    is_active: bool | None = None
    checkbox: Mapping[str, str] = field(default_factory=dict, repr=False)
    drops_checkbox: bool = False
    tax_codes: Sequence[int] | None = None


async def add_register(values: RegisterValues, account_id: UUID, box: SecretBox, tx: Tx, now: datetime) -> CashRegister:
    """A new cash register; raises `LicenceTaken`, `CredentialsIncomplete`."""
    register = CashRegister(account_id=account_id, id=new_id(), version=0, is_active=True, created_at=now)
    _apply(values, register, box)
    register.version = 1
    tx.add(register)
    await _save(tx, register)
    return register


async def change_register(
    register_id: UUID, values: RegisterValues, if_version: int | None, account_id: UUID, box: SecretBox, tx: Tx
) -> CashRegister:
    """Change what is given. New credentials let the waiting receipts go at once.

    Raises `RegisterHasReceipts` when the licence would be taken from receipts that still wait for it, or another one
    be put in its place while Checkbox has a receipt whose outcome is open: asked about under the new licence it would
    look as if it had never been sent.
    """
    register = await tx.get(CashRegister, (account_id, register_id), with_for_update=True)
    if register is None:
        raise NotFound("cash_register")
    if if_version is not None and register.version != if_version:
        raise StaleVersion(register.version)
    licence_before = register.licence_fingerprint
    _apply(values, register, box)
    register.version += 1
    if licence_before is not None and register.licence_fingerprint != licence_before:
        await _require_no_receipts(tx, register)
    await _save(tx, register)
    if values.checkbox and register.cashier_login is not None:
        await tx.execute(
            delete(CashierToken).where(
                CashierToken.account_id == account_id, CashierToken.cashier_login == register.cashier_login
            )
        )
        await wake_lane(tx, await lock_lane(tx, account_id, register.id), unblock=True)
    return register


def _apply(values: RegisterValues, register: CashRegister, box: SecretBox) -> None:
    if values.name is not None:
        register.name = values.name
    if values.payment_types is not None:
        register.payment_types = sorted(set(values.payment_types))
    if values.sets_location:
        register.location_id = values.location_id
    if values.is_active is not None:
        register.is_active = values.is_active
    if values.tax_codes is not None:
        register.tax_codes = sorted(set(values.tax_codes))
    if values.drops_checkbox:
        remove_credentials(register)
    elif values.checkbox:
        seal_credentials(register, box, **_merged(values.checkbox, open_credentials(register, box)))


def _merged(given: Mapping[str, str], known: Credentials | None) -> dict[str, str]:
    """What is given in place of what was known: by PIN or by password, the way that was given last."""

    def one(name: str) -> str:
        kept = getattr(known, name) if known else ""
        return given.get(name) or kept

    by_pin = "cashier_pin" in given or (one("cashier_pin") and not any(name in given for name in BY_PASSWORD))
    names = ("licence_key", "cashier_pin") if by_pin else ("licence_key", *BY_PASSWORD)
    merged = {name: one(name) for name in names}
    was_pin = bool(known and known.cashier_pin)
    if not all(merged.values()) or (not by_pin and was_pin and not all(name in given for name in BY_PASSWORD)):
        raise CredentialsIncomplete
    return {"cashier_login": "", "cashier_password": "", **merged}


async def _save(tx: Tx, register: CashRegister) -> None:
    if register.licence_fingerprint is not None:
        with tx.no_autoflush:
            holder = await tx.scalar(
                select(CashRegister.name).where(
                    CashRegister.account_id == register.account_id,
                    CashRegister.licence_fingerprint == register.licence_fingerprint,
                    CashRegister.id != register.id,
                )
            )
        if holder is not None:
            raise LicenceTaken(holder)
    try:
        await tx.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "cash_register_licence":
            raise LicenceTaken("?") from None  # saved this moment by somebody else
        raise


async def _require_no_receipts(tx: Tx, register: CashRegister) -> None:
    states = WAITING if register.licence_fingerprint is None else (ReceiptState.REGISTERING,)
    of_register = select(func.count()).where(
        Receipt.account_id == register.account_id,
        Receipt.cash_register_id == register.id,
        Receipt.state.in_(states),
    )
    with tx.no_autoflush:  # a licence that is taken is told apart when the register is saved
        await lock_lane(tx, register.account_id, register.id)  # no receipt is claimed meanwhile
        waiting = await tx.scalar(of_register)
    if waiting:
        raise RegisterHasReceipts(waiting)
