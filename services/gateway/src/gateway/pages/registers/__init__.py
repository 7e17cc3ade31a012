"""The owner's pages about cash registers, the books and fiscal receipts."""

from fastapi import APIRouter

from .boxes import router as boxes
from .day import router as day
from .differences import router as differences
from .ledger import router as ledger
from .offline import router as offline
from .one_box import router as one_box
from .prepayments import router as prepayments
from .receipts import router as receipts
from .shifts import router as shifts

ROUTERS: tuple[APIRouter, ...] = (
    boxes,
    shifts,
    offline,
    one_box,
    day,
    ledger,
    receipts,
    prepayments,
    differences,
)
