"""The name of a new resource, in the forms that its files need."""

from __future__ import annotations

import keyword
import re
from typing import NamedTuple

PROVIDER = "fivetranops"
_EXAMPLE = f"{PROVIDER}_example"
_STEM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 24
"""Characters of the name behind that of the provider: longer ones make lines too long."""
_SMALL_AFTER = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TOKEN = re.compile(r"@(\w+)@")


class ScaffoldError(Exception):
    """Nothing was written; the message says why."""


class Names(NamedTuple):
    """One name, in all its forms."""

    stem: str
    """What follows the name of the provider, such as ``dbt_project``."""

    @classmethod
    def of(cls, name: str) -> Names:
        """Return the forms of a resource's name.

        :param name: such as ``fivetranops_dbt_project``
        :raises ScaffoldError: if no resource can have it
        """
        if not name:
            raise ScaffoldError(f"Give it a name: make new-resource NAME={_EXAMPLE}")
        provider, _, stem = name.partition("_")
        if provider != PROVIDER:
            allowed = f"{PROVIDER}_ and a name; resources of other providers are made by hand"
            raise ScaffoldError(f"{name!r} cannot be the name of a resource. Allowed: {allowed}")
        if not _STEM.fullmatch(stem) or keyword.iskeyword(stem) or len(stem) > _LONGEST:
            allowed = (
                f"{PROVIDER}_ and words of a to z and 0 to 9 with _ between them, at most "
                f"{_LONGEST} characters, and no keyword of Python"
            )
            raise ScaffoldError(
                f"{name!r} cannot be the name of a resource. Allowed: {allowed}, such as {_EXAMPLE}"
            )
        return cls(stem)

    @property
    def type(self) -> str:
        """Terraform's name of it."""
        return f"{PROVIDER}_{self.stem}"

    @property
    def construct(self) -> str:
        """The class of the construct, such as ``DbtProject``."""
        return "".join(part.capitalize() for part in self.stem.split("_"))

    def filled(self, text: str) -> str:
        """Return a template with the name in place of its ``@tokens@``."""
        noun = self.stem.replace("_", " ")
        article = "an" if noun[0] in "aeiou" else "a"
        forms = {
            "type": self.type,
            "stem": self.stem,
            "plural": f"{self.stem}s",
            "Class": self.construct,
            "a_Class": f"{article} ``{self.construct}``",
            "construct_page": _SMALL_AFTER.sub("_", self.construct).lower(),
            "noun": noun,
            "Noun": noun.capitalize(),
            "a_noun": f"{article} {noun}",
            "plural_noun": f"{noun}s",
        }
        return _TOKEN.sub(lambda found: forms[found[1]], text)
