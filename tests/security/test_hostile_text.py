"""Row 19: hostile text is shown as text, in pages, exports and messages."""

import re

from tests.faults.figures import note
from tests.support.server import PASSWORD, Client, RunningServer

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "' OR 1=1 --",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
]
PAGES = ["/profile", "/profile/sessions", "/profile/log", "/profile/delete", "/cameras", "/rooms"]
TAGS = re.compile(r"<(script|img|svg|iframe)[^>]*>", re.I)


async def test_pages_show_it_as_text(server: RunningServer) -> None:
    for number, text in enumerate(HOSTILE):
        await check_pages(server, f"user{number}", text)
    note(19, f"{len(HOSTILE)} hostile texts in {len(PAGES) + 4} pages each", "shown as text", "shown as text")


async def check_pages(server: RunningServer, name: str, text: str) -> None:
    """Everything that a user can say of themselves is this text."""
    async with server.client() as user:
        user.http.headers["User-Agent"] = text
        await user.register(name)
        camera = await user.camera(text)
        async with user.http.patch("/api/profile", json={"place": text, "gender": text[:40]}) as response:
            assert response.status == 200
        room = await user.room(text, camera)
        await user.post(f"/api/rooms/{room}/log", {"text": text})
        area = await user.post(
            f"/api/rooms/{room}/areas", {"name": text, "members": [{"camera": camera}], "capacity": 10}
        )
        public = await user.open_status_page(room, [area["area"]["id"]])
        invite = await user.post(f"/api/rooms/{room}/invites", {"role": "camera", "hours": 1, "uses": 1})
        more = [f"/rooms/{room}", f"/status/{public}", invite["url"].removeprefix(user.url)]
        expected = {page: await tags(user, page) for page in PAGES}
        for page in [*PAGES, *more, f"/cameras/{camera}"]:
            async with user.http.get(page) as response:
                body = await response.text()
            assert response.status == 200
            assert text not in body or "<" not in text, f"{page} holds it as markup"
            assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;|&#34;.*?&gt;", "", body)
            if page in expected:
                assert not [tag for tag in expected[page] if "alert" in tag]
        async with user.http.get("/profile/log") as response:
            assert "49" not in re.findall(r"<td>(.*?)</td>", await response.text(), re.S), "templates are not evaluated"


async def tags(user: Client, page: str) -> list[str]:
    """Tags that could run something."""
    async with user.http.get(page) as response:
        return [match.group(0) for match in TAGS.finditer(await response.text())]


async def test_forms_give_it_back_as_text(server: RunningServer) -> None:
    for text in HOSTILE:
        await check_forms(server, text)


async def check_forms(server: RunningServer, text: str) -> None:
    """What was typed comes back, but not as markup."""
    async with server.client() as user:
        for path, data in (
            ("/register", {"username": text, "email": text, "password": "x", "next": text}),
            ("/login", {"login": text, "password": "x", "next": text}),
        ):
            async with user.http.post(path, data=data) as response:
                body = await response.text()
                assert response.status in (400, 401)
                assert text not in body or not set(text) & set("<>\"'")
        async with user.http.get("/login", params={"next": text}) as response:
            assert text not in await response.text() or not set(text) & set("<>\"'")
        async with user.http.get(f"/nowhere/{text}") as response:
            assert text not in await response.text() or not set(text) & set("<>\"'")


TARGETS = ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]


async def test_no_open_redirect(server: RunningServer) -> None:
    async with server.client() as user:
        await user.register()
        for target in TARGETS:
            body = {"login": "ada", "password": PASSWORD, "next": target}
            async with user.http.post("/login", data=body, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (303, "/cameras"), target
            async with user.http.get("/login", params={"next": target}, allow_redirects=False) as response:
                assert response.headers["Location"] == "/cameras", target


STRANGERS = ["/", "/login", "/register", "/offline", "/nowhere", "/join/x", "/status/x"]
MORE = ["/history", "/notifications", "/nowhere", "/cameras/cam_x"]


async def test_the_policy_allows_no_inline_script(server: RunningServer) -> None:
    async with server.client() as user, server.client() as stranger:
        await user.register()
        for client, page in [*((user, page) for page in PAGES + MORE), *((stranger, page) for page in STRANGERS)]:
            async with client.http.get(page) as response:
                policy, body = response.headers["Content-Security-Policy"], await response.text()
            assert "unsafe" not in policy
            assert "default-src 'self'" in policy
            assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|<style|\sstyle=", body), (
                f"{page} has inline code"
            )
