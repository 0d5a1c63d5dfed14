"""Finds the secrets that stand in the code of a stack in clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.toolkit import is_token


def literal_secrets(values: Mapping[str, Any]) -> tuple[str, ...]:
    """JSON pointers to the secrets among the parameters of a connection that are no references.

    :param values: the parameters by name; ``secrets`` and ``auth_secrets`` are looked at
    """
    service = values.get("service")
    facts = schemas.service(service) if isinstance(service, str) else None
    known = facts.secrets if facts else ()
    found = [*_literals(values.get("secrets"), "/secrets", "", known)]
    return (*found, *_literals(values.get("auth_secrets"), "/auth_secrets", "", ()))


def _literals(value: Any, pointer: str, path: str, known: tuple[str, ...]) -> Iterator[str]:
    """Pointers to the literal texts; with ``known`` paths, to those at or under them only.

    In a list of settings such as ``secrets_list`` only the values are secret, not their names.
    """
    if is_token(value):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            below = f"{path}.{key}" if path else str(key)
            yield from _literals(inner, f"{pointer}/{_escaped(str(key))}", below, known)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _literals(inner, f"{pointer}/{index}", path + "[]", known)
    elif isinstance(value, str) and value and _is_secret(path, known):
        yield pointer


def _is_secret(path: str, known: tuple[str, ...]) -> bool:
    # A key that the facts do not know is new: what was given as a secret is then one.
    top = path.split(".")[0].removesuffix("[]")
    siblings = [secret for secret in known if secret.split(".")[0].removesuffix("[]") == top]
    return not siblings or any(path.startswith(secret) for secret in siblings)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
