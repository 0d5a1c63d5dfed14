"""The two CDKs that the project runs with: where each is installed, and the Node it needs.

``CONNECTIONS_TOOLKIT`` chooses one of them, as it does for ``constructs_lib.toolkit``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TERRAFORM_FOLDER = VENV / "terraform" / "bin"
"""Holds ``terraform`` only where that of the machine is not used, see ``terraforms.py``."""


class Toolkit(NamedTuple):
    """One CDK with its command line."""

    name: str
    """Its name: that of its Python package, its extra of ours, and its command."""
    venv: Path
    """The virtual environment that holds it, and never the other one."""
    cli: Path
    """The folder whose lock file pins its command line."""
    node: tuple[tuple[int, int], tuple[int, int]]
    """The versions of Node that its command line runs on: from the first, and below the second."""

    @property
    def python(self) -> Path:
        """The Python of its environment."""
        return self.venv / "bin" / "python"

    @property
    def node_folder(self) -> Path:
        """Holds ``node`` and ``npm``, whichever they are; the first folder to look for them."""
        return self.venv / "node" / "bin"

    @property
    def tools(self) -> tuple[Path, ...]:
        """The folders that come first on the PATH."""
        cli = self.cli / "node_modules" / ".bin"
        return (self.venv / "bin", TERRAFORM_FOLDER, self.node_folder, cli)


CDKTF = Toolkit("cdktf", VENV, ROOT, ((20, 0), (23, 0)))
CDKTN = Toolkit("cdktn", VENV / "cdktn", ROOT / "cdktn-cli", ((22, 19), (25, 0)))
TOOLKITS = (CDKTF, CDKTN)


def chosen(environ: Mapping[str, str] = os.environ) -> Toolkit:
    """Return the CDK that ``CONNECTIONS_TOOLKIT`` names; ``cdktf`` if it is not set, or empty.

    :raises SystemExit: if there is none of that name
    """
    name = environ.get("CONNECTIONS_TOOLKIT") or CDKTF.name
    found = [toolkit for toolkit in TOOLKITS if toolkit.name == name]
    if not found:
        known = " or ".join(toolkit.name for toolkit in TOOLKITS)
        raise SystemExit(f"CONNECTIONS_TOOLKIT is {name!r}. Set it to {known}, or leave it out.")
    return found[0]
