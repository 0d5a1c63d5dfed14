from cdktf import App, TerraformOutput, TerraformStack, TerraformVariable

from constructs_lib import Connection, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")

password = TerraformVariable(stack, "orders_password", type="string", sensitive=True)
password.add_override("ephemeral", True)  # Keeps the value out of the plan file, too.
orders = Connection(
    stack,
    "orders",
    group_id="sandbox_warehouse",
    service="postgres",
    config={"schema_prefix": "orders", "host": "db.example.com", "port": 5432, "user": "fivetran"},
    secrets={"password": password.string_value},
    sync_frequency=60,
    lifecycle={"prevent_destroy": False},  # True refuses a replacement.
)
TerraformOutput(stack, "orders_id", value=orders.id)

app.synth()
