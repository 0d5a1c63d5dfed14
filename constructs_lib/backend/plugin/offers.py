"""What a provider offers, imported when it is first asked for.

Terraform starts a provider three to five times in each command, and most of these processes deal
with one or two of its resources: they need not wait for the modules of the others. One of them only
answers the schemas, for which it needs no module at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from constructs_lib import schemas
from constructs_lib.schemas import ResourceSchema

T = TypeVar("T")


class Offers(Mapping[str, T]):
    """Things by name, each made at its first use.

    :param makers: what imports and makes each
    :param prefix: what the names of their schemas have before theirs, such as ``data.``
    :param versions: the versions of their states, where they are not 0
    """

    def __init__(
        self,
        makers: Mapping[str, Callable[[], T]],
        prefix: str = "",
        versions: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._makers, self._prefix, self._versions = makers, prefix, versions
        self._made: dict[str, T] = {}
        # Terraform asks in several threads, and all of them must get the same thing.
        self._making = threading.Lock()

    def __getitem__(self, name: str) -> T:
        made = self._made.get(name)
        if made is None:
            maker = self._makers[name]
            with self._making:
                made = self._made.get(name) or self._made.setdefault(name, maker())
        return made

    def described(self, name: str) -> tuple[ResourceSchema, int]:
        """The schema of one, and the version of its state, without making it."""
        return schemas.load(self._prefix + name), self._versions.get(name, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers
