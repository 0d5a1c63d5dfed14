"""The rules about secrets in the code of a stack: none in clear, and none that is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.constructs.base.expressions import has_literal_text
from constructs_lib.toolkit import is_token
from constructs_lib.validation import Finding, Place
from constructs_lib.validation.findings import Path, pointer

_Leaf = tuple[Path, Any]


def literal_secrets(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return JSON pointers to the secrets of a connection that are no references.

    A text counts, too, if only a part of it is a reference.

    :param values: the parameters by name; ``secrets`` and ``auth_secrets`` are looked at. No value
        may contain itself
    """
    return tuple(pointer(path) for path, value in _secrets(values) if _is_literal(value))


def empty_secrets(values: Mapping[str, Any], place: Place) -> list[Finding]:
    """Report each secret that is empty: as a rule it was forgotten.

    In an item of a list, such as ``secrets_list``, an empty text is a value like any other: its key
    says that the item is meant.

    :param values: as above
    :param place: the place of the construct
    """
    return [
        Finding(
            "empty-secret",
            "error",
            place,
            pointer(path),
            "nothing" if value is None else "an empty value",
            "a reference to a variable",
            "leave it out if there is no such secret; os.environ.get answers None for a name that "
            "is not set",
        )
        for path, value in _secrets(values)
        if value is None or value == {} or (value == "" and not _is_in_a_list(path))
    ]


def _is_in_a_list(path: Path) -> bool:
    return any(isinstance(step, int) for step in path)


def _is_literal(value: Any) -> bool:
    if isinstance(value, str):
        return has_literal_text(value)
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not is_token(value)


def _secrets(values: Mapping[str, Any]) -> Iterator[_Leaf]:
    """Return the secret values, each with its path."""
    service = values.get("service")
    facts = schemas.service(service) if isinstance(service, str) else None
    known = {"secrets": facts.secrets if facts else (), "auth_secrets": ()}
    for name, paths in known.items():
        # A text in place of the mapping has a finding of its own.
        if isinstance(values.get(name), Mapping) and values[name]:
            yield from _leaves(values[name], (name,), "", paths)


def _leaves(value: Any, path: Path, dotted: str, known: tuple[str, ...]) -> Iterator[_Leaf]:
    """Return the leaves of a value; with ``known`` paths, those at or under them only.

    In a list of settings such as ``secrets_list`` only the values are secret, not their names.
    """
    if not isinstance(value, str) and is_token(value):
        return
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            below = f"{dotted}.{key}" if dotted else str(key)
            yield from _leaves(inner, (*path, str(key)), below, known)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index), dotted + "[]", known)
    elif _is_secret(dotted, known):
        yield path, value


def _is_secret(path: str, known: tuple[str, ...]) -> bool:
    # A key that the facts do not know is new: what was given as a secret is then one.
    top = path.split(".")[0].removesuffix("[]")
    siblings = [secret for secret in known if secret.split(".")[0].removesuffix("[]") == top]
    return not siblings or any(path.startswith(secret) for secret in siblings)
