"""The section Schema of a page, in the form of HashiCorp's generator of pages (tfplugindocs)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from constructs_lib import schemas
from constructs_lib.schemas import IGNORING_CASE, Attribute, Kind

_TYPES = {
    Kind.STRING: "String",
    Kind.INTEGER: "Number",
    Kind.NUMBER: "Number",
    Kind.BOOLEAN: "Boolean",
    Kind.DYNAMIC: "Dynamic",
    Kind.LIST: "List of String",
    Kind.LISTS: "Map of List of String",
    Kind.MAP: "Map of String",
    Kind.NESTED: "Attributes",
    Kind.OBJECTS: "Attributes List",
}
_WRITE_ONLY = (
    "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral"
    "#write-only-arguments)"
)
_GROUPS: tuple[tuple[str, Callable[[Attribute], bool]], ...] = (
    ("Required", lambda attribute: attribute.required),
    ("Optional", lambda attribute: attribute.optional),
    ("Read-Only", lambda attribute: attribute.read_only),
)


def section(schema: str) -> str:
    """Return the section about the attributes that can be set and read.

    :param schema: the name of its schema
    """
    attributes = schemas.load(schema).attributes
    text = "## Schema\n" + "".join(_groups(attributes.values(), "###"))
    return text + "".join(_nested(name, each) for name, each in attributes.items()) + "\n"


def meaning(attribute: Attribute) -> str:
    """Return the purpose of an attribute, the values that it takes, and its default."""
    parts = [attribute.description]
    allowed = attribute.rule.get("enum") or attribute.rule.get(IGNORING_CASE)
    if allowed:
        parts.append("Allowed: " + ", ".join(f"`{value}`" for value in allowed) + ".")
    if "x-environment-variable" in attribute.rule:
        parts.append(f"Or `{attribute.rule['x-environment-variable']}`.")
    if attribute.default is not None:
        parts.append(f"Default: `{_in_hcl(attribute.default)}`.")
    return " ".join(parts)


def type_words(attribute: Attribute) -> str:
    """Return the type of an attribute, as the pages call it."""
    return _TYPES[attribute.kind]


def _groups(attributes: Iterable[Attribute], heading: str, within: str = "") -> Iterable[str]:
    known = list(attributes)
    for title, belongs in _GROUPS:
        chosen = [attribute for attribute in known if belongs(attribute)]
        if chosen:
            lines = "".join(_line(attribute, within) for attribute in chosen)
            yield f"\n{heading} {title}\n\n{lines}"


def _line(attribute: Attribute, within: str) -> str:
    words = [_TYPES[attribute.kind]]
    if attribute.sensitive:
        words.append("Sensitive")
    if attribute.write_only:
        words.append(_WRITE_ONLY)
    if attribute.deprecated:
        words.append("Deprecated")
    line = f"- `{attribute.name}` ({', '.join(words)}) {meaning(attribute)}"
    if attribute.attributes:
        line += f" (see [below for nested schema](#{_anchor(within + attribute.name)}))"
    return line + "\n"


def _nested(path: str, attribute: Attribute) -> str:
    if not attribute.attributes:
        return ""
    inner = attribute.attributes
    text = f'\n<a id="{_anchor(path)}"></a>\n\n### Nested Schema for `{path}`\n'
    text += "".join(_groups(inner.values(), "####", path + "."))
    return text + "".join(_nested(f"{path}.{name}", each) for name, each in inner.items())


def _anchor(path: str) -> str:
    return "nestedatt--" + path.replace(".", "--")


def _in_hcl(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
