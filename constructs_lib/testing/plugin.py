"""The plugin of pytest that the package registers: the fixtures, and the option for their folders.

pytest loads it in every run of an environment that has the package, so that it imports nothing
else of the package until a fixture is used.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from constructs_lib.testing.deployment import Deploy, Deployment
    from constructs_lib.testing.sandboxes import ElasticSandbox, FivetranSandbox
    from constructs_lib.testing.synthesized import StackSource

_OPTION: Final = "--keep-deployments"
_FAILED: Final = pytest.StashKey[bool]()
_FIXTURES: Final = {"fivetranops": "fivetran_sandbox", "elasticops": "elastic_sandbox"}
"""The fixtures with the sandboxes of the providers."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of the plugin."""
    parser.getgroup("connections-as-code").addoption(
        _OPTION,
        action="store_true",
        help="keep the folders of the deployments of failed tests, and print where they are",
    )


def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Note that a test has failed, for its fixtures."""
    node.stash[_FAILED] = True


@pytest.fixture
def fivetran_sandbox() -> Iterator[FivetranSandbox]:
    """Serve an empty sandbox of Fivetran's API on a free port, for one test."""
    from constructs_lib.testing.sandboxes import FivetranSandbox

    with FivetranSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def elastic_sandbox() -> Iterator[ElasticSandbox]:
    """Serve a sandbox of Elastic's connector API on a free port, for one test."""
    from constructs_lib.testing.sandboxes import ElasticSandbox

    with ElasticSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def deploy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deploy]:
    """Deploy stacks with the real Terraform to the sandboxes of the test.

    The fixture is a function with the parameters of :class:`~constructs_lib.testing.Deployment`,
    less the sandboxes: each provider of the stack has that of its fixture.
    """
    from constructs_lib.testing.deployment import Deployment

    folders: list[Path] = []
    with ExitStack() as deployments:

        def made(
            stack: StackSource,
            variables: Mapping[str, Any] | None = None,
            *,
            other_providers: Collection[str] = (),
        ) -> Deployment:
            __tracebackhide__ = True
            folder = tmp_path / f"deployment-{len(folders) + 1}"
            folders.append(folder)
            deployment = Deployment(
                stack,
                sandboxes=lambda provider: request.getfixturevalue(_FIXTURES[provider]),
                variables=variables,
                other_providers=other_providers,
                folder=folder,
            )
            deployments.callback(deployment.close)
            return deployment.deploy()

        yield made
    _clear(request, folders)


def _clear(request: pytest.FixtureRequest, folders: list[Path]) -> None:
    """Delete the folders of the deployments, unless they are to be kept."""
    node: pytest.Item = request.node
    if node.stash.get(_FAILED, False) and request.config.getoption(_OPTION):
        text = "".join(f"{folder}\n" for folder in folders)
        node.add_report_section("teardown", "kept deployments", text)
        return
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
