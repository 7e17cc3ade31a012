"""Codes of TurboSMS' HTTP gateway. HTTP 200 comes with all of them; the code is the verdict."""

from __future__ import annotations

from notifications.domain.outcomes import Delivery, ErrorClass

SUCCESS = frozenset({0, 1, 800, 801, 802, 803})
REPEATED = 507
"""An identical call came before; the items are those of the first one."""

# The answer could not be written, or the gateway failed in the middle: the message may have gone.
OUTCOME_UNKNOWN = frozenset({500, 501, 503, 504, 999})

VIBER_REFUSED = frozenset({"404", "410", "415", "416"})
"""Viber does not take this text or this person; as an SMS the message may still go."""

NOT_OUR_MESSAGE = frozenset({"307", "414"})

_CLASSES = {
    ErrorClass.AUTH: (103, 105, 106, 301, 421, 424),
    ErrorClass.NO_FUNDS: (203,),
    ErrorClass.SENDER: (200, 302, 400, 401, 415),
    ErrorClass.BAD_RECIPIENT: (305, 406),
    ErrorClass.STOP_LIST: (404,),
    ErrorClass.CONTENT: (201, 304, 410, 411, 412, 413, 416, 425, 426),
    ErrorClass.DUPLICATE: (407, 427),
    ErrorClass.LIMIT: (405,),
    ErrorClass.TRANSIENT: (505, 506),
    ErrorClass.BUG: (
        104,
        107,
        202,
        204,
        205,
        206,
        300,
        303,
        306,
        307,
        308,
        309,
        310,
        311,
        312,
        313,
        402,
        403,
        408,
        409,
        414,
        417,
        418,
        419,
        420,
        422,
        423,
        502,
    ),
}
CLASS_OF = {code: error for error, codes in _CLASSES.items() for code in codes}

_STATUSES = {
    Delivery.QUEUED: ("queued", "enqueud", "accepted"),
    Delivery.SENT: ("sent", "acceptd", "pdlivrd"),
    Delivery.DELIVERED: ("delivered", "delivrd"),
    Delivery.READ: ("read",),
    Delivery.UNDELIVERED: ("undelivered", "undeliv"),
    Delivery.EXPIRED: ("expired",),
    Delivery.REJECTED: ("rejected", "rejectd"),
    Delivery.FAILED: ("failed",),
    Delivery.CANCELLED: ("cancelled", "canceled", "deleted"),
}
_DELIVERY_OF = {word: delivery for delivery, words in _STATUSES.items() for word in words}


def delivery_of(status: object) -> Delivery:
    """Our word for a status of TurboSMS, in either of its two spellings; words nobody knows are `unknown`."""
    return _DELIVERY_OF.get(str(status).strip().lower(), Delivery.UNKNOWN)
