"""What is hidden wherever values are shown: secrets, and characters that would steer a terminal.

In place of a secret an API answers a mask, a run of stars or bullets. Fivetran's contract shows six
asterisks. No text that somebody means looks like one, and every side of the library recognises the
same masks: otherwise a mask of another length goes into state as if it were the value, and is sent
from there.

A message shows a value on one line, short, and never a secret.

A response of an API, a header, a file or an environment variable may hold any character. ESC begins
commands of a terminal, a lone carriage return overwrites the line, and the controls of
bidirectional text change the order in which text is shown. Such characters become escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

MASK = "******"
"""What Fivetran's contract shows in place of a secret, and what the sandbox answers."""

_SHORTEST = 3
_STARS = "*\u2217\u204e\u22c6\u2605\u2731\ufe61\uff0a"
_BULLETS = "\u00b7\u2022\u2023\u2219\u22c5\u25aa\u25cb\u25cf\u25e6\u26ab\u2981\u2b24\u30fb\uff65"
_MASK = re.compile(f"\\s*[{re.escape(_STARS + _BULLETS)}]{{{_SHORTEST},}}\\s*")


def is_mask(value: Any) -> bool:
    """Return True for a text of stars and bullets alone, three or more: a secret was there.

    :param value: any JSON value; only a text can be a mask
    """
    return isinstance(value, str) and _MASK.fullmatch(value) is not None


Path: TypeAlias = tuple[str | int, ...]
"""The path to a value from the top: keys of mappings and indexes of lists."""


HIDDEN = "(hidden)"
"""The text in place of a secret."""

SECRET_PARAMETERS = frozenset({"secrets", "auth_secrets"})
"""The parameters whose content is never shown."""

_SECRET_NAME = re.compile(
    r"passw|pass(phrase|code)|secret|token|credential|(private|api|access|encryption|account)_?key",
    re.IGNORECASE,
)
# Names that some APIs give to secrets, and others to what everybody may read.
_MAYBE_SECRET_NAME = re.compile(r"private|(^|_)key$", re.IGNORECASE)
# A public key may be read: whoever approves an SSH server compares it.
_PUBLIC_NAMES: Final = frozenset({"public_key", "public_keys"})
# The external secrets manager is named in attributes that are no secrets themselves.
_NO_SECRET_NAME = re.compile(r"^external_secrets_|_id$", re.IGNORECASE)
# The parts of an environment file whose keys are names that somebody chose.
_NAMED = (("connections",), ("connector_statuses",), ("connect_cards",))
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]*@")
_LONGEST = 60
_HIDES_TEXTS: ContextVar[bool] = ContextVar("hides_texts", default=False)


def is_secret_path(path: Path) -> bool:
    """Return True if the value at this path, or one above it, is a secret by its name.

    In an environment file the name of a connection says nothing: ``connections/secrets/paused``
    is no secret.
    """
    names = path[2:] if path[:1] in _NAMED else path
    return any(isinstance(step, str) and _hides(step) for step in names)


def is_secret_name(name: str) -> bool:
    """Return True if a message must not show what has this name."""
    maybe = _MAYBE_SECRET_NAME.search(name) and name.lower() not in _PUBLIC_NAMES
    return bool(_SECRET_NAME.search(name) or maybe)


def is_secret_setting(name: str) -> bool:
    """Return True for a setting whose name says that it is a secret, whatever the catalogue says.

    Unlike a message, a data source shows the settings that may have such a name by chance.
    """
    return bool(_SECRET_NAME.search(name)) and not _NO_SECRET_NAME.search(name)


def holds_secret(value: Any, is_secret: bool = False) -> bool:
    """Return True if a text among settings is a secret by its name, at any depth, and no mask.

    :param value: the settings, in JSON form
    :param is_secret: True if the name of the value itself says so
    """
    if isinstance(value, dict):
        names = value.items()
        return any(
            holds_secret(inner, is_secret or is_secret_setting(name)) for name, inner in names
        )
    if isinstance(value, list):
        return any(holds_secret(inner, is_secret) for inner in value)
    return is_secret and isinstance(value, str) and not is_mask(value)


def may_hold_login(value: Any) -> bool:
    """Return True for a text that may be an address with a user name or password."""
    return isinstance(value, str) and "@" in value


def _hides(name: str) -> bool:
    return is_secret_name(name) and not _NO_SECRET_NAME.search(name)


@contextmanager
def hide_texts() -> Iterator[None]:
    """Hide the texts of settings in findings inside the block, as they may be marked as sensitive.

    Terraform does not tell the provider of its marks.
    """
    token = _HIDES_TEXTS.set(True)
    try:
        yield
    finally:
        _HIDES_TEXTS.reset(token)


def display(value: Any, path: Path = ()) -> str:
    """Return a value for a message.

    Mappings and lists are shown by their size only, long text is cut, and a value at the
    place of a secret is shown as ``(hidden)``.

    :param value: the value
    :param path: where it is; decides whether it is a secret
    """
    if isinstance(value, dict):
        return f"a mapping with {_count(len(value), 'key')}"
    if isinstance(value, (list, tuple)):
        return f"a list of {_count(len(value), 'item')}"
    if isinstance(value, bool) and _HIDES_TEXTS.get():
        return HIDDEN
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    is_hidden = isinstance(value, str) and _HIDES_TEXTS.get()
    if (is_secret_path(path) or is_hidden) and not is_mask(value):
        return HIDDEN
    return (
        _cut(repr(_USER_IN_URL.sub(f"{HIDDEN}@", value))) if isinstance(value, str) else repr(value)
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]}...{text[-1]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


_KEPT: Final = "\n\t"
_CONTROLS: Final = (*range(0x20), *range(0x7F, 0xA0))
"""C0, DEL and C1."""
_DIRECTIONS: Final = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_LINES: Final = (0x2028, 0x2029)
_ESCAPES: Final = {
    **{code: f"\\x{code:02x}" for code in _CONTROLS if chr(code) not in _KEPT},
    **{code: f"\\u{code:04x}" for code in (*_DIRECTIONS, *_LINES)},
}


def escape_controls(text: str) -> str:
    """Return a text in which each control character is shown by its number, as Python writes it.

    Line breaks and tabs stay what they are; one of two characters becomes a plain one.
    """
    return text.replace("\r\n", "\n").translate(_ESCAPES)


def escape_controls_in_line(text: str) -> str:
    """Return a text as :func:`escape_controls` does, in one line."""
    return escape_controls(" ".join(text.splitlines()))
