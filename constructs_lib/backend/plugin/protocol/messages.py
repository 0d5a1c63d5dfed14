"""The messages of the Terraform plugin protocol 6, in its level 6.10, as far as they are needed.

The names and numbers are Terraform's; what a Terraform of another level sends besides is skipped.
CallFunction and the state stores are missing, as this package offers neither. The services of
go-plugin need no messages: Shutdown's are empty, which is zero bytes, and the stdio stream sends
none.

A class is made when it is asked for first, as most processes need a few of them. Type checkers read
``messages.pyi``, which ``scripts/message_types.py`` writes from these tables.

Source: ``docs/plugin-protocol/tfplugin6.proto`` of Terraform 1.15. The tests compare each field
with it.
"""

from __future__ import annotations

from typing import Any, Final

from constructs_lib.backend.plugin.protocol.protobuf import Timestamp as Timestamp
from constructs_lib.backend.plugin.protocol.protobuf import declare

# The rows are those of the protocol's own file, with two differences: ``enum`` stands for the type
# of any enum, and ``return_`` for the field ``return``, which is a word of Python's own.
MESSAGES: Final = {
    "DynamicValue": "bytes msgpack = 1; bytes json = 2",
    "Diagnostic": (
        "enum severity = 1; string summary = 2; string detail = 3; AttributePath attribute = 4"
    ),
    "AttributePath": "repeated AttributePath.Step steps = 1",
    "AttributePath.Step": (
        "oneof selector string attribute_name = 1; oneof selector string element_key_string = 2; "
        "oneof selector int64 element_key_int = 3"
    ),
    "StopProvider.Request": "",
    "StopProvider.Response": "string Error = 1",
    "RawState": "bytes json = 1; map<string, string> flatmap = 2",
    "ResourceIdentitySchema": (
        "int64 version = 1; "
        "repeated ResourceIdentitySchema.IdentityAttribute identity_attributes = 2"
    ),
    "ResourceIdentitySchema.IdentityAttribute": (
        "string name = 1; bytes type = 2; bool required_for_import = 3; "
        "bool optional_for_import = 4; string description = 5"
    ),
    "ResourceIdentityData": "DynamicValue identity_data = 1",
    "ActionSchema": "Schema schema = 1",
    "Schema": "int64 version = 1; Schema.Block block = 2",
    "Schema.Block": (
        "int64 version = 1; repeated Schema.Attribute attributes = 2; "
        "repeated Schema.NestedBlock block_types = 3; string description = 4; "
        "enum description_kind = 5; bool deprecated = 6; string deprecation_message = 7"
    ),
    "Schema.Attribute": (
        "string name = 1; bytes type = 2; string description = 3; bool required = 4; "
        "bool optional = 5; bool computed = 6; bool sensitive = 7; enum description_kind = 8; "
        "bool deprecated = 9; Schema.Object nested_type = 10; bool write_only = 11; "
        "string deprecation_message = 12"
    ),
    "Schema.NestedBlock": (
        "string type_name = 1; Schema.Block block = 2; enum nesting = 3; int64 min_items = 4; "
        "int64 max_items = 5"
    ),
    "Schema.Object": (
        "repeated Schema.Attribute attributes = 1; enum nesting = 3; int64 min_items = 4; "
        "int64 max_items = 5"
    ),
    "Function": (
        "repeated Function.Parameter parameters = 1; Function.Parameter variadic_parameter = 2; "
        "Function.Return return_ = 3; string summary = 4; string description = 5; "
        "enum description_kind = 6; string deprecation_message = 7"
    ),
    "Function.Parameter": (
        "string name = 1; bytes type = 2; bool allow_null_value = 3; "
        "bool allow_unknown_values = 4; string description = 5; enum description_kind = 6"
    ),
    "Function.Return": "bytes type = 1",
    "ServerCapabilities": (
        "bool plan_destroy = 1; bool get_provider_schema_optional = 2; "
        "bool move_resource_state = 3; bool generate_resource_config = 4"
    ),
    "ClientCapabilities": "bool deferral_allowed = 1; bool write_only_attributes_allowed = 2",
    "Deferred": "enum reason = 1",
    "GetMetadata.Request": "",
    "GetMetadata.Response": (
        "ServerCapabilities server_capabilities = 1; repeated Diagnostic diagnostics = 2; "
        "repeated GetMetadata.DataSourceMetadata data_sources = 3; "
        "repeated GetMetadata.ResourceMetadata resources = 4; "
        "repeated GetMetadata.FunctionMetadata functions = 5; "
        "repeated GetMetadata.EphemeralMetadata ephemeral_resources = 6; "
        "repeated GetMetadata.ListResourceMetadata list_resources = 7; "
        "repeated GetMetadata.ActionMetadata actions = 9"
    ),
    "GetMetadata.EphemeralMetadata": "string type_name = 1",
    "GetMetadata.FunctionMetadata": "string name = 1",
    "GetMetadata.DataSourceMetadata": "string type_name = 1",
    "GetMetadata.ResourceMetadata": "string type_name = 1",
    "GetMetadata.ListResourceMetadata": "string type_name = 1",
    "GetMetadata.ActionMetadata": "string type_name = 1",
    "GetProviderSchema.Request": "",
    "GetProviderSchema.Response": (
        "Schema provider = 1; map<string, Schema> resource_schemas = 2; "
        "map<string, Schema> data_source_schemas = 3; repeated Diagnostic diagnostics = 4; "
        "Schema provider_meta = 5; ServerCapabilities server_capabilities = 6; "
        "map<string, Function> functions = 7; map<string, Schema> ephemeral_resource_schemas = 8; "
        "map<string, Schema> list_resource_schemas = 9; "
        "map<string, ActionSchema> action_schemas = 11"
    ),
    "ValidateProviderConfig.Request": "DynamicValue config = 1",
    "ValidateProviderConfig.Response": "repeated Diagnostic diagnostics = 2",
    "UpgradeResourceState.Request": (
        "string type_name = 1; int64 version = 2; RawState raw_state = 3"
    ),
    "UpgradeResourceState.Response": (
        "DynamicValue upgraded_state = 1; repeated Diagnostic diagnostics = 2"
    ),
    "GetResourceIdentitySchemas.Request": "",
    "GetResourceIdentitySchemas.Response": (
        "map<string, ResourceIdentitySchema> identity_schemas = 1; "
        "repeated Diagnostic diagnostics = 2"
    ),
    "UpgradeResourceIdentity.Request": (
        "string type_name = 1; int64 version = 2; RawState raw_identity = 3"
    ),
    "UpgradeResourceIdentity.Response": (
        "ResourceIdentityData upgraded_identity = 1; repeated Diagnostic diagnostics = 2"
    ),
    "ValidateResourceConfig.Request": (
        "string type_name = 1; DynamicValue config = 2; ClientCapabilities client_capabilities = 3"
    ),
    "ValidateResourceConfig.Response": "repeated Diagnostic diagnostics = 1",
    "ValidateDataResourceConfig.Request": "string type_name = 1; DynamicValue config = 2",
    "ValidateDataResourceConfig.Response": "repeated Diagnostic diagnostics = 1",
    "ValidateEphemeralResourceConfig.Request": "string type_name = 1; DynamicValue config = 2",
    "ValidateEphemeralResourceConfig.Response": "repeated Diagnostic diagnostics = 1",
    "ConfigureProvider.Request": (
        "string terraform_version = 1; DynamicValue config = 2; "
        "ClientCapabilities client_capabilities = 3"
    ),
    "ConfigureProvider.Response": "repeated Diagnostic diagnostics = 1",
    "ReadResource.Request": (
        "string type_name = 1; DynamicValue current_state = 2; bytes private = 3; "
        "DynamicValue provider_meta = 4; ClientCapabilities client_capabilities = 5; "
        "ResourceIdentityData current_identity = 6"
    ),
    "ReadResource.Response": (
        "DynamicValue new_state = 1; repeated Diagnostic diagnostics = 2; bytes private = 3; "
        "Deferred deferred = 4; ResourceIdentityData new_identity = 5"
    ),
    "PlanResourceChange.Request": (
        "string type_name = 1; DynamicValue prior_state = 2; DynamicValue proposed_new_state = 3; "
        "DynamicValue config = 4; bytes prior_private = 5; DynamicValue provider_meta = 6; "
        "ClientCapabilities client_capabilities = 7; ResourceIdentityData prior_identity = 8"
    ),
    "PlanResourceChange.Response": (
        "DynamicValue planned_state = 1; repeated AttributePath requires_replace = 2; "
        "bytes planned_private = 3; repeated Diagnostic diagnostics = 4; "
        "bool legacy_type_system = 5; Deferred deferred = 6; "
        "ResourceIdentityData planned_identity = 7"
    ),
    "ApplyResourceChange.Request": (
        "string type_name = 1; DynamicValue prior_state = 2; DynamicValue planned_state = 3; "
        "DynamicValue config = 4; bytes planned_private = 5; DynamicValue provider_meta = 6; "
        "ResourceIdentityData planned_identity = 7"
    ),
    "ApplyResourceChange.Response": (
        "DynamicValue new_state = 1; bytes private = 2; repeated Diagnostic diagnostics = 3; "
        "bool legacy_type_system = 4; ResourceIdentityData new_identity = 5"
    ),
    "ImportResourceState.Request": (
        "string type_name = 1; string id = 2; ClientCapabilities client_capabilities = 3; "
        "ResourceIdentityData identity = 4"
    ),
    "ImportResourceState.ImportedResource": (
        "string type_name = 1; DynamicValue state = 2; bytes private = 3; "
        "ResourceIdentityData identity = 4"
    ),
    "ImportResourceState.Response": (
        "repeated ImportResourceState.ImportedResource imported_resources = 1; "
        "repeated Diagnostic diagnostics = 2; Deferred deferred = 3"
    ),
    "GenerateResourceConfig.Request": "string type_name = 1; DynamicValue state = 2",
    "GenerateResourceConfig.Response": (
        "DynamicValue config = 1; repeated Diagnostic diagnostics = 2"
    ),
    "MoveResourceState.Request": (
        "string source_provider_address = 1; string source_type_name = 2; "
        "int64 source_schema_version = 3; RawState source_state = 4; string target_type_name = 5; "
        "bytes source_private = 6; RawState source_identity = 7; "
        "int64 source_identity_schema_version = 8"
    ),
    "MoveResourceState.Response": (
        "DynamicValue target_state = 1; repeated Diagnostic diagnostics = 2; "
        "bytes target_private = 3; ResourceIdentityData target_identity = 4"
    ),
    "ReadDataSource.Request": (
        "string type_name = 1; DynamicValue config = 2; DynamicValue provider_meta = 3; "
        "ClientCapabilities client_capabilities = 4"
    ),
    "ReadDataSource.Response": (
        "DynamicValue state = 1; repeated Diagnostic diagnostics = 2; Deferred deferred = 3"
    ),
    "OpenEphemeralResource.Request": (
        "string type_name = 1; DynamicValue config = 2; ClientCapabilities client_capabilities = 3"
    ),
    "OpenEphemeralResource.Response": (
        "repeated Diagnostic diagnostics = 1; Timestamp renew_at = 2; DynamicValue result = 3; "
        "optional bytes private = 4; Deferred deferred = 5"
    ),
    "RenewEphemeralResource.Request": "string type_name = 1; optional bytes private = 2",
    "RenewEphemeralResource.Response": (
        "repeated Diagnostic diagnostics = 1; Timestamp renew_at = 2; optional bytes private = 3"
    ),
    "CloseEphemeralResource.Request": "string type_name = 1; optional bytes private = 2",
    "CloseEphemeralResource.Response": "repeated Diagnostic diagnostics = 1",
    "GetFunctions.Request": "",
    "GetFunctions.Response": (
        "map<string, Function> functions = 1; repeated Diagnostic diagnostics = 2"
    ),
    "ListResource.Request": (
        "string type_name = 1; DynamicValue config = 2; bool include_resource_object = 3; "
        "int64 limit = 4"
    ),
    "ListResource.Event": (
        "ResourceIdentityData identity = 1; string display_name = 2; "
        "DynamicValue resource_object = 3; repeated Diagnostic diagnostic = 4"
    ),
    "ValidateListResourceConfig.Request": (
        "string type_name = 1; DynamicValue config = 2; DynamicValue include_resource_object = 3; "
        "DynamicValue limit = 4"
    ),
    "ValidateListResourceConfig.Response": "repeated Diagnostic diagnostics = 1",
    "PlanAction.Request": (
        "string action_type = 1; DynamicValue config = 2; "
        "ClientCapabilities client_capabilities = 3"
    ),
    "PlanAction.Response": "repeated Diagnostic diagnostics = 1; Deferred deferred = 2",
    "InvokeAction.Request": (
        "string action_type = 1; DynamicValue config = 2; "
        "ClientCapabilities client_capabilities = 3"
    ),
    "InvokeAction.Event": (
        "oneof type InvokeAction.Event.Progress progress = 1; "
        "oneof type InvokeAction.Event.Completed completed = 2"
    ),
    "InvokeAction.Event.Progress": "string message = 1",
    "InvokeAction.Event.Completed": "repeated Diagnostic diagnostics = 1",
    "ValidateActionConfig.Request": "string type_name = 1; DynamicValue config = 2",
    "ValidateActionConfig.Response": "repeated Diagnostic diagnostics = 1",
}
"""The tables by the dotted names of the messages."""
ENUMS: Final = {
    "StringKind": "PLAIN MARKDOWN",
    "Diagnostic": "INVALID ERROR WARNING",
    "Schema.NestedBlock": "INVALID SINGLE LIST SET MAP GROUP",
    "Schema.Object": "INVALID SINGLE LIST SET MAP",
    "Deferred": "UNKNOWN RESOURCE_CONFIG_UNKNOWN PROVIDER_CONFIG_UNKNOWN ABSENT_PREREQ",
}
"""The names of the numbers 0, 1, … of the enums, by the class that holds them."""
__all__ = sorted({"Timestamp", *(name.partition(".")[0] for name in (*MESSAGES, *ENUMS))})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Two threads may make a class at once; both get the one that was kept first.
    return globals().setdefault(name, declare(name, __name__, MESSAGES, ENUMS))
