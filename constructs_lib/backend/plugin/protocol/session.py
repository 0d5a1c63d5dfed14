"""What one provider process keeps between calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.concurrency import Activity, start_thread

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.provider import Provider
    from constructs_lib.backend.plugin.values.value import Object

_STOP_LIMIT = 2.0
"""Seconds that a provider gets for its own part of a stop, before Terraform is answered."""
_MOST_OBJECTS = 64
"""The objects that are kept between two calls: some for each resource that Terraform works on."""


class Session:
    """The provider, its provider data, and the signal to stop.

    :param load: imports and makes the provider
    :param is_launched: True if the process serves one command of Terraform, so that a stop holds
        until its end. In debug mode one process serves many, and a stop ends only the command that
        it was meant for.
    :param prepared_schemas: the response to ``GetProviderSchema``; empty to make it when it is
        asked for
    :param prepared_identities: the response to ``GetResourceIdentitySchemas``, which may be empty;
        None to make it when it is asked for
    """

    def __init__(
        self,
        load: Callable[[], Provider],
        *,
        is_launched: bool = False,
        prepared_schemas: bytes = b"",
        prepared_identities: bytes | None = None,
    ) -> None:
        self._load = load
        self._is_launched = is_launched
        self._prepared = {
            "GetProviderSchema": prepared_schemas or None,
            "GetResourceIdentitySchemas": prepared_identities,
        }
        self.knows_identity = True
        """False for a Terraform before 1.12, which has no identities. In debug mode the next one
        may have them, and says so by its calls before it configures the provider."""
        self._lock = threading.Lock()
        self._provider: Provider | None = None
        self.provider_data: Any = None
        self.stopping = threading.Event()
        self.activity = Activity()
        self._valid: set[tuple[str, bytes]] = set()
        self._objects: dict[tuple[str, bytes], Object] = {}
        self.has_refreshed = False
        """True once a state was read: then Terraform makes a plan. An apply reads none, but plans
        each change once more, and holds it against the first plan."""

    def prepared(self, method: str) -> bytes | None:
        """Return the response to a method that need not be made; None if it has to be."""
        return self._prepared.get(method)

    @property
    def provider(self) -> Provider:
        """The provider, loaded at first use; whatever loading raises is raised at each use."""
        with self._lock:
            if self._provider is None:
                self._provider = self._load()
            return self._provider

    @property
    def is_loaded(self) -> bool:
        """True if the provider is there, so that asking for it waits for nothing."""
        return self._provider is not None

    def begin_configuration(self) -> None:
        """Forget the stop of an earlier command; one that comes from now on is heard."""
        self.has_refreshed = False
        if not self._is_launched:
            self.stopping = threading.Event()

    def use(self, provider_data: Any) -> None:
        """Use new provider data, and release the former."""
        former, self.provider_data = self.provider_data, provider_data
        self._valid.clear()
        with self._lock:
            self._objects.clear()
        if former is not None:
            self.provider.close(former)

    def remember_valid(self, type_name: str, config: bytes) -> None:
        """Remember that a configuration (MessagePack) is valid; its plan follows at once."""
        self._valid.add((type_name, config))

    def pop_valid(self, type_name: str, config: bytes) -> bool:
        """Return True, once, for a configuration that this process has found valid."""
        key = (type_name, config)
        if key not in self._valid:
            return False
        self._valid.discard(key)
        return True

    def keep_object(self, type_name: str, data: bytes, value: Object) -> None:
        """Keep what bytes (MessagePack) were read as, for the call that sends the same ones next:
        Terraform upgrades, reads, checks and plans a resource in one go.

        :param value: it must not be changed any more
        """
        with self._lock:
            self._objects[type_name, data] = value
            if len(self._objects) > _MOST_OBJECTS:
                del self._objects[next(iter(self._objects))]

    def pop_object(self, type_name: str, data: bytes) -> Object | None:
        """Return what bytes were read as, once; None if that is not known any more."""
        with self._lock:
            return self._objects.pop((type_name, data), None)

    def stop(self) -> None:
        """Tell running operations to finish soon. A provider that blocks holds up nobody."""
        self.stopping.set()
        if self._provider is None:
            return
        failed: list[Exception] = []
        ended = threading.Event()
        action = partial(_stop_provider, self._provider, self.provider_data, failed, ended)
        if start_thread(action) and not ended.wait(_STOP_LIMIT):
            log.warn("the provider did not stop in time; its operations were told to stop")
        if failed:
            raise failed[0]

    def close(self) -> None:
        """Release the provider data; ignore a failure, which is of no use to anybody at the end."""
        if self._provider is not None and self.provider_data is not None:
            with suppress(Exception):
                self._provider.close(self.provider_data)


def _stop_provider(
    provider: Provider, provider_data: Any, failed: list[Exception], ended: threading.Event
) -> None:
    try:
        provider.stop(provider_data)
    except Exception as error:
        failed.append(error)
    finally:
        ended.set()
