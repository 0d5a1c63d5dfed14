"""The messages between Terraform and a provider, about one type of resource.

Each command talks to a provider that was started anew, as Terraform does, and the state goes
through the form that it has in a file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import terraform_rules as rules
import tfplugin6_pb2 as pb
from terraform_rules import Attributes, Object
from terraform_values import dump, pack, to_json, unpack

from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.provider import Provider

_SCHEMAS: dict[type[Provider], Any] = {}
"""What each provider said of its schemas when it was first asked: it says the same each time, and
to make it takes longer than many tests.
"""


class ProviderRefused(AssertionError):
    """The provider answered with an error."""


class Stored(NamedTuple):
    """One resource as the state file has it."""

    json: bytes
    private: bytes
    version: int = 0
    tainted: bool = False
    """True if its creation failed half way, so that the next plan replaces it."""


class Wire:
    """The provider, as far as one type of resource is concerned, and the state file.

    :param load: makes the provider; called once a command
    :param type_name: such as ``fivetranops_connection``
    """

    def __init__(self, load: Callable[[], Provider], type_name: str) -> None:
        self._load = load
        self._type_name = type_name
        self.stored: Stored | None = None
        self._session: Session | None = None
        self.said: list[str] = []
        """All that the provider had to say to a person, oldest first."""
        schema = self._schema(Session(load))
        self._provider_type = object_type(schema.provider.block.attributes)
        block = schema.resource_schemas[type_name].block
        self._attributes: Attributes = {one.name: one for one in block.attributes}
        self._type = object_type(block.attributes)

    def state(self) -> Object | None:
        """The state as it is stored."""
        return self._current(self._start())[0]

    def config(self, values: Object) -> Object:
        """A whole configuration: what is not given is null."""
        return rules.completed(self._attributes, values)

    def _schema(self, session: Session) -> Any:
        kind = type(session.provider)
        if kind not in _SCHEMAS:
            _SCHEMAS[kind] = self._ask(session, "GetProviderSchema")
        return _SCHEMAS[kind]

    def _start(self) -> Session:
        if self._session is not None:
            self._session.close()
        self._session = session = Session(self._load)
        config = pack(dict.fromkeys(self._provider_type[1]), self._provider_type)
        self._ask(session, "ConfigureProvider", config=pb.DynamicValue(msgpack=config))
        return session

    def _current(self, session: Session) -> tuple[Object | None, bytes]:
        if self.stored is None:
            return None, b""
        response = self._ask(
            session, "UpgradeResourceState", type_name=self._type_name,
            version=self.stored.version, raw_state=pb.RawState(json=self.stored.json),
        )  # fmt: skip
        return self._object(response.upgraded_state), self.stored.private

    def _store(self, state: Object | None, private: bytes, *, tainted: bool = False) -> None:
        form = None if state is None else dump(to_json(state, self._type))
        self.stored = None if form is None else Stored(form, private, tainted=tainted)

    def _validate(self, session: Session, config: Object) -> None:
        self._ask(
            session, "ValidateResourceConfig", type_name=self._type_name,
            config=self._message(config),
            client_capabilities=pb.ClientCapabilities(write_only_attributes_allowed=True),
        )  # fmt: skip

    def _read(self, session: Session, state: Object, private: bytes) -> tuple[Object | None, bytes]:
        response = self._ask(
            session, "ReadResource", type_name=self._type_name,
            current_state=self._message(state), private=private,
        )  # fmt: skip
        found = self._object(response.new_state)
        rules.check_stored(self._attributes, found, "a read")
        return found, response.private

    def _message(self, value: Object | None) -> pb.DynamicValue:
        return pb.DynamicValue(msgpack=pack(value, self._type))

    def _object(self, message: pb.DynamicValue) -> Object | None:
        found = unpack(message.msgpack, self._type)
        assert found is None or isinstance(found, dict)
        return found

    def _ask(self, session: Session, method: str, **parts: Any) -> Any:
        response = self._exchange(session, method, **parts)
        refuse(method, response)
        return response

    def _exchange(self, session: Session, method: str, **parts: Any) -> Any:
        """The response, whether or not it holds errors."""
        kind = getattr(pb, method)
        data = dispatch(session, method, kind.Request(**parts).SerializeToString())
        response = kind.Response.FromString(data)
        self.said += [text_of(one) for one in response.diagnostics]
        return response


def refuse(method: str, response: Any) -> None:
    """Checks that a response holds no error.

    :raises ProviderRefused: with all errors, if there are some
    """
    errors = [one for one in response.diagnostics if one.severity == pb.Diagnostic.ERROR]
    if errors:
        raise ProviderRefused(f"{method}: {'; '.join(map(text_of, errors))}")


def text_of(diagnostic: pb.Diagnostic) -> str:
    """What a diagnostic says."""
    return f"{diagnostic.summary}: {diagnostic.detail}"


def object_type(attributes: Any) -> Any:
    """The type, in JSON form, of the object that the attributes of a schema make up."""
    return ["object", {one.name: rules.attribute_type(one) for one in attributes}]
