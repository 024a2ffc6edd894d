"""Where nothing may be sent."""

import socket

import pytest

from server.alerts.addresses import may_connect
from server.alerts.targets import check_mail_address, check_url
from server.core.errors import CodedError

PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "8.8.8.8",
    "2606:4700::1111",
    "2a00:1450::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]
PRIVATE = [
    "127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "100.100.100.200", "::1", "fc00::1", "fd12:3456::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
]  # fmt: skip
NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::2",
    "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "fd00:ec2::254", "2001:db8::1", "2002:7f00:1::",
    "2001:0:1::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "localhost", "", "1.1.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    assert may_connect(address, allow_private=False)
    assert may_connect(address, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_leave(address: str) -> None:
    assert not may_connect(address, allow_private=False)
    assert may_connect(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_are_never_open(address: str) -> None:
    assert not may_connect(address, allow_private=False)
    assert not may_connect(address, allow_private=True)


FORMS_OF_THIS_MACHINE = [
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://127。0。0。1/", "https://①②⑦.0.0.1/",
    "https://0/", "https://[::]/", "https://169.254.169.254/latest/meta-data/",
]  # fmt: skip
NO_URLS = [
    "", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://example.org/", "https://", "https:///x",
    "https://a b.org/", "https://example.org/\r\nX: y", "https://u:p@example.org/", "https://user@example.org/",
    "https://example.org:99999/", "https://example.org:x/", "https://example.org:0/", "https://[::1",
    "javascript:alert(1)",    "https://example.org/" + "x" * 1000, "gopher://127.0.0.1:25/_HELO",
]  # fmt: skip


@pytest.mark.parametrize("url", [*FORMS_OF_THIS_MACHINE, *NO_URLS])
def test_such_urls_are_refused(url: str) -> None:
    with pytest.raises(CodedError) as refused:
        check_url(url, allow_private=False)
    assert refused.value.code == "BAD_URL"


@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org:8443/a?b=c", "https://[2606:4700::1111]/x"]
)
def test_such_urls_are_taken(url: str) -> None:
    assert check_url(url, allow_private=False) == url


def test_the_operator_may_allow_private_ones() -> None:
    for url in ("http://127.0.0.1:9/x", "http://localhost/x", "https://10.1.2.3/", "http://printer.lan/"):
        assert check_url(url, allow_private=True) == url
    for url in ("http://169.254.169.254/", "http://2130706433/", "ftp://10.0.0.1/"):
        with pytest.raises(CodedError):
            check_url(url, allow_private=True)


def test_what_the_system_takes_for_an_address_is_known() -> None:
    """Forms that the name lookup of this system maps onto this machine are caught there as well."""
    for form in ("2130706433", "0x7f.1", "127.1", "0177.0.0.1"):
        for *_, address in socket.getaddrinfo(form, 443, type=socket.SOCK_STREAM):
            assert not may_connect(str(address[0]), allow_private=False), form


@pytest.mark.parametrize(
    "address",
    ["x", "a@b", "a@b..org", "a b@c.org", "a@b.org\r\nBcc: x@y.org", "a@b.org, x@y.org", "<a@b.org>", "ä@b.org",
     "@b.org", '"a b"@c.org', "a@b.org\n", "a@b.org " + "x" * 300],
)  # fmt: skip
def test_such_mail_addresses_are_refused(address: str) -> None:
    with pytest.raises(CodedError) as refused:
        check_mail_address(address)
    assert refused.value.code == "BAD_ADDRESS"


def test_mail_addresses_are_taken() -> None:
    for address in ("ada@example.org", "a.b+c_d@sub-domain.example.co", "o'neil@x.org"):
        assert check_mail_address(address) == address
