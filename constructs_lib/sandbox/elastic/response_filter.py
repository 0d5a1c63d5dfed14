"""The parameter ``filter_path``: which parts of an answer its client wants.

A list with commas of paths such as ``results.*.id``, where ``*`` stands for any part of a name, and
``**`` for any number of names. One that begins with ``-`` leaves its part out. The members of a
list are not counted as a level.

Source: Elasticsearch's documentation, "Common options", "Response filtering".
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

_Path = tuple[str, ...]
_NOTHING = object()


def filtered(document: dict[str, Any], filter_path: str) -> dict[str, Any]:
    """Return the parts of an answer that are wanted; all of them without a path.

    :param document: the answer
    :param filter_path: the parameter of the query
    """
    given = [part.strip() for part in filter_path.split(",") if part.strip()]
    wanted = [_path(part) for part in given if not part.startswith("-")]
    unwanted = [_path(part[1:]) for part in given if part.startswith("-")]
    found = _only(document, wanted) if wanted else document
    left = _without(found, unwanted) if isinstance(found, dict) else _NOTHING
    return left if isinstance(left, dict) else {}


def _path(text: str) -> _Path:
    return tuple(text.split("."))


def _only(value: Any, paths: Sequence[_Path]) -> Any:
    """Return what the paths lead to; nothing where they lead to nothing."""
    if () in paths:
        return value
    if isinstance(value, list):
        items = [_only(item, paths) for item in value]
        return [item for item in items if item is not _NOTHING] or _NOTHING
    if not isinstance(value, dict):
        return _NOTHING
    inner = {name: _only(item, _following(paths, name)) for name, item in value.items()}
    return {name: item for name, item in inner.items() if item is not _NOTHING} or _NOTHING


def _without(value: Any, paths: Sequence[_Path]) -> Any:
    """Return all but what the paths lead to."""
    if () in paths:
        return _NOTHING
    if isinstance(value, list):
        items = [_without(item, paths) for item in value]
        return [item for item in items if item is not _NOTHING]
    if not isinstance(value, dict):
        return value
    inner = {name: _without(item, _following(paths, name)) for name, item in value.items()}
    return {name: item for name, item in inner.items() if item is not _NOTHING}


def _following(paths: Sequence[_Path], name: str) -> list[_Path]:
    """Return what is left of the paths below a name."""
    following: list[_Path] = []
    for path in paths:
        if path[:1] == ("**",):
            following += [path, path[1:], *_following([path[1:]], name)]
        elif path and fnmatchcase(name, path[0].replace("[", "[[]")):
            following.append(path[1:])
    return list(dict.fromkeys(following))
