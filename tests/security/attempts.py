"""Attempts to sign in."""

from tests.support.server import Client


async def attempt(client: Client, login: str, password: str) -> tuple[int, dict[str, str]]:
    """Status and headers of one attempt to sign in."""
    async with client.http.post("/api/session", json={"login": login, "password": password}) as response:
        await response.read()
        return response.status, dict(response.headers)
