"""What Checkbox says, understood: states, refusals by status and text. It has no machine-readable codes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fiscal.domain.reasons import Reason
from kit.providers import Answer

_TEXT_LENGTH = 500


class Refusal(StrEnum):
    """What a clear "no" of Checkbox means; nothing was done."""

    TOKEN = "token"  # noqa: S105 - the word, not a token
    CREDENTIALS = "credentials"
    LICENCE = "licence"
    SHIFT_CLOSED = "shift_closed"
    AT_WORK_HERE = "at_work_here"
    """This cashier already has a shift at this register."""
    BUSY = "busy"
    SIGNATURE = "signature"
    KNOWN = "known"
    """There is a receipt or a shift with this id already."""
    LATER = "later"
    """Too many calls, or the shift is being opened."""
    REJECTED = "rejected"
    NO_OFFLINE_NUMBERS = "no_offline_numbers"


REASON_OF = {
    Refusal.TOKEN: Reason.CASHIER_CREDENTIALS_INVALID,
    Refusal.CREDENTIALS: Reason.CASHIER_CREDENTIALS_INVALID,
    Refusal.LICENCE: Reason.REGISTER_LICENCE_INVALID,
    Refusal.SHIFT_CLOSED: Reason.SHIFT_CLOSED,
    Refusal.AT_WORK_HERE: Reason.REGISTER_BUSY,
    Refusal.BUSY: Reason.REGISTER_BUSY,
    Refusal.SIGNATURE: Reason.SIGNATURE_INACTIVE,
    Refusal.KNOWN: Reason.UNKNOWN_OUTCOME,
    Refusal.LATER: Reason.FISCAL_UNAVAILABLE,
    Refusal.REJECTED: Reason.REJECTED,
    Refusal.NO_OFFLINE_NUMBERS: Reason.NO_OFFLINE_NUMBERS,
}


class Refused(Exception):
    """Checkbox said no."""

    def __init__(self, refusal: Refusal, text: str) -> None:
        super().__init__(f"{refusal}: {text}")
        self.refusal = refusal
        self.text = text

    @property
    def reason(self) -> Reason:
        """The cause as people see it."""
        return REASON_OF[self.refusal]


class Unanswered(Exception):
    """No answer that can be understood; `may_have_acted` when the call was written out before that."""

    def __init__(self, text: str, *, may_have_acted: bool) -> None:
        super().__init__(text)
        self.text = text
        self.may_have_acted = may_have_acted


@dataclass(frozen=True)
class Signature:
    """Whether the cashier's signature answers, and whether a shift could be opened with it."""

    is_online: bool
    may_open_shift: bool


@dataclass(frozen=True)
class RegisterInfo:
    """A register at Checkbox; it `stays_offline` where somebody has sent it there by hand."""

    id: str
    fiscal_number: str | None
    is_offline: bool = False
    stays_offline: bool = False


class ShiftStatus(StrEnum):
    OPENING = "opening"
    OPENED = "opened"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True)
class Shift:
    """A shift at Checkbox; `error` is why opening or closing failed."""

    id: str
    status: ShiftStatus
    serial: int | None
    opened_at: str | None
    closed_at: str | None
    register_id: str | None
    error: str | None
    z_report: dict[str, Any] | None = None


@dataclass(frozen=True)
class Tax:
    """A tax rate as Checkbox numbers it; its code goes on the lines of receipts."""

    code: int
    label: str
    symbol: str
    rate: float


class ReceiptStatus(StrEnum):
    CREATED = "created"
    DONE = "done"
    ERROR = "error"


@dataclass(frozen=True)
class ReceiptAnswer:
    """A receipt at Checkbox; `error` is the tax office's or the signer's text."""

    id: str
    status: ReceiptStatus
    fiscal_code: str | None
    url: str | None
    is_offline: bool
    error: str | None
    is_sent: bool = True
    """Whether the tax office has got it; one made offline gets there later."""


_SHIFT_STATUS = {
    "CREATED": ShiftStatus.OPENING,
    "OPENING": ShiftStatus.OPENING,
    "OPENED": ShiftStatus.OPENED,
    "CLOSING": ShiftStatus.CLOSING,
    "CLOSED": ShiftStatus.CLOSED,
}
_RECEIPT_ENDS = {"DONE": ReceiptStatus.DONE, "ERROR": ReceiptStatus.ERROR, "CANCELLED": ReceiptStatus.ERROR}


