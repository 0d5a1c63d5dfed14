from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import Connection, ConnectionFingerprints, FivetranProvider

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
shop = Connection(
    stack,
    "shop",
    group_id="sandbox_warehouse",
    service="postgres",
    config={"schema_prefix": "shop", "host": "db.unknown.test", "port": 5432},
    run_setup_tests=False,
)
tunnel = ConnectionFingerprints(
    stack,
    "tunnel",
    connection=shop,
    exclusive=True,
    fingerprints={
        "XhIEMeb0zlx3neARCHZXIZSCPUH1bY2g4nprru+V3a0=": (
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQAavJ03vUpQoylRMJRdBUbT8H4FmRyadIinIhlZdt3"
        ),
    },
)
TerraformOutput(stack, "approved", value=tunnel.approved)

app.synth()
