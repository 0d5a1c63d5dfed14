"""The connections of an account, read to adopt them.

They are read several at a time, by threads that do not outlive the process when a person presses
Ctrl-C.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from constructs_lib.backend.fivetran.api import batched_reader
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import NotFound, SomethingElseMissing
from constructs_lib.backend.fivetran.connection.model import SETTINGS, attributes_of, destination
from constructs_lib.backend.fivetran.lists import BelongingList
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import VendorError, explain_errors
from constructs_lib.backend.managed_object.model import api_value
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.net import is_sandbox
from constructs_lib.records import NamedTuple
from constructs_lib.schemas.redaction import display

ArgumentT = TypeVar("ArgumentT")
ResultT = TypeVar("ResultT")


def in_parallel(
    act: Callable[[ArgumentT], ResultT],
    arguments: Sequence[ArgumentT],
    at_once: int,
) -> Iterator[ResultT]:
    """Yield the results of one function for many arguments, in the order in which they are ready.

    If the caller stops waiting, the process may end: unlike those of an executor, these threads do
    not keep it alive.

    :param act: is called in several threads
    :param arguments: each is used once
    :param at_once: the number of threads
    :raises BaseException: the first that one of them raised
    """
    waiting: SimpleQueue[ArgumentT] = SimpleQueue()
    done: SimpleQueue[tuple[ResultT | None, BaseException | None]] = SimpleQueue()
    nobody_waits = threading.Event()
    for argument in arguments:
        waiting.put(argument)

    def work() -> None:
        while not nobody_waits.is_set():
            try:
                argument = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((act(argument), None))
            except BaseException as error:
                done.put((None, error))

    for _ in range(min(at_once, len(arguments))):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in arguments:
            result, error = _taken(done)
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # There is one where there is no error.
    finally:
        nobody_waits.set()


def _taken(
    results: SimpleQueue[tuple[ResultT | None, BaseException | None]],
) -> tuple[ResultT | None, BaseException | None]:
    """Return the next result.

    A signal that comes just before a wait does not end it: without a limit, Ctrl-C would be heard
    only with the next result.
    """
    while True:
        with suppress(Empty):
            return results.get(timeout=_LONGEST_WAIT)


_LONGEST_WAIT = 0.5
_ATTRIBUTES = (*SETTINGS, "destination_schema_names")
_AT_ONCE = 8
"""Requests at a time: an account of 1,000 connections takes a minute, and others get their turn."""
_LIMIT = 3600.0
_URL = "FIVETRAN_API_URL"

Answer = dict[str, Any]
ProgressCallback = Callable[[int, int], None]
"""Receives how many connections are read, and how many there are to read."""


class FoundConnection(NamedTuple):
    """One connection of the account."""

    id: str
    group_id: str
    service: str
    schema: str
    """The joined name of its destination schema."""
    attributes: dict[str, Any]
    """The settings beside ``config`` that the API tells of, in plain form and of the type that the
    attribute has; what says nothing is left out."""
    destination: dict[str, str]
    """The keys of ``config`` that name the destination schema; empty if their form is unknown."""
    config: dict[str, Any]
    """The settings as the API answers them: secrets are masked."""
    belongings: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - never changed; a default of a tuple.
    """The attributes of what belongs to it, by the type of the resource; empty if none was read."""


class Inventory:
    """The connections of one account, to be listed and read.

    :param client: the API
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._deadline = Deadline(_LIMIT)

    def listed(self, groups: Sequence[str] = ()) -> Iterator[list[Answer]]:
        """Yield the items of the lists, page by page.

        :param groups: only the connections of these groups; none for all of the account
        :raises ProviderError: if the API does not answer
        """
        for group in dict.fromkeys(groups) or (None,):
            pages = batched_reader.list_pages(self._client, self._deadline, group_id=group)
            while True:
                with explain_errors("list", "the connections of the account", _remedy(group)):
                    items = next(pages, None)
                if items is None:
                    break
                yield items

    def read(
        self, items: Sequence[Answer], on_progress: ProgressCallback, along: Collection[str] = ()
    ) -> list[FoundConnection]:
        """Return the connections of these items, without those that are gone by now.

        The contract leaves open whether an item has its ``config``: where it has none, the
        connection is read.

        :param on_progress: is called as the work goes on
        :param along: the types of the resources to read for each: at least one request more for
            each type
        :raises ProviderError: if the API does not answer
        """
        whole = {item["id"]: item for item in items if isinstance(item.get("config"), dict)}
        wanted = [item["id"] for item in items if item["id"] not in whole]
        on_progress(len(whole), len(items))
        for answer in in_parallel(self._one, wanted, _AT_ONCE):
            whole |= {} if answer is None else {answer["id"]: answer}
            on_progress(len(whole), len(items))
        found = [_found(whole[item["id"]]) for item in items if item["id"] in whole]
        return self._with_belongings(found, on_progress, along) if along else found

    def _with_belongings(
        self,
        found: Sequence[FoundConnection],
        on_progress: ProgressCallback,
        along: Collection[str],
    ) -> list[FoundConnection]:
        """Return connections with what belongs to each, in the same order."""
        lists = {name: belonging_list(name) for name in along}

        def read(identifier: str) -> tuple[str, dict[str, dict[str, Any]]]:
            parts = {name: self._belonging(identifier, lists[name]) for name in lists}
            return identifier, {name: part for name, part in parts.items() if part is not None}

        belongings: dict[str, dict[str, dict[str, Any]]] = {}
        on_progress(0, len(found))
        for identifier, values in in_parallel(read, [one.id for one in found], _AT_ONCE):
            belongings[identifier] = values
            on_progress(len(belongings), len(found))
        return [one._replace(belongings=belongings[one.id]) for one in found]

    def _belonging(self, identifier: str, reader: BelongingList) -> dict[str, Any] | None:
        """Return what to write of what a connection has; None if it has nothing."""
        name = reader.schema.name.removeprefix("list.")
        with explain_errors("read", f"{name} {identifier}"):
            try:
                live = reader.read(self._client, identifier, self._deadline)
            except NotFound:
                return None
        return reader.written(live) if live else None

    def _one(self, identifier: str) -> Answer | None:
        with explain_errors("read", f"connection {identifier}"):
            try:
                answer = self._client.connection(identifier, self._deadline)
            except NotFound:
                return None
        return {**answer, "id": identifier}


