"""Rules that keep secrets out of state, plan and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.validation.pointers import Path
from constructs_lib.validation.rules_types import Inputs, Problem


def secret_twice(inputs: Inputs) -> Iterator[Problem]:
    """A key stands in the clear settings or in the secret ones, not in both.

    The secret ones are laid over the clear ones when sent, so the clear value would never arrive.
    A list counts as one value.
    """
    (clear_name, clear), (secret_name, secret) = inputs.items()
    for path in _in_both(clear, secret):
        where = ".".join(str(step) for step in path)
        found = f"{where} in {clear_name} and in {secret_name}"
        hint = f"remove it from {clear_name}"
        yield Problem((secret_name, *path), found, "each key in one of the two", hint)


def _in_both(clear: Any, secret: Any) -> Iterator[Path]:
    if not isinstance(clear, dict) or not isinstance(secret, dict):
        return
    for key in clear.keys() & secret.keys():
        if isinstance(clear[key], dict) and isinstance(secret[key], dict):
            yield from ((key, *path) for path in _in_both(clear[key], secret[key]))
        elif clear[key] is not None:
            yield (key,)


def mask(inputs: Inputs) -> Iterator[Problem]:
    """Stars or bullets are what Fivetran answers in place of a secret, never a value to send."""
    for name, value in inputs.items():
        for path, found in _masks(value, (name,)):
            allowed = "the secret itself, from a variable"
            hint = "the mask was copied from an answer of the API; sending it would set it"
            yield Problem(path, repr(found), allowed, hint)


def _masks(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    elif schemas.is_mask(value):
        yield path, value
    for step, inner in items:
        # Most are single values, for which a further walk would be dear.
        if isinstance(inner, (dict, list)) or schemas.is_mask(inner):
            yield from _masks(inner, (*path, step))
