"""Who may ask: an API key, a user with a password, or a token."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from constructs_lib.sandbox.elastic import errors


@dataclass(frozen=True)
class ElasticCredentials:
    """The credentials that a sandbox accepts; any one of the three."""

    api_key: str = field(default=base64.b64encode(b"sandbox:sandbox").decode("ascii"), repr=False)
    """Base64 of ``id:key``; by default ``c2FuZGJveDpzYW5kYm94``."""
    username: str = "sandbox"
    password: str = field(default="sandbox", repr=False)
    bearer_token: str = field(default="sandbox", repr=False)

    def _by_scheme(self) -> dict[str, str]:
        login = f"{self.username}:{self.password}".encode()
        return {
            "apikey": self.api_key,
            "basic": base64.b64encode(login).decode("ascii"),
            "bearer": self.bearer_token,
        }

    def check(self, headers: Mapping[str, str], path: str, anonymous: bool) -> None:
        """Lets pass who shows one of them.

        :param headers: those of the request, with names in lower case
        :param anonymous: True lets pass who shows none at all, too
        :raises ElasticError: 401
        """
        given = headers.get("authorization")
        if given is None and anonymous:
            return
        scheme, _, secret = (given or "").strip().partition(" ")
        expected = self._by_scheme().get(scheme.lower())
        if not scheme:
            raise errors.no_credentials(path)
        if expected is None or not hmac.compare_digest(secret.strip().encode(), expected.encode()):
            raise errors.bad_credentials(path)
