"""Row 9: forged, confused, stale and misused tokens; keys."""

import asyncio
import base64
import hmac
import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import jwt
import pytest

from server import lifecycle
from server.api.http.tokens import CLAIMS, ISSUER, MAX_CHARACTERS, TokenError, Tokens, TokenType
from server.common.keys import FILE, SigningKeys, load_keys, rotate_keys
from server.config import Settings
from server.core.errors import CodedError
from tests.faults.figures import note
from tests.support.server import PASSWORD, RunningServer

NOW = time.time()
LATER = NOW + 86_400
"""Later than everything that is tested beside it takes."""


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    """Keys of a first start."""
    return load_keys(tmp_path)


def claims(**changes: Any) -> dict[str, Any]:
    """Claims of a good access token, changed."""
    good = {
        "iss": ISSUER, "aud": "crowdcount", "sub": "usr_1", "sid": "s", "jti": "j",
        "iat": int(NOW), "exp": int(LATER),
    }  # fmt: skip
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def sign(keys: SigningKeys, body: dict[str, Any], key: bytes | None = None, alg: str = "HS256", **header: Any) -> str:
    """A token by hand."""
    kid, secret = keys.tokens[0]
    return jwt.encode(
        body, secret if key is None else key, algorithm=alg, headers={"typ": "at+jwt", "kid": kid, **header}
    )


def test_what_is_issued_is_read(keys: SigningKeys) -> None:
    tokens = Tokens(keys)
    token = tokens.issue(TokenType.ACCESS, "usr_1", "session", "jti", NOW, LATER)
    found = tokens.read(TokenType.ACCESS, token)
    assert (found.user_id, found.session_id, found.jti, found.expires_at) == ("usr_1", "session", "jti", int(LATER))
    assert set(jwt.decode(token, options={"verify_signature": False})) == set(CLAIMS)
    assert tokens.read(TokenType.ACCESS, sign(keys, claims())).user_id == "usr_1", "the hand-made one is as good"


@pytest.mark.parametrize("name", sorted({*CLAIMS}))
def test_every_claim_is_required(keys: SigningKeys, name: str) -> None:
    with pytest.raises(TokenError):
        Tokens(keys).read(TokenType.ACCESS, sign(keys, claims(**{name: None})))


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "somebody"}, {"aud": "crowdcount/refresh"}, {"aud": ["crowdcount"]}, {"aud": "other"},
        {"exp": int(NOW) - 1}, {"exp": "never"}, {"iat": int(LATER)}, {"iat": "x"},
        {"sub": 7}, {"sub": ""}, {"sid": 7}, {"sid": ["x"]}, {"jti": 7}, {"nbf": int(LATER)},
    ],
)  # fmt: skip
def test_wrong_claims(keys: SigningKeys, change: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        Tokens(keys).read(TokenType.ACCESS, sign(keys, claims(**change)))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"}, {"typ": "rt+jwt"}, {"typ": None}, {"kid": "another"}, {"kid": None}, {"kid": "../secret.key"},
        {"crit": ["b64"], "b64": True}, {"crit": []},
    ],
)  # fmt: skip
def test_wrong_headers(keys: SigningKeys, header: dict[str, Any]) -> None:
    parts = sign(keys, claims()).split(".")
    found = {**json.loads(unpack(parts[0])), **header}
    forged = sign_raw(keys, {name: value for name, value in found.items() if value is not None}, claims())
    with pytest.raises(TokenError):
        Tokens(keys).read(TokenType.ACCESS, forged)


def pack(data: bytes) -> str:
    """Base64 as JWT has it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    """The way back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign_raw(keys: SigningKeys, header: dict[str, Any], body: dict[str, Any], digest: str = "sha256") -> str:
    """A token with any header, rightly signed."""
    signed = f"{pack(json.dumps(header).encode())}.{pack(json.dumps(body).encode())}"
    return f"{signed}.{pack(hmac.digest(keys.tokens[0][1], signed.encode(), digest))}"


