"""The calls about data sources: validate and read."""

from __future__ import annotations

from copy import deepcopy

from constructs_lib.backend.plugin import checks, messages, promises
from constructs_lib.backend.plugin import tfplugin6 as pb
from constructs_lib.backend.plugin.session import Call
from constructs_lib.backend.plugin.settle import settle_data


def validate_data_resource_config(
    call: Call,
    request: pb.ValidateDataResourceConfig.Request,
    response: pb.ValidateDataResourceConfig.Response,
) -> None:
    """Checks a configuration against the schema, then against the data source's own rules."""
    source = call.data_source(request.type_name)
    config = messages.read_object(request.config, call.object_type) or {}
    checks.check(call.attributes, config, call.diagnostics)
    if not call.diagnostics.has_errors:
        seen = deepcopy(config)
        source.validate(seen, call.diagnostics)
        call.check_validation(config, seen)


def read_data_source(
    call: Call, request: pb.ReadDataSource.Request, response: pb.ReadDataSource.Response
) -> None:
    """Reads. After an error there is no state."""
    source = call.data_source(request.type_name)
    type_ = call.object_type
    config = messages.read_object(request.config, type_) or {}
    returned = source.read(deepcopy(config), call.operation(b""))
    returned = promises.require_object(returned, call.subject)
    state = messages.write_state(
        settle_data(call.attributes, config, returned), type_, call.diagnostics
    )
    if not call.diagnostics.has_errors:
        response.state.msgpack = state
