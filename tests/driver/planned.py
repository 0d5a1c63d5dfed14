"""What terraform says: a plan in a file, and the messages that it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

_MESSAGE = re.compile(r"(?:^| )(Error|Warning): (.*?)(?=(?: Error| Warning): |$)")


class Planned:
    """A plan in a file, and what it says.

    :param file: the file
    :param output: what terraform printed when it planned
    :param show: reads the file, as ``terraform show -json`` does; called when it is first needed
    """

    def __init__(self, file: Path, output: str, show: Callable[[], dict[str, Any]]) -> None:
        self.file, self.output = file, output
        self._show = show

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole plan, as ``terraform show -json`` describes it."""
        return self._show()

    def actions(self) -> dict[str, list[str]]:
        """For each resource that changes: what happens to it."""
        changes = {c["address"]: c["change"]["actions"] for c in self._resources()}
        return {address: done for address, done in changes.items() if done != ["no-op"]}

    def differences(self, address: str) -> set[str]:
        """The attributes of a resource that change, those known after apply included."""
        change = self.change(address)
        before, after = change["before"] or {}, change["after"] or {}
        unknown = {name for name, value in change["after_unknown"].items() if _has_true(value)}
        names = before.keys() | after.keys()
        return {name for name in names if before.get(name) != after.get(name)} | unknown

    def change(self, address: str) -> dict[str, Any]:
        """The planned change of a resource, as ``terraform show -json`` describes it."""
        found: dict[str, Any]
        found = next(c["change"] for c in self._resources() if c["address"] == address)
        return found

    def _resources(self) -> list[dict[str, Any]]:
        return list(self.document.get("resource_changes", []))


class Messages(NamedTuple):
    """The errors and the warnings of one output, each in one line with its detail."""

    errors: list[str]
    warnings: list[str]

    @classmethod
    def of(cls, output: str) -> Messages:
        """The messages of an output that :func:`unwrapped` made."""
        found = _MESSAGE.findall(output.partition("\n")[0])
        errors, warnings = (
            [text for kind, text in found if kind == wanted] for wanted in ("Error", "Warning")
        )
        return cls(errors, warnings)


def check_messages(found: list[str], patterns: tuple[str, ...], output: str) -> None:
    """Each message matches a pattern, and each pattern is matched; any other message fails."""
    unexpected = [text for text in found if not any(re.search(p, text) for p in patterns)]
    missing = [p for p in patterns if not any(re.search(p, text) for text in found)]
    assert not unexpected, f"unexpected: {unexpected}\n{output}"
    assert not missing, f"missing: {missing}\n{output}"


def unwrapped(output: str) -> str:
    """Terraform's output with the frames and line breaks of its messages taken out."""
    lines = (line.strip("│╷╵ ").rstrip() for line in output.splitlines())
    return " ".join(" ".join(lines).split()) + "\n" + output


def _has_true(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(_has_true, value.values() if isinstance(value, dict) else value))
    return value is True
