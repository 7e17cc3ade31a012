"""Everything that booking listens to."""

from contracts.fiscal import (
    BookingReversed,
    BookingSettled,
    PrepaymentCancelled,
    PrepaymentExpired,
    PrepaymentPaid,
    PrepaymentRequested,
    ReceiptFailed,
    ReceiptHeld,
    ReceiptRegistered,
)
from contracts.identity import (
    AccountChanged,
    AccountRegistered,
    MembershipAdded,
    MembershipChanged,
    MembershipRemoved,
    MembershipRestored,
    UserErased,
)
from contracts.notifications import (
    MessageDelivered,
    MessageFailed,
    MessageHeld,
    MessageSent,
    MessageWritten,
    ReplyReceived,
)
from kit import access
from kit.messaging import Consumers

from .usecases.copies.copy_account import copy_account
from .usecases.copies.forget_user import forget_user
from .usecases.copies.furnish_demo import furnish_demo
from .usecases.copies.hear_message import hear_message, hear_words
from .usecases.copies.hear_prepayment import hear_prepayment
from .usecases.copies.hear_reply import hear_reply
from .usecases.copies.hear_settlement import hear_receipt, hear_settlement
from .usecases.copies.seat_member import seat_member


def consumers() -> Consumers:
    """One queue per line."""
    consumers = Consumers("booking")
    access.listen(consumers)
    consumers.on(AccountRegistered, AccountChanged)(copy_account)
    consumers.on(AccountRegistered)(furnish_demo)
    consumers.on(MembershipAdded, MembershipChanged, MembershipRemoved, MembershipRestored)(seat_member)
    consumers.on(UserErased)(forget_user)
    consumers.on(BookingSettled, BookingReversed)(hear_settlement)
    consumers.on(ReceiptRegistered, ReceiptHeld, ReceiptFailed)(hear_receipt)
    consumers.on(PrepaymentRequested, PrepaymentPaid, PrepaymentExpired, PrepaymentCancelled)(hear_prepayment)
    consumers.on(MessageSent, MessageDelivered, MessageFailed, MessageHeld)(hear_message)
    consumers.on(MessageWritten)(hear_words)
    consumers.on(ReplyReceived)(hear_reply)
    return consumers
