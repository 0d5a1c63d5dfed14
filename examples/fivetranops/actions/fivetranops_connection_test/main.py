from cdktf import App, TerraformStack

from constructs_lib import (
    ActionTrigger,
    Connection,
    ConnectionTestAction,
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
test = ConnectionTestAction(stack, "orders_test", connection=orders, fail_on="warning")
orders.lifecycle = Lifecycle(
    action_triggers=[ActionTrigger(events=["after_create", "after_update"], actions=[test])]
)

app.synth()
