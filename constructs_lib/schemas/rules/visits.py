"""The walk through the settings of a connection, side by side with the fields of its service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from constructs_lib.schemas.fields import ITEM, Field, FieldKind
from constructs_lib.schemas.rules.types import IsUnknown, Scope
from constructs_lib.schemas.services import DESTINATION_SCHEMA_KEYS, Service
from constructs_lib.schemas.shown import HIDDEN, Path, shown


class Visit(NamedTuple):
    """One value among the settings, and what the catalogue knows of its field."""

    service: Service
    scope: Scope
    path: Path
    """Where it is, from the top of the parameters."""
    value: Any
    is_known: bool
    """False if the value is known only later; its name is known all the same."""
    field: Field | None
    """None if the service has no such field."""
    siblings: Mapping[str, Field]
    """The fields that the service has at this place."""

    @property
    def setting(self) -> str:
        """The field as the API calls it, such as ``config.files[].name``; for ``unchecked``."""
        steps = (ITEM if isinstance(step, int) else f".{step}" for step in self.path[1:])
        return self.scope.root + "".join(steps)

    @property
    def shown(self) -> str:
        """The value as it may be shown."""
        is_secret = self.scope.is_secret or (self.field is not None and self.field.secret)
        is_leaf = not isinstance(self.value, (dict, list))
        return HIDDEN if is_secret and is_leaf else shown(self.value, self.path)


def visits(service: Service, scope: Scope, value: Any, is_unknown: IsUnknown) -> list[Visit]:
    """All values among the settings, without what is inside of a field that the service lacks.

    :param service: the service of the connection
    :param scope: which settings these are
    :param value: the settings in plain form
    """
    found: list[Visit] = []
    if not isinstance(value, dict):
        return found
    known = service.config if scope.root == "config" else service.auth
    given = value
    if scope.root == "config":
        # The rule about the destination schema is one of its own.
        form = {key for key in DESTINATION_SCHEMA_KEYS if key not in known}
        given = {key: inner for key, inner in value.items() if key not in form}
    _Walk(service, scope, is_unknown, found).inside((scope.attribute,), given, known)
    return found


class _Walk(NamedTuple):
    """One walk through the settings of one attribute."""

    service: Service
    scope: Scope
    is_unknown: IsUnknown
    found: list[Visit]

    def inside(self, path: Path, value: Mapping[str, Any], known: Mapping[str, Field]) -> None:
        """Adds the settings of an object, and what is inside of them."""
        service, scope, is_unknown, found = self
        for key, inner in value.items():
            field, is_known = known.get(key), not is_unknown(inner)
            visit = Visit(service, scope, (*path, key), inner, is_known, field, known)
            found.append(visit)
            if isinstance(inner, (dict, list)):
                self._below(visit)

    def _below(self, visit: Visit) -> None:
        field, value = visit.field, visit.value
        if field is None or not visit.is_known:
            return
        if field.kind is FieldKind.OBJECT and field.fields and isinstance(value, dict):
            self.inside(visit.path, value, field.fields)
        elif field.kind is FieldKind.LIST and field.item and isinstance(value, list):
            for index, inner in enumerate(value):
                item = visit._replace(
                    path=(*visit.path, index),
                    value=inner,
                    is_known=not self.is_unknown(inner),
                    field=field.item,
                )
                self.found.append(item)
                if isinstance(inner, (dict, list)):
                    self._below(item)
