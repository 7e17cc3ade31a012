"""Chromium for the tests that look at pages as a person does."""

import shutil

from zapys_dev import packages
from zapys_dev.errors import Trouble


def chromium() -> str | None:
    """The browser's executable, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def ensure_chromium() -> str:
    """The browser's executable; installed when missing."""
    found = chromium()
    if found is None:
        try:
            packages.install(["chromium"], what_for="Chromium")
        except Trouble as trouble:
            raise Trouble(trouble.what, f"{trouble.cure} Or leave those tests out: ./zapys test --no-browser") from None
        found = chromium()
    if found is None:
        raise Trouble("Chromium was installed but is not on the PATH.", "Leave those tests out: --no-browser")
    return found
