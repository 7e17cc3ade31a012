"""How the tests are handed out when some files run side by side."""

import gc

import pytest
from xdist.scheduler import LoadScopeScheduling

# In this order: what breaks processes has servers of its own and is done with them before the one product is started.
_WHOLE_PRODUCT = ("tests/faults/", "tests/dev/", "tests/browser/", "tests/e2e/")
_WAITING = (
    "tests/notifications/integration/test_killed_sender.py",
    "tests/fiscal/integration/test_storm.py",
    "tests/fiscal/integration/test_receipts.py",
    "tests/fiscal/integration/test_crashes.py",
    "tests/kit/",
    "tests/rights/",
)
"""Files that wait for processes and time-outs: begun early, they wait while others compute."""


class ByFile(LoadScopeScheduling):
    """File by file; what runs the whole product stays together, one after the other.

    So the product is started once, what breaks processes of its own finds its ports, and a browser never waits for
    somebody who kills services beside it.

    The mark `xdist_group` would say the same, but xdist 3.8 does not see it under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "product" if nodeid.startswith(_WHOLE_PRODUCT) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """xdist asks for a scheduler once per run."""
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole product first, because it takes longest, then what waits, then everything else as it was found."""
    first = (*_WHOLE_PRODUCT, *_WAITING)
    items.sort(key=lambda item: next((n for n, start in enumerate(first) if item.nodeid.startswith(start)), len(first)))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been imported by now stays to the end: the collector of garbage need not walk through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
