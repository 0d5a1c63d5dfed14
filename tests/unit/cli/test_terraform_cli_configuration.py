"""Terraform's CLI configuration is read as Terraform finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from constructs_lib.cli.install import read_cli_configuration

OWN = """
# provider_installation { filesystem_mirror { path = "/in/a/comment" } }
plugin_cache_dir = "/cache"
provider_installation {
  filesystem_mirror {
    path    = "/usr/share/{providers}"  // with braces
    include = ["example.com/*/*"]
  }
  network_mirror { url = "https://example.com/path/" }
  direct { exclude = ["example.com/*/*"] }
}
credentials "example.com" { token = "provider_installation {" }
"""
IN_JSON = (
    """{"provider_installation": [{"filesystem_mirror": [{"path": "/json"}], "direct": {}}]}"""
)


def test_without_a_file_nothing_is_configured(tmp_path: Path) -> None:
    assert read_cli_configuration({}, tmp_path) == (None, (), None, None)


def test_a_block_of_its_own_is_found_with_its_mirrors(tmp_path: Path) -> None:
    file = tmp_path / ".terraformrc"
    file.write_text(OWN)

    found = read_cli_configuration({}, tmp_path)

    assert found.installation == (file, (Path("/usr/share/{providers}"),), False)
    assert found.plugin_cache == Path("/cache")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '# provider_installation {\n# direct {}\n# }\nplugin_cache_dir = "/c"',
        "/*\nprovider_installation {\n}\n*/",
        'credentials "provider_installation {" {}',
        "{not json",
        "{}",
        "[]",
    ],
)
def test_what_only_looks_like_a_block_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(text)

    assert read_cli_configuration({}, tmp_path).installation is None


def test_a_file_in_json_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "rc").write_text(IN_JSON)

    found = read_cli_configuration(
        {"TF_CLI_CONFIG_FILE": str(tmp_path / "rc")}, tmp_path
    ).installation

    assert found is not None
    assert found.mirrors == (Path("/json"),)


def test_the_variable_stands_in_place_of_the_usual_file(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(OWN)
    missing = tmp_path / "missing"

    found = read_cli_configuration({"TF_CLI_CONFIG_FILE": str(missing)}, tmp_path)

    assert found == (missing, (), None, None)


def test_a_part_beside_the_usual_file_counts(tmp_path: Path) -> None:
    part = tmp_path / ".terraform.d" / "company.tfrc"
    part.parent.mkdir()
    part.write_text("provider_installation {\n  direct {}\n}\n")

    found = read_cli_configuration({"TF_CLI_CONFIG_FILE": "/nowhere"}, tmp_path).installation

    assert found == (part, (), False)


def test_overrides_for_development_are_noticed(tmp_path: Path) -> None:
    text = 'provider_installation {\n  dev_overrides { "x/y" = "/z" }\n  direct {}\n}\n'
    (tmp_path / ".terraformrc").write_text(text)

    found = read_cli_configuration({}, tmp_path).installation

    assert found is not None
    assert found.overrides


def test_the_variable_of_the_plugin_cache_stands_above_the_file(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text('plugin_cache_dir = "/of/the/file"')

    assert read_cli_configuration({"TF_PLUGIN_CACHE_DIR": "/mine"}, tmp_path).plugin_cache == Path(
        "/mine"
    )
    assert read_cli_configuration({}, tmp_path).plugin_cache == Path("/of/the/file")


def test_opentofu_prefers_a_file_of_its_own(tmp_path: Path) -> None:
    tofu = {"TERRAFORM_BINARY_NAME": "/usr/bin/tofu"}
    (tmp_path / ".terraformrc").touch()
    assert read_cli_configuration(tofu, tmp_path).files == (tmp_path / ".terraformrc",)

    (tmp_path / ".tofurc").touch()

    assert read_cli_configuration(tofu, tmp_path).files == (tmp_path / ".tofurc",)
    assert read_cli_configuration({}, tmp_path).files == (tmp_path / ".terraformrc",)
