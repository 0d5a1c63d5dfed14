from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import Connection, ConnectionCertificates, ConnectionTest, FivetranProvider

CERTIFICATE = (
    "MIHSMIGFAhARQZFaGaNro49ObkqucYW2MAUGAytlcDANMQswCQYDVQQDDAJkYjAgFw0yNjE"
    "xMjkyMzU3NDVaGA8yMTI2MTEwNTIzNTc0NVowDTELMAkGA1UEAwwCZGIwKjAFBgMrZXADIQ"
    "Bu4FtEo8gsP26T2GBjmdpo2KdvTvQ+g/SqcNNqKUIWcDAFBgMrZXADQQC9IKbTlJjFsM2nH"
    "lQPV7+443ySRdCAepcqr5+yG0u2bOp8WrjOgycbfKwyd22mR+FPy26GoKPzQ0lwl/MBW9UM"
)

app = App()
stack = TerraformStack(app, "pipelines")
FivetranProvider(stack, "fivetran")
shop = Connection(
    stack,
    "shop",
    group_id="sandbox_warehouse",
    service="postgres",
    config={"schema_prefix": "shop", "host": "db.unsigned.test", "port": 5432},
    run_setup_tests=False,
)
source = ConnectionCertificates(
    stack,
    "source",
    connection=shop,
    certificates={"EANRGmV2KfNUFwgQGZfC4bQcOD+gKVSM3dC5goFvSmM=": CERTIFICATE},
)
ConnectionTest(stack, "tested", connection=shop, depends_on=[source])
TerraformOutput(stack, "approved", value=source.approved)

app.synth()
