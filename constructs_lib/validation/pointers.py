"""Paths to values, and their form as JSON pointers (RFC 6901)."""

from __future__ import annotations

from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value from the top: keys of mappings and indexes of lists."""


def pointer(path: Path) -> str:
    """The JSON pointer of a path: ``("config", "a/b", 0)`` is ``/config/a~1b/0``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def steps(text: str) -> tuple[str, ...]:
    """The steps of a JSON pointer; the indexes of lists come back as text.

    :param text: such as ``/config/a~1b/0``; the empty text is the whole document
    """
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])