def test_other_algorithms_and_keys(keys: SigningKeys) -> None:
    tokens = Tokens(keys)
    header = {"typ": "at+jwt", "kid": keys.tokens[0][0]}
    unsigned = sign_raw(keys, {**header, "alg": "none"}, claims())
    own_key = {"kty": "oct", "k": pack(b"k" * 32)}
    attempts = [
        unsigned,
        unsigned.rpartition(".")[0] + ".",
        sign_raw(keys, {**header, "alg": "HS512"}, claims(), "sha512"),
        sign_raw(keys, {**header, "alg": "hs256"}, claims()),
        sign(keys, claims(), key=b"k" * 32),
        sign(keys, claims(), key=b"k" * 32, jwk=own_key),
        sign(keys, claims(), key=b"k" * 32, jku="https://evil.example/keys"),
        sign(keys, claims(), key=bytes.fromhex(keys.cookies[0])),  # the cookies' key is not the tokens'
        sign(keys, claims())[:-2] + "xx",
        "", ".", "..", "a.b.c", "é", "x" * (MAX_CHARACTERS + 1), None, 7, b"bytes", ["x"],
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(TokenError):
            tokens.read(TokenType.ACCESS, attempt)
    note(9, "tokens of other algorithms and keys", f"{len(attempts)} tried, 0 read", "0")


def test_a_refresh_token_is_no_access_token(keys: SigningKeys) -> None:
    tokens = Tokens(keys)
    refresh = tokens.issue(TokenType.REFRESH, "usr_1", "session", "jti", NOW, LATER)
    access = tokens.issue(TokenType.ACCESS, "usr_1", "session", "jti", NOW, LATER)
    with pytest.raises(TokenError):
        tokens.read(TokenType.ACCESS, refresh)
    with pytest.raises(TokenError):
        tokens.read(TokenType.REFRESH, access)


async def test_forgeries_open_nothing(server: RunningServer) -> None:
    keys = load_keys(server.settings.data_dir)
    async with server.client() as user:
        await user.register()
        async with user.http.post("/api/tokens", json={"login": "ada", "password": PASSWORD}) as response:
            tokens = await response.json()
        good = jwt.decode(tokens["access_token"], options={"verify_signature": False})
        user.http.cookie_jar.clear()
        forged = [
            sign(keys, {**good, "sub": "usr_somebody"}),  # rightly signed, yet the session is another's
            sign(keys, {**good, "sid": "0" * 64}),
            sign(keys, good, key=b"k" * 32),
            tokens["refresh_token"],
            "Bearer",
        ]
        for token in forged:
            async with user.http.get("/api/cameras", headers={"Authorization": f"Bearer {token}"}) as response:
                assert response.status == 401
        async with user.http.get("/api/cameras", headers={"Authorization": f"bearer {sign(keys, good)}"}) as response:
            assert response.status == 200
        for scheme in ("Basic", "Token", ""):
            headers = {"Authorization": f"{scheme} {tokens['access_token']}"}
            async with user.http.get("/api/cameras", headers=headers) as response:
                assert response.status == 401
    note(9, "forged and misused tokens over HTTP", f"{len(forged) + 3} tried, 0 let in", "0")


def test_access_tokens_are_short() -> None:
    assert Settings.model_fields["access_token_s"].default <= 900
    with pytest.raises(ValueError, match="less than or equal to 900"):
        Settings(access_token_s=901)


def test_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert load_keys(tmp_path) == first
    assert stat.S_IMODE(os.stat(tmp_path / FILE).st_mode) == 0o600
    assert all(len(key) >= 32 for _, key in first.tokens)
    assert all(len(line) >= 64 for line in first.cookies)
    assert [name.name for name in tmp_path.iterdir()] == [FILE], "no draft is left"


def test_two_keys_are_valid_at_once(tmp_path: Path) -> None:
    def read(token: str) -> str:
        return Tokens(load_keys(tmp_path)).read(TokenType.ACCESS, token).user_id

    old = Tokens(load_keys(tmp_path)).issue(TokenType.ACCESS, "usr_1", "s", "j", NOW, LATER)
    rotate_keys(tmp_path)
    new = Tokens(load_keys(tmp_path)).issue(TokenType.ACCESS, "usr_2", "s", "j", NOW, LATER)
    assert (read(old), read(new)) == ("usr_1", "usr_2")
    assert stat.S_IMODE(os.stat(tmp_path / FILE).st_mode) == 0o600
    rotate_keys(tmp_path)
    assert read(new) == "usr_2"
    with pytest.raises(TokenError):
        read(old)


@pytest.mark.parametrize("content", ["", "short", "g" * 64, "0" * 63, f"{'0' * 64}\nshort"])
def test_a_bad_key_file_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(CodedError, match="64 hexadecimal digits"):
        load_keys(tmp_path)


async def test_a_running_server_takes_rotated_keys(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "KEYS_EVERY_S", 0.2)

    async def signs_with() -> str:
        async with user.http.post("/api/tokens", json={"login": "ada", "password": PASSWORD}) as response:
            return str(jwt.get_unverified_header((await response.json())["access_token"])["kid"])

    async with server.client() as user:
        await user.register()
        first = await signs_with()
        rotate_keys(server.settings.data_dir)
        for _ in range(60):
            await asyncio.sleep(0.5)
            if await signs_with() != first:
                break
        assert await signs_with() != first
        async with user.http.get("/api/session") as response:
            assert response.status == 200, "a cookie that the key before signed"
        rotate_keys(server.settings.data_dir)
        async with asyncio.timeout(30):
            async with user.http.get("/api/session") as response:
                status = response.status
            while status == 200:
                await asyncio.sleep(0.2)
                async with user.http.get("/api/session") as response:
                    status = response.status
        assert status == 401, "two rotations later it is worth nothing"
