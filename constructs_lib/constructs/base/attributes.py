"""The attributes of a construct that others can read, such as ``connection.id``.

Only Terraform knows their values, so in Python each is a token of the CDK. Lists and mappings of
the CDK are wrapped: a change inside of one is a finding, because it would reach nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, overload

from constructs_lib import toolkit
from constructs_lib.constructs.rules.accounts import IDENTIFIER_ATTRIBUTES

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
        """Leave a finding about a change inside of the value of an attribute."""


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
