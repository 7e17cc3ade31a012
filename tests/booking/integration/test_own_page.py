"""What an owner makes of the booking page, and when somebody is there."""

import pytest


async def public(salon, path=""):
    return (await salon.bench.http.request("GET", f"/api/v1/public/{salon.vanity}{path}")).json()


@pytest.mark.row("N72")
@pytest.mark.row("N75")
async def test_own_words_and_looks_are_cleaned_when_saved_and_everybody_sees_the_rest(salon):
    assert (await salon.ok("GET", "/site"))["version"] == 0
    told = await salon.ok(
        "PUT",
        "/site",
        {
            "about_html": '<p class="own-note x">Ми <b>тут</b></p><script>alert(1)</script><form><input></form>',
            "css": ".own-note { color: teal; background: url(//evil.example) } @import url(//evil.example);",
            "embed_origins": ["https://Salon.example", "https://salon.example"],
        },
    )
    assert told["about_html"] == '<p class="own-note">Ми <b>тут</b></p>'
    assert told["css"] == ".own-note { color: teal }"
    assert told["embed_origins"] == ["https://salon.example"]
    assert told["removed"] is True
    assert told["version"] == 1
    shown = (await public(salon))["site"]
    assert shown["about_html"] == told["about_html"]
    assert shown["embed_origins"] == ["https://salon.example"]

    kept = await salon.ok("PUT", "/site", {"css": ".own-note { color: navy }"})
    assert (kept["about_html"], kept["removed"]) == (told["about_html"], False)
    stale = await salon.call("PUT", "/site", {"css": ""}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412 or stale.status_code == 409
    wrong = await salon.call("PUT", "/site", {"embed_origins": ["salon.example/page"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/embed_origins/0")


async def test_hours_are_those_in_which_somebody_receives_clients(salon):
    told = await public(salon, "/hours")
    [place] = told["items"]
    assert place["time_zone"] == "Europe/Kyiv"
    assert place["spans"], "somebody works this week"
    assert all(one["starts_at"] < one["ends_at"] for one in place["spans"])
    first = place["spans"][-1]["starts_at"][:10]
    await salon.ok("POST", "/closed-days", {"date": first})
    after = (await public(salon, "/hours"))["items"][0]["spans"]
    assert first not in {one["starts_at"][:10] for one in after}
