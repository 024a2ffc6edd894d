"""A certificate authority of one's own, and a certificate for this machine's names: HTTPS where there is no domain."""

import datetime
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.common.atomic import Outputs

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""Phones refuse certificates that are valid for much longer, whoever signed them."""
RENEW_DAYS = 30
_AN_HOUR = datetime.timedelta(hours=1)
"""Valid from so long ago: clocks of phones differ."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the certificates are.

    Attributes
    ----------
    authority, server : Path
        Certificates, PEM; the second with its chain.
    authority_key, server_key : Path
        Keys, PEM, mode 0600.
    """

    authority: Path
    authority_key: Path
    server: Path
    server_key: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Files":
        """Those of a data directory."""
        folder = data_dir / "tls"
        return cls(*(folder / f"{name}.pem" for name in ("authority", "authority-key", "server", "server-key")))


def names_of_this_machine() -> list[str]:
    """Host names and addresses by which others may reach it; nothing is sent to find them."""
    host = socket.gethostname()
    found = ["localhost", host, host if "." in host else f"{host}.local", "127.0.0.1", "::1"]
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))  # chooses the interface; a datagram socket sends nothing here
                found.append(probe.getsockname()[0])
        except OSError:
            continue  # no such network
    return list(dict.fromkeys(found))


def issue(files: Files, names: Iterable[str]) -> None:
    """Write a new certificate for these names, and an authority if there is none yet."""
    files.authority.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if files.authority.exists() != files.authority_key.exists():
        there, gone = sorted((files.authority, files.authority_key), key=lambda path: not path.exists())
        raise OSError(f"{gone} is gone; put it back, or move {there} away: phones then have to trust a new authority")
    if not files.authority_key.exists():
        _make_authority(files)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signer = serialization.load_pem_private_key(files.authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{files.authority_key} is not a key that crowdcount made")
    wanted = list(names)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(wanted[0]), authority.subject, key, SERVER_DAYS)
    for extension, critical in (
        (x509.SubjectAlternativeName([_general_name(name) for name in wanted]), False),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
    ):
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(signer, hashes.SHA256())
    _write({files.server_key: _key_pem(key), files.server: _pem(signed) + _pem(authority)})


def names_in(files: Files) -> list[str]:
    """The names in the certificate; none where there is no certificate."""
    if not files.server.exists():
        return []
    certificate = x509.load_pem_x509_certificate(files.server.read_bytes())
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(one.value) for one in found]


def needs_renewal(files: Files, now: datetime.datetime) -> bool:
    """Whether there is no certificate, or one that ends within a month."""
    if not (files.server.exists() and files.server_key.exists()):
        return True
    certificate = x509.load_pem_x509_certificate(files.server.read_bytes())
    return certificate.not_valid_after_utc - now < datetime.timedelta(days=RENEW_DAYS)


def fingerprint(files: Files) -> str:
    """SHA-256 of the authority, as phones show it."""
    digest = x509.load_pem_x509_certificate(files.authority.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _make_authority(files: Files) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"crowdcount on {socket.gethostname()}")
    builder = _builder(name, name, key, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    signed = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    _write({files.authority_key: _key_pem(key), files.authority: _pem(signed)})


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - _AN_HOUR).not_valid_after(now + datetime.timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all of them, or none."""
    with Outputs() as outputs:
        for path, content in contents.items():
            draft = outputs.path(path)
            draft.chmod(0o600)
            draft.write_bytes(content)
