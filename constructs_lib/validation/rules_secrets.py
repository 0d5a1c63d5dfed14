"""Rules that keep secrets out of state, plan and files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.validation.pointers import Path
from constructs_lib.validation.rules_types import Inputs, Problem
from constructs_lib.validation.shown import HIDDEN


def secret_in_config(inputs: Inputs) -> Iterator[Problem]:
    """A secret setting belongs into ``secrets``: ``config`` is kept in state, in clear.

    That holds for a value that is known only at deployment, too: by then it would be in state.
    It also holds for a name that differs in case and underscores only: nobody means another.
    """
    name, config = inputs["service"], inputs["config"]
    facts = schemas.service(name) if isinstance(name, str) else None
    for secret in facts.secrets if facts else ():
        for path in secret_places(config, secret):
            allowed = f"{secret} only in secrets; config is kept in Terraform's state"
            hint = f"move {secret} from config to secrets"
            written = _dotted(path)
            if written != secret:
                hint = f"remove {written} from config and write it as {secret} in secrets"
            yield Problem(("config", *path), HIDDEN, allowed, hint)


def _dotted(path: Path) -> str:
    text = "".join("[]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def secret_places(value: Any, secret: str) -> Iterator[Path]:
    """The paths in a value at which a secret setting stands, by its name or one like it.

    :param value: ``config`` in plain form
    :param secret: where the secret is by the facts, such as ``password`` or ``tokens[].value``
    """
    first, _, rest = secret.partition(".")
    wanted = _folded(first.removesuffix("[]"))
    for key, inner in value.items() if isinstance(value, dict) else ():
        if _folded(key) != wanted or inner is None:
            continue
        if not first.endswith("[]"):
            yield from _below(inner, (key,), rest)
        elif isinstance(inner, list):
            for index, item in enumerate(inner):
                yield from _below(item, (key, index), rest)


def _folded(key: str) -> str:
    return key.casefold().replace("_", "").replace("-", "")


def _below(value: Any, path: Path, rest: str) -> Iterator[Path]:
    if rest:
        yield from ((*path, *below) for below in secret_places(value, rest))
    elif value is not None:
        yield path


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
    """Six asterisks are what Fivetran answers in place of a secret, never a value to send."""
    for name, value in inputs.items():
        for path in _masks(value, (name,)):
            allowed = "the secret itself, from a variable"
            hint = "the mask was copied from an answer of the API; sending it would set it"
            yield Problem(path, repr(schemas.MASK), allowed, hint)


def _masks(value: Any, path: Path) -> Iterator[Path]:
    if value == schemas.MASK:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _masks(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _masks(inner, (*path, index))
