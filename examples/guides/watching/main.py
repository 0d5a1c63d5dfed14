from cdktf import App, TerraformStack

from constructs_lib import Connection, ConnectionData, FivetranProvider

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
watched = ConnectionData(stack, "watched", connection_id=orders.id)

# The CDK has no construct for check blocks, so this is what Terraform reads.
stack.add_override(
    "check.orders.assert",
    [
        {
            "condition": '${data.fivetranops_connection.watched.setup_state != "broken"}',
            "error_message": "orders is broken.",
        }
    ],
)

app.synth()
