"""Why a message is not on its way: stable codes, each with a text and a next step in the catalogues."""

from enum import StrEnum


class Reason(StrEnum):
    """In the order in which the planner asks; the first that holds is the answer."""

    DEMO_ACCOUNT = "demo_account"
    ACCOUNT_DISABLED = "account_disabled"
    TYPE_DISABLED = "type_disabled"
    ROLE_NOT_RECIPIENT = "role_not_recipient"
    LOCATION_NOT_IN_SCOPE = "location_not_in_scope"
    OWN_ACTION = "own_action"
    SILENCED_BY_STAFF = "silenced_by_staff"
    NOTHING_NEW = "nothing_new"
    RECIPIENT_NO_CHANNEL = "recipient_no_channel"
    CHANNEL_NOT_AVAILABLE = "channel_not_available"
    RECIPIENT_NO_PHONE = "recipient_no_phone"
    PHONE_UNCONFIRMED = "phone_unconfirmed"
    PHONE_BAD = "phone_bad"
    STOP_LIST = "stop_list"
    CLIENT_OPTED_OUT = "client_opted_out"
    TOO_LATE = "too_late"
    MERGED = "merged"
    QUIET_HOURS = "quiet_hours"

    # After the plan was made.
    REPLACED = "replaced"
    BOOKING_CANCELLED = "booking_cancelled"
    NO_PROVIDER = "no_provider"
    PROVIDER_UNAUTHORIZED = "provider_unauthorized"
    DAILY_LIMIT = "daily_limit"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    SENDER_NOT_REGISTERED = "sender_not_registered"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PROVIDER_REJECTED = "provider_rejected"
    ADDRESS_GONE = "address_gone"
    NOT_DELIVERED = "not_delivered"
    UNKNOWN_OUTCOME = "unknown_outcome"
    EXPIRED = "expired"
