from cdktf import App, DataResource, TerraformStack

from constructs_lib import Connection, ConnectionPauseAction, FivetranProvider

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
pause = ConnectionPauseAction(stack, "pause", connection=orders, paused=True, wait=True)
again = ConnectionPauseAction(stack, "again", connection=orders, paused=False)
# Stands for what must not change while the connection syncs.
warehouse = DataResource(stack, "warehouse", input={"moved": "2026-11-29"})
warehouse.add_override(
    "lifecycle.action_trigger",
    [
        {"events": ["before_create", "before_update"], "actions": [pause.address]},
        {"events": ["after_create", "after_update"], "actions": [again.address]},
    ],
)

app.synth()
