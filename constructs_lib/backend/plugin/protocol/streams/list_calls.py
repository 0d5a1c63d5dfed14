"""The calls about list resources.

An error in the response discards the whole list, however much of it was found, so an error after
the first object becomes a warning that says so. Terraform ends the call when it has enough, and
hears of nothing that comes later: a warning goes with the next object, or alone after the last one.
Terraform takes a message without an identity for no object if a warning came with or before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from constructs_lib.backend.plugin.consistency import rules, stream_rules
from constructs_lib.backend.plugin.consistency.stream_rules import ListedAnswer
from constructs_lib.backend.plugin.diagnostics import Diagnostic, ProviderError
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation
from constructs_lib.backend.plugin.planning.planner import without_sensitive
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import CodecError
from constructs_lib.schemas import Attribute

INCOMPLETE = "List is incomplete"
LEFT_OUT = "Object was left out of the list"


def list_resource(call: Call, data: bytes) -> Iterator[pb.ListResource.Event]:
    """Yield the objects that a list resource finds, up to the limit.

    :param data: the request message
    """
    listing = _Listing(call)
    with call.caught():
        yield from listing.found(pb.ListResource.Request.FromString(data))
    yield from listing.rest()


class _Listing:
    """One list while it is made."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._said = 0
        self._seen: set[bytes] = set()
        self._attributes: dict[str, Attribute] = {}
        """Those of the managed resource."""
        self._identity: dict[str, Attribute] = {}

    def found(self, request: pb.ListResource.Request) -> Iterator[pb.ListResource.Event]:
        """Yield what is found, until there are as many as asked for, an error, or a stop."""
        call = self._call
        resource = call.list_resource(request.type_name)
        self._attributes = call.managed_attributes(request.type_name)
        self._identity = conversion.identity_attributes(self._attributes)
        operation = call.list_operation()
        operation.includes_state = request.include_resource_object
        operation.limit = request.limit
        with closing(call.each(resource.list(call.config(request.config), operation))) as objects:
            while not self._is_over(operation):
                listed = next(objects, None)
                if listed is None:
                    return
                yield from self._events(listed, operation)

    def _is_over(self, operation: ListOperation) -> bool:
        if len(self._seen) >= operation.limit or operation.diagnostics.has_errors:
            return True
        if operation.stopping.is_set():
            text = f"Terraform was asked to stop when {_counted(len(self._seen))} found."
            operation.diagnostics.warning(INCOMPLETE, text)
        return operation.stopping.is_set()

    def rest(self) -> Iterator[pb.ListResource.Event]:
        """Yield what is left to say: an error that must not discard anything is a warning."""
        if not self._is_said:
            yield pb.ListResource.Event(diagnostic=self._diagnostics())

    @property
    def _is_said(self) -> bool:
        return len(self._call.diagnostics) == self._said

    def _events(self, listed: Any, operation: ListOperation) -> Iterator[pb.ListResource.Event]:
        """Yield the message about an object; none if it breaks a rule, which a warning tells."""
        try:
            listed = stream_rules.require_listed(listed, self._call.subject)
            if listed.state is not None:
                state = without_sensitive(self._attributes, listed.state)
                listed = listed._replace(state=state)
            yield self._event(listed, operation)
        except ProviderError as error:
            operation.diagnostics.warning(LEFT_OUT, error.detail)
        except CodecError as error:
            text = (
                f"{self._call.subject}: {error}. This is a bug in the provider; please report it."
            )
            operation.diagnostics.warning(LEFT_OUT, text)

    def _event(self, listed: Listed, operation: ListOperation) -> pb.ListResource.Event:
        identity = encode(listed.identity, object_type(self._identity))
        self._check(listed, operation, is_repeated=identity in self._seen)
        event = pb.ListResource.Event(display_name=conversion.printable_line(listed.display_name))
        event.identity.identity_data.msgpack = identity
        if listed.state is not None:
            packed = encode(listed.state, object_type(self._attributes))
            event.resource_object = pb.DynamicValue(msgpack=packed)
        self._seen.add(identity)
        for one in listed.warnings:
            operation.diagnostics.warning(one.summary, one.detail, one.path)
        event.diagnostic.extend(self._diagnostics())
        return event

    def _check(self, listed: Listed, operation: ListOperation, *, is_repeated: bool) -> None:
        """Check an object by the rules.

        :raises ProviderError: that tells which one is broken
        """
        answer = ListedAnswer(
            self._identity, self._attributes, listed, operation.includes_state, is_repeated
        )
        for broken in rules.violations(stream_rules.LIST_RULES, answer):
            raise rules.rule_error(broken.rule, broken.text, self._call.subject)

    def _diagnostics(self) -> list[pb.Diagnostic]:
        """Return what was not said yet, as messages."""
        new = list(self._call.diagnostics)[self._said :]
        self._said += len(new)
        if self._seen:
            new = [self._as_warning(one) if one.is_error else one for one in new]
        return conversion.write_diagnostics(new, self._call.attributes)

    def _as_warning(self, error: Diagnostic) -> Diagnostic:
        shown = f"Before this, {_counted(len(self._seen))} found; there may be more."
        return Diagnostic(False, INCOMPLETE, f"{error.summary}: {error.detail}\n\n{shown}", ())


def _counted(number: int) -> str:
    return "one object was" if number == 1 else f"{number} objects were"
