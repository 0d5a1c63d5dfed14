"""A project that is applied once, and then keeps its state, whatever answers its requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from planned import Messages
from workspace import Workspace


class KeptProject(Workspace):
    """A working directory whose state file must not lose anything."""

    def remember(self) -> None:
        """Take the state as it is now for what is to be kept."""
        self._file = self.directory / "terraform.tfstate"
        self._text = self._file.read_text()
        self.kept = self.identifiers()
        """The identifier of each resource, by its address."""

    def restore(self) -> None:
        """Put the state back as it was remembered, so that one failure is not followed by more."""
        self._file.write_text(self._text)

    def identifiers(self) -> dict[str, str]:
        """Return the identifier of each resource in the state file, by its address."""
        resources = json.loads((self.directory / "terraform.tfstate").read_text())["resources"]
        return {
            f"{each['type']}.{each['name']}": instance["attributes"]["id"]
            for each in resources
            if each["mode"] == "managed"
            for instance in each["instances"]
        }

    def fails(self, *arguments: str, struck: Iterable[str], words: str) -> str:
        """Run a command that must fail, with an error about each address that was struck.

        Nothing is planned, and the state file has everything that it had.

        :param struck: the addresses that read something else than the API's answer
        :param words: a pattern that each error must match
        """
        output = self.run(*arguments, "-input=false", ok=False)
        errors = Messages.of(output).errors
        missing = [each for each in struck if not any(self._is_about(each, e) for e in errors)]
        assert not missing, f"no error about {missing}\n{output}"
        unclear = [one for one in errors if not re.search(words, one)]
        assert not unclear, f"{unclear} without {words!r}\n{output}"
        assert "will be created" not in output, output
        assert "bug in the provider" not in output, output
        assert self.identifiers() == self.kept, output
        return output

    def _is_about(self, address: str, error: str) -> bool:
        # Terraform names the address in each error but those of a destruction.
        subject = f"{address.partition('.')[0]} {self.kept.get(address)}"
        return f"with {address}," in error or subject in error
