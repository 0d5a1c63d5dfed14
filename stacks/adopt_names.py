"""Names for what is adopted: of connections, and of the variables of their secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stacks.settings_variables import is_variable_name

_OTHERS = re.compile(r"[^a-z0-9]+")


class Names:
    """Gives each name once.

    :param taken: the names that are not free
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def connection(self, schema: str, service: str, group_id: str) -> str:
        """The name of a connection: its destination schema; where that is taken, with the group,
        and then with a number.

        :param schema: the joined name of its destination schema, such as ``finance.budget``
        :param service: its service, in place of a schema without letters and digits
        :param group_id: its group
        """
        own = _word(schema) or _word(service) or "connection"
        own = own if own[0].isalpha() else f"source_{own}"
        return self._first(own, f"{own}_{_word(group_id) or 'group'}")

    def variable(self, words: Iterable[str]) -> str:
        """The name of a variable.

        :param words: what it is for, from the name of the connection on
        """
        return self._first(_word("_".join(words)))

    def _first(self, *wanted: str) -> str:
        name = next(each for each in _numbered(wanted) if self._is_free(each))
        self._taken.add(name)
        return name

    def _is_free(self, name: str) -> bool:
        return name not in self._taken and is_variable_name(name)


def _numbered(wanted: tuple[str, ...]) -> Iterator[str]:
    yield from wanted
    number = 2
    while True:
        yield f"{wanted[-1]}_{number}"
        number += 1


def _word(text: str) -> str:
    return _OTHERS.sub("_", text.lower()).strip("_")
