from cdktf import App, DataResource, TerraformStack

from constructs_lib import Connection, ConnectionResyncAction, FivetranProvider

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
returns = ConnectionResyncAction(
    stack, "returns", connection=orders, tables={"public": ["orders", "returns"]}
)
# The layout of the tables, which somebody changes along with the tables themselves.
layout = DataResource(stack, "layout", input={"changed": "2026-11-29"})
layout.add_override(
    "lifecycle.action_trigger",
    [{"events": ["after_create", "after_update"], "actions": [returns.address]}],
)

app.synth()
