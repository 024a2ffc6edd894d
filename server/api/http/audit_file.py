"""The whole audit log of an account as a file, made page by page: it may have any length."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from server.api.http.times import iso
from server.storage.accounts.audit import Entry, select_audit
from server.storage.engine.database import Database

PAGE = 1000
COLUMNS = ("at", "action", "target", "detail", "address", "device")
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
"""Where a formula may begin, in signs of any width: at the start, or behind what splits cells elsewhere than here. Many
languages have a semicolon between cells, and a spreadsheet of theirs opens a file with commas all the same."""


def present(entry: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    return {
        "id": entry.id,
        "at": iso(entry.at),
        "action": entry.action,
        "target": entry.target,
        "detail": entry.detail,
        "address": entry.address,
        "device": entry.device,
    }


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, nor for several (OWASP, CSV injection)."""
    return FORMULA.sub(r"\1'", text)


def _csv(entries: list[Entry]) -> str:
    """Lines of CSV (RFC 4180)."""
    file = io.StringIO(newline="")
    shown = [present(entry) for entry in entries]
    csv.writer(file).writerows([plain_cell(str(entry[name])) for name in COLUMNS] for entry in shown)
    return file.getvalue()


def _json(entries: list[Entry]) -> str:
    """Elements of an array."""
    return ",\n".join(json.dumps(present(entry)) for entry in entries)


async def _pages(database: Database, user_id: str, write: Callable[[list[Entry]], str]) -> AsyncIterator[str]:
    """The log from its newest entry on. Nothing is held open between two pages."""
    before: int | None = None
    while True:
        async with database.reading() as connection:
            entries = await select_audit(connection, user_id, PAGE, before)
        if entries:
            yield await asyncio.to_thread(write, entries)
        if len(entries) < PAGE:
            return
        before = entries[-1].id


async def csv_file(database: Database, user_id: str) -> AsyncIterator[str]:
    """The log as CSV, piece by piece."""
    yield ",".join(COLUMNS) + "\r\n"
    async for page in _pages(database, user_id, _csv):
        yield page


async def json_file(database: Database, user_id: str) -> AsyncIterator[str]:
    """The log as JSON, piece by piece."""
    between = '{"entries": [\n'
    async for page in _pages(database, user_id, _json):
        yield between + page
        between = ",\n"
    yield "\n]}\n"
