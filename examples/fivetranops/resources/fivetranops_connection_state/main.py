from cdktf import App, Fn, TerraformOutput, TerraformStack

from constructs_lib import Connection, ConnectionState, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
invoices = Connection(
    stack,
    "invoices",
    group_id="sandbox_warehouse",
    service="connector_sdk",
    config={"schema": "invoices", "package_id": "invoices_package"},
)
cursor = ConnectionState(
    stack, "cursor", connection=invoices, state={"updated_since": "2024-06-01T00:00:00Z"}
)
TerraformOutput(stack, "state_before", value=Fn.jsonencode(cursor.previous_state))

app.synth()
