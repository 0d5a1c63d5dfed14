"""The checks that run before synth: JSON Schema, and rules across attributes.

The functions ``check_…`` take the values of one construct, by parameter name, and return *all*
findings; they raise nothing. ``check_parameters`` is for those without rules of their own.
``render`` makes the report of many findings that a person reads, and ``ValidationFailed`` ends the
program with it.

Values that are known only at deployment (tokens of the CDK, variables) are recognised by the
``is_token`` function of the caller, leaf by leaf: the values next to them are still checked.

This package imports neither the CDK nor anything of the network, and loads ``jsonschema`` only
when something is checked.
"""

from constructs_lib.validation.checks import (
    check_connection,
    check_connection_data,
    check_connection_state,
    check_connection_state_data,
    check_connection_sync,
    check_connection_test,
    check_connector_status,
    check_parameters,
)
from constructs_lib.validation.findings import (
    ConstructPlace,
    FilePlace,
    Finding,
    IsToken,
    Place,
    Severity,
    ValidationFailed,
    errors,
    never,
    render,
)
from constructs_lib.validation.schema_check import ALIASES

__all__ = [
    "ALIASES",
    "ConstructPlace",
    "FilePlace",
    "Finding",
    "IsToken",
    "Place",
    "Severity",
    "ValidationFailed",
    "check_connection",
    "check_connection_data",
    "check_connection_state",
    "check_connection_state_data",
    "check_connection_sync",
    "check_connection_test",
    "check_connector_status",
    "check_parameters",
    "errors",
    "never",
    "render",
]
