"""The owner's pages about the money for SMS and the price of the product, two purses apart."""

from fastapi import APIRouter

from .plan import router as plan
from .purse import router as purse
from .top_ups import router as top_ups

ROUTERS: tuple[APIRouter, ...] = (purse, top_ups, plan)
