"""The document of the whole API, out of what the services really say of themselves."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.api.document import merge
from tests.gateway.api.test_routing import SERVICES, document_of


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    documents = {name: document_of(name, tmp_path, monkeypatch) for name in SERVICES}
    return merge(documents, server="https://zapys.test", missing=[])


def test_every_reference_has_its_target(whole: dict[str, Any]) -> None:
    text = json.dumps(whole)
    for reference in {part.split('"')[0] for part in text.split('"#/components/')[1:]}:
        kind, name = reference.split("/")
        assert name in whole["components"][kind], reference


def test_no_two_operations_share_an_id_and_each_says_who_may_call(whole: dict[str, Any]) -> None:
    operations = [operation for item in whole["paths"].values() for operation in item.values()]
    assert len(operations) > 80
    repeated = [name for name, times in Counter(each["operationId"] for each in operations).items() if times > 1]
    assert repeated == []
    assert all("security" in each and each["responses"]["default"] for each in operations)


def test_what_needs_a_token_says_so(whole: dict[str, Any]) -> None:
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            if path.startswith("/api/v1/accounts"):
                assert operation["security"] == [{"bearer": []}], f"{method} {path}"


def test_every_part_of_an_address_is_described(whole: dict[str, Any]) -> None:
    silent = []
    for path, item in whole["paths"].items():
        wanted = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for method, operation in item.items():
            told = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            silent += [f"{method} {path}: {name}" for name in wanted ^ told]
    assert silent == []


def test_defaults_fit_their_own_patterns(whole: dict[str, Any]) -> None:
    wrong = [
        f"{name}.{field}"
        for name, schema in whole["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if isinstance(told.get("default"), str) and not re.search(told.get("pattern", ""), told["default"])
    ]
    assert wrong == []
