"""Elastic's own Python client, in a process of its own: two major versions cannot share one.

Run as a program, it takes one call in a line of JSON, and answers it with another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple


class Told(NamedTuple):
    """What the client made of an answer."""

    status: int
    """The HTTP status."""
    body: Any
    error: str | None
    """The class of what the client raised, such as ``NotFoundError``."""


class ElasticClient:
    """The client, behind a pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def running(cls, group: str, url: str, **credentials: Any) -> Iterator[ElasticClient]:
        """A client of one major version.

        :param group: its group of dependencies, such as ``elasticsearch-8``
        :param credentials: as the client takes them; by default an API key
        """
        folder = Path(sys.prefix) / group
        assert folder.is_dir(), f"{folder} is missing: run make setup-dev"
        given = json.dumps(credentials or {"api_key": "c2FuZGJveDpzYW5kYm94"})
        with subprocess.Popen(
            [sys.executable, __file__, url, given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"},
        ) as process:
            try:
                yield cls(process)
            finally:
                process.communicate(timeout=10)
        assert process.returncode == 0

    def call(self, name: str, /, **arguments: Any) -> Told:
        """Calls a method, such as ``info`` or ``connector.get``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, arguments]) + "\n")
        self._process.stdin.flush()
        return Told(*json.loads(self._process.stdout.readline()))


def _answer(client: Any, name: str, arguments: dict[str, Any]) -> Told:
    from elasticsearch import ApiError

    method = client
    for part in name.split("."):
        method = getattr(method, part)
    try:
        answer = method(**arguments)
    except ApiError as error:
        return Told(error.meta.status, error.body, type(error).__name__)
    return Told(answer.meta.status, answer.body, None)


def main() -> None:
    """Answers calls until there are no more."""
    from elasticsearch import Elasticsearch

    url, credentials = sys.argv[1:]
    with Elasticsearch(url, **json.loads(credentials)) as client:
        for line in sys.stdin:
            print(json.dumps(_answer(client, *json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
