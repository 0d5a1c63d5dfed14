from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import ConnectCard, Connection, FivetranProvider

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
card = ConnectCard(
    stack,
    "setup",
    connection=orders,
    redirect_uri="https://example.com/thank-you",
    triggers={"month": "2026-11"},
)
TerraformOutput(stack, "setup_uri", value=card.uri, sensitive=True)

app.synth()
