"""A sandbox on a socket, and a working directory for terraform."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_run import Commands
from forked_command import ForkedCommands
from provider_process import ProviderProcess, SharedProcess
from sandbox_address import SandboxAddress
from sandbox_server import Sandbox, serving
from scenario import Scenario


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Of all tests there are; paths that are compared as objects would take a second.
    folder = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(folder):
            item.add_marker(pytest.mark.terraform)


@pytest.fixture(scope="session")
def sandbox_address() -> Iterator[SandboxAddress]:
    """The address of all sandboxes, so that all providers have the same environment."""
    with SandboxAddress() as address:
        yield address


@pytest.fixture
def sandbox(tmp_path: Path, sandbox_address: SandboxAddress) -> Iterator[Sandbox]:
    with serving(tmp_path / "sandbox.sqlite3", address=sandbox_address) as running:
        yield running


@pytest.fixture(scope="session")
def shared_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedProcess]:
    process = SharedProcess(tmp_path_factory.mktemp("provider"), "fivetranops")
    yield process
    process.end()


@pytest.fixture
def provider(
    request: pytest.FixtureRequest, tmp_path: Path, shared_process: SharedProcess
) -> Iterator[ProviderProcess | None]:
    with shared_process.attached(request.node, tmp_path) as process:
        yield process


@pytest.fixture
def terraform(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sandbox: Sandbox,
    provider: ProviderProcess | None,
) -> Iterator[Scenario]:
    """A working directory. Whatever is left at the end is destroyed, and nothing may remain."""
    is_killed = request.node.get_closest_marker("killed") is not None
    scenario = Scenario(tmp_path / "work", sandbox, provider, launchable=is_killed)
    yield scenario
    scenario.finish()


@pytest.fixture
def database(sandbox: Sandbox) -> str:
    """A running connection that a person made, and whose tables can be synced one by one."""
    return sandbox.add("postgres", schema_prefix="shop", host="shop.example.com")


@pytest.fixture
def connection(sandbox: Sandbox) -> str:
    """A running connection that a person made, and whose service keeps a state."""
    return sandbox.add("connector_sdk", schema="invoices", package_id="p")


@pytest.fixture(scope="session")
def forked_commands() -> Iterator[ForkedCommands]:
    """The process that commands are forked from."""
    forked = ForkedCommands()
    yield forked
    forked.end()


@pytest.fixture
def commands(tmp_path: Path, sandbox: Sandbox, forked_commands: ForkedCommands) -> Commands:
    """The command ``state``, in the working directory of terraform."""
    return Commands(tmp_path / "work", sandbox.url, forked_commands)


@pytest.fixture
def cursor_at_ten(sandbox: Sandbox, connection: str) -> str:
    """That connection, with a state."""
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 10}})
    return connection
