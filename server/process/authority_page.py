"""The page without TLS beside `serve --tls`: explains the certificate, and hands out the authority."""

import base64
import hashlib
import html
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

FILE = "/crowdcount-authority.crt"
HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
STYLE = """
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 38rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
a.button { display: block; padding: .9rem 1rem; border-radius: .5rem; background: #0a6e64; color: #fff;
  text-align: center; text-decoration: none; font-weight: 600; }
a.button:focus-visible { outline: 3px solid; outline-offset: 3px; }
code { font-size: .9rem; }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust this crowdcount server</title>
<style>{style}</style>
<h1>Trust this server once, then use the camera</h1>
<p>Browsers hand out the camera on encrypted pages alone. This server has a certificate that it made itself. Your device
takes it when you install its authority, once.</p>
<p><a class="button" href="{file}">Download the authority</a></p>
<p>Before you trust it, compare this with what the server printed when it started:</p>
<p><code>SHA-256 {fingerprint}</code></p>
<h2>iPhone and iPad</h2>
<p>Allow the download, then open Settings, General, VPN &amp; Device Management and install the profile. Then switch it
on under Settings, General, About, Certificate Trust Settings.</p>
<h2>Android</h2>
<p>Open Settings, search for “CA certificate”, choose it and then the file that was downloaded.</p>
<h2>Windows, macOS, Linux</h2>
<p>Open the file and add it to the trusted authorities. Firefox keeps its own list: Settings, Privacy &amp; Security,
Certificates.</p>
<p><a class="button" href="{https}">Go on to crowdcount</a></p>
<p>You trust whoever runs this server to vouch for any page. Remove the authority when you no longer need it.</p>
</html>
"""


class AuthorityPage:
    """An ASGI application with one page and one file.

    Parameters
    ----------
    certificate : bytes
        The authority, PEM.
    fingerprint : str
        Its SHA-256, for people.
    https_port : int
        Where the encrypted server is.
    """

    def __init__(self, certificate: bytes, fingerprint: str, https_port: int) -> None:
        self._certificate = certificate
        self._fingerprint = fingerprint
        self._https_port = https_port

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await _answer(send, 405, "text/plain", b"")
        if scope["path"] == FILE:
            return await _answer(send, 200, "application/x-x509-ca-cert", self._certificate)
        if scope["path"] == "/":
            return await _answer(send, 200, "text/html; charset=utf-8", self._page(scope).encode())
        return await _answer(send, 404, "text/plain", b"")

    def _page(self, scope: Scope) -> str:
        headers = dict(scope["headers"])
        host = HOST.match(headers.get(b"host", b"").decode("latin-1"))
        address = f"https://{host[0] if host else 'localhost'}:{self._https_port}/"
        return PAGE.format(
            style=STYLE, file=FILE, fingerprint=self._fingerprint.replace(":", ":<wbr>"), https=html.escape(address)
        )


async def _answer(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = {
        "content-type": kind,
        "content-length": str(len(body)),
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
