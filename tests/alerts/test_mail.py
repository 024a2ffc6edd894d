"""Mails, over a real connection."""

import asyncio
from dataclasses import replace

import pytest

from server.alerts.channels.email import Mail, MailServer
from server.alerts.failure import DeliveryError
from server.alerts.message import Message, alert_message, code_message, trial_message
from server.alerts.safe_http import TIMEOUT_S
from server.storage.alerts.channels import ChannelKind
from tests.alerts.conftest import channel
from tests.alerts.receivers import MailBox
from tests.alerts.test_webhook import NASTY, parcel

ADA = channel(kind=ChannelKind.EMAIL, target="ada@example.org", secret="")
SITE = "https://count.example.org"


def mail(box: MailBox) -> Mail:
    return Mail(MailServer("127.0.0.1", box.port, "none", "", "", "crowdcount@count.example.org"), SITE)


def message(**more: object) -> Message:
    return alert_message(parcel(**more), SITE)


async def test_what_a_mail_says(box: MailBox) -> None:
    await mail(box).send(ADA, message())
    (got,) = box.parsed
    assert (got["From"], got["To"]) == ("crowdcount@count.example.org", "ada@example.org")
    assert got["Message-ID"] == "<dlv_1@count.example.org>"
    assert got["References"] == "<alr_1@count.example.org>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "text/plain"
    lines = got.get_content().splitlines()
    assert lines[0].startswith("Critical: 12 people at 2023-11-14 ")
    assert "zone “Stairs”" in lines[0]
    assert "UTC" in lines[0]
    assert lines[2] == f"{SITE}/cameras/cam_a"
    assert box.commands[:3] == [
        "EHLO count.example.org",
        "MAIL FROM:<crowdcount@count.example.org>",
        "RCPT TO:<ada@example.org>",
    ]


async def test_the_steps_of_an_alert_are_one_conversation(box: MailBox) -> None:
    for key, step in (("dlv_1", "warning"), ("dlv_2", "critical")):
        await mail(box).send(ADA, alert_message(replace(parcel(step=step), key=key), SITE))
    first, second = box.parsed
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"]


HOSTILE = [
    "Gate\r\nBcc: eve@example.org",
    "Gate\nSubject: other\n\nbody",
    "Gate\r\n.\r\nMAIL FROM:<eve@example.org>",
    "\x00\x1b[31mred\u2028line\u2029end",
    NASTY,
    "ä" * 60,
    "=?utf-8?q?Bcc:_eve?=",
    "." * 60,
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_change_nothing_but_words(box: MailBox, name: str) -> None:
    await mail(box).send(ADA, message(camera={"id": "cam_a", "name": name}, zone={"id": "z", "name": name}))
    (got,) = box.parsed
    assert sorted(got.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted", "Content-Type",
         "Content-Transfer-Encoding", "MIME-Version"]
    )  # fmt: skip
    assert len([line for line in box.commands if line.startswith("RCPT")]) == 1
    assert len(box.mails) == 1
    assert got["Subject"].strip().startswith("[crowdcount] Critical: ")
    assert got.get_content().splitlines()[2] == f"{SITE}/cameras/cam_a", "the name is one line"


async def test_a_refused_address_is_not_tried_again(box: MailBox) -> None:
    for answer, final in (("550 no such user", True), ("450 try later", False)):
        box.refuse = answer
        with pytest.raises(DeliveryError) as failed:
            await mail(box).send(ADA, message())
        assert (failed.value.code, failed.value.final) == ("REFUSED", final)
        assert answer[:3] in failed.value.message
        assert "user" not in failed.value.message


async def test_a_mail_server_that_is_away(box: MailBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.alerts.channels.email.TIMEOUT_S", 0.3)
    assert TIMEOUT_S > 1
    box.silent = True
    with pytest.raises(DeliveryError) as failed:
        await mail(box).send(ADA, message())
    assert failed.value.code == "TIMEOUT"
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    away = MailBox(port=server.sockets[0].getsockname()[1])
    server.close()
    with pytest.raises(DeliveryError) as failed:
        await mail(away).send(ADA, message())
    assert failed.value.code == "UNREACHABLE"


async def test_a_server_without_encryption_is_not_trusted_with_starttls(box: MailBox) -> None:
    strict = Mail(MailServer("127.0.0.1", box.port, "starttls", "u", "secret", "c@example.org"), SITE)
    with pytest.raises(DeliveryError):
        await strict.send(ADA, message())
    assert box.mails == []
    assert not any("AUTH" in command for command in box.commands)


async def test_tests_and_codes(box: MailBox) -> None:
    await mail(box).send(ADA, trial_message("tst_1", SITE))
    await mail(box).send(ADA, code_message("cod_1", "12345678", SITE))
    test, code = (got.get_content() for got in box.parsed)
    assert "This is a test" in test
    assert "12345678" in code
