"""Why a receipt waits or a shift did not open, and the page where it is cured."""

from enum import StrEnum
from uuid import UUID

from fiscal import errors


class Reason(StrEnum):
    """Causes, as `reason_code` of receipts and shifts."""

    SHIFT_CLOSED = "shift_closed"
    CASHIER_CREDENTIALS_INVALID = "cashier_credentials_invalid"
    REGISTER_LICENCE_INVALID = "register_licence_invalid"
    SIGNATURE_INACTIVE = "signature_inactive"
    REGISTER_BUSY = "register_busy"
    FISCAL_UNAVAILABLE = "fiscal_unavailable"
    UNKNOWN_OUTCOME = "unknown_outcome"
    REJECTED = "rejected"
    NO_OFFLINE_NUMBERS = "no_offline_numbers"


_PLACES = {
    Reason.SHIFT_CLOSED: "#r-{register}",
    Reason.CASHIER_CREDENTIALS_INVALID: "/{register}/edit#f-cashier_login",
    Reason.REGISTER_LICENCE_INVALID: "/{register}/edit#f-licence_key",
    Reason.REGISTER_BUSY: "#r-{register}",
}

_PROBLEMS: dict[Reason, type[errors.FiscalRefusal]] = {
    Reason.SHIFT_CLOSED: errors.ShiftClosed,
    Reason.CASHIER_CREDENTIALS_INVALID: errors.CashierCredentialsInvalid,
    Reason.REGISTER_LICENCE_INVALID: errors.RegisterLicenceInvalid,
    Reason.SIGNATURE_INACTIVE: errors.SignatureInactive,
    Reason.REGISTER_BUSY: errors.RegisterBusy,
    Reason.FISCAL_UNAVAILABLE: errors.FiscalUnavailable,
    Reason.UNKNOWN_OUTCOME: errors.OutcomeUnknown,
    Reason.REJECTED: errors.Rejected,
    Reason.NO_OFFLINE_NUMBERS: errors.NoOfflineNumbers,
}


def fix_page(reason: Reason, account_id: UUID, cash_register_id: UUID) -> str:
    """Path of the page that cures the cause: the exact field of the register where there is one, else its help."""
    place = _PLACES.get(reason)
    if place is None:
        return f"/help/{errors.PREFIX}{reason}"
    return f"/manage/{account_id}/cash-registers" + place.format(register=cash_register_id)


def refusal(reason: Reason, account_id: UUID, cash_register_id: UUID, provider_text: str) -> errors.FiscalRefusal:
    """The cause as the answer to a request."""
    return _PROBLEMS[reason](page=fix_page(reason, account_id, cash_register_id), provider_text=provider_text)
