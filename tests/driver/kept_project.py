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

    def fails(
        self,
        *arguments: str,
        struck: Iterable[str],
        words: str,
        once: bool = False,
        shows_plan: bool = False,
    ) -> str:
        """Run a command that must fail, with an error about each address that was struck.

        Nothing is planned, and the state file has everything that it had.

        :param struck: the addresses that read something else than the API's answer
        :param words: a pattern that each error must match
        :param once: True if the resources together tell of it once, because all that answers is
            not the API; other errors then only refer to that
        :param shows_plan: True if what Terraform shows beside the error may be a creation
        """
        output = self.run(*arguments, "-input=false", ok=False)
        errors = Messages.of(output).errors
        reported = [each for each in struck if any(self._is_about(each, one) for one in errors)]
        silent = set(struck) - set(reported)
        assert errors, output
        assert silent <= (self.kept.keys() if once else set()), f"nothing about {silent}\n{output}"
        assert not once or len(self.kept.keys() & set(reported)) <= 1, f"{reported}\n{output}"
        clear = [one for one in errors if re.search(words, one)]
        assert clear if once else len(clear) == len(errors), f"without {words!r}:\n{output}"
        # Terraform shows what it could plan in spite of the errors.
        assert "will be created" not in output or shows_plan, output
        assert "bug in the provider" not in output, output
        assert self.identifiers() == self.kept, output
        return output

    def _is_about(self, address: str, error: str) -> bool:
        # Terraform names the address in each error but those of a destruction.
        subject = f" {address.partition('.')[0]} {self.kept.get(address)}"
        return f"with {address}," in error or subject in error.partition(" with ")[0]
