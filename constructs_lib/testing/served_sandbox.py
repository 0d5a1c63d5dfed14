"""What the sandboxes of a test share: a server on a free port, its journal and its faults.

A test sets up what other people made (``add_connection``), chooses what goes wrong (``fail``), and
reads what was sent (``requests``). What the test itself does is not among the requests, and meets
no fault.

Everything is kept in memory and is gone at the end of the test.
"""

from __future__ import annotations

import base64
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any, ClassVar, Final, NamedTuple, TypeVar

from constructs_lib.sandbox import ApiRequest, Fault, JournalEntry, SandboxError, SandboxServer
from constructs_lib.sandbox.common.messages import Answers, dumps_exact, loads_exact
from constructs_lib.sandbox.common.store import CommonStore
from constructs_lib.sandbox.elastic.routes import PATHS as ELASTIC_PATHS
from constructs_lib.sandbox.fivetran.routes import PATHS as FIVETRAN_PATHS

_POLL_SECONDS: Final = 0.01
LOGIN: Final = "sandbox"
"""User name and password, or key and secret, of each sandbox."""
_BASIC: Final = f"Basic {base64.b64encode(f'{LOGIN}:{LOGIN}'.encode()).decode()}"

SandboxT = TypeVar("SandboxT", bound="ServedSandbox")
ResultT = TypeVar("ResultT")


_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub("[^/]+", re.escape(template)))


_TEMPLATES = {
    re.sub(r"\{\w+\}", "{id}", template): _pattern(template)
    for template in (*FIVETRAN_PATHS, *ELASTIC_PATHS)
}


class Request(NamedTuple):
    """A request that reached a sandbox.

    ``str()`` of it is method and path; ``repr()`` has the body, too. Secrets are masked.
    """

    method: str
    """``GET``, ``POST``, ``PATCH``, ``PUT`` or ``DELETE``."""
    path: str
    """The path without the query, such as ``/v1/connections/pale_hydrogen``."""
    status: int
    """The HTTP status of the answer; 0 if a fault dropped the request."""
    body: Any
    """The JSON that was sent, with secrets masked; None without any."""
    fault: str | None = None
    """The fault that struck, such as ``500``; None in the ordinary case."""

    @classmethod
    def of(cls, entry: JournalEntry) -> Request:
        """Return the request that an entry of a journal is about."""
        return cls(entry.method, entry.path, entry.status, entry.body, entry.fault)

    @property
    def writes(self) -> bool:
        """True for any method but ``GET``."""
        return self.method != "GET"

    @property
    def endpoint(self) -> str:
        """Method and path with ``{id}`` for identifiers: ``PATCH /v1/connections/{id}/state``."""
        for template, pattern in _TEMPLATES.items():
            if pattern.fullmatch(self.path):
                return f"{self.method} {template}"
        return str(self)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        body = "" if self.body is None else f" {dumps_exact(self.body, sort_keys=True)}"
        fault = "" if self.fault is None else f" ({self.fault})"
        return f"{self}{body}{fault}"


class SandboxRefused(AssertionError):
    """The sandbox refuses what a test asks for; the message is that of the API."""


def without_frames(action: Callable[[], ResultT]) -> ResultT:
    """Do what a test asks for; an error of the sandbox has no frames of the sandbox."""
    __tracebackhide__ = True
    try:
        return action()
    except SandboxError as error:
        raise SandboxError(str(error)) from None


