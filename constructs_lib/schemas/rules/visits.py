"""The walk through the settings of a connection, side by side with the fields of its service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    setting: str
    """The field as the API calls it, such as ``config.files[].name``; for ``unchecked``."""
    value: Any
    is_known: bool
    """False if the value is known only later; its name is known all the same."""
    field: Field | None
    """None if the service has no such field."""
    siblings: Mapping[str, Field]
    """The fields that the service has at this place."""

    @property
    def shown(self) -> str:
        """The value as it may be shown."""
        is_secret = self.scope.is_secret or (self.field is not None and self.field.secret)
        is_leaf = not isinstance(self.value, (dict, list))
        return HIDDEN if is_secret and is_leaf else shown(self.value, self.path)


def visits(service: Service, scope: Scope, value: Any, is_unknown: IsUnknown) -> Iterator[Visit]:
    """All values among the settings, without what is inside of a field that the service lacks.

    :param service: the service of the connection
    :param scope: which settings these are
    :param value: the settings in plain form
    """
    if not isinstance(value, dict):
        return
    known = service.config if scope.root == "config" else service.auth
    given = value
    if scope.root == "config":
        # The rule about the destination schema is one of its own.
        form = {key for key in DESTINATION_SCHEMA_KEYS if key not in known}
        given = {key: inner for key, inner in value.items() if key not in form}
    top = Visit(service, scope, (scope.attribute,), scope.root, value, True, None, {})
    yield from _inside(top, given, known, is_unknown)


def _inside(
    above: Visit, value: Mapping[str, Any], known: Mapping[str, Field], is_unknown: IsUnknown
) -> Iterator[Visit]:
    service, scope, path, place, *_ = above
    for key, inner in value.items():
        field, is_known = known.get(key), not is_unknown(inner)
        setting = f"{place}.{key}"
        visit = Visit(service, scope, (*path, key), setting, inner, is_known, field, known)
        yield visit
        yield from _below(visit, is_unknown)


def _below(visit: Visit, is_unknown: IsUnknown) -> Iterator[Visit]:
    field, value = visit.field, visit.value
    if field is None or not visit.is_known:
        return
    if field.kind is FieldKind.OBJECT and field.fields and isinstance(value, dict):
        yield from _inside(visit, value, field.fields, is_unknown)
    elif field.kind is FieldKind.LIST and field.item and isinstance(value, list):
        for index, inner in enumerate(value):
            item = visit._replace(
                path=(*visit.path, index),
                setting=visit.setting + ITEM,
                value=inner,
                is_known=not is_unknown(inner),
                field=field.item,
            )
            yield item
            yield from _below(item, is_unknown)
