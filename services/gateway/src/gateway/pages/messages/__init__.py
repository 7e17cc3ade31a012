"""The owner's pages about messages: what waits, settings, texts, refusals."""

from fastapi import APIRouter

from .list import router as listing
from .refusals import router as refusals
from .settings import router as settings
from .text_list import router as text_list
from .texts import router as texts
from .ways_here import router as ways_here

ROUTERS: tuple[APIRouter, ...] = (ways_here, settings, text_list, texts, refusals, listing)
