"""The web pages: one module per page."""

from fastapi import APIRouter

from .bookings_of_mine import router as bookings_of_mine
from .catalogue import router as catalogue
from .confirm import router as confirm
from .desk import ROUTERS as DESK
from .help_pages import router as help_pages
from .login import router as login
from .manage import ROUTERS as MANAGE
from .messages import ROUTERS as MESSAGES
from .one_booking import router as one_booking
from .public.booking_page import router as booking_page
from .public.booking_steps import router as booking_steps
from .registers import ROUTERS as REGISTERS
from .unknown import router as unknown


def routers() -> list[APIRouter]:
    """Everything a browser may open; the addresses of firms come last, since any word could be one."""
    ours = [catalogue, login, confirm, bookings_of_mine, help_pages, one_booking, *REGISTERS, *MESSAGES, *MANAGE, *DESK]
    return [*ours, booking_steps, booking_page, unknown]