def belonging_list(resource: str) -> BelongingList:
    """Return what reads the resources of a type that belong to connections.

    :param resource: such as ``fivetranops_connection_example``
    """
    from constructs_lib.backend.fivetran.provider import FivetranOps

    found = FivetranOps().list_resources[resource]
    assert isinstance(found, BelongingList)  # noqa: S101 - the schemas say which types can be read.
    return found


def open_inventory(config: Mapping[str, Any]) -> Inventory:
    """Return the connections of the account that the provider would work with.

    :param config: ``api_key``, ``api_secret``, ``api_url`` and ``request_timeout``, as far as the
        provider's configuration has them; ``FIVETRAN_APIKEY``, ``FIVETRAN_APISECRET`` and
        ``FIVETRAN_API_URL`` say the rest
    :raises ProviderError: if something is missing or wrong; also if there is no file of a sandbox,
        which the provider would make: who only reads would take an empty one for the account
    """
    _require_sandbox(config.get("api_url") or os.environ.get(_URL) or "")
    # The provider brings all its resources along, which only who asks an account needs.
    from constructs_lib.backend.fivetran.provider import open_client

    diagnostics = Diagnostics()
    found = open_client(dict(config), diagnostics)
    for diagnostic in diagnostics:
        raise ProviderError(diagnostic.summary, diagnostic.detail, diagnostic.path)
    assert found is not None  # noqa: S101 - without a client there is an error, raised above.
    return Inventory(found[0])


def _require_sandbox(url: Any) -> None:
    from constructs_lib.backend.fivetran.api.exchange import SANDBOX_FILE

    if not isinstance(url, str) or not is_sandbox(url):
        return
    file = Path(url.partition(":")[2] or SANDBOX_FILE)
    if not os.path.lexists(file):
        raise ProviderError(
            "The sandbox cannot be used",
            f"{file} does not exist. Check {_URL}, or create the file: python -m "
            f"constructs_lib.sandbox generate --database {shlex.quote(str(file))}",
        )


def _remedy(group: str | None) -> Callable[[VendorError], str]:
    """Return what tells what to do after an error: nothing is kept here, as a state is."""
    also = "" if group is None else f", and the group {display(group)}"

    def remedy(error: VendorError) -> str:
        is_elsewhere = isinstance(error, SomethingElseMissing)
        return f"Fivetran's API has no such path. Check {_URL}{also}." if is_elsewhere else ""

    return remedy


def _found(answer: Answer) -> FoundConnection:
    config = answer.get("config")
    read = attributes_of(answer)
    attributes = {name: _as_setting(api_value(read.get(name))) for name in _ATTRIBUTES}
    return FoundConnection(
        answer["id"],
        str(answer.get("group_id") or ""),
        str(answer.get("service") or ""),
        str(answer.get("schema") or ""),
        {name: value for name, value in attributes.items() if value not in (None, "", {})},
        destination(answer),
        _as_setting(config) if isinstance(config, dict) else {},
    )


def _as_setting(value: Any) -> Any:
    """Return a value as a settings file takes it: a whole number without a decimal point, and a
    number that no float holds as text, which the API reads as the number.
    """
    if isinstance(value, dict):
        return {key: _as_setting(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_setting(inner) for inner in value]
    if not isinstance(value, Decimal):
        return value
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    return float(value) if repr(float(value)) == str(value) else str(value)
