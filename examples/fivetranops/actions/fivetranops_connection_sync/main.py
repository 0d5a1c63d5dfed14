from cdktf import App, TerraformStack

from constructs_lib import (
    ActionTrigger,
    Connection,
    ConnectionSyncAction,
    FivetranProvider,
    Lifecycle,
)

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
sync = ConnectionSyncAction(
    stack, "orders_sync", connection=orders, wait=True, timeouts={"invoke": "2h"}
)
orders.lifecycle = Lifecycle(
    action_triggers=[ActionTrigger(events=["after_create", "after_update"], actions=[sync])]
)

app.synth()
