"""Dispatches the calls of Terraform: bytes in, bytes out, and no exception escapes.

Source: Terraform plugin protocol 6, service ``tfplugin6.Provider``. The server answers calls that
are not listed here (functions, which this package does not offer) as unimplemented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any, Final

from constructs_lib.backend.plugin import diagnostics, log
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.protocol import (
    consistency_check,
    conversion,
    provider_calls,
    resource_calls,
)
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.session import Call, Session
from constructs_lib.backend.plugin.values.value import CodecError, LimitError

Method = Callable[[bytes], bytes]

_CALLS: Final[Mapping[str, Callable[[Call, Any, Any], None]]] = {
    "GetMetadata": provider_calls.get_metadata,
    "GetProviderSchema": provider_calls.get_provider_schema,
    "ValidateProviderConfig": provider_calls.validate_provider_config,
    "ConfigureProvider": provider_calls.configure_provider,
    "StopProvider": provider_calls.stop_provider,
    "GetFunctions": provider_calls.get_functions,
    "ValidateDataResourceConfig": provider_calls.validate_data_resource_config,
    "ReadDataSource": provider_calls.read_data_source,
    "ValidateEphemeralResourceConfig": provider_calls.validate_ephemeral_resource_config,
    "OpenEphemeralResource": provider_calls.open_ephemeral_resource,
    "RenewEphemeralResource": provider_calls.renew_ephemeral_resource,
    "CloseEphemeralResource": provider_calls.close_ephemeral_resource,
    "ValidateResourceConfig": resource_calls.validate_resource_config,
    "UpgradeResourceState": resource_calls.upgrade_resource_state,
    "ReadResource": resource_calls.read_resource,
    "ImportResourceState": resource_calls.import_resource_state,
    "MoveResourceState": resource_calls.move_resource_state,
    "PlanResourceChange": resource_calls.plan_resource_change,
    "ApplyResourceChange": resource_calls.apply_resource_change,
}


_IMMEDIATE: Final = frozenset(
    {
        "GetProviderSchema",
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
    if not session.is_loaded:
        return False
    name = path.rpartition("/")[2]
    if name != "PlanResourceChange":
        return name in _IMMEDIATE
    # What is wrong with the message, or with the provider, is for the answer to tell.
    with suppress(Exception):
        type_name = pb.PlanResourceChange.Request.FromString(data).type_name
        return not session.provider.resources[type_name].plan_waits
    return False


def dispatch(session: Session, name: str, data: bytes) -> bytes:
    """Return the response to one call.

    :param name: the method, such as ``PlanResourceChange``
    :param data: the request message
    """
    message: Any = getattr(pb, name)
    response = message.Response()
    call = Call(session, name)
    request = message.Request()
    with session.activity.call():
        started = monotonic()
        with _caught(call):
            request.MergeFromString(data)
            _CALLS[name](call, request, response)
        with _caught(call):
            consistency_check.check_response(call, request, response)
        log.debug(f"{call.subject}: {(monotonic() - started) * 1000:.0f} ms")
        return _finish(call, response)


@contextmanager
def _caught(call: Call) -> Iterator[None]:
    """Turn whatever is raised inside into an error for the user."""
    try:
        yield
    except AlreadyReported as error:
        call.diagnostics.error(error.summary, error.short, error.path)
    except ProviderError as error:
        call.diagnostics.error(error.summary, error.detail, error.path)
    except LimitError as error:
        call.diagnostics.error(
            "Value beyond the limits", f"{call.subject}: {error}. Write a smaller value."
        )
    except CodecError as error:
        detail = f"{call.subject}: {error}. This is a bug; please report it."
        call.diagnostics.error("Value of an unexpected type", detail)
    except BaseException as error:
        # Also SystemExit and its like: a library must not be able to end the process.
        log.error(
            f"{call.subject}: {type(error).__name__}: {' < '.join(diagnostics.crash_places(error))}"
        )
        diagnostics.report_crash(error, call.subject, call.diagnostics)


def _finish(call: Call, response: Any) -> bytes:
    found = conversion.write_diagnostics(call.diagnostics, call.attributes)
    if isinstance(response, pb.StopProvider.Response):
        response.Error = "; ".join(diagnostic.summary for diagnostic in found)
    else:
        response.diagnostics.extend(found)
    data: bytes = response.SerializeToString()
    return data
