"""What one provider process keeps between calls, and what one call needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.concurrency import Activity, start_thread
from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.provider import Provider
from constructs_lib.backend.plugin.resource import (
    DataSource,
    EphemeralResource,
    Operation,
    Resource,
)
from constructs_lib.backend.plugin.values.types import Type
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import Attribute

_STOP_LIMIT = 2.0
"""Seconds that a provider gets for its own part of a stop, before Terraform is answered."""


class Session:
    """The provider, its provider data, and the signal to stop.

    :param load: imports and makes the provider
    :param is_launched: True if the process serves one command of Terraform, so that a stop holds
        until its end. In debug mode one process serves many, and a stop ends only the command that
        it was meant for.
    """

    def __init__(self, load: Callable[[], Provider], *, is_launched: bool = False) -> None:
        self._load = load
        self._is_launched = is_launched
        self._lock = threading.Lock()
        self._provider: Provider | None = None
        self.provider_data: Any = None
        self.stopping = threading.Event()
        self.activity = Activity()
        self._valid: set[tuple[str, bytes]] = set()

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
        if not self._is_launched:
            self.stopping = threading.Event()

    def use(self, provider_data: Any) -> None:
        """Use new provider data, and release the former."""
        former, self.provider_data = self.provider_data, provider_data
        self._valid.clear()
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


class Call:
    """One call: its session, and the diagnostics for the user."""

    def __init__(self, session: Session, method: str) -> None:
        self.session = session
        self.method = method
        self.type_name = ""
        self.diagnostics = Diagnostics()
        self.attributes: dict[str, Attribute] = {}
        """The attributes that paths of diagnostics lead through."""
        self.read: dict[bytes, Object | None] = {}
        """What the self-check has read, by its bytes."""
        self._operation: Operation | None = None

    @property
    def subject(self) -> str:
        """What the call is about, for messages: the method and the resource type."""
        return f"{self.method} of {self.type_name}" if self.type_name else self.method

    def resource(self, type_name: str) -> Resource:
        """Return the resource that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        resource = self.session.provider.resources.get(type_name)
        if resource is None:
            raise ProviderError(
                "Unknown resource type",
                f"This version of the provider has no resource type {type_name}.",
            )
        self.type_name = type_name
        self.attributes = resource.schema.attributes
        return resource

    def data_source(self, type_name: str) -> DataSource:
        """Return the data source that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        source = self.session.provider.data_sources.get(type_name)
        if source is None:
            raise ProviderError(
                "Unknown data source",
                f"This version of the provider has no data source {type_name}.",
            )
        self.type_name = type_name
        self.attributes = source.schema.attributes
        return source

    def ephemeral_resource(self, type_name: str) -> EphemeralResource:
        """Return the ephemeral resource that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        ephemeral = self.session.provider.ephemeral_resources.get(type_name)
        if ephemeral is None:
            raise ProviderError(
                "Unknown ephemeral resource",
                f"This version of the provider has no ephemeral resource {type_name}.",
            )
        self.type_name = type_name
        self.attributes = ephemeral.schema.attributes
        return ephemeral

    @property
    def object_type(self) -> Type:
        """The Terraform type of the object that the call is about."""
        return object_type(self.attributes)

    def operation(self, private: bytes) -> Operation:
        """Return what the resource gets for this call."""
        session = self.session
        values = conversion.read_private(private)
        self._operation = Operation(
            session.provider_data, values, session.stopping, self.diagnostics, session.activity
        )
        return self._operation

    @property
    def saved(self) -> Object | None:
        """What the call's operation noted as existing."""
        return None if self._operation is None else self._operation.saved

    def check_validation(self, given: Object, left: Object) -> None:
        """Add an error if a validation changed the configuration that it was given a copy of."""
        answer = rules.ConfigAnswer(given, left)
        found = rules.violations(rules.VALIDATE_RULES, answer)
        rules.report_violations(found, self.subject, self.diagnostics)

    def private(self, operation: Operation, fallback: bytes) -> bytes:
        """Return the bytes of the private state after an operation."""
        try:
            return conversion.write_private(operation.private)
        except (TypeError, ValueError):
            detail = (
                f"{self.subject}: it is not JSON. This is a bug in the provider; please report it."
            )
            self.diagnostics.error("Private state not kept", detail)
            return fallback
