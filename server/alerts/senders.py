"""The ways for messages that the settings open."""

from server.alerts.channels.email import Mail, MailServer
from server.alerts.channels.push import Push
from server.alerts.channels.webhook import WebHook
from server.alerts.dispatcher import Sender
from server.alerts.safe_http import SafeHttpClient
from server.alerts.vapid import load_vapid
from server.config import Settings
from server.storage.alerts.channels import ChannelKind


class Senders:
    """The senders of a server.

    Parameters
    ----------
    settings : Settings
        Of a data directory that was prepared.
    """

    def __init__(self, settings: Settings) -> None:
        self._outside = SafeHttpClient(settings.allow_private_hooks)
        self.vapid = load_vapid(settings.data_dir, _contact(settings))
        self._push = Push(self._outside, self.vapid)
        self.senders: dict[ChannelKind, Sender] = {
            ChannelKind.WEBHOOK: WebHook(self._outside),
            ChannelKind.PUSH: self._push,
        }
        if settings.smtp_host:
            server = MailServer(
                host=settings.smtp_host,
                port=settings.smtp_port,
                security=settings.smtp_security,
                user=settings.smtp_user,
                password=settings.smtp_password.get_secret_value(),
                sender=settings.smtp_from,
            )
            self.senders[ChannelKind.EMAIL] = Mail(server, settings.site_url)

    async def open(self) -> None:
        """Make what needs a running loop."""
        await self._outside.open()

    async def close(self) -> None:
        """Close connections and threads."""
        self._push.close()
        await self._outside.close()


def _contact(settings: Settings) -> str:
    """Whom push services may write to; some insist on an address that looks real."""
    if settings.smtp_from:
        return f"mailto:{settings.smtp_from}"
    return settings.public_url if settings.public_url.startswith("https:") else "mailto:crowdcount@localhost"
