from pipelines import pipelines

from constructs_lib.testing import Deploy, FivetranSandbox, synthesize

VARIABLES = {"invoices_key": "not the real one"}


def test_the_stack_names_the_warehouse() -> None:
    invoices = synthesize(pipelines).resource("fivetranops_connection", "invoices")

    assert invoices["group_id"] == "sandbox_warehouse"


def test_the_stack_settles(deploy: Deploy) -> None:
    deployment = deploy(pipelines, variables=VARIABLES)

    assert deployment.plan().is_empty


def test_a_new_cursor_is_set_while_paused(
    deploy: Deploy, fivetran_sandbox: FivetranSandbox
) -> None:
    deployment = deploy(pipelines, variables=VARIABLES)

    deployment.deploy(lambda app: pipelines(app, since="2025-01-01"))

    assert deployment.transcript == [
        'PATCH /v1/connections/{invoices} {"paused": true}',
        'PATCH /v1/connections/{invoices}/state {"state": {"updated_since": "2025-01-01"}}',
        'PATCH /v1/connections/{invoices} {"paused": false}',
    ]
    identifier = deployment.outputs["invoices_id"]
    assert not fivetran_sandbox.connection(identifier)["paused"]
