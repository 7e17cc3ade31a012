"""The web pages: one module per page."""

from fastapi import APIRouter

from .balance import ROUTERS as BALANCE
from .bookings_of_mine import router as bookings_of_mine
from .confirm import router as confirm
from .desk import ROUTERS as DESK
from .integrations import ROUTERS as INTEGRATIONS
from .login import router as login
from .manage import ROUTERS as MANAGE
from .me import ROUTERS as ME
from .messages import ROUTERS as MESSAGES
from .one_booking import router as one_booking
from .ops import ROUTERS as OPS
from .public.doors import FIRMS, PLATFORM
from .registers import ROUTERS as REGISTERS
from .reports import ROUTERS as REPORTS
from .unknown import router as unknown
from .unsubscribe import router as unsubscribe

PERSONS = (login, confirm, bookings_of_mine, one_booking, unsubscribe, *ME)
MONEY = (*REGISTERS, *MESSAGES, *BALANCE, *INTEGRATIONS, *REPORTS)


def routers() -> list[APIRouter]:
    """Everything a browser may open; the addresses of firms come last, since any word could be one."""
    ours = [*PLATFORM, *OPS, *PERSONS, *MONEY, *MANAGE, *DESK]
    return [*ours, *FIRMS, unknown]
