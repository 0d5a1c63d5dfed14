"""Dispatches the calls of Terraform: bytes in, bytes out, and no exception escapes.

What answers a call is imported with the first call that needs it. The first process of a command is
asked for the schemas alone, and the second one for checks: neither waits for the modules that plan.

Source: Terraform plugin protocol 6, service ``tfplugin6.Provider``. The server answers calls that
are not listed here (functions, which this package does not offer) as unimplemented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.protocol.session import Session

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.protocol.call import Call

Method = Callable[[bytes], bytes]

_SCHEMAS: Final = "GetProviderSchema"
_CALLS: Final[Mapping[str, str]] = {
    "GetMetadata": "provider_calls:get_metadata",
    "GetProviderSchema": "provider_calls:get_provider_schema",
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
    "ReadResource": "resource_calls:read_resource",
    "ImportResourceState": "resource_calls:import_resource_state",
    "MoveResourceState": "resource_calls:move_resource_state",
    "PlanResourceChange": "resource_calls:plan_resource_change",
    "ApplyResourceChange": "resource_calls:apply_resource_change",
}
"""The function that answers each method, as ``module:function`` in this package."""
_COMPUTING: Final = frozenset(
    {
        _SCHEMAS,
        "ValidateProviderConfig",
        "ValidateDataResourceConfig",
        "ValidateEphemeralResourceConfig",
        "ValidateResourceConfig",
        "UpgradeResourceState",
    }
)
"""The methods that compute, and ask no API."""
URGENT: Final = frozenset({"/tfplugin6.Provider/StopProvider"})
"""The paths of the calls that must be heard whatever is busy."""


def methods(session: Session) -> dict[str, Method]:
    """Return the methods by gRPC path, such as ``/tfplugin6.Provider/GetMetadata``."""
    return {f"/tfplugin6.Provider/{name}": partial(dispatch, session, name) for name in _CALLS}


def is_immediate(session: Session, path: str, data: bytes) -> bool:
    """Return True for a call that only computes, so that it needs no thread of its own. While the
    provider is being loaded, each call waits for that.

    :param path: the gRPC path
    :param data: the request message
    """
    name = path.rpartition("/")[2]
    if name == _SCHEMAS and session.prepared_schemas:
        return True
    if not session.is_loaded:
        return False
    if name != "PlanResourceChange":
        return name in _COMPUTING
    # What is wrong with the message, or with the provider, is for the answer to tell.
    with suppress(Exception):
        type_name = _message(name).Request.FromString(data).type_name
        return not session.provider.resources[type_name].plan_waits
    return False


def dispatch(session: Session, name: str, data: bytes) -> bytes:
    """Return the response to one call.

    :param name: the method, such as ``PlanResourceChange``
    :param data: the request message
    """
    with session.activity.call():
        started = monotonic()
        subject, response = name, session.prepared_schemas
        if name != _SCHEMAS or not response:
            subject, response = _answer(session, name, data)
        log.debug(f"{subject}: {(monotonic() - started) * 1000:.0f} ms")
        return response


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
def _function(name: str) -> Callable[[Call, Any, Any], None]:
    """Return the function that answers a method."""
    module, _, function = _CALLS[name].partition(":")
    found: Callable[[Call, Any, Any], None] = getattr(_module(module), function)
    return found


def _check_response(call: Call, request: Any, response: Any) -> None:
    # A check of a configuration answers with diagnostics alone: there is nothing in them to check.
    if not call.method.startswith("Validate"):
        _module("consistency_check").check_response(call, request, response)


@cache
def _module(name: str) -> Any:
    return import_module(f"{__package__}.{name}")
