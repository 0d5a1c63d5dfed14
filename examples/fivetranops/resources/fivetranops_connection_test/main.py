from cdktf import App, TerraformStack

from constructs_lib import Connection, ConnectionState, ConnectionTest, FivetranProvider

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
tested = ConnectionTest(
    stack, "tested", connection=invoices, triggers={"password_of": "2026-11-01"}
)
ConnectionState(stack, "cursor", connection=invoices, state={"page": 1}, depends_on=[tested])

app.synth()