def refusal(status: int, text: str) -> Refusal:
    """The meaning of an answer with a status of 400 to 499."""
    said = text.lower()
    if status in (409, 429):
        return Refusal.LATER
    if "ліценз" in said or "licen" in said:
        return Refusal.LICENCE
    if "логін" in said or "пароль" in said or "пін-код" in said:
        return Refusal.CREDENTIALS
    if status in (401, 403):
        return Refusal.TOKEN
    if is_about_signature(said):
        return Refusal.SIGNATURE
    if "вже працює з даною касою" in said:
        return Refusal.AT_WORK_HERE
    if "зайнята іншим" in said or "працює з іншою касою" in said:
        return Refusal.BUSY
    if "вже існує" in said or "already exists" in said:
        return Refusal.KNOWN
    if "зміну не відкрито" in said or "no active shift" in said or "зміну відкрито понад" in said:
        return Refusal.SHIFT_CLOSED
    return Refusal.REJECTED


def is_about_signature(text: str) -> bool:
    """Whether an error text says that the cashier's key does not sign."""
    said = text.lower()
    return "термін дії ключа закінчився" in said or "підпис" in said


def is_own(answer: Answer) -> bool:
    """Whether Checkbox itself wrote this refusal, and not a proxy on the way."""
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and ("message" in body or "detail" in body)


def text_of(answer: Answer) -> str:
    """The words of a refusal, with the fields of a 422; a page of a proxy is not repeated."""
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status}"
    if not isinstance(body, dict):
        return f"HTTP {answer.status}"
    said = str(body.get("message") or body.get("detail") or f"HTTP {answer.status}")
    details = body.get("detail")
    if isinstance(details, list):
        named = [
            f"{'.'.join(str(part) for part in one.get('loc', []))}: {one.get('msg', '')}"
            for one in details
            if isinstance(one, dict)
        ]
        said = "; ".join([said, *named])
    return said[:_TEXT_LENGTH]


def read_shift(body: dict[str, Any]) -> Shift:
    """A shift; raises `ValueError` for what is none."""
    try:
        status = _SHIFT_STATUS[body["status"]]
        register = body.get("cash_register") or {}
        # A shift that opened and came back from closing carries the error of its closing.
        failed = body.get("closing_transaction") if status is ShiftStatus.OPENED else body.get("initial_transaction")
        return Shift(
            id=str(body["id"]),
            status=status,
            serial=body.get("serial"),
            opened_at=body.get("opened_at"),
            closed_at=body.get("closed_at"),
            register_id=str(register["id"]) if register.get("id") else None,
            error=_error(failed) if status in (ShiftStatus.OPENED, ShiftStatus.CLOSED) else None,
            z_report=body.get("z_report") if isinstance(body.get("z_report"), dict) else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a shift: {error!r}") from error


def read_receipt(body: dict[str, Any]) -> ReceiptAnswer:
    """A receipt; raises `ValueError` for what is none. A state we do not know is one that has not ended."""
    try:
        status = _RECEIPT_ENDS.get(str(body["status"]), ReceiptStatus.CREATED)
        code = body.get("fiscal_code")
        if status is ReceiptStatus.DONE and not code:
            status = ReceiptStatus.CREATED  # fiscal means: it has its number
        return ReceiptAnswer(
            id=str(body["id"]),
            status=status,
            fiscal_code=str(code) if code else None,
            url=body.get("tax_url"),
            is_offline=bool(body.get("is_created_offline")),
            error=_error(body.get("transaction")) if status is ReceiptStatus.ERROR else None,
            is_sent=bool(body.get("is_sent_dps")) or not body.get("is_created_offline"),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a receipt: {error!r}") from error


def read_taxes(body: Any) -> list[Tax]:
    """Tax rates; raises `ValueError` for what is none."""
    if not isinstance(body, list):
        raise ValueError("not a list of taxes")
    return [Tax(int(one["code"]), str(one["label"]), str(one.get("symbol", "")), float(one["rate"])) for one in body]


def _error(transaction: Any) -> str | None:
    if not isinstance(transaction, dict):
        return None
    told = transaction.get("response_error_message")
    return str(told)[:_TEXT_LENGTH] if told else None
