"""The sandbox that the examples are deployed to, with what somebody else made there before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from example_deployment import Deploy, Deployment, fill
from provider_process import ProviderProcess
from vendor import ELASTIC, FIVETRAN
from workspace import Workspace


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deploy]:
    """Makes a working directory: the provider's name, and the directory."""
    with ExitStack() as processes:

        def made(provider: str, directory: Path) -> Deployment:
            database = tmp_path / f"{provider}.sqlite3"
            existing = fill(database) if provider == "fivetranops" else ""
            vendor = FIVETRAN if provider == "fivetranops" else ELASTIC
            environment = {k: v for k, v in vendor.environment.items() if "SERVICES" not in k}
            environment["TF_VAR_orders_password"] = "a-password"
            directory.mkdir(exist_ok=True, parents=True)
            process = ProviderProcess(directory, tmp_path / f"{provider}.log", provider)
            processes.callback(process.end)
            own = vendor._replace(environment=environment)
            terraform = Workspace(directory, f"sandbox:{database}", process, own)
            processes.callback(terraform.close)
            return Deployment(terraform, database, existing)

        yield made
