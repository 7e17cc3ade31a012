"""The routes beside the calendar: cards, files, reports, goods, reviews, links, domains, the recycle bin."""

from . import (
    client_care,
    client_imports,
    links,
    own_data,
    own_page,
    recycle,
    report_mailings,
    report_schedules,
    reports,
    retention,
    reviews,
    site,
    stock,
)

_OF_CLIENTS = (client_care, client_imports, own_data, retention, reviews)
_OF_THE_SITE = (links, own_page, site)
_OF_THE_HOUSE = (recycle, report_mailings, report_schedules, reports, stock)

ROUTERS = [module.router for module in (*_OF_CLIENTS, *_OF_THE_SITE, *_OF_THE_HOUSE)]
