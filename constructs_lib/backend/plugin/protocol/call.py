"""What one call of Terraform needs: its session, and the diagnostics for the user."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from constructs_lib.backend.plugin import diagnostics, log
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, Diagnostics, ProviderError
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.provider import Check, Registry
from constructs_lib.backend.plugin.resource import (
    DataSource,
    EphemeralResource,
    Operation,
    Resource,
)
from constructs_lib.backend.plugin.values.decoding import decode
from constructs_lib.backend.plugin.values.types import Type
from constructs_lib.backend.plugin.values.value import (
    CodecError,
    LimitError,
    Object,
    fingerprint,
)
from constructs_lib.schemas import Attribute

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.action import Action
    from constructs_lib.backend.plugin.list_resource import ListOperation, ListResource

    OfferedT = TypeVar(
        "OfferedT", bound="Resource | DataSource | EphemeralResource | ListResource | Action"
    )

T = TypeVar("T")


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
        return self._offered(self.session.provider.resources, type_name, "resource type")

    def resource_check(self, type_name: str) -> Check:
        """Return what checks a configuration of the resource that the call is about.

        :raises ProviderError: if the provider has no resource of that name
        """
        return self._check(self.session.provider.resources, type_name, self.resource)

    def list_check(self, type_name: str) -> Check:
        """Return what checks a configuration of the list resource that the call is about.

        :raises ProviderError: if the provider has no list resource of that name
        """
        return self._check(self.session.provider.list_resources, type_name, self.list_resource)

    def action_check(self, type_name: str) -> Check:
        """Return what checks a configuration of the action that the call is about.

        :raises ProviderError: if the provider has no action of that name
        """
        return self._check(self.session.provider.actions, type_name, self.action)

    def _check(
        self, registry: Mapping[str, Any], type_name: str, make: Callable[[str], Any]
    ) -> Check:
        check = registry.check(type_name) if isinstance(registry, Registry) else None
        if check is None or not isinstance(registry, Registry):
            made: Check = make(type_name).validate
            return made
        self.type_name = type_name
        self.attributes = registry.described(type_name)[0].attributes
        return check

    def data_source(self, type_name: str) -> DataSource:
        """Return the data source that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        return self._offered(self.session.provider.data_sources, type_name, "data source")

    def ephemeral_resource(self, type_name: str) -> EphemeralResource:
        """Return the ephemeral resource that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        offered = self.session.provider.ephemeral_resources
        return self._offered(offered, type_name, "ephemeral resource")

    def list_resource(self, type_name: str) -> ListResource:
        """Return the list resource that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        return self._offered(self.session.provider.list_resources, type_name, "list resource")

    def action(self, type_name: str) -> Action:
        """Return the action that the call is about.

        :raises ProviderError: if the provider has none of that name
        """
        return self._offered(self.session.provider.actions, type_name, "action")

    def _offered(self, offered: Mapping[str, OfferedT], type_name: str, sort: str) -> OfferedT:
        """Return what the call is about from now on, of all that is offered of one sort."""
        found = offered.get(type_name)
        if found is None:
            detail = (
                f"This version of the provider has no {sort} {type_name}. Check the name, or "
                "install a newer version."
            )
            raise ProviderError(f"Unknown {sort}", detail)
        self.type_name = type_name
        self.attributes = found.schema.attributes
        return found

    def managed_attributes(self, type_name: str) -> dict[str, Attribute]:
        """Return the attributes of the managed resource of a name; none if there is none."""
        registry = self.session.provider.resources
        if type_name not in registry:
            return {}
        if isinstance(registry, Registry):
            return registry.described(type_name)[0].attributes
        return registry[type_name].schema.attributes

    def config(self, message: pb.DynamicValue) -> Object:
        """Return the configuration of what the call is about; what was left out is null."""
        found: Object = decode(message, self.object_type) or {}
        return {**dict.fromkeys(self.attributes), **found}

    def provider_config(self, message: pb.DynamicValue) -> Object:
        """Return the configuration of the provider, which the call is about from now on."""
        self.attributes = self.session.provider.schema.attributes
        config: Object = decode(message, self.object_type) or {}
        return config

    @property
    def object_type(self) -> Type:
        """The Terraform type of the object that the call is about."""
        return object_type(self.attributes)

    @property
    def identity_attributes(self) -> dict[str, Attribute]:
        """The attributes of the identity of the resource that the call is about; none if it has no
        identity, or this Terraform knows of none.
        """
        known = self.session.knows_identity
        return conversion.identity_attributes(self.attributes) if known else {}

    def object(self, message: pb.DynamicValue) -> Object | None:
        """Return the object of a message, which must not be changed: equal bytes are read once."""
        if not message.msgpack:
            found: Object | None = decode(message, self.object_type)
            return found
        if message.msgpack not in self.read:
            self.read[message.msgpack] = decode(message, self.object_type)
        return self.read[message.msgpack]

    def take(self, message: pb.DynamicValue) -> Object | None:
        """Return the object of a message, or what an earlier call kept of it.

        :raises CodecError: if it is of another type
        """
        kept = self.session.pop_object(self.type_name, message.msgpack)
        if kept is not None:
            return kept
        found: Object | None = decode(message, self.object_type)
        return found

    def keep(self, message: pb.DynamicValue, value: Object | None) -> None:
        """Keep the object of a message for a later call about the same bytes.

        :param value: what :meth:`take` or :meth:`object` returned; it must not be changed any more
        """
        if message.msgpack and value is not None:
            self.session.keep_object(self.type_name, message.msgpack, value)

    def identity(self, message: pb.ResourceIdentityData) -> Object | None:
        """Return the identity of a message; None if it has none, or the resource has none.

        :raises CodecError: if it is of another type
        """
        attributes = self.identity_attributes
        if not attributes or conversion.is_null(message.identity_data):
            return None
        found: Object | None = decode(message.identity_data, object_type(attributes))
        return found

    def write_identity(self, message: pb.ResourceIdentityData, identity: Object | None) -> None:
        """Set an identity, if there is one and the resource has identities."""
        attributes = self.identity_attributes
        if not attributes or identity is None:
            return
        from constructs_lib.backend.plugin.consistency.identity_rules import write_identity

        type_ = object_type(attributes)
        message.identity_data.msgpack = write_identity(identity, type_, self.subject)

    def operation(self, private: bytes) -> Operation:
        """Return what the resource gets for this call."""
        session = self.session
        values = conversion.read_private(private)
        self._operation = Operation(
            session.provider_data, values, session.stopping, self.diagnostics, session.activity
        )
        return self._operation

    def list_operation(self) -> ListOperation:
        """Return what a list gets for this call."""
        from constructs_lib.backend.plugin.list_resource import ListOperation

        session = self.session
        return ListOperation(
            session.provider_data, {}, session.stopping, self.diagnostics, session.activity
        )

    @staticmethod
    def each(items: Iterable[T]) -> Generator[T, None, None]:
        """Yield what something yields; closing it closes that, too."""
        yield from items

    @property
    def saved(self) -> Object | None:
        """What the call's operation noted as existing."""
        return None if self._operation is None else self._operation.saved

    def validate(self, check: Check, config: Object, read: Callable[[], Object]) -> None:
        """Check a configuration, and add an error if the check changes it.

        :param config: the configuration
        :param read: returns it as it was before
        """
        before = fingerprint(config)
        check(config, self.diagnostics)
        if before is not None and before == fingerprint(config):
            return
        from constructs_lib.backend.plugin.consistency import rules

        answer = rules.ConfigAnswer(read(), config)
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

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Turn whatever is raised inside into an error for the user."""
        try:
            yield
        except GeneratorExit:
            # Nobody wants the rest of a stream.
            raise
        except AlreadyReported as error:
            self.diagnostics.error(error.summary, error.short, error.path)
        except ProviderError as error:
            self.diagnostics.error(error.summary, error.detail, error.path)
        except LimitError as error:
            self.diagnostics.error(
                "Value beyond the limits", f"{self.subject}: {error}. Write a smaller value."
            )
        except CodecError as error:
            detail = f"{self.subject}: {error}. This is a bug; please report it."
            self.diagnostics.error("Value of an unexpected type", detail)
        except BaseException as error:
            # Also SystemExit and its like: a library must not be able to end the process.
            places = " < ".join(diagnostics.crash_places(error))
            log.error(f"{self.subject}: {type(error).__name__}: {places}")
            diagnostics.report_crash(error, self.subject, self.diagnostics)

    def finish(self, response: Any) -> bytes:
        """Return the bytes of the response, with the diagnostics."""
        found = conversion.write_diagnostics(self.diagnostics, self.attributes)
        if isinstance(response, pb.StopProvider.Response):
            response.Error = "; ".join(diagnostic.summary for diagnostic in found)
        else:
            response.diagnostics.extend(found)
        data: bytes = response.SerializeToString()
        return data
