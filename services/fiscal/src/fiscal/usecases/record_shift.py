"""What Checkbox says of a shift, written into our rows and told to the others."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.fiscal import FiscalShiftState, ShiftClosed, ShiftOpened
from fiscal.domain.closing import CLOSE_AT, on_the_day
from fiscal.domain.reasons import Reason
from fiscal.providers.checkbox_answers import Shift, ShiftStatus, is_about_signature
from fiscal.tables import AccountCopy, CashRegister, FiscalShift, LocationCopy
from fiscal.usecases.lanes import lock_lane, wake_lane
from kit.db import Tx

FOLLOW_PAUSE = timedelta(seconds=5)
"""Between looks at a shift whose opening or closing takes longer than a request waits."""

KYIV = "Europe/Kyiv"
_STATES = {
    ShiftStatus.OPENING: "opening",
    ShiftStatus.OPENED: "open",
    ShiftStatus.CLOSING: "closing",
    ShiftStatus.CLOSED: "closed",
}


async def shift_at_work(tx: Tx, account_id: UUID, register_id: UUID) -> FiscalShift | None:
    """The register's shift that is not closed, locked."""
    found: FiscalShift | None = await tx.scalar(
        select(FiscalShift)
        .where(
            FiscalShift.account_id == account_id,
            FiscalShift.cash_register_id == register_id,
            FiscalShift.state != "closed",
        )
        .with_for_update()
    )
    return found


async def record_shift(tx: Tx, account_id: UUID, register_id: UUID, said: Shift, now: datetime) -> FiscalShift:
    """Take over the state of a shift, whoever opened it; receipts that waited for it are let go."""
    lane = await lock_lane(tx, account_id, register_id)
    at_work = await shift_at_work(tx, account_id, register_id)
    if at_work is not None and str(at_work.id) != said.id:
        close_row(tx, at_work, now)  # one shift per register: the other one is over
        await tx.flush()
    await tx.execute(
        insert(FiscalShift)
        .values(
            account_id=account_id,
            id=UUID(said.id),
            cash_register_id=register_id,
            version=1,
            state="opening" if said.status is not ShiftStatus.CLOSED else "closed",
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    row = await tx.get(FiscalShift, (account_id, UUID(said.id)), with_for_update=True, populate_existing=True)
    assert row is not None
    before, row.state = row.state, _STATES[said.status]
    row.next_look_at = now + FOLLOW_PAUSE if row.state in ("opening", "closing") else None
    if row.state == before:
        return row
    row.serial = said.serial
    row.opened_at = _moment(said.opened_at) or row.opened_at
    row.reason_code, row.provider_text = _failure(said, before)
    row.version += 1
    row.z_report = said.z_report or row.z_report
    if row.state == "open":
        zone = await zone_of(tx, account_id, register_id)
        row.close_at = row.close_at or on_the_day(row.opened_at or now, zone, CLOSE_AT)
        if before != "closing":
            tx.emit(ShiftOpened(account_id=account_id, version=row.version, shift=_state(row)))
        await wake_lane(tx, lane, unblock=True)
    elif row.state == "closed":
        row.close_at = None
        row.closed_at = _moment(said.closed_at) or now
        if before != "opening":
            tx.emit(ShiftClosed(account_id=account_id, version=row.version, shift=_state(row)))
    return row


async def zone_of(tx: Tx, account_id: UUID, register_id: UUID) -> ZoneInfo:
    """The zone of the register's location, else of its account."""
    register = await tx.get_one(CashRegister, (account_id, register_id))
    place = await tx.get(LocationCopy, (account_id, register.location_id)) if register.location_id else None
    account = await tx.get(AccountCopy, account_id)
    return ZoneInfo(place.time_zone if place else account.time_zone if account else KYIV)


def close_row(tx: Tx, row: FiscalShift, now: datetime) -> None:
    """A shift that Checkbox no longer has at work, however it ended."""
    was_open = row.state in ("open", "closing")
    row.state = "closed"
    row.closed_at = now
    row.next_look_at = row.close_at = None
    row.version += 1
    if was_open:
        tx.emit(ShiftClosed(account_id=row.account_id, version=row.version, shift=_state(row)))


def _failure(said: Shift, before: str) -> tuple[Reason | None, str | None]:
    """Why the shift ended or stayed as it did not wish to."""
    failed_to_open = said.status is ShiftStatus.CLOSED and before == "opening"
    failed_to_close = said.status is ShiftStatus.OPENED and before == "closing"
    if not (failed_to_open or failed_to_close):
        return None, None
    text = said.error or ""
    return (Reason.SIGNATURE_INACTIVE if is_about_signature(text) else Reason.REJECTED), text


def _state(row: FiscalShift) -> FiscalShiftState:
    return FiscalShiftState(
        id=row.id,
        cash_register_id=row.cash_register_id,
        state=row.state,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
