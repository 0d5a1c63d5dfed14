from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cdktf_project import MAIN_PY, Machine, cdk_project
from quick_programs import QUICK_NODE, QUICK_TERRAFORM

from constructs_lib.sandbox import Store

pytestmark = pytest.mark.cdktf

OTHER = """
from pathlib import Path
from cdktf import TerraformProvider, TerraformProviderGeneratorMetadata as Metadata
from constructs_lib.constructs.synth.delivery import launcher_path

class Other(TerraformProvider):
    pass

Other(stack, "other", terraform_resource_type="other",
      terraform_provider_source="terraform.local/x/other",
      terraform_generator_metadata=Metadata(provider_name="other", provider_version="~> 1.0"))
app.synth()
# The launcher serves as another provider, too: what matters here is where Terraform looks for it.
folder = Path(app.outdir, "stacks", "demo")
launcher = launcher_path(folder, "linux_amd64", "fivetranops")
for platform in ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"):
    other = folder / "terraform.d/plugins/terraform.local/x/other/1.2.0" / platform
    other.mkdir(parents=True, exist_ok=True)
    (other / "terraform-provider-other_v1.2.0").write_bytes(launcher.read_bytes())
    (other / "terraform-provider-other_v1.2.0").chmod(0o755)
"""

ACCOUNTS = """
from cdktf import App, TerraformStack
from constructs_lib import Connection, ConnectionState, ConnectionSync, FivetranProvider

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:first.sqlite3")
second = FivetranProvider(stack, "second", api_url="sandbox:second.sqlite3", alias="second")
orders = Connection(stack, "orders", group_id="sandbox_warehouse", service="connector_sdk",
                    config={"schema": "orders"}, provider=second)
ConnectionState(stack, "cursor", connection=orders, state={"page": 1})
ConnectionSync(stack, "now", connection=orders)
ConnectionSync(stack, "anew", connection=orders, mode="resync", resync_everything=True, count=0)
app.synth()
"""


def writes(database: Path) -> list[tuple[str, str]]:
    """The write requests that a sandbox has taken: method, and the last step of the path."""
    with Store(database) as store:
        return [(e.method, e.path.rpartition("/")[2]) for e in store.journal(0) if e.writes]


def test_the_first_diff_works_without_any_set_up(machine: Machine, tmp_path: Path) -> None:
    quick = QUICK_NODE.keys() | QUICK_TERRAFORM.keys()
    as_it_comes = {name: text for name, text in machine.environ.items() if name not in quick}
    project = cdk_project(tmp_path / "project")

    output = machine._replace(environ=as_it_comes).succeed(project, "cdktf", "diff")

    assert "1 to add" in output


def test_another_provider_in_the_stack_does_not_matter(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", MAIN_PY + OTHER)

    output = machine.succeed(project, "cdktf", "diff")

    assert "1 to add" in output
    lock = (project / "cdktf.out" / "stacks" / "demo" / ".terraform.lock.hcl").read_text()
    assert 'version     = "1.2.0"' in lock


def test_second_diff_after_the_plugin_cache_lost_its_project(
    machine: Machine, tmp_path: Path
) -> None:
    first = cdk_project(tmp_path / "first")
    second = cdk_project(tmp_path / "second")
    machine.succeed(first, "cdktf", "diff")
    machine.succeed(second, "cdktf", "diff")
    shutil.rmtree(second)

    assert "1 to add" in machine.succeed(first, "cdktf", "diff")


def test_a_deploy_stays_in_the_account_of_a_connection(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", ACCOUNTS)

    machine.succeed(project, "cdktf", "deploy", "--auto-approve")

    done = writes(project / "second.sqlite3")
    assert [done.count(each) for each in (("PATCH", "state"), ("POST", "sync"))] == [1, 1]
    assert ("POST", "resync") not in done
    assert writes(project / "first.sqlite3") == []


def test_mistakes_are_shown_and_no_stack_is_written(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", MAIN_PY.replace("schema_prefix", "schema"))

    result = machine.run(project, "cdktf", "diff")

    assert result.status != 0
    assert "demo/orders: error[destination-schema]" in result.output
    assert "Traceback" not in result.output
    assert not (project / "cdktf.out" / "stacks" / "demo").exists()
