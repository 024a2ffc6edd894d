"""Access and refresh tokens: JWT by RFC 7519, 8725 and 9068, one algorithm, every claim required."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import jwt

from server.common.keys import SigningKeys
from server.core.errors import CodedError
from server.i18n.markers import N_

ALGORITHM = "HS256"
ISSUER = "crowdcount"
CLAIMS = ("exp", "iat", "sub", "aud", "iss", "jti", "sid")
MAX_CHARACTERS = 2048


class TokenType(Enum):
    """Type in the header and audience: one kind is never taken for the other (RFC 8725, 3.11 and 3.9)."""

    ACCESS = ("at+jwt", "crowdcount")
    REFRESH = ("rt+jwt", "crowdcount/refresh")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. Times are Unix seconds."""

    user_id: str
    session_id: str
    jti: str
    expires_at: float


class TokenError(CodedError):
    """The token is no good; why is nobody's business but the log's."""

    def __init__(self, code: str = "INVALID_TOKEN", message: str = N_("The token is not valid.")) -> None:
        super().__init__(code, message)


class Tokens:
    """Signs and reads tokens.

    Parameters
    ----------
    keys : SigningKeys
        Replaced by `use` when they are rotated.
    """

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._jwt = jwt.PyJWT({"enforce_minimum_key_length": True, "strict_aud": True, "require": list(CLAIMS)})

    def use(self, keys: SigningKeys) -> None:
        """Take these keys from now on."""
        self._keys = keys

    def issue(self, type_: TokenType, user_id: str, session_id: str, jti: str, now: float, expires_at: float) -> str:
        """A signed token."""
        kid, key = self._keys.tokens[0]
        typ, audience = type_.value
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": user_id,
            "sid": session_id,
            "jti": jti,
            "iat": int(now),
            "exp": int(expires_at),
        }
        return self._jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": typ, "kid": kid})

    def read(self, type_: TokenType, token: object) -> Claims:
        """What a token says. Raises TokenError unless everything about it is right."""
        if not isinstance(token, str) or not 0 < len(token) <= MAX_CHARACTERS:
            raise TokenError
        try:
            header = jwt.get_unverified_header(token)
            body: dict[str, Any] = self._jwt.decode(
                token, self._key(header, type_), algorithms=[ALGORITHM], audience=type_.value[1], issuer=ISSUER
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenError("TOKEN_EXPIRED", "The token has expired.") from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise TokenError from error
        texts = (body["sub"], body["sid"], body["jti"])
        if not all(isinstance(text, str) and text for text in texts):
            raise TokenError
        return Claims(*texts, expires_at=float(body["exp"]))

    def _key(self, header: dict[str, Any], type_: TokenType) -> bytes:
        # Nothing in the header chooses more than one of our own keys: no jku, jwk or x5u is looked at.
        if header.get("typ") != type_.value[0] or "crit" in header:
            raise TokenError
        for kid, key in self._keys.tokens:
            if header.get("kid") == kid:
                return key
        raise TokenError
