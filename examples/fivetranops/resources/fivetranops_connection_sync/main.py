from cdktf import App, TerraformStack

from constructs_lib import Connection, ConnectionSync, FivetranProvider

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
first = ConnectionSync(stack, "first", connection=orders, triggers={"day": "2026-11-21"}, wait=True)
ConnectionSync(
    stack,
    "anew",
    connection=orders,
    mode="resync",
    tables={"public": ["orders"]},
    depends_on=[first],
)

app.synth()
