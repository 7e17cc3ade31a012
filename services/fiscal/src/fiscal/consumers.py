"""Everything that fiscal listens to."""

from functools import partial

from contracts.booking import (
    BookingArrived,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingCreated,
    BookingNoShow,
    BookingRescheduled,
    LocationChanged,
)
from contracts.gateway import FiscalCallbackReceived, PaymentCallbackReceived
from contracts.identity import AccountChanged, AccountRegistered
from fiscal.usecases.copies import copy_account, copy_booking, copy_location
from fiscal.usecases.hooks import take_callback
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.ask_prepayment import ask_by_rules, drop_prepayment
from fiscal.usecases.payments.take_notice import take_notice
from kit import access
from kit.messaging import Consumers
from kit.secrets import SecretBox


def build_consumers() -> Consumers:
    """One line per handler."""
    consumers = Consumers("fiscal")
    access.listen(consumers)
    consumers.on(AccountRegistered, AccountChanged)(copy_account)
    consumers.on(LocationChanged)(copy_location)
    consumers.on(
        BookingCreated,
        BookingRescheduled,
        BookingChanged,
        BookingConfirmed,
        BookingArrived,
        BookingCompleted,
        BookingNoShow,
        BookingCancelled,
    )(copy_booking)
    return consumers


def hear_of_checkbox(consumers: Consumers, box: SecretBox) -> None:
    """What Checkbox calls about."""
    consumers.on(FiscalCallbackReceived, name="take_fiscal_callback")(partial(take_callback, box=box))


def hear_of_payments(consumers: Consumers, acquiring: Acquiring) -> None:
    """What concerns payments by card."""
    consumers.on(BookingCreated, name="ask_prepayment")(partial(ask_by_rules, acquiring=acquiring))
    consumers.on(BookingCancelled)(drop_prepayment)
    consumers.on(PaymentCallbackReceived, name="take_payment_notice")(partial(take_notice, acquiring=acquiring))
