from __future__ import annotations

from pathlib import Path

import pytest
from package_build import Installation, build, checkout
from toolkits import CDKTF


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The package as it would be published: the files by their suffix."""
    folder = tmp_path_factory.mktemp("package")
    return build(checkout(folder / "checkout"), folder / "dist")


@pytest.fixture(scope="session")
def wheel(distributions: dict[str, Path]) -> Path:
    return distributions[".whl"]


@pytest.fixture(scope="session")
def with_cdktf(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The package with the CDK for Terraform."""
    return Installation.of(tmp_path_factory.mktemp("with-cdktf"), f"{wheel}[cdktf]", CDKTF)


@pytest.fixture(scope="session")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The package without any extra."""
    return Installation.of(tmp_path_factory.mktemp("base"), str(wheel))
