"""Notice that a secret changed, without keeping it.

Terraform hands write-only values over at plan and apply, and stores them nowhere. What is kept, in
the resource's private state under ``secrets``, is a digest of each: an HMAC-SHA256 under a key that
scrypt derives from the provider's API secret, over a random salt of the resource. Whoever has only
the state cannot test guesses, because the key is not in it; and equal secrets have different
digests. The attribute ``secrets_applied`` shows when each secret was sent, so that a plan shows
which secret changed.

Deriving the key costs some 50 ms, once a process; a digest costs microseconds.

When the API secret itself changes, the old digests cannot be checked any more
(:attr:`SecretTracking.is_sealed_by_another_key`): every secret then counts as changed, and is sent
once more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from constructs_lib.backend.http import jsontext
from constructs_lib.backend.managed_object.equivalence import NO_ITEM_KEYS, ItemKeys, named_in_order
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, contains_unknown

_CONTEXT = b"connections-as-code/secret-digest/1"
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
_SECRETS = "secrets"
_LENGTH = 32
"""Hexadecimal digits of a digest that are kept, 128 bits: it is there once for each secret of each
resource. Earlier versions kept all 64."""
SCOPES = {"config": "config_wo", "auth": "auth_wo"}
"""For each part of a request that holds secrets: the write-only attribute that brings them."""


class SecretHasher:
    """The digests of secrets, under a key that the API secret gives.

    :param api_key: salts the derivation, so that two accounts never share a key
    :param api_secret: what the key is derived from
    """

    def __init__(self, api_key: str, api_secret: str) -> None:
        self._account = api_key.encode()
        self._secret = api_secret.encode()
        self._key: bytes | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "<SecretHasher>"

    def digest(self, salt: str, name: str, value: Any) -> str:
        """Return the digest of one secret.

        :param salt: the random salt of the resource
        :param name: which secret it is, such as ``config.password``
        :param value: any JSON value
        """
        text = jsontext.dumps([salt, name, value], sort_keys=True)
        return hmac.new(self._derived(), text.encode(), "sha256").hexdigest()

    def mark(self) -> str:
        """Return a digest that identifies the key, to notice that the API secret changed."""
        return hmac.new(self._derived(), _CONTEXT + b"/mark", "sha256").hexdigest()[:12]

    def _derived(self) -> bytes:
        with self._lock:
            if self._key is None:
                salt = _CONTEXT + b":" + self._account
                self._key = hashlib.scrypt(self._secret, salt=salt, maxmem=2**26, **_COST)
            return self._key


def secrets_of(config: Object, scopes: Mapping[str, str] = SCOPES) -> dict[str, Any]:
    """Return the secrets of a configuration by name, such as ``config.password``; values may be
    UNKNOWN.

    A write-only attribute that is unknown as a whole is ``config.*``. A secret that is
    null is none, see :func:`secrets_with_values`.

    :param scopes: the write-only attributes, as :attr:`.ObjectModel.scopes` has them
    """
    found: dict[str, Any] = {}
    for scope, attribute in scopes.items():
        value = config.get(attribute)
        if value is UNKNOWN:
            found[f"{scope}.*"] = UNKNOWN
        elif isinstance(value, Dynamic) and isinstance(value.value, dict):
            found |= {
                f"{scope}.{key}": inner for key, inner in secrets_with_values(value.value).items()
            }
    return found


def secrets_with_values(secrets: dict[str, Any]) -> dict[str, Any]:
    """Return the secrets that have a value. A null is no secret, and neither is an object of nulls
    only: a forgotten variable must not clear a secret.
    """
    found = {
        key: secrets_with_values(value) if isinstance(value, dict) else value
        for key, value in secrets.items()
    }
    return {
        key: value
        for key, value in found.items()
        if value is not None and (value != {} or secrets[key] == {})
    }


class SecretTracking:
    """Which secrets of one resource were sent, and whether they changed since.

    :param private: the private state of the resource; changed in place
    :param hasher: makes the digests; None while the provider's configuration is unknown
    :param item_keys: the lists whose order means nothing, with the keys of their items
    """

    def __init__(
        self,
        private: dict[str, Any],
        hasher: SecretHasher | None,
        item_keys: ItemKeys = NO_ITEM_KEYS,
    ) -> None:
        self._hasher, self._item_keys = hasher, item_keys
        self._private = private

    @property
    def is_sealed_by_another_key(self) -> bool:
        """True if the digests were made under an API secret that is no longer the provider's."""
        mark = self._entry().get("mark")
        return self._hasher is not None and mark is not None and mark != self._hasher.mark()

    def changed(self, secrets: dict[str, Any]) -> list[str]:
        """Return the names of the secrets that were not sent yet, or not with this value. An
        unknown value counts as changed, and so does every one while there is no hasher to check
        with.
        """
        if self._hasher is None or self.is_sealed_by_another_key:
            return sorted(secrets)
        return sorted(name for name, value in secrets.items() if self._differs(name, value))

    def record(self, secrets: dict[str, Any]) -> None:
        """Record that these secrets, and no others, were sent last."""
        if self._hasher is None or not secrets:
            self._private.pop(_SECRETS, None)
            return
        salt = self._entry().get("salt") or os.urandom(16).hex()
        digests = {
            name: self._digest(salt, name, named_in_order(self._item_keys, name, value))[:_LENGTH]
            for name, value in secrets.items()
        }
        self._private[_SECRETS] = {
            "salt": salt,
            "mark": self._hasher.mark(),
            "digests": digests,
        }

    def _entry(self) -> dict[str, Any]:
        found: dict[str, Any] = self._private.get(_SECRETS, {})
        return found

    def _differs(self, name: str, value: Any) -> bool:
        entry = self._entry()
        if contains_unknown(value) or "salt" not in entry:
            return True
        known = entry.get("digests", {}).get(name)
        # Earlier versions kept the digest of a list in the order in which it was written.
        forms = (named_in_order(self._item_keys, name, value), value)
        digests = [self._digest(entry["salt"], name, form) for form in forms]
        return all(known not in (digest, digest[:_LENGTH]) for digest in digests)

    def _digest(self, salt: str, name: str, value: Any) -> str:
        assert self._hasher is not None  # noqa: S101 - the callers return early without a hasher.
        return self._hasher.digest(salt, name, value)


def planned_times(prior: dict[str, Any] | None, secrets: dict[str, Any], changed: list[str]) -> Any:
    """Return the planned value of ``secrets_applied``.

    :param prior: the value in state; None if there is none
    :param secrets: what is configured
    :param changed: the names of those that will be sent
    """
    if not changed:
        return prior
    if any(name.endswith(".*") for name in secrets):
        return UNKNOWN
    return {**(prior or {}), **dict.fromkeys(changed, UNKNOWN)}


def applied_times(planned: Any, prior: dict[str, Any] | None, sent: list[str]) -> Any:
    """Return the value of ``secrets_applied`` after the request.

    :param planned: what :func:`planned_times` promised
    :param prior: the value in state before; None if there was none
    :param sent: the names of the secrets that were sent
    """
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    times = {**(prior or {}), **dict.fromkeys(sent, now)}
    if isinstance(planned, dict):
        return {name: times.get(name, now) for name in planned}
    return times or None
