"""Alerts as mail."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from ssl import SSLContext

import aiosmtplib

from server.alerts.failure import DeliveryError
from server.alerts.message import Message
from server.alerts.safe_http import TIMEOUT_S
from server.storage.alerts.channels import Channel

SUBJECT = "[crowdcount] "


@dataclass(frozen=True, slots=True)
class MailServer:
    """How mail leaves: `security` is ``"starttls"``, ``"tls"`` or ``"none"``."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


class Mail:
    """Sends mails.

    Parameters
    ----------
    server : MailServer
    site_url : str
        Where the recipient can change what is sent.
    trust : SSLContext, optional
        Whose certificates count; without it those that the system trusts.
    """

    def __init__(self, server: MailServer, site_url: str, trust: SSLContext | None = None) -> None:
        self._server = server
        self._trust = trust
        self._site_url = site_url

    def compose(self, channel: Channel, message: Message) -> EmailMessage:
        """The mail; its id follows from the key, so that one that is sent twice can be known by it."""
        domain = self._server.sender.rpartition("@")[2]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._server.sender
        mail["To"] = channel.target
        mail["Subject"] = SUBJECT + message.title
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.key}@{domain}>"
        mail["References"] = f"<{message.thread}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{message.text}\n\n{message.link}\n\n-- \nChange this at {self._site_url}/notifications\n")
        return mail

    async def send(self, channel: Channel, message: Message) -> None:
        """Hand the mail to the mail server. Raises DeliveryError."""
        server = self._server
        try:
            await aiosmtplib.send(
                self.compose(channel, message),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password if server.user else None,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=self._trust,
                # Else the library asks the name service for this machine's own name, however long that takes.
                local_hostname=server.sender.rpartition("@")[2],
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code
            final = 500 <= code < 600
            raise DeliveryError("REFUSED", f"The mail server refused the address ({code}).", final=final) from error
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryError("REFUSED", f"The mail server refused the mail ({error.code}).") from error
        except aiosmtplib.SMTPTimeoutError as error:
            raise DeliveryError("TIMEOUT", "The mail server did not answer in time.") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DeliveryError("UNREACHABLE", "The mail server could not be reached.") from error
