"""Notices that a secret changed, without keeping it.

Terraform hands write-only values over at plan and apply, and stores them nowhere. What is kept, in
the resource's private state, is a digest of each: an HMAC-SHA256 under a key that scrypt derives
from the provider's API secret, over a random salt of the resource. Whoever has the state alone
cannot test guesses, because the key is not in it; and equal secrets have different digests.

Deriving the key costs some 50 ms, once a process; a digest costs microseconds.

When the API secret itself changes, the old digests cannot be checked any more (:meth:`Vault.opens`
says so): each secret then counts as changed and is sent once more.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from typing import Any

from constructs_lib.backend.http import jsontext

_CONTEXT = b"connections-as-code/secret-digest/1"
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class Vault:
    """Makes and checks the digests of secrets.

    :param api_key: salts the derivation, so that two accounts never share a key
    :param api_secret: what the key is derived from
    """

    def __init__(self, api_key: str, api_secret: str) -> None:
        self._account = api_key.encode()
        self._secret = api_secret.encode()
        self._key: bytes | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "<Vault>"

    def digest(self, salt: str, name: str, value: Any) -> str:
        """The digest of one secret.

        :param salt: the random salt of the resource
        :param name: which secret it is, such as ``config.password``
        :param value: any JSON value
        """
        text = jsontext.dumps([salt, name, value], sort_keys=True)
        return hmac.new(self._derived(), text.encode(), "sha256").hexdigest()

    def mark(self) -> str:
        """Names the key without telling it, to notice that the API secret changed."""
        return hmac.new(self._derived(), _CONTEXT + b"/mark", "sha256").hexdigest()[:12]

    def _derived(self) -> bytes:
        with self._lock:
            if self._key is None:
                salt = _CONTEXT + b":" + self._account
                self._key = hashlib.scrypt(self._secret, salt=salt, maxmem=2**26, **_COST)
            return self._key
