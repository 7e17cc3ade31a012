"""The owner's pages about everything outside: SMS providers, acquirers, web hooks, personal channels."""

from fastapi import APIRouter

from .acquirers import router as acquirers
from .hooks import router as hooks
from .one_hook import router as one_hook
from .overview import router as overview
from .sms_provider import router as sms_provider

ROUTERS: tuple[APIRouter, ...] = (overview, sms_provider, acquirers, hooks, one_hook)
