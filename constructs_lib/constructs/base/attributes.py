"""The attributes that others can read, of a construct or of one of its instances.

Examples are ``connection.id`` and ``fivetranops_connection.regions["eu"].id``. Only Terraform knows
their values, so in Python each is a token of the CDK. Lists and mappings of the CDK are wrapped: a
change inside of one is a finding, because it would reach nobody.

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
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar, overload

from constructs_lib import toolkit
from constructs_lib.constructs.base.arguments import instance_attribute
from constructs_lib.constructs.base.expressions import quoted
from constructs_lib.constructs.rules.accounts import IDENTIFIER_ATTRIBUTES, AccountOwner
from constructs_lib.validation import ConstructPlace, Finding

if TYPE_CHECKING:
    from constructs_lib.constructs.base.resource import ResourceConstruct


K = TypeVar("K")
V = TypeVar("V")


class MapReference(dict[K, V]):
    """A mapping that the CDK made for a value, such as ``connection.config``.

    It holds one marker in place of the value, so what is written into it would reach nobody.
    """

    def __init__(self, marker: dict[K, V], refuse: Callable[[], None]) -> None:
        """Stand for a value.

        :param marker: what the CDK made
        :param refuse: is called in place of each change
        """
        super().__init__(marker)
        self._refuse = refuse

    def _refused(self, *_arguments: Any, **_keywords: Any) -> Any:
        self._refuse()

    def __ior__(self, _other: Any) -> Any:  # type: ignore[misc]
        self._refuse()
        return self

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = _refused


class ListReference(list[V]):
    """A list that the CDK made for a value, such as ``connections.ids``; likewise."""

    def __init__(self, marker: list[V], refuse: Callable[[], None]) -> None:
        """Stand for a value; the parameters are as above."""
        super().__init__(marker)
        self._refuse = refuse

    def _refused(self, *_arguments: Any, **_keywords: Any) -> Any:
        self._refuse()

    def __iadd__(self, _other: Any) -> Any:  # type: ignore[misc]
        self._refuse()
        return self

    __setitem__ = __delitem__ = append = extend = insert = remove = pop = clear = _refused
    __imul__ = sort = reverse = _refused


T = TypeVar("T")
_Self = TypeVar("_Self")


class AttributeOwner(Protocol):
    """What has readable attributes: a resource, or one instance of it."""

    def expression(self, name: str) -> Any:
        """Return the expression for an attribute, such as ``fivetranops_connection.orders.id``."""

    def register_identifier(self, token: str) -> None:
        """Remember the source by a token that names it."""

    def assign(self, name: str, value: Any) -> None:
        """Set an attribute after the construct was made, or leave a finding."""

    def report_inner_change(self, name: str) -> None:
        """Leave a finding about a change inside the value of an attribute."""


class ReadableAttribute(Generic[T]):
    """One readable attribute. Its value is known to Terraform only; in Python it is a token."""

    def __init__(self, as_token: Callable[[Any], T]) -> None:
        self._as_token = as_token
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self: _Self, source: None, owner: type) -> _Self: ...

    @overload
    def __get__(self, source: AttributeOwner, owner: type) -> T: ...

    def __get__(self, source: AttributeOwner | None, owner: type) -> Any:
        if source is None:
            return self
        token = self._as_token(source.expression(self._name))
        if self._name in IDENTIFIER_ATTRIBUTES and isinstance(token, str):
            source.register_identifier(token)
        # A change inside of a token would be lost silently.
        if isinstance(token, dict):
            return MapReference(token, lambda: source.report_inner_change(self._name))
        if isinstance(token, list):
            return ListReference(token, lambda: source.report_inner_change(self._name))
        return token

    def __set__(self, source: AttributeOwner, value: Any) -> None:
        source.assign(self._name, value)


def string() -> ReadableAttribute[str]:
    """Return an attribute that is a text, such as ``id``."""
    return ReadableAttribute(lambda expression: str(toolkit.Token.as_string(expression)))


def number() -> ReadableAttribute[float]:
    """Return an attribute that is a number, such as ``service_version``."""
    return ReadableAttribute(lambda expression: float(toolkit.Token.as_number(expression)))


def boolean() -> ReadableAttribute[toolkit.IResolvable]:
    """Return an attribute that is true or false, such as ``paused``."""
    return ReadableAttribute(lambda expression: toolkit.Token.as_any(expression))


def string_map() -> ReadableAttribute[dict[str, str]]:
    """Return an attribute that is a map of texts, such as ``secrets_applied``."""
    return ReadableAttribute(lambda expression: dict(toolkit.Token.as_string_map(expression)))


def string_list() -> ReadableAttribute[list[str]]:
    """Return an attribute that is a list of texts, such as ``ids``."""
    return ReadableAttribute(lambda expression: list(toolkit.Token.as_list(expression)))


def object_list() -> ReadableAttribute[toolkit.IResolvable]:
    """Return an attribute that is a list of objects, such as ``connections``, to be used whole."""
    return ReadableAttribute(lambda expression: toolkit.Token.as_any(expression))


def object_value() -> ReadableAttribute[dict[str, Any]]:
    """Return an attribute with a structure of its own, such as ``config``, to be used whole."""
    return ReadableAttribute(lambda expression: dict(toolkit.Token.as_any_map(expression)))


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
        """Leave a finding about a change inside the value of an attribute."""
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
    found = f"the name {name!r}, which the CDK already uses to export an instance"
    allowed = "a unique name"
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
