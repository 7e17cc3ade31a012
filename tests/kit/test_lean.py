"""Libraries are imported without what a serving process has no use for, and work all the same."""

import subprocess
import sys
from textwrap import dedent

import pytest

_NOT_AT_REST = ("pydantic.v1", "uvicorn.main", "click", "phonenumbers", "rich", "psutil", "alembic")


def said_by(program: str) -> str:
    answer = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


@pytest.mark.parametrize("service", ["identity", "booking", "notifications", "fiscal"])
def test_a_service_at_rest_has_not_loaded_what_it_may_never_need(service: str) -> None:
    loaded = said_by(f"""
        import sys
        import kit.service
        import {service}.app
        print(*(name for name in {_NOT_AT_REST} if sys.modules.get(name) is not None))
    """)
    assert loaded == ""


def test_the_gateway_has_no_database_and_carries_nothing_of_one() -> None:
    loaded = said_by("""
        import sys
        import gateway.app
        print(*(name for name in ("sqlalchemy", "asyncpg", "alembic", "cryptography") if name in sys.modules))
    """)
    assert loaded == ""


def test_a_package_whose_own_code_waits_gives_its_names_when_it_is_asked() -> None:
    answer = said_by("""
        import sys
        import kit
        import uvicorn
        from uvicorn.config import Config
        before = "uvicorn.main" in sys.modules
        print(before, uvicorn.Config is Config, callable(uvicorn.run), hasattr(uvicorn, "no_such_name"))
    """)
    assert answer == "False True True False"
