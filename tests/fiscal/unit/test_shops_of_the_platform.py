"""The platform's own shops: whose keys sign that a top-up was paid."""

import json
import runpy
from pathlib import Path

import pytest

from fiscal.usecases.payments.acquiring import SIMULATED_SECRETS, platform_shops

MAKE_KEYS = Path(__file__).parents[3] / "deploy" / "keys" / "make_keys.py"


def test_where_the_world_comes_in_the_keys_that_everybody_knows_are_no_keys(tmp_path: Path) -> None:
    made = runpy.run_path(str(MAKE_KEYS))["SIMULATED_SHOPS"]
    assert {shop["secret"] for shop in made.values()} == SIMULATED_SECRETS
    file = tmp_path / "shops"
    file.write_text(json.dumps({**made, "liqpay": {"id": "our_public", "secret": "our_private"}}))
    assert sorted(platform_shops(file, is_public=True)) == ["liqpay"]
    assert sorted(platform_shops(file, is_public=False)) == ["liqpay", "monobank", "wayforpay"]


@pytest.mark.parametrize("content", ["", "null", '{"liqpay": {}}', '{"liqpay": 7}'])
def test_a_file_that_holds_no_shops_stops_the_start_and_says_so(tmp_path: Path, content: str) -> None:
    file = tmp_path / "shops"
    file.write_text(content or " ")
    with pytest.raises(SystemExit, match=str(file)):
        platform_shops(file, is_public=True)
    assert platform_shops(None, is_public=True) == {}
