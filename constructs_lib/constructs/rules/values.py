"""The rules about values: those that cannot arrive as they are, and secrets in code.

The values of a construct pass through Node and then through ``cdk.tf.json``, where each text, and
each key, is a template. What cannot arrive there is a finding, not a traceback of the CDK, nor an
error of Terraform that names a line of ``cdk.tf.json``.

No secret is in the code of a stack in clear, and none is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from constructs_lib import schemas
from constructs_lib.constructs.base.expressions import has_literal_text, invalid_expression
from constructs_lib.schemas.redaction import HIDDEN, display, is_secret_path
from constructs_lib.toolkit import is_token
from constructs_lib.validation import Finding, Place
from constructs_lib.validation.findings import Path, pointer

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LIST_OF_CDK: Final = "#{TfToken["
_OF_CONSTRUCTS: Final = frozenset({"_children", "_metadata"})


class _Problem(NamedTuple):
    rule: str
    found: str
    allowed: str
    hint: str


def check_values(values: Mapping[str, Any], place: Place) -> list[Finding]:
    """Return all findings about the values of a construct.

    :param values: JSON-like values by the names of their parameters; none contains itself
    :param place: the place of the construct
    """
    return [
        Finding(each.rule, "error", place, pointer(path), each.found, each.allowed, each.hint)
        for path, each in _walk(values, ())
    ]


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, _Problem]]:
    if isinstance(value, str):
        yield from ((path, each) for each in _of_text(value, display(value, path), path))
    elif is_token(value):
        return
    elif isinstance(value, Mapping):
        yield from ((path, each) for each in _of_keys(value))
        for key, inner in value.items():
            here = (*path, str(key))
            if isinstance(key, str):
                yield from ((here, each) for each in _of_text(key, repr(key), ()))
            yield from _walk(inner, here)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*path, index))


def _of_text(text: str, found: str, path: Path) -> Iterator[_Problem]:
    for rule in _RULES:
        yield from rule(text, HIDDEN if is_secret_path(path) else found)


def _expression(text: str, found: str) -> Iterator[_Problem]:
    """Report a text that Terraform takes for an expression, and then refuses."""
    if wrong := invalid_expression(text):
        mark = wrong[0]
        what = found if found in (HIDDEN, display(wrong)) else f"{display(wrong)} in {found}"
        yield _Problem(
            "terraform-expression",
            what,
            "a Terraform expression, such as ${var.name}, or text without one",
            f"write {mark * 2}{{ for the text {mark}{{",
        )


def _list_in_text(text: str, found: str) -> Iterator[_Problem]:
    """Report a list of the CDK, which is a list of one text, inside of a text."""
    if _LIST_OF_CDK in text:
        yield _Problem(
            "list-in-text",
            "a list that only Terraform knows, inside text",
            "the list itself, or text made from it",
            "join it with Fn.join, or take one element with Fn.element",
        )


def _lone_surrogate(text: str, found: str) -> Iterator[_Problem]:
    """Report a lone surrogate, which Terraform would replace by another character."""
    if _SURROGATE.search(text):
        yield _Problem(
            "not-text",
            f"{found}, which contains half a character (a lone surrogate)",
            "text that is valid Unicode",
            "decode the bytes that it came from without errors='surrogateescape'",
        )


_RULES: Final[Iterable[Callable[[str, str], Iterator[_Problem]]]] = (
    _expression,
    _list_in_text,
    _lone_surrogate,
)


def _of_keys(value: Mapping[Any, Any]) -> Iterator[_Problem]:
    """Report keys that Node takes for something else than the key of a mapping."""
    hint = "give a state as JSON text instead, with json.dumps"
    if "__proto__" in value:
        found = "the key '__proto__', which JavaScript reserves"
        yield _Problem("reserved-key", found, "another key: the CDK cannot pass it on", hint)
    if value.keys() >= _OF_CONSTRUCTS:
        found = "the keys '_children' and '_metadata' together"
        yield _Problem(
            "reserved-key", found, "one of the two: the CDK reserves the combination", hint
        )


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
            "leave it out if there is no such secret; os.environ.get returns None for a name that "
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
