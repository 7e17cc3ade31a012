"""The desk: a day of bookings, one booking, a new one, payment."""

from fastapi import APIRouter

from .acts import router as acts
from .board import router as board
from .booking import router as booking
from .live_board import router as live_board
from .new_booking import router as new_booking
from .payment import router as payment

ROUTERS: tuple[APIRouter, ...] = (board, live_board, new_booking, payment, acts, booking)
