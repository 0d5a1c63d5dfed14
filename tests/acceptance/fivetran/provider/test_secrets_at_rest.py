"""Secrets with the real terraform: nowhere to be found, and noticed when they change."""

from __future__ import annotations

import pytest
from sandbox_server import Sandbox
from workspace import Workspace

ADDRESS = "fivetranops_connection.orders"
BODY = """
variable "password" {
  type      = string
  sensitive = true
  ephemeral = true
}
variable "token" {
  type      = string
  sensitive = true
  ephemeral = true
}
resource "fivetranops_connection" "orders" {
  group_id  = "sandbox_warehouse"
  service   = "connector_sdk"
  config    = { schema = "orders", package_id = "p" }
  config_wo = { secrets_list = [{ key = "token", value = var.password }] }
  auth_wo   = { refresh_token = var.token }
}
"""


def give(terraform: Workspace, password: str, token: str) -> None:
    terraform.environment |= {"TF_VAR_password": password, "TF_VAR_token": token}


@pytest.mark.launched
@pytest.mark.both_terraforms
def test_no_file_holds_a_secret(terraform: Workspace, sandbox: Sandbox) -> None:
    give(terraform, "canary-password", "canary-token")
    terraform.environment |= {"TF_LOG": "TRACE", "TF_LOG_PATH": "trace.log"}
    terraform.write(BODY)
    terraform.apply(from_file=True)
    give(terraform, "canary-password-2", "canary-token")
    terraform.apply(from_file=True)

    written = terraform.bytes_of_all_files()

    assert b"secrets_applied" in written
    for secret in (b"canary-password", b"canary-token", b"canary-api-key", b"canary-api-secret"):
        assert secret not in written
    shown = "".join(repr(entry) for entry in sandbox.store.journal(0))
    assert "canary" not in shown


def test_a_rotated_secret_is_the_only_thing_planned_and_sent(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    give(terraform, "canary-password", "canary-token")
    terraform.write(BODY)
    terraform.apply(from_file=True)
    assert terraform.is_settled()
    sandbox.writes()
    give(terraform, "canary-password-2", "canary-token")

    assert terraform.plan().differences(ADDRESS) == {"secrets_applied"}
    terraform.apply(from_file=True)

    (method, _, body), *others = sandbox.writes()
    assert others == []
    assert (method, set(body), set(body["config"])) == ("PATCH", {"config"}, {"secrets_list"})
    assert terraform.is_settled()


def test_rotated_api_secret_sends_the_secrets_again(terraform: Workspace, sandbox: Sandbox) -> None:
    terraform.environment |= {"FIVETRAN_API_URL": "sandbox:sandbox.sqlite3"}
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET"):
        terraform.environment[name] = "sandbox"
    give(terraform, "canary-password", "canary-token")
    terraform.write(BODY)
    terraform.apply(from_file=True)
    # The private state is made under another API secret, as if the key had been rotated since.
    state = terraform.directory / "terraform.tfstate"
    import base64
    import json

    document = json.loads(state.read_text())
    instance = document["resources"][0]["instances"][0]
    private = json.loads(base64.b64decode(instance["private"]))
    mark = json.dumps(private)
    assert '"mark"' in mark
    replaced = mark.replace(private["secrets"]["mark"], "0" * 12)
    instance["private"] = base64.b64encode(replaced.encode()).decode()
    state.write_text(json.dumps(document))

    plan = terraform.plan()

    assert plan.differences(ADDRESS) == {"secrets_applied"}
    assert "The provider's API secret changed" in plan.output
    terraform.apply(from_file=True)
    assert terraform.is_settled()


def test_the_secrets_of_an_imported_connection_are_sent_once(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    secret = {"key": "token", "value": "canary-password"}
    made = sandbox.add("connector_sdk", schema="orders", package_id="p", secrets_list=[secret])
    give(terraform, "canary-password", "canary-token")
    terraform.write(BODY)
    terraform.run("import", ADDRESS, made)

    assert terraform.plan().differences(ADDRESS) == {"secrets_applied"}
    terraform.apply(from_file=True)
    assert len(sandbox.writes()) == 1
    assert terraform.is_settled()
