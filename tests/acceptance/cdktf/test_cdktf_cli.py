from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cdktf_project import MAIN_PY, Machine, cdk_project

pytestmark = pytest.mark.cdktf

OTHER = """
from pathlib import Path
from cdktf import TerraformProvider, TerraformProviderGeneratorMetadata as Metadata
from constructs_lib.constructs.delivery import launcher_path

class Other(TerraformProvider):
    pass

Other(stack, "other", terraform_resource_type="other",
      terraform_provider_source="terraform.local/x/other",
      terraform_generator_metadata=Metadata(provider_name="other", provider_version="~> 1.0"))
app.synth()
# The launcher serves as another provider, too: what matters here is where Terraform looks for it.
folder = Path(app.outdir, "stacks", "demo")
launcher = launcher_path(folder, "linux_amd64")
for platform in ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"):
    other = folder / "terraform.d/plugins/terraform.local/x/other/1.2.0" / platform
    other.mkdir(parents=True, exist_ok=True)
    (other / "terraform-provider-other_v1.2.0").write_bytes(launcher.read_bytes())
    (other / "terraform-provider-other_v1.2.0").chmod(0o755)
"""


def test_the_first_diff_works_without_any_set_up(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project")

    output = machine.succeed(project, "cdktf", "diff")

    assert "1 to add" in output


def test_another_provider_in_the_stack_does_not_matter(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", MAIN_PY + OTHER)

    output = machine.succeed(project, "cdktf", "diff")

    assert "1 to add" in output
    lock = (project / "cdktf.out" / "stacks" / "demo" / ".terraform.lock.hcl").read_text()
    assert 'version     = "1.2.0"' in lock


def test_a_second_diff_works_after_the_plugin_cache_lost_its_project(
    machine: Machine, tmp_path: Path
) -> None:
    first = cdk_project(tmp_path / "first")
    second = cdk_project(tmp_path / "second")
    machine.succeed(first, "cdktf", "diff")
    machine.succeed(second, "cdktf", "diff")
    shutil.rmtree(second)

    assert "1 to add" in machine.succeed(first, "cdktf", "diff")


def test_mistakes_are_shown_and_no_stack_is_written(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", MAIN_PY.replace("schema_prefix", "schema"))

    result = machine.run(project, "cdktf", "diff")

    assert result.status != 0
    assert "demo/orders: error[destination-schema]" in result.output
    assert "Traceback" not in result.output
    assert not (project / "cdktf.out" / "stacks" / "demo").exists()
