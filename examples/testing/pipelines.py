from cdktf import App, TerraformOutput, TerraformStack, TerraformVariable

from constructs_lib import Connection, ConnectionState, FivetranProvider


def pipelines(app: App, since: str = "2024-01-01") -> TerraformStack:
    stack = TerraformStack(app, "pipelines")
    FivetranProvider(stack, "fivetran")
    key = TerraformVariable(stack, "invoices_key", type="string", sensitive=True)
    invoices = Connection(
        stack,
        "invoices",
        group_id="sandbox_warehouse",
        service="connector_sdk",
        config={"schema": "invoices", "package_id": "invoices_package"},
        secrets={"secrets_list": [{"key": "api_key", "value": key.string_value}]},
    )
    ConnectionState(stack, "cursor", connection=invoices, state={"updated_since": since})
    TerraformOutput(stack, "invoices_id", value=invoices.id)
    return stack
