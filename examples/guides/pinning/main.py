from cdktf import App, TerraformStack

from constructs_lib import (
    Connection,
    ConnectionCertificates,
    ConnectionSchema,
    ConnectionSync,
    ConnectionTest,
    FivetranProvider,
)

HASH = "EANRGmV2KfNUFwgQGZfC4bQcOD+gKVSM3dC5goFvSmM="
CERTIFICATE = (
    "MIHSMIGFAhARQZFaGaNro49ObkqucYW2MAUGAytlcDANMQswCQYDVQQDDAJkYjAgFw0yNjE"
    "xMjkyMzU3NDVaGA8yMTI2MTEwNTIzNTc0NVowDTELMAkGA1UEAwwCZGIwKjAFBgMrZXADIQ"
    "Bu4FtEo8gsP26T2GBjmdpo2KdvTvQ+g/SqcNNqKUIWcDAFBgMrZXADQQC9IKbTlJjFsM2nH"
    "lQPV7+443ySRdCAepcqr5+yG0u2bOp8WrjOgycbfKwyd22mR+FPy26GoKPzQ0lwl/MBW9UM"
)

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")

# The tests of the creation would fail: nobody has approved the certificate yet.
shop = Connection(
    stack,
    "shop",
    group_id="sandbox_warehouse",
    service="postgres",
    config={"schema_prefix": "shop", "host": "db.unsigned.test", "port": 5432},
    run_setup_tests=False,
)
pinned = ConnectionCertificates(
    stack, "pinned", connection=shop, certificates={HASH: CERTIFICATE}, exclusive=True
)
tested = ConnectionTest(stack, "tested", connection=shop, depends_on=[pinned])
chosen = ConnectionSchema(
    stack,
    "chosen",
    connection=shop,
    schema_change_handling="ALLOW_COLUMNS",
    schemas={"public": {"tables": {"orders": {"columns": {"email": {"hashed": True}}}}}},
    depends_on=[tested],
)
ConnectionSync(stack, "first", connection=shop, depends_on=[chosen])

app.synth()
