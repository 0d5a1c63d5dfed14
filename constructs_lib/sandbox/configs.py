"""The ``config`` and ``auth`` of a connection: merged from requests, kept without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox import errors, masking
from constructs_lib.sandbox.records import Connection


def merge_config(record: Connection, given: Mapping[str, Any]) -> None:
    """Merges the settings of a request at their top level; a key that is null is cleared.

    Keys of the destination schema are permanent: with another value they are refused, with the
    same they are accepted, so that a client may send its whole configuration again. What only
    Fivetran sets (``public_key``) is dropped, because clients send back what they have read.

    :raises ApiError: 400, if the destination schema would change
    """
    facts = schemas.service(record.service)
    for key, value in record.destination.items():
        if given.get(key, value) != value:
            raise errors.invalid(f"Field 'config.{key}' cannot be changed after creation")
    skipped = {*record.destination, *(facts.read_only if facts else ())}
    wanted = {key: value for key, value in given.items() if key not in skipped}
    masked, found = masking.mask(wanted, facts.secrets if facts else ())
    merged = {**record.config, **masked}
    record.config = {key: value for key, value in merged.items() if value is not None}
    _keep_digests(record, "config", wanted, found)


def merge_auth(record: Connection, given: Mapping[str, Any]) -> None:
    """Takes the authorization of a request: only digests are kept, because no answer shows it."""
    _, found = masking.mask_all(dict(given))
    _keep_digests(record, "auth", given, found)


def _keep_digests(
    record: Connection, root: str, given: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    replaced = [f"{root}.{key}" for key in given]
    kept = {
        place: value
        for place, value in record.digests.items()
        if not any(masking.below(place, key) for key in replaced)
    }
    new = {f"{root}.{place}": masking.digest(secret) for place, secret in found.items()}
    record.digests = {**kept, **new}
