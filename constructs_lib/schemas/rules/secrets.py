"""Rules that keep secrets out of state, plan and files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from constructs_lib.schemas.catalogue.service_facts import Field, service
from constructs_lib.schemas.redaction import HIDDEN, Path, is_mask
from constructs_lib.schemas.rules.rule import Inputs, IsUnknown, Problem, SettingsAttribute


def secret_in_clear(scope: SettingsAttribute, inputs: Inputs) -> Iterator[Problem]:
    """Report a secret setting outside of ``secrets``: ``config`` is kept in state, in clear.

    So is a value that is known only at deployment. A name that differs in case and underscores
    only counts as well: nobody means another setting.
    """
    name, settings = inputs["service"], inputs[scope.attribute]
    facts = service(name) if isinstance(name, str) else None
    if facts is None:
        return
    for secret in facts.secrets if scope.root == "config" else facts.auth_secrets:
        for path in secret_places(settings, secret):
            yield _in_clear(scope, path, secret)


def _in_clear(scope: SettingsAttribute, path: Path, secret: str) -> Problem:
    clear, other = scope.attribute, scope.counterpart
    allowed = f"{secret} only in {other}; {clear} is kept in Terraform's state"
    hint = f"move {secret} from {clear} to {other}"
    written = dotted(path)
    if written != secret:
        hint = f"remove {written} from {clear} and write it as {secret} in {other}"
    return Problem((clear, *path), HIDDEN, allowed, hint)


def secret_twice(is_unknown: IsUnknown, inputs: Inputs) -> Iterator[Problem]:
    """Report a key that is both in the clear settings and in the secret ones.

    The secret ones override the clear ones when sent, so the clear value would never arrive, and a
    response with the secret would look like drift. A list counts as one value.
    """
    (clear_name, clear), (secret_name, secret) = inputs.items()
    for path in _in_both(is_unknown, clear, secret):
        found = f"{dotted(path)} in {clear_name} and in {secret_name}"
        hint = f"remove it from {clear_name}, or from {secret_name} if it is no secret"
        yield Problem((secret_name, *path), found, "each key in one of the two", hint)


def _in_both(is_unknown: IsUnknown, clear: Any, secret: Any) -> Iterator[Path]:
    if not isinstance(clear, dict) or not isinstance(secret, dict):
        return
    for key in sorted(clear.keys() & secret.keys()):
        one, other = clear[key], secret[key]
        if isinstance(one, dict) and isinstance(other, dict):
            yield from ((key, *path) for path in _in_both(is_unknown, one, other))
        elif not is_unknown(one) and not is_unknown(other):
            yield (key,)


def mask(inputs: Inputs) -> Iterator[Problem]:
    """Report stars or bullets, which Fivetran answers in place of a secret, as a value to send."""
    for name, value in inputs.items():
        for path, found in _masks(value, (name,)):
            allowed = "the secret itself, from a variable"
            hint = "the mask was copied from a response of the API; it would replace the secret"
            yield Problem(path, repr(found), allowed, hint)


def _masks(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    elif is_mask(value):
        yield path, value
    for step, inner in items:
        # Most are single values, for which another walk would cost too much.
        if isinstance(inner, (dict, list)) or is_mask(inner):
            yield from _masks(inner, (*path, step))


def dotted(path: Path) -> str:
    """Return a path in the form of a setting, such as ``secrets_list[].value``."""
    text = "".join("[]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def is_beside_secret(service_name: str, path: Path) -> bool:
    """Return whether a setting names a secret in an item of a list (``secrets_list[].key``).

    A list is sent as one value, so its other settings must be among the secrets, too.

    :param service_name: the service of the connection
    :param path: the path to the setting inside of the secret settings
    """
    facts = service(service_name)
    secrets = facts.secrets if facts else ()
    item, _, name = dotted(path).rpartition("[].")
    siblings = [secret for secret in secrets if item and secret.startswith(f"{item}[].")]
    return bool(siblings) and f"{item}[].{name}" not in siblings


def secret_places(value: Any, secret: str) -> Iterator[Path]:
    """Return the paths in a value to a secret setting, by its name or one like it.

    :param value: ``config`` in JSON form
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


def is_spelled_like_a_secret(name: str, fields: Mapping[str, Field]) -> bool:
    """Return True if a name differs in case only from a field that is or holds a secret.

    Such a name has a finding by ``secret_in_clear`` already.
    """
    return any(_folded(name) == _folded(each.name) for each in _with_secrets(fields.values()))


def _with_secrets(fields: Iterable[Field]) -> Iterator[Field]:
    return (field for field in fields if any(leaf.secret for _, leaf in field.leaves()))


@lru_cache(maxsize=4096)
def _folded(key: str) -> str:
    return key.casefold().replace("_", "").replace("-", "")


def _below(value: Any, path: Path, rest: str) -> Iterator[Path]:
    if rest:
        yield from ((*path, *below) for below in secret_places(value, rest))
    elif value is not None:
        yield path
