"""Web hooks: what arrives, and who can tell that it is from here."""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from server.alerts.channels.webhook import WebHook
from server.alerts.failure import DeliveryError
from server.alerts.message import alert_message
from server.alerts.safe_http import SafeHttpClient
from server.alerts.words import peak_amount
from server.storage.alerts.outbox import OutboxMessage
from tests.alerts.conftest import channel
from tests.alerts.receivers import Receiver, signature_fits

DOCUMENTATION = (Path(__file__).resolve().parents[2] / "docs" / "notifications.md").read_text("utf-8")
NASTY = 'Gate "\u202egnp.exe\r\nX-Evil: 1\x00</script><b>&'
DOCUMENT: dict[str, Any] = {
    "step": "critical",
    "interrupted": False,
    "alert": {
        "id": "alr_1", "figure": "people", "level": "critical", "began_at": 1_700_000_000.0, "ended_at": None,
        "peak": 12.0, "peak_at": 1_700_000_005.5,
    },
    "camera": {"id": "cam_a", "name": NASTY},
    "zone": {"id": "z1", "name": "Stairs"},
}  # fmt: skip


def parcel(**more: object) -> OutboxMessage:
    return OutboxMessage(1, "dlv_1", channel(), 1.0, 1, {**DOCUMENT, **more})


@pytest.fixture
async def sender() -> AsyncIterator[WebHook]:
    outside = SafeHttpClient(allow_private=True, timeout_s=2)
    await outside.open()
    yield WebHook(outside, clock=lambda: 1_700_000_010.9)
    await outside.close()


async def test_the_signature_is_what_the_documentation_says(sender: WebHook, hook: Receiver) -> None:
    message = alert_message(parcel(), "https://count.example.org")
    await sender.send(channel(target=hook.url, secret="whsec_s3cret"), message)
    (request,) = hook.got
    wanted = hmac.new(b"whsec_s3cret", b"1700000010." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Crowdcount-Signature"] == f"t=1700000010,v1={wanted}"
    assert signature_fits("whsec_s3cret", request)
    assert not signature_fits("whsec_other", request)
    request.body = request.body.replace(b"12", b"13")
    assert not signature_fits("whsec_s3cret", request)


async def test_the_documented_check_takes_what_is_sent(hook: Receiver) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENTATION, re.DOTALL)
    names: dict[str, Callable[[str, str, bytes], bool]] = {}
    exec(code, names)
    outside = SafeHttpClient(allow_private=True)
    await outside.open()
    await WebHook(outside).send(channel(target=hook.url, secret="whsec_s3cret"), alert_message(parcel(), ""))
    await outside.close()
    (request,) = hook.got
    header = request.headers["X-Crowdcount-Signature"]
    is_genuine = names["is_genuine"]
    assert is_genuine("whsec_s3cret", header, request.body)
    assert not is_genuine("whsec_other", header, request.body)
    assert not is_genuine("whsec_s3cret", header.replace("t=1", "t=0"), request.body)


async def test_the_body_is_what_the_documentation_says(sender: WebHook, hook: Receiver) -> None:
    await sender.send(channel(target=f"{hook.url}/alerts?x=1"), alert_message(parcel(), "https://count.example.org"))
    (request,) = hook.got
    assert request.key == "dlv_1"
    assert request.headers["Content-Type"] == "application/json"
    assert "X-Evil" not in request.headers
    body = request.json
    text = body.pop("text")
    assert text.startswith("Critical: 12 people at 2023-11-14 ")
    assert "UTC" in text
    assert "\n" not in text
    assert "\x00" not in text
    assert "\u202e" not in text
    assert body == {
        "id": "dlv_1",
        "type": "alert",
        "step": "critical",
        "interrupted": False,
        "link": "https://count.example.org/cameras/cam_a",
        "alert": {
            "id": "alr_1",
            "figure": "people",
            "level": "critical",
            "began_at": "2023-11-14T22:13:20.000Z",
            "ended_at": None,
            "peak": 12.0,
            "peak_at": "2023-11-14T22:13:25.500Z",
        },
        "camera": {"id": "cam_a", "name": NASTY},
        "zone": {"id": "z1", "name": "Stairs"},
    }


ESTIMATE = {"peak": 470.0, "estimated": True, "peak_low": 380.0, "peak_high": 560.25}


async def test_an_estimate_is_sent_as_one(sender: WebHook, hook: Receiver) -> None:
    alert = {**DOCUMENT["alert"], **ESTIMATE}
    await sender.send(channel(target=hook.url), alert_message(parcel(alert=alert), "https://count.example.org"))
    (request,) = hook.got
    body = request.json
    assert body["text"].startswith("Critical: ≈ 470 people (380–560) at 2023-11-14 ")
    assert {name: body["alert"][name] for name in ESTIMATE} == ESTIMATE


@pytest.mark.parametrize(
    ("alert", "text"),
    [
        ({"figure": "people", "peak": 470.0, "estimated": False}, "470 people"),
        ({"figure": "people", "peak": 1.0}, "1 person"),
        ({"figure": "people", **ESTIMATE}, "≈ 470 people (380–560)"),
        (
            {"figure": "density", "peak": 4.24, "estimated": True, "peak_low": 3.4, "peak_high": 5.0},
            "≈ 4.2 people per m² (3.4–5.0)",
        ),
        ({"figure": "people", "peak": 9.0, "estimated": True, "peak_low": None, "peak_high": None}, "≈ 9 people"),
    ],
)
def test_a_peak_says_whether_it_was_counted(alert: dict[str, object], text: str) -> None:
    assert peak_amount(alert) == text


async def test_a_repeated_delivery_is_the_same_to_the_byte(sender: WebHook, hook: Receiver) -> None:
    for _ in range(2):
        await sender.send(channel(target=hook.url), alert_message(parcel(), "https://count.example.org"))
    first, second = hook.got
    assert (first.key, first.body) == (second.key, second.body)


@pytest.mark.parametrize(
    ("status", "code", "gone"),
    [(301, "REDIRECT", False), (404, "REFUSED", False), (500, "REFUSED", False), (410, "GONE", True)],
)
async def test_what_is_no_success(sender: WebHook, hook: Receiver, status: int, code: str, gone: bool) -> None:
    hook.answers.append(status)
    with pytest.raises(DeliveryError) as failed:
        await sender.send(channel(target=hook.url), alert_message(parcel(), ""))
    assert (failed.value.code, failed.value.gone) == (code, gone)


def test_the_words() -> None:
    cleared = {"step": "cleared", "alert": {**DOCUMENT["alert"], "ended_at": 1_700_000_200.0}}
    for more, words in (
        ({}, ("Critical", "12 people", "Stairs")),
        (cleared, ("Over", "after 3 min", "12 people")),
        ({**cleared, "interrupted": True}, ("Not watched any more", "Stairs", "look after it")),
        ({"alert": {**DOCUMENT["alert"], "figure": "density", "peak": 4.25}}, ("4.2 people per m²",)),
        ({"alert": {**DOCUMENT["alert"], "figure": "dwell", "peak": 130}}, ("a stay of 2 min",)),
        ({"alert": {**DOCUMENT["alert"], "peak": 1}}, ("1 person",)),
    ):
        text = alert_message(parcel(**more), "").text
        assert all(word in text for word in words), text
        assert json.dumps(text)
