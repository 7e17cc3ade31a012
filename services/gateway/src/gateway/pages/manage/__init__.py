"""The owner's pages: the account, what it sells, who serves and when, money and messages."""

from fastapi import APIRouter

from .api_keys import router as api_keys
from .audit import router as audit
from .client_imports import router as client_imports
from .clients import router as clients
from .closed_days import router as closed_days
from .deleted import router as deleted
from .factor_demand import router as factor_demand
from .hits import router as hits
from .locations import router as locations
from .overview import router as overview
from .own_page import router as own_page
from .registration import router as registration
from .requests import router as requests
from .resources import router as resources
from .retention import router as retention
from .reviews import router as reviews
from .rights import router as rights
from .schedule import router as schedule
from .services import router as services
from .settings import router as settings
from .site import router as site
from .staff import router as staff
from .stock import router as stock
from .time_off import router as time_off

ROUTERS: tuple[APIRouter, ...] = (
    registration,
    overview,
    locations,
    services,
    schedule,
    time_off,
    closed_days,
    hits,
    settings,
    retention,
    site,
    own_page,
    client_imports,
    clients,
    audit,
    reviews,
    stock,
    factor_demand,
    rights,
    resources,
    deleted,
    requests,
    api_keys,
    staff,
)
