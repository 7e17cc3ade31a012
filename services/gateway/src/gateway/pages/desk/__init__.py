"""The desk: a calendar, one booking, a new one, payment, who waits, what needs attention."""

from fastapi import APIRouter

from .acts import router as acts
from .asking import router as asking
from .attention import router as attention
from .board import router as board
from .booking import router as booking
from .deleted import router as deleted
from .finding import router as finding
from .live_board import router as live_board
from .new_booking import router as new_booking
from .payment import router as payment
from .waiting import router as waiting
from .writing import router as writing

ROUTERS: tuple[APIRouter, ...] = (
    board,
    live_board,
    new_booking,
    finding,
    attention,
    waiting,
    asking,
    deleted,
    payment,
    writing,
    acts,
    booking,
)
