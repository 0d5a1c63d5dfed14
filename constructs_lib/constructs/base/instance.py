"""One instance of several, and references such as ``fivetranops_connection.regions["eu"].id``.

The CDK makes references to resources only. What a text picks out of one is no reference of its own:
in another stack the CDK would export the whole resource, all instances with all their attributes,
and those change with each sync. So an element of the CDK, which writes nothing, represents the one
attribute, and the CDK exports that alone.

A key that is a reference itself is known to Terraform only, and maybe to the other stack only. For
such a key the element represents the one attribute of all instances, by their keys, and the other
stack picks the instance out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from constructs_lib import toolkit
from constructs_lib.constructs.base.arguments import instance_attribute
from constructs_lib.constructs.base.expressions import quoted
from constructs_lib.constructs.rules.accounts import AccountOwner
from constructs_lib.validation import ConstructPlace, Finding

if TYPE_CHECKING:
    from constructs_lib.constructs.base.resource import ResourceConstruct

_PIECES: Final = re.compile(r"\$\$\{|%%\{|.", re.S)
"""The pieces of a key, which is a template: its characters, and the two marks of a template."""
_PLAIN: Final = re.compile(r"\$\$\{|%%\{|[ !#-\[\]-~]")
"""The pieces that are written in an expression as they are: no quote, no backslash, only ASCII."""
_NOTHING: Final = ('""', 'lower("")', 'upper("")', 'trimspace("")')
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]")


class _Attribute(toolkit.TerraformElement):
    """One attribute of one instance."""

    def __init__(self, resource: ResourceConstruct, path: str) -> None:
        super().__init__(resource, f"Attribute{len(resource.references)}", resource.TYPE)
        self.override_logical_id(path)


class _Column(toolkit.TerraformElement):
    """One attribute of all instances: a list with ``count``, a mapping with ``for_each``."""

    def __init__(self, resource: ResourceConstruct, address: str, name: str) -> None:
        begin, each, end = ("[", "value", "]") if resource.is_counted else ("{", "key, value", "}")
        item = f"value.{name}" if resource.is_counted else f"key => value.{name}"
        # The CDK joins both parts by a dot.
        kind = f"{begin}for {each} in {resource.TYPE}"
        super().__init__(resource, f"Column{len(resource.references)}", kind)
        self.override_logical_id(f"{address} : {item}{end}")


@toolkit.implements(toolkit.IResolvable)
class _InstanceOfLaterKey:
    """An attribute of the instance whose key is known at deployment only.

    The CDK asks for the expression once for each stack that it is used in.
    """

    creation_stack: ClassVar[list[str]] = []

    def __init__(self, resource: ResourceConstruct, key: Any, name: str) -> None:
        made = resource.make_resource()
        column = f"column {name}"
        if column not in resource.references:
            element = _Column(resource, str(made.friendly_unique_id), name)
            resource.references[column] = str(element.fqn)
        self._stack = resource.synthesis.stack
        self._key = key
        self._here = (str(made.fqn), f".{name}")
        self._elsewhere = (resource.references[column], "")

    def resolve(self, context: toolkit.IResolveContext) -> str:
        """Return the expression for the stack that is written."""
        is_here = toolkit.TerraformStack.of(context.scope) == self._stack
        is_inside, context.warn_escapes = context.suppress_braces, False
        values, attribute = self._here if is_here else self._elsewhere
        context.suppress_braces = True
        values = context.resolve(values)
        # The key is a text, and what is in it an expression of its own.
        context.suppress_braces = False
        index = quoted(str(context.resolve(self._key)))
        context.suppress_braces = is_inside
        expression = f"{values}[{index}]{attribute}"
        return expression if is_inside else f"${{{expression}}}"

    def to_string(self) -> str:
        """Return a token for texts."""
        return str(toolkit.Token.as_string(self))

    def to_json(self) -> str:
        """Return a token for JSON."""
        return self.to_string()


class Instance:
    """One instance of a resource with ``count`` or ``for_each``."""

    def __init__(self, resource: ResourceConstruct, key: str | int) -> None:
        self._resource = resource
        self._key = key

    @property
    def identity(self) -> tuple[ConstructPlace, str]:
        """Tells this instance from others."""
        return (self._resource.place, repr(self._key))

    @property
    def owner(self) -> AccountOwner | None:
        """The account to which the resource belongs."""
        return self._resource.owner

    def register_identifier(self, token: str) -> None:
        """Remember the resource by a token that names this instance."""
        self._resource.register_identifier(token)

    def assign(self, name: str, value: Any) -> None:
        """Leave a finding: one of several instances has no value of its own."""
        self._resource.report([instance_attribute(name, self._resource.place)])

    def report_inner_change(self, name: str) -> None:
        """Leave a finding about a change inside of the value of an attribute."""
        self._resource.report_inner_change(name)

    def expression(self, name: str) -> Any:
        """Return the Terraform expression for an attribute; used by the readable attributes."""
        return instance_reference(self._resource, self._key, name)


def instance_reference(resource: ResourceConstruct, key: str | int, name: str) -> str:
    """Return the reference to an attribute of an instance, as a token.

    :param resource: the construct with ``count`` or ``for_each``
    :param key: the index or the key of the instance
    :param name: the name of the attribute
    """
    made = resource.make_resource()
    address = str(made.friendly_unique_id)
    # What is known at deployment only cannot be a part of a name.
    forms = _forms(key) if isinstance(key, int) or not toolkit.is_token(key) else ()
    paths = (f"{address}[{form}].{name}" for form in forms)
    path = next((each for each in paths if has_unique_export_name(resource, each)), None)
    if path is not None and path not in resource.references:
        resource.references[path] = str(_Attribute(resource, path).fqn)
    elif path is None:
        path = f"{key!r} {name}"
        if path not in resource.references:
            later = _InstanceOfLaterKey(resource, key, name)
            resource.references[path] = later.to_string()
    return resource.references[path]


def has_unique_export_name(resource: ResourceConstruct, path: str) -> bool:
    """Return True if no other reference of the stack is exported by the same name.

    The CDK names what it exports by letters and digits alone: ``sdk[1].id`` as ``sdk1.id``, and the
    one would silently replace the other.

    :param resource: the construct that the reference is about
    :param path: its name in Terraform, the instance if there are several, and the attribute
    """
    exported = _NOT_IN_NAMES.sub("", f"{resource.TYPE}.{path}")
    return resource.synthesis.exports.setdefault(exported, path) == path


def instance_needed(name: str, place: ConstructPlace) -> Finding:
    """Return the finding about an attribute that is read without saying of which instance."""
    return Finding(
        "instance-key",
        "error",
        place,
        "",
        f"attribute {name} of several instances",
        "the attribute of one instance",
        f"write .at(key).{name}",
    )


def ambiguous_name(name: str, place: ConstructPlace) -> Finding:
    """Return the finding about a resource whose exported name is that of an instance."""
    found = f"the name {name!r}, which the CDK exports as that of an instance"
    allowed = "a name of its own"
    return Finding("export-name", "error", place, "/id_", found, allowed, "rename it")


def _forms(key: str | int) -> Iterator[str]:
    """Yield the ways in which Terraform can write a key, the usual one first.

    They differ in letters and digits, and are more than other names will ever use.
    """
    if isinstance(key, int):
        yield str(key)
        yield from (f"{key}e{'0' * zeros}" for zeros in range(1, 9))
    elif not key:
        yield from _NOTHING
    else:
        pieces = _PIECES.findall(key)
        usual = [each if _PLAIN.fullmatch(each) else _escaped(each, "u") for each in pieces]
        for mark in "uU":
            escaped = [_escaped(each, mark) for each in pieces]
            for count in range(len(pieces) + 1):
                yield f'"{"".join(escaped[:count] + usual[count:])}"'


def _escaped(piece: str, mark: str) -> str:
    """Return a piece of a key as escape sequences: ``u`` with 4 digits, or ``U`` with 8."""
    # The first character of the mark of a template is there to say that it is none.
    text = piece[1:] if len(piece) > 1 else piece
    return "".join(
        f"\\u{ord(char):04x}" if mark == "u" and ord(char) < 0x10000 else f"\\U{ord(char):08x}"
        for char in text
    )
