"""Pushes: what a browser could read, and what its push service could check."""

import base64
import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.alerts.channels.push import Push, encode_keys
from server.alerts.failure import DeliveryError
from server.alerts.message import alert_message
from server.alerts.safe_http import SafeHttpClient
from server.alerts.vapid import FILE, Vapid, load_vapid
from server.core.errors import CodedError
from server.storage.alerts.channels import Channel, ChannelKind
from tests.alerts.conftest import channel
from tests.alerts.receivers import Receiver
from tests.alerts.test_webhook import NASTY, parcel


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """The keys that a browser makes for a subscription (RFC 8291), and how it reads what comes."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.keys = {"p256dh": base64url(point), "auth": base64url(self.auth)}

    def read(self, body: bytes) -> dict[str, object]:
        """Decrypt a push."""
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        found: dict[str, object] = json.loads(text)
        return found

    def channel(self, endpoint: str) -> Channel:
        return channel(kind=ChannelKind.PUSH, target=endpoint, secret=encode_keys(**self.keys))


@pytest.fixture
def vapid(tmp_path: Path) -> Vapid:
    return load_vapid(tmp_path, "mailto:ops@example.org")


@pytest.fixture
async def push(vapid: Vapid) -> AsyncIterator[Push]:
    outside = SafeHttpClient(allow_private=True, timeout_s=2)
    await outside.open()
    sender = Push(outside, vapid)
    yield sender
    sender.close()
    await outside.close()


async def test_the_browser_can_read_it_and_nobody_else(push: Push, hook: Receiver) -> None:
    browser = Browser()
    await push.send(browser.channel(f"{hook.url}/push/abc"), alert_message(parcel(), "https://count.example.org"))
    (request,) = hook.got
    assert request.path == "/push/abc"
    assert b"Stairs" not in request.body
    told = browser.read(request.body)
    assert told == {
        "title": told["title"],
        "text": told["text"],
        "path": "/cameras/cam_a",
        "thread": "alr_1",
        "urgent": True,
    }
    assert str(told["title"]).startswith("Critical: Stairs, ")
    assert "12 people" in str(told["text"])
    assert not set(str(told["title"]) + str(told["text"])) & set(NASTY) & {"\r", "\n", "\x00", "\u202e"}
    with pytest.raises(http_ece.ECEException):
        Browser().read(request.body)


async def test_the_push_service_can_check_who_sends(push: Push, hook: Receiver, vapid: Vapid) -> None:
    await push.send(Browser().channel(f"{hook.url}/push/abc"), alert_message(parcel(), ""))
    headers = hook.got[0].headers
    assert headers["Content-Encoding"] == "aes128gcm"
    assert (headers["Urgency"], headers["Topic"]) == ("high", "alr_1")
    assert int(headers["TTL"]) > 0
    scheme, _, rest = headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", vapid.public_key)
    point = base64.urlsafe_b64decode(parts["k"] + "==")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(parts["t"], public, algorithms=["ES256"], audience=hook.url)
    assert claims["sub"] == "mailto:ops@example.org"
    assert urlsplit(claims["aud"]).path == ""


ANSWERS = [(404, True, True), (410, True, True), (403, True, False), (500, False, False), (429, False, False)]


@pytest.mark.parametrize(("status", "final", "gone"), ANSWERS)
async def test_answers(push: Push, hook: Receiver, status: int, final: bool, gone: bool) -> None:
    hook.answers.extend([201, status])
    there = Browser().channel(hook.url)
    await push.send(there, alert_message(parcel(), ""))
    with pytest.raises(DeliveryError) as failed:
        await push.send(there, alert_message(parcel(), ""))
    assert (failed.value.final, failed.value.gone) == (final, gone)


async def test_the_longest_message_fits(push: Push, hook: Receiver) -> None:
    names = {"camera": {"id": "cam_a", "name": "\U0001f6b6" * 80}, "zone": {"id": "z", "name": "\U0001f6b6" * 60}}
    browser = Browser()
    await push.send(browser.channel(hook.url), alert_message(parcel(**names), ""))
    assert len(hook.got[0].body) <= 4096, "push services take no more (RFC 8030, 7.2)"
    assert browser.read(hook.got[0].body)["path"] == "/cameras/cam_a"


async def test_push_services_inside_are_not_reached(vapid: Vapid, hook: Receiver) -> None:
    outside = SafeHttpClient(allow_private=False)
    await outside.open()
    with pytest.raises(DeliveryError) as failed:
        await Push(outside, vapid).send(Browser().channel(hook.url), alert_message(parcel(), ""))
    assert failed.value.code == "PRIVATE_ADDRESS"
    await outside.close()


def test_the_key_is_made_once_and_kept_secret(tmp_path: Path) -> None:
    first = load_vapid(tmp_path, "mailto:a@b.org")
    assert load_vapid(tmp_path, "mailto:a@b.org").public_key == first.public_key
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    (tmp_path / FILE).write_text("nonsense")
    with pytest.raises(CodedError, match=FILE):
        load_vapid(tmp_path, "mailto:a@b.org")


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("AAAA", base64url(bytes(16))),
        (base64url(b"\x04" + bytes(64)), base64url(bytes(16))),
        (Browser().keys["p256dh"], base64url(bytes(15))),
        ("é" * 87, base64url(bytes(16))),
        (Browser().keys["p256dh"], "!!"),
    ],
    ids=["none", "a short key", "no point", "a short secret", "no base64", "a wrong secret"],
)
def test_such_keys_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(CodedError) as refused:
        encode_keys(p256dh, auth)
    assert refused.value.code == "BAD_SUBSCRIPTION"
