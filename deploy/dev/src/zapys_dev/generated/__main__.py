"""`python -m zapys_dev.generated`: write all of them."""

from zapys_dev import places
from zapys_dev.generated import coverage, events, help_pages, refusals, settings
from zapys_dev.generated.product import wired_services

if __name__ == "__main__":
    docs = places.root() / "docs"
    with wired_services() as wired:
        events.generate(docs, wired)
        refusals.generate(docs, wired)
    settings.generate(docs)
    coverage.generate(docs, places.root() / "tests")
    help_pages.generate(docs)
