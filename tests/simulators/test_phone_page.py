from selectolax.lexbor import LexborHTMLParser


async def test_the_page_shows_bubbles_newest_first_and_escapes_what_was_sent(simulators) -> None:
    for text in ("перше", "<script>alert(1)</script>"):
        body = {"recipients": ["380671234567"], "sms": {"sender": "Salon", "text": text}}
        headers = {"Authorization": "Bearer good-token"}
        await simulators.post("/turbosms/message/send.json", body, headers=headers)
    async with simulators.session.get(simulators.base_url + "/phone", params={"number": "067 123-45-67"}) as answer:
        page = LexborHTMLParser(await answer.text())
    assert [bubble.text() for bubble in page.css(".bubble")] == ["<script>alert(1)</script>", "перше"]
    assert [node.attributes["lang"] for node in page.css("html")] == ["uk"]
    assert [script.attributes.get("src") for script in page.css("script")] == ["/static/phone.js"]


async def test_the_list_names_every_phone_with_its_latest_message(simulators) -> None:
    for phone, text in (("380671234567", "а"), ("380501234567", "б"), ("380671234567", "в")):
        body = {"recipients": [phone], "sms": {"sender": "Salon", "text": text}}
        headers = {"Authorization": "Bearer good-token"}
        await simulators.post("/turbosms/message/send.json", body, headers=headers)
    async with simulators.session.get(simulators.base_url + "/phone") as answer:
        page = LexborHTMLParser(await answer.text())
    assert [row.text() for row in page.css(".phones strong")] == ["+380 67 123 45 67", "+380 50 123 45 67"]
    assert [row.text() for row in page.css(".phones b")] == ["2", "1"]


async def test_the_assets_of_the_page_are_its_own(simulators) -> None:
    for name, content_type in (("phone.js", "javascript"), ("phone.css", "text/css")):
        async with simulators.session.get(f"{simulators.base_url}/static/{name}") as answer:
            assert answer.status == 200
            assert content_type in answer.headers["Content-Type"]
            assert "http" not in await answer.text()
