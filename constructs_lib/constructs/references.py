"""Lists and mappings that stand for a value that only Terraform knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

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
