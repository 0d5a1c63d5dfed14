"""An account in memory whose connections a reader of pages asks for."""

from __future__ import annotations

import threading
import time
from typing import Any

from constructs_lib.backend.http.deadline import Deadline

PAGE = 1000
LATENCY = 0.002
"""Seconds: no API answers before the next read arrives."""
DEADLINE = Deadline(86_400)  # The modules are imported long before the last test runs.


class PagedAccount:
    """An account, and the requests that reach it."""

    def __init__(self, size: int) -> None:
        self.documents = {name(n): {"id": name(n), "config": {"n": n}} for n in range(size)}
        self.singles: list[str] = []
        self.pages: list[str | None] = []
        self._lock = threading.Lock()

    def wait(self, identifier: str) -> None:
        """Takes the time of a request."""
        time.sleep(LATENCY)

    def one(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        with self._lock:
            self.singles.append(identifier)
        self.wait(identifier)
        return {**self.documents[identifier], "whole": True}

    def page(self, cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        with self._lock:
            self.pages.append(cursor)
        first = int(cursor or 0)
        after = first + PAGE
        items = list(self.documents.values())[first:after]
        return items, str(after) if after < len(self.documents) else None

    @property
    def requests(self) -> int:
        return len(self.singles) + len(self.pages)


def name(number: int) -> str:
    return f"c{number:05}"


def fits(document: dict[str, Any]) -> bool:
    return "config" in document
