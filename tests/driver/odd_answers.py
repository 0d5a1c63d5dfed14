"""Answers in which one field is of another type than the contract says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse

Path = tuple[str, ...]
DEEP: Any = "deep"
for _ in range(150):
    DEEP = [DEEP]
ODD: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 5,
    "fraction": -1.5,
    "long number": 10**300,
    "long fraction": "1e900",
    "too long a fraction": "1e1000000",
    "empty text": "",
    "text": "odd",
    "controls": "\x1b[2J\u202e\x00",
    "half a character": "\ud800",
    "the end of time": "9999-12-31T23:59:59-23:59",
    "the begin of time": "0001-01-01T00:00:00+23:59",
    "empty list": [],
    "list": [5, None, "odd", {}, []],
    "empty object": {},
    "object": {"odd": {"odd": [None]}, "title": 5, "status": {}, "message": [], "id": {}},
    "deep": DEEP,
}
"""What stands in the place of a field, by name."""
_WRITTEN_OUT = ("long fraction", "too long a fraction")
"""The numbers that Python's own JSON cannot write."""


class OddAnswers:
    """An API, and at a switch one whose answers have something odd at one place.

    :param api: the API behind
    """

    def __init__(self, api: Answers) -> None:
        self._api = api
        self._place: tuple[Path, str] | None = None
        self.paths: dict[Path, None] = {}
        """The places of all fields that were answered, in their order."""

    @contextmanager
    def at(self, path: Path, odd: str) -> Iterator[None]:
        """Put something odd at one place of all answers that have it, as long as the block lasts.

        :param odd: a name in :data:`ODD`
        """
        self._place = (path, odd)
        try:
            yield
        finally:
            self._place = None

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Return the answer to a request."""
        answer = self._api.handle(request)
        if not answer.content:
            return answer
        document = json.loads(answer.content)
        self.paths |= dict.fromkeys(_paths(document, ()))
        if self._place is None:
            return answer
        path, odd = self._place
        text = json.dumps(_with(document, path, "ODD" if odd in _WRITTEN_OUT else ODD[odd]))
        raw = text.replace('"ODD"', str(ODD[odd])).encode()
        return ApiResponse(answer.status, {}, answer.headers, raw=raw)

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the answer that tells of an error."""
        return self._api.failure(error)


@contextmanager
def answering(world: Any) -> Iterator[OddAnswers]:
    """Put a switch before the API of a world, as long as the block lasts."""
    api = world._adapter._api
    world._adapter._api = answers = OddAnswers(api)
    try:
        yield answers
    finally:
        world._adapter._api = api


def cells(answers: OddAnswers, share: int, offset: int = 0) -> list[tuple[Path, str]]:
    """Return pairs of a place and something odd to put there: one of so many, or with
    ``ODD_ANSWERS=all`` in the environment every one.

    :param share: how many pairs there are for one that is taken
    :param offset: which of them are taken
    """
    pairs = [(path, odd) for path in answers.paths for odd in ODD]
    return pairs if os.environ.get("ODD_ANSWERS") == "all" else pairs[offset % share :: share]


def _paths(document: Any, path: Path) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from _paths(value, (*path, name))
    elif isinstance(document, list):
        for value in document[:1]:
            yield from _paths(value, (*path, "[]"))


def _with(document: Any, path: Path, odd: Any) -> Any:
    """Return a document with something odd at a place, if it has that."""
    if not path:
        return odd
    first, *rest = path
    if isinstance(document, list) and first == "[]":
        return [_with(value, tuple(rest), odd) for value in document]
    if isinstance(document, dict) and first in document:
        return {**document, first: _with(document[first], tuple(rest), odd)}
    return document
