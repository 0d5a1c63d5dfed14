"""The sandbox that the examples are deployed to, with what somebody else made there before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from example_deployment import Deploy, Deployment, fill
from provider_process import SharedProcess
from vendor import ELASTIC, FIVETRAN
from workspace import Workspace

VENDORS = {vendor.provider: vendor for vendor in (FIVETRAN, ELASTIC)}


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The file of the sandbox of each provider: always the same, so that one start of a provider
    serves all examples.
    """
    folder = tmp_path_factory.mktemp("sandboxes")
    return {provider: folder / f"{provider}.sqlite3" for provider in VENDORS}


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, SharedProcess]]:
    """The process of each provider, started when an example first needs it."""
    found = {name: SharedProcess(tmp_path_factory.mktemp(name), name) for name in VENDORS}
    yield found
    for process in found.values():
        process.end()


@pytest.fixture
def deployment(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    databases: Mapping[str, Path],
    processes: Mapping[str, SharedProcess],
) -> Iterator[Deploy]:
    """Makes a working directory: the provider's name, and the directory."""
    with ExitStack() as ending:

        def made(provider: str, directory: Path) -> Deployment:
            database = databases[provider]
            for file in database.parent.glob(f"{database.name}*"):
                file.unlink()
            existing = fill(database) if provider == "fivetranops" else ""
            vendor = VENDORS[provider]
            environment = {k: v for k, v in vendor.environment.items() if "SERVICES" not in k}
            environment["TF_VAR_orders_password"] = "a-password"
            process = ending.enter_context(processes[provider].attached(request.node, tmp_path))
            directory.mkdir(exist_ok=True, parents=True)
            own = vendor._replace(environment=environment)
            terraform = Workspace(directory, f"sandbox:{database}", process, own)
            ending.callback(terraform.close)
            return Deployment(terraform, database, existing)

        yield made
