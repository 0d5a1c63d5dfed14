from cdktf import App, TerraformStack

from constructs_lib import Connection, ConnectionSchema, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
shop = Connection(
    stack,
    "shop",
    group_id="sandbox_warehouse",
    service="postgres",
    config={"schema_prefix": "shop", "host": "db.example.com", "port": 5432},
)
ConnectionSchema(
    stack,
    "synced",
    connection=shop,
    schema_change_handling="ALLOW_COLUMNS",
    schemas={
        "public": {
            "tables": {
                "orders": {"sync_mode": "HISTORY", "columns": {"email": {"hashed": True}}},
                "customers": {"columns": {"phone": {"enabled": False}}},
            },
        },
        "internal": {"enabled": False},
    },
)

app.synth()
