"""The table of all pages of the reference: what is Python, and what it is in Terraform."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pages.catalogue import DOCS, Subject
from pages.signatures import Construct

PAGE = DOCS / "README.md"


def table(subjects: Iterable[Subject], constructs: list[Construct]) -> str:
    """Return a line for each provider, and for each thing that one offers."""
    rows = "".join(_row(subject, constructs) for subject in sorted(subjects, key=_place))
    return f"\n| in Python | in Terraform |\n|---|---|\n{rows}\n"


def _place(subject: Subject) -> tuple[bool, int, str]:
    kinds = ["Provider", "Resource", "Data Source", "Ephemeral Resource", "List Resource", "Action"]
    return (subject.provider != "fivetranops", kinds.index(subject.kind), subject.type)


def _row(subject: Subject, constructs: list[Construct]) -> str:
    own = [construct for construct in constructs if construct.schema == subject.schema]
    python = ", ".join(f"[`{each.name}`]({_link(each.page)})" for each in own)
    kind = subject.kind.lower()
    return f"| {python} | [{kind} `{subject.type}`]({_link(subject.page)}) |\n"


def _link(page: Path) -> str:
    return os.path.relpath(page, PAGE.parent)
