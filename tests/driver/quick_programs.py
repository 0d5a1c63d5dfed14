"""What makes the programs of others start and run quickly in tests."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_ROOT = Path(__file__).resolve().parents[2]
_LAZY = Path(__file__).with_name("lazy_modules.js")

SHARED_CACHE: Final = {
    # jsii unpacks the CDK into the home folder, which takes a second in each that is new.
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(_ROOT / ".venv" / "jsii-cache"),
}
"""The environment of a process that imports the CDK."""

QUICK_NODE: Final = {
    **SHARED_CACHE,
    "NODE_OPTIONS": f'--require="{_LAZY}"',
    # From version 22 on Node keeps what it compiled; older ones take no notice.
    "NODE_COMPILE_CACHE": str(_ROOT / ".venv" / "node-cache"),
}
"""The environment of the command line of the CDK, which then loads only what it uses."""

QUICK_TERRAFORM: Final = {
    # A command lives for a fraction of a second, of which collecting garbage takes a quarter.
    "GOGC": "off",
    "GOMEMLIMIT": "512MiB",
}
"""The environment of Terraform, whose Go collects garbage only once there is much of it."""
