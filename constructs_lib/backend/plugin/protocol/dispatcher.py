"""Dispatches the calls of Terraform: bytes in, bytes out, and no exception escapes.

What answers a call is imported with the first call that needs it. The first process of a command is
asked for the schemas alone, and the second one for checks: neither waits for the modules that plan.

Source: Terraform plugin protocol 6, service ``tfplugin6.Provider``. The server answers calls that
are not listed here (functions, which this package does not offer) as unimplemented. Lists and
invocations of actions respond with a stream of messages.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from functools import cache, partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.protocol.session import Session

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.protocol.call import Call

Method = Callable[[bytes], bytes]

_CALLS: Final[Mapping[str, str]] = {
    "GetMetadata": "provider_calls:get_metadata",
    "GetProviderSchema": "provider_calls:get_provider_schema",
    "GetResourceIdentitySchemas": "provider_calls:get_resource_identity_schemas",
    "ValidateProviderConfig": "validation_calls:validate_provider_config",
    "ConfigureProvider": "provider_calls:configure_provider",
    "StopProvider": "provider_calls:stop_provider",
    "GetFunctions": "provider_calls:get_functions",
    "ValidateDataResourceConfig": "validation_calls:validate_data_resource_config",
    "ReadDataSource": "provider_calls:read_data_source",
    "ValidateEphemeralResourceConfig": "validation_calls:validate_ephemeral_resource_config",
    "OpenEphemeralResource": "provider_calls:open_ephemeral_resource",
    "RenewEphemeralResource": "provider_calls:renew_ephemeral_resource",
    "CloseEphemeralResource": "provider_calls:close_ephemeral_resource",
    "ValidateResourceConfig": "validation_calls:validate_resource_config",
    "UpgradeResourceState": "resource_calls:upgrade_resource_state",
    "UpgradeResourceIdentity": "resource_calls:upgrade_resource_identity",
    "ReadResource": "resource_calls:read_resource",
    "ImportResourceState": "resource_calls:import_resource_state",
    "MoveResourceState": "resource_calls:move_resource_state",
    "PlanResourceChange": "resource_calls:plan_resource_change",
    "ApplyResourceChange": "resource_calls:apply_resource_change",
    "GenerateResourceConfig": "resource_calls:generate_resource_config",
    "ValidateListResourceConfig": "validation_calls:validate_list_resource_config",
    "ValidateActionConfig": "validation_calls:validate_action_config",
    "PlanAction": "streams.action_calls:plan_action",
}
"""The function that answers each method, as ``module:function`` in this package."""
_STREAMS: Final[Mapping[str, str]] = {
    "ListResource": "streams.list_calls:list_resource",
    "InvokeAction": "streams.action_calls:invoke_action",
}
"""The same for the methods that respond with any number of messages."""
_COMPUTING: Final = frozenset(
    {
        "GetProviderSchema",
        "GetResourceIdentitySchemas",
        "ValidateProviderConfig",
        "ValidateDataResourceConfig",
        "ValidateEphemeralResourceConfig",
        "ValidateResourceConfig",
        "ValidateListResourceConfig",
        "ValidateActionConfig",
        "GenerateResourceConfig",
        "UpgradeResourceState",
        "UpgradeResourceIdentity",
    }
)
"""The methods that compute, and ask no API."""
_IDENTITIES: Final = {
    "ReadResource": "new_identity",
    "PlanResourceChange": "planned_identity",
    "ApplyResourceChange": "new_identity",
    "ImportResourceState": "imported_resources",
    "UpgradeResourceIdentity": "upgraded_identity",
    "GetResourceIdentitySchemas": "identity_schemas",
}
"""Where the responses have identities, and are checked for them."""
URGENT: Final = frozenset({"/tfplugin6.Provider/StopProvider"})
"""The paths of the calls that must be heard whatever is busy."""


def methods(session: Session) -> dict[str, Method]:
    """Return the methods by gRPC path, such as ``/tfplugin6.Provider/GetMetadata``."""
    return {f"/tfplugin6.Provider/{name}": partial(dispatch, session, name) for name in _CALLS}


def streams(session: Session) -> dict[str, Callable[[bytes], Generator[bytes, None, None]]]:
    """Return the methods that respond with a stream, by gRPC path."""
    return {f"/tfplugin6.Provider/{name}": partial(stream, session, name) for name in _STREAMS}


def is_immediate(session: Session, path: str, data: bytes) -> bool:
    """Return True for a call that only computes, so that it needs no thread of its own. While the
    provider is being loaded, each call waits for that.

    :param path: the gRPC path
    :param data: the request message
    """
    name = path.rpartition("/")[2]
    if session.prepared(name) is not None:
        return True
    if not session.is_loaded:
        return False
    if name != "PlanResourceChange":
        return name in _COMPUTING
    # What is wrong with the message, or with the provider, is for the answer to tell.
    with suppress(Exception):
        type_name = _message(name).Request.read_field("type_name", data)
        return not session.provider.resources[type_name].plan_waits
    return False


def dispatch(session: Session, name: str, data: bytes) -> bytes:
    """Return the response to one call.

    :param name: the method, such as ``PlanResourceChange``
    :param data: the request message
    """
    with session.activity.call():
        started = monotonic()
        subject, response = name, session.prepared(name)
        if response is None:
            subject, response = _answer(session, name, data)
        log.debug(f"{subject}: {(monotonic() - started) * 1000:.0f} ms")
        return response


def stream(session: Session, name: str, data: bytes) -> Generator[bytes, None, None]:
    """Yield the messages of the response to one call. Closing it ends what it has begun.

    :param name: the method, such as ``ListResource``
    :param data: the request message
    """
    with session.activity.call():
        call, started = _module("call").Call(session, name), monotonic()
        with closing(_function(name)(call, data)) as events:
            for event in events:
                yield event.SerializeToString()
        log.debug(f"{call.subject}: {(monotonic() - started) * 1000:.0f} ms")


def _answer(session: Session, name: str, data: bytes) -> tuple[str, bytes]:
    """Return what a call was about, and the response to it."""
    message, call = _message(name), _module("call").Call(session, name)
    request, response = message.Request(), message.Response()
    with call.caught():
        request.MergeFromString(data)
        _function(name)(call, request, response)
    with call.caught():
        _check_response(call, request, response)
    return call.subject, call.finish(response)


@cache
def _message(name: str) -> Any:
    """Return the message of a method, which holds those of its request and response."""
    return getattr(_module("messages"), name)


@cache
def _function(name: str) -> Any:
    """Return the function that answers a method."""
    module, _, function = (_CALLS.get(name) or _STREAMS[name]).partition(":")
    return getattr(_module(module), function)


def _has_identity_to_check(call: Call, response: Any) -> bool:
    field = _IDENTITIES.get(call.method)
    if field is None or call.identity_attributes:
        return field is not None
    # One that is answered for a type without identities would crash Terraform.
    found = getattr(response, field)
    is_message = isinstance(found, _module("protobuf").Message)
    return response.HasField(field) if is_message else bool(found)


def _check_response(call: Call, request: Any, response: Any) -> None:
    # A check of a configuration answers with diagnostics alone: there is nothing in them to check.
    if not call.method.startswith("Validate"):
        _module("consistency_check").check_response(call, request, response)
    if _has_identity_to_check(call, response):
        _module("identity_check").check_identity(call, request, response)


@cache
def _module(name: str) -> Any:
    return import_module(f"{__package__}.{name}")
