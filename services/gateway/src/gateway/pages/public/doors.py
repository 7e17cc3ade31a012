"""The public pages: those of the platform, and those of firms, whose addresses could be any word."""

from gateway.pages.catalogue import router as catalogue
from gateway.pages.help_pages import router as help_pages
from gateway.pages.platform import router as platform

from .booking_page import router as booking_page
from .booking_steps import router as booking_steps
from .looks import router as looks
from .waiting import router as waiting

PLATFORM = (catalogue, help_pages, platform)
FIRMS = (waiting, looks, booking_steps, booking_page)
