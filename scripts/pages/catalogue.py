"""The subjects of the reference: each schema that a provider offers has a page."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from constructs_lib import schemas

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"

_NOT_OFFERED = ("environment", "backend.")
"""How the names of schemas begin that no provider has: those of the settings files."""
_KINDS = {
    "action.": "Action",
    "data.": "Data Source",
    "ephemeral.": "Ephemeral Resource",
    "list.": "List Resource",
}
"""What a schema describes whose name begins so."""


class Subject(NamedTuple):
    """A provider, or something that one offers: what a page of the registry is about."""

    schema: str
    """The name of its schema, such as ``data.fivetranops_connection``."""
    provider: str
    """The provider that it belongs to, such as ``fivetranops``."""
    type: str
    """Terraform's name of it, such as ``fivetranops_connection``."""
    kind: str
    """``Provider``, ``Resource``, ``Data Source``, ``Ephemeral Resource``, ``List Resource`` or
    ``Action``."""

    @property
    def folder(self) -> str:
        """The registry's name for the folder of such pages; empty for a provider."""
        return "" if self.kind == "Provider" else self.kind.lower().replace(" ", "-") + "s"

    @property
    def page(self) -> Path:
        """The page, in the layout of the Terraform registry: a folder for each provider."""
        if self.kind == "Provider":
            return DOCS / self.provider / "index.md"
        stem = self.type.removeprefix(self.provider + "_")
        return DOCS / self.provider / self.folder / f"{stem}.md"

    @property
    def examples(self) -> Path:
        """The folder of its examples, in the layout of HashiCorp's generator of pages."""
        if self.kind == "Provider":
            return EXAMPLES / self.provider / "provider"
        return EXAMPLES / self.provider / self.folder / self.type

    @property
    def is_derived(self) -> bool:
        """True for a list that its resource describes: its page and its example are generated."""
        file = ROOT / "constructs_lib" / "schemas" / f"{self.schema}.schema.json"
        return self.kind == "List Resource" and not file.is_file()

    @property
    def hcl(self) -> Path:
        """Its example in Terraform's language; for a list, a file of ``terraform query``."""
        suffix = "tfquery.hcl" if self.kind == "List Resource" else "tf"
        return self.examples / f"{self.kind.lower().replace(' ', '-')}.{suffix}"

    @property
    def python(self) -> Path:
        """The same in Python."""
        return self.examples / "main.py"

    @property
    def quoted(self) -> list[Path]:
        """The examples that its page quotes; nothing in Python asks for a list."""
        return [self.hcl] if self.kind == "List Resource" else [self.python, self.hcl]


def subjects() -> list[Subject]:
    """Return all that has a page of the registry, in the order of the names of the schemas."""
    return [subject(name) for name in schemas.names() if not name.startswith(_NOT_OFFERED)]


def subject(schema: str) -> Subject:
    """Return what a schema describes.

    :param schema: the name of the schema
    """
    prefix = next((each for each in _KINDS if schema.startswith(each)), "")
    type_ = schema.removeprefix(prefix)
    provider = type_.partition("_")[0]
    kind = "Provider" if type_ == provider else "Resource"
    return Subject(schema, provider, type_, _KINDS.get(prefix, kind))
