"""The routes beside the calendar: cards, files, reports, goods."""

from . import client_care, client_imports, reports, stock

ROUTERS = [module.router for module in (client_care, client_imports, reports, stock)]