class ServedSandbox(ABC):
    """What the sandboxes of both APIs have. It serves from when it is made until it is closed."""

    PROVIDER: ClassVar[str]
    """The name of the provider that talks to it, such as ``fivetranops``."""
    FAULT: ClassVar[type[Fault]]

    def __init__(self, store: CommonStore[Any, Any], api: Answers) -> None:
        self._common_store = store
        self._api = api
        self._own: set[int] = set()
        self._faults: Sequence[Fault] = ()
        self._faults_since = 0
        self._server = SandboxServer(api)
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the API, such as ``http://127.0.0.1:40321``."""
        return self._server.url

    @abstractmethod
    def provider_arguments(self) -> dict[str, Any]:
        """Return the arguments with which the construct of the provider talks to this sandbox.

        ``deploy`` needs them not: it points the providers of a stack here by itself.
        """

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """Return the environment variables with which any program talks to this sandbox."""

    @abstractmethod
    def names(self) -> dict[str, str]:
        """Return a name that is the same in every run for each identifier that is not."""

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order in which they took effect."""
        return self.requests_after(0)

    @property
    def writes(self) -> list[Request]:
        """The requests so far other than ``GET``."""
        return [request for request in self.requests if request.writes]

    def requests_after(self, number: int) -> list[Request]:
        """Return the requests after an entry of the journal.

        :param number: the number of that entry, see :meth:`last_number`; 0 for all
        """
        return [Request.of(entry) for entry in self._entries(number)]

    def last_number(self) -> int:
        """Return the number of the last entry of the journal; 0 without any."""
        entries = self._common_store.journal(0)
        return entries[-1].number if entries else 0

    def fail(self, kind: str = "500", *, times: int = 1, **fault: Any) -> None:
        """Let the next request fail, or the next ones, besides what was asked for before.

        :param kind: one of the faults, such as ``500``, ``429``, ``reset_after`` or ``sync_starts``
        :param times: how many requests it strikes, one after the other
        :param fault: the other fields of a fault: ``method``, ``path``, ``nth`` and so on
        :raises SandboxError: if there is no such fault, or it has no such field
        """
        __tracebackhide__ = True
        known = [each.name for each in fields(self.FAULT)]
        if unknown := sorted(set(fault) - set(known)):
            raise SandboxError(f"a fault has no {', '.join(unknown)}; it has {', '.join(known)}")
        made = without_frames(lambda: self.FAULT(kind, times=times, **fault))
        self._set_faults([*self._left(), made])

    def recover(self) -> None:
        """Let nothing fail any more."""
        self._set_faults([])

    def configure(self, **settings: Any) -> None:
        """Change settings of the sandbox, by their names; ``fail`` sets the faults.

        :raises SandboxError: if a name or a value is not allowed
        """
        __tracebackhide__ = True
        without_frames(lambda: self._common_store.configure(**settings))

    def advance(self, seconds: float) -> None:
        """Let time pass for the API: syncs that would have ended by then end.

        :param seconds: how many; the clock never goes back
        :raises SandboxError: if it would
        """
        __tracebackhide__ = True
        without_frames(lambda: self._common_store.advance(seconds))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Do what a person or another program would do, and return the answer.

        :param path: such as ``/v1/connections``, without a query
        :param body: in JSON form; None for none
        :raises SandboxRefused: if the status is an error
        """
        __tracebackhide__ = True
        content = b"" if body is None else dumps_exact(body).encode()
        headers = {"authorization": _BASIC, "accept": "application/json"}
        headers |= {"content-type": "application/json"} if content else {}
        request = ApiRequest(method, path, headers=headers, body=content, raw_path=path)
        with self._unnoticed():
            answer = self._api.handle(request)
        found = loads_exact(answer.content)
        if answer.status >= 400:
            error = found.get("error")
            reason = error["reason"] if isinstance(error, dict) else found.get("message")
            raise SandboxRefused(f"{method} {path} was answered {answer.status}: {reason}")
        return found

    def close(self) -> None:
        """End the server, and forget everything."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._common_store.close()

    def __enter__(self: SandboxT) -> SandboxT:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _entries(self, after: int) -> list[JournalEntry]:
        found = self._common_store.journal(after)
        return [entry for entry in found if entry.number not in self._own]

    @contextmanager
    def _unnoticed(self) -> Iterator[None]:
        """Take what the block asks for as no request, which meets no fault."""
        left, before = self._left(), self.last_number()
        self._set_faults([])
        try:
            yield
        finally:
            self._own |= {entry.number for entry in self._common_store.journal(before)}
            self._set_faults(left)

    def _set_faults(self, faults: Sequence[Fault]) -> None:
        self._common_store.configure(faults=faults)
        self._faults, self._faults_since = faults, self.last_number()

    def _left(self) -> list[Fault]:
        """Return the faults that still are to strike: setting them counts from the beginning."""
        entries = self._entries(self._faults_since)
        counted = (
            (fault, sum(fault.concerns(each.method, each.path) for each in entries))
            for fault in self._faults
        )
        return [
            replace(
                fault,
                nth=max(1, fault.nth - count),
                times=min(fault.times, fault.times + fault.nth - 1 - count),
            )
            for fault, count in counted
            if fault.times + fault.nth - 1 > count
        ]
