"""What a provider offers, imported when it is first asked for.

Terraform starts a provider three to five times in each command, and most of these processes deal
with one or two of its resources: they need not wait for the modules of the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class Offers(Mapping[str, T]):
    """Things by name, each made at its first use.

    :param makers: what imports and makes each
    """

    def __init__(self, makers: Mapping[str, Callable[[], T]]) -> None:
        self._makers = makers
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

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers
