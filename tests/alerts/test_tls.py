"""Mail, pushes and web hooks over TLS, to receivers whose authority is trusted, and to those whose is not."""

import ssl
from pathlib import Path

import pytest
import trustme

from server.alerts.channels.email import Mail, MailServer
from server.alerts.channels.push import Push
from server.alerts.channels.webhook import WebHook
from server.alerts.failure import DeliveryError
from server.alerts.message import alert_message
from server.alerts.safe_http import SafeHttpClient
from server.alerts.vapid import load_vapid
from server.storage.alerts.channels import ChannelKind
from tests.alerts.conftest import channel
from tests.alerts.receivers import mail_box, receiver, signature_fits
from tests.alerts.test_push import Browser
from tests.alerts.test_webhook import parcel

SITE = "https://count.example.org"
MESSAGE = alert_message(parcel(), SITE)


class Authority:
    """Certificates of localhost, and who trusts them."""

    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(self.server)
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail(authority: Authority, security: str) -> None:
    contexts = {security: authority.server}
    async with mail_box(**contexts) as box:
        server = MailServer("localhost", box.port, security, "", "", "crowdcount@count.example.org")
        to = channel(kind=ChannelKind.EMAIL, target="ada@example.org", secret="")
        await Mail(server, SITE, authority.trust).send(to, MESSAGE)
        assert [mail["To"] for mail in box.parsed] == ["ada@example.org"]
        assert ("STARTTLS" in box.commands) is (security == "starttls")
        with pytest.raises(DeliveryError) as caught:
            await Mail(server, SITE).send(to, MESSAGE)  # the system does not know this authority
        assert caught.value.code == "UNREACHABLE"
        assert len(box.mails) == 1


async def test_mail_is_never_sent_in_the_open_instead(authority: Authority) -> None:
    async with mail_box() as box:  # offers no STARTTLS
        server = MailServer("localhost", box.port, "starttls", "", "", "crowdcount@count.example.org")
        with pytest.raises(DeliveryError):
            await Mail(server, SITE, authority.trust).send(
                channel(kind=ChannelKind.EMAIL, target="a@example.org"), MESSAGE
            )
        assert box.mails == []


async def test_pushes_and_web_hooks(authority: Authority, tmp_path: Path) -> None:
    browser = Browser()
    outside = SafeHttpClient(allow_private=True, trust=authority.trust)
    await outside.open()
    push = Push(outside, load_vapid(tmp_path, "mailto:ops@example.org"))
    try:
        async with receiver(tls=authority.server) as got:
            await push.send(browser.channel(f"{got.url}/push/1"), MESSAGE)
            await WebHook(outside).send(channel(target=f"{got.url}/hook"), MESSAGE)
            pushed, hooked = got.got
            assert browser.read(pushed.body)["title"] == MESSAGE.title
            assert signature_fits("whsec_test", hooked)
    finally:
        push.close()
        await outside.close()


async def test_an_unknown_authority_is_not_trusted(authority: Authority) -> None:
    outside = SafeHttpClient(allow_private=True)
    await outside.open()
    try:
        async with receiver(tls=authority.server) as got:
            with pytest.raises(DeliveryError) as caught:
                await WebHook(outside).send(channel(target=f"{got.url}/hook"), MESSAGE)
            assert (caught.value.code, got.got) == ("BAD_CERTIFICATE", [])
    finally:
        await outside.close()
