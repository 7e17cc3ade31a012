"""How the tests are handed out when two run side by side."""

import pytest
from xdist.scheduler import LoadScopeScheduling

_WHOLE_PRODUCT = ("tests/browser/", "tests/dev/", "tests/e2e/", "tests/faults/")


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
