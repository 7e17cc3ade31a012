"""Reports about visits and money, as charts, tables and files; when the journal is mailed."""

from fastapi import APIRouter

from .mailing import router as mailing
from .money import router as money
from .visits import router as visits

ROUTERS: tuple[APIRouter, ...] = (mailing, money, visits)
