"""The person's own pages beside the bookings: waiting, reviews, messages, devices, phone, data."""

from fastapi import APIRouter

from gateway.pages.day import ROUTERS as DAY
from gateway.pages.pay import returns
from gateway.pages.pay import router as pay

from .channels import router as channels
from .data import router as data
from .devices import router as devices
from .messages import router as messages
from .phone import router as phone
from .review import router as review
from .second_factor import router as second_factor
from .settings import router as settings
from .waiting import router as waiting

ROUTERS: tuple[APIRouter, ...] = (
    *DAY,
    pay,
    returns,
    waiting,
    review,
    settings,
    messages,
    channels,
    devices,
    phone,
    second_factor,
    data,
)
