"""How the tests are handed out when two run side by side."""

import pytest
from xdist.scheduler import LoadScopeScheduling

_ONE_PRODUCT = ("tests/e2e/", "tests/browser/")
_OWN_PROCESSES = ("tests/dev/", "tests/faults/")


class ByFile(LoadScopeScheduling):
    """File by file; what needs the whole product stays together, so that it is started once; what starts and breaks
    processes of its own stays together too, so that it finds its ports.

    The mark `xdist_group` would say the same, but xdist 3.8 does not see it under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_ONE_PRODUCT):
            return "product"
        return "processes" if nodeid.startswith(_OWN_PROCESSES) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """xdist asks for a scheduler once per run."""
    return ByFile(config, log)
