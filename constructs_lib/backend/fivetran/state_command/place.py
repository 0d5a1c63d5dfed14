"""In which directory Terraform works on the state: there the journal and the history are.

Terraform keeps its data in ``.terraform`` of the directory that it is run in, or where
``TF_DATA_DIR`` says. The CDK runs it in ``cdktf.out/stacks/NAME``.
"""

from __future__ import annotations

import os
from pathlib import Path

from constructs_lib.backend.plugin.diagnostics import ProviderError

_STACKS = Path("cdktf.out", "stacks")


def directory(stack: Path | None, *, must_be_known: bool) -> Path:
    """The directory that Terraform works in.

    :param stack: what was given for it: the directory, or the name of a stack of the CDK
    :param must_be_known: False if the working directory does where several stacks are possible
    :raises ProviderError: if it is not there, or several stacks are possible
    """
    if stack is not None:
        return _given(stack)
    here, found = Path(), _stacks()
    has_own_data = Path(os.environ.get("TF_DATA_DIR") or "").is_absolute()
    if is_terraform(here) or has_own_data or not found:
        return here
    if len(found) == 1 or not must_be_known:
        return found[0] if len(found) == 1 else here
    raise ProviderError(
        "There are several stacks",
        "Journal and history are those of the stack that the connection belongs to. Say which by "
        f"--stack: {', '.join(each.name for each in found)}. Nothing was asked, nothing was sent.",
    )


def is_terraform(folder: Path) -> bool:
    """True if there is a configuration of Terraform in a folder."""
    patterns = ("*.tf", "*.tf.json", ".terraform.lock.hcl")
    return any(next(folder.glob(pattern), None) is not None for pattern in patterns)


def _given(stack: Path) -> Path:
    for folder in (stack, _STACKS / stack):
        if folder.is_dir():
            return folder
    raise ProviderError(
        f"There is no folder {stack}",
        "--stack takes the folder that Terraform works in, or the name of a stack of the CDK in "
        f"{_STACKS} of the working directory. Nothing was asked, nothing was sent.",
    )


def _stacks() -> list[Path]:
    """The stacks that the CDK has made below the working directory."""
    return sorted(each for each in _STACKS.glob("*") if each.is_dir())
