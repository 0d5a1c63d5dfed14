"""The calls about data sources and ephemeral resources."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from constructs_lib.backend.plugin.consistency import ephemeral_rules, rules
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.planning.merge_state import merge_data
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.session import Call
from constructs_lib.backend.plugin.values.encoding import encode


def validate_data_resource_config(
    call: Call,
    request: pb.ValidateDataResourceConfig.Request,
    response: pb.ValidateDataResourceConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the data source's own rules."""
    source = call.data_source(request.type_name)
    config = conversion.read_object(request.config, call.object_type) or {}
    checks.check_schema_rules(call.attributes, config, call.diagnostics)
    if not call.diagnostics.has_errors:
        seen = deepcopy(config)
        source.validate(seen, call.diagnostics)
        call.check_validation(config, seen)


def read_data_source(
    call: Call, request: pb.ReadDataSource.Request, response: pb.ReadDataSource.Response
) -> None:
    """Read a data source. After an error there is no state."""
    source = call.data_source(request.type_name)
    type_ = call.object_type
    config = conversion.read_object(request.config, type_) or {}
    returned = source.read(deepcopy(config), call.operation(b""))
    returned = rules.require_object(returned, call.subject)
    state = conversion.write_state(
        merge_data(call.attributes, config, returned), type_, call.diagnostics
    )
    if not call.diagnostics.has_errors:
        response.state.msgpack = state


def validate_ephemeral_resource_config(
    call: Call,
    request: pb.ValidateEphemeralResourceConfig.Request,
    response: pb.ValidateEphemeralResourceConfig.Response,
) -> None:
    """Check a configuration against the schema, then against the resource's own rules."""
    ephemeral = call.ephemeral_resource(request.type_name)
    config = conversion.read_object(request.config, call.object_type) or {}
    checks.check_schema_rules(call.attributes, config, call.diagnostics)
    if not call.diagnostics.has_errors:
        seen = deepcopy(config)
        ephemeral.validate(seen, call.diagnostics)
        call.check_validation(config, seen)


def open_ephemeral_resource(
    call: Call,
    request: pb.OpenEphemeralResource.Request,
    response: pb.OpenEphemeralResource.Response,
) -> None:
    """Open an ephemeral resource. After an error there is neither a result nor a private state."""
    ephemeral = call.ephemeral_resource(request.type_name)
    type_ = call.object_type
    config = conversion.read_object(request.config, type_) or {}
    operation = call.operation(b"")
    returned = ephemeral.open(deepcopy(config), operation)
    opened = ephemeral_rules.require_opened(returned, call.subject)
    private = call.private(operation, b"")
    # It is not written attribute by attribute, as a state is: half a result is of no use.
    result = encode(merge_data(call.attributes, config, opened.result), type_)
    if not call.diagnostics.has_errors:
        response.result.msgpack, response.private = result, private
        _write_renewal(response, opened.renew_at)


def renew_ephemeral_resource(
    call: Call,
    request: pb.RenewEphemeralResource.Request,
    response: pb.RenewEphemeralResource.Response,
) -> None:
    """Renew what was opened. An error keeps its private state as it was."""
    response.private = request.private
    ephemeral = call.ephemeral_resource(request.type_name)
    operation = call.operation(request.private)
    renew_at = ephemeral_rules.require_moment(ephemeral.renew(operation), call.subject)
    private = call.private(operation, request.private)
    if not call.diagnostics.has_errors:
        response.private = private
        _write_renewal(response, renew_at)


def close_ephemeral_resource(
    call: Call,
    request: pb.CloseEphemeralResource.Request,
    response: pb.CloseEphemeralResource.Response,
) -> None:
    """Close what was opened."""
    ephemeral = call.ephemeral_resource(request.type_name)
    ephemeral.close(call.operation(request.private))


def _write_renewal(response: Any, moment: datetime | None) -> None:
    # An empty message would be a moment, too: in the year 1970.
    if moment is not None:
        response.renew_at.FromDatetime(moment)
