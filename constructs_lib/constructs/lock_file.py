"""The dependency lock file of a stack, seeded so that no command asks a registry for our provider.

Before ``init`` the CDK's command line looks into ``.terraform.lock.hcl``. If one of the required
providers is missing there, or stands there without constraints, it runs ``terraform providers
lock`` for *all* of them. That command only asks registries on the network, and fails for a
provider that is delivered as files.

So our own provider gets a block without checksums, which ``init`` completes. The other providers
of the stack get one in a comment: the command line does not tell comments from blocks, while
Terraform does, and ``init`` chooses their versions and writes their blocks as ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAME = ".terraform.lock.hcl"
"""The name of the file."""

_HEADER = """\
# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.
"""
_COMMENT_START = "/* Not locked yet; this keeps the CDK from asking a registry on the network."
_COMMENT = re.compile(re.escape(_COMMENT_START) + r".*?^\*/\n?", re.M | re.S)


def seeded(
    text: str, source: str, version: str, others: Mapping[str, str], *, keep_checksums: bool
) -> str:
    """The text of a lock file with what is missing in it.

    :param text: the text so far; empty if there is no file
    :param source: full address of our provider
    :param version: its exact version
    :param others: the other required providers, each with its version constraint or ``""``
    :param keep_checksums: false drops the checksums of our provider, because its file changed
    """
    text = _COMMENT.sub("", text) or _HEADER
    ours = _block(text, source)
    if not keep_checksums or not _locks(ours, version):
        text = _without(text, ours) + "\n" + _entry(source, version, version)
    open_ones = {other: limits for other, limits in others.items() if not _limits(text, other)}
    return text.rstrip("\n") + "\n" + _comment(open_ones)


def _without(text: str, block: str) -> str:
    return (text.replace(block, "") if block else text).rstrip("\n") + "\n"


def _block(text: str, source: str) -> str:
    found = re.search(rf'^provider "{re.escape(source)}" \{{.*?^\}}\n?', text, re.M | re.S)
    return found.group() if found else ""


def _locks(block: str, version: str) -> bool:
    exact = re.escape(version)
    lines = (rf'^\s*version\s*=\s*"{exact}"$', rf'^\s*constraints\s*=\s*"{exact}"$')
    return all(re.search(line, block, re.M) for line in lines)


def _limits(text: str, source: str) -> bool:
    return re.search(r"^\s*constraints\s*=", _block(text, source), re.M) is not None


def _entry(source: str, version: str, constraints: str) -> str:
    lines = [f'provider "{source}" {{']
    lines += [f'  version     = "{version}"'] if version else []
    lines += [f'  constraints = "{constraints}"', "}"]
    return "\n".join(lines) + "\n"


def _comment(others: Mapping[str, str]) -> str:
    if not others:
        return ""
    entries = (_entry(source, "", limits or ">= 0.0.0") for source, limits in others.items())
    return f"\n{_COMMENT_START}\n{''.join(entries)}*/\n"
