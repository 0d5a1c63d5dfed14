from cdktf import App, TerraformStack

from constructs_lib import Connection, EphemeralConnectCard, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
orders = Connection(
    stack,
    "orders",
    group_id="sandbox_warehouse",
    service="postgres",
    config={"schema_prefix": "orders", "host": "db.example.com"},
)
card = EphemeralConnectCard(
    stack, "setup", connection=orders, redirect_uri="https://example.com/thank-you"
)
Connection(
    stack,
    "portal",
    group_id="sandbox_warehouse",
    service="connector_sdk",
    config={"schema": "portal", "package_id": "portal_package"},
    secrets={"secrets_list": [{"key": "setup_uri", "value": card.uri}]},
)

app.synth()
