"""The response of an API about one object, as attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.managed_object.equivalence import named_in_order
from constructs_lib.backend.managed_object.model import (
    CONFIG,
    Answer,
    Body,
    ObjectModel,
    api_value,
    as_object,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.values.value import Dynamic, Object, same
from constructs_lib.schemas import Attribute, Kind, is_mask

Echo: TypeAlias = dict[str, list[str]]
"""For each setting, the fingerprints of what was sent and of what the API made of it."""


class _Sign(Enum):
    UNREADABLE = "unreadable"


_UNREADABLE: Final = _Sign.UNREADABLE
_PLAIN: Final = frozenset({str, bool, int})
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")


def attributes_of(
    model: ObjectModel,
    answer: Answer,
    names: Iterable[str] | None = None,
    known: Mapping[str, Any] = MappingProxyType({}),
) -> Object:
    """Return the attributes that a response contains, in the API's form but of the type of the
    attribute; ``config`` is not among them. A value that is masked, or that cannot be of that type,
    is left out.

    :param names: the attributes that are wanted; by default, all
    :param known: attributes of the type already; one that the response repeats is returned itself
    """
    found: Object = {}
    for name in model.places.keys() if names is None else model.places.keys() & names:
        *way, last = model.places[name]
        source = _part(answer, way)
        if last not in source:
            continue
        value, before = source[last], known.get(name)
        if type(value) is type(before) and type(value) in _PLAIN and value == before:
            found[name] = before  # As most are.
            continue
        value = _of_kind(model.attributes[name], equivalence.in_nfc(value))
        if value is not _UNREADABLE:
            found[name] = value
    return found


def _part(answer: Answer, way: list[str]) -> dict[str, Any]:
    """Return the object inside a response to which a path leads; an empty one if there is none."""
    for step in way:
        inner = answer.get(step)
        answer = inner if isinstance(inner, dict) else {}
    return answer


def refreshed_state(
    model: ObjectModel, state: Object, answer: Answer, echo: Echo, *, adopted: bool = False
) -> Object:
    """Return the state after a read: the known value where it means the same, otherwise the one of
    the response.

    :param state: the state before; nothing but ``id`` after an import
    :param echo: what the API made of the settings that were sent, see :func:`echoes`
    :param adopted: True if ``config`` is what an import has read; a setting that the API answers
        for the first time then joins it, because the configuration may say that it is null
    """
    remote = attributes_of(model, answer, known=state)
    result = dict(state)
    for name, attribute in model.attributes.items():
        if name in remote and remote[name] is state.get(name):
            continue
        if attribute.read_only and attribute.response:
            result[name] = remote.get(name)
        elif attribute.forces_replacement and state.get(name) is not None:
            # It cannot change in place, so another spelling in an answer is no other object.
            continue
        elif name in remote:
            result[name] = _kept(model, name, state.get(name), remote[name], echo)
        elif attribute.default is not None and result.get(name) is None:
            result[name] = attribute.default
    config = equivalence.in_nfc(answer.get(CONFIG))
    if adopted and equivalence.is_nothing(config):
        config = {}  # What is imported has at least its fixed keys.
    if isinstance(config, dict):
        result[CONFIG] = _config(model, state, config, answer, echo, adopted=adopted)
    return result


def confirmed_state(model: ObjectModel, state: Object, item: Answer, echo: Echo) -> Object | None:
    """Return the state after a read, from an item of a list that confirms all that is known of an
    object, and nothing else; None for any other. What it lacks, and what differs, has to be read
    from the object itself: items may carry less.

    :param state: the state before
    :param echo: as for :func:`refreshed_state`; more of it changes nothing of what is returned
    """
    if not all(isinstance(item.get(part), dict) for part in model.roots):
        return None
    if equivalence.is_too_deep(item.get(CONFIG)):
        return None
    found = refreshed_state(model, state, item, echo)
    for name, attribute in model.attributes.items():
        now, before = found.get(name), state.get(name)
        # A value that means the same is the one of the state.
        if now is not before and not (attribute.read_only and now is not None):
            return None
    return found


def echoes(
    model: ObjectModel, sent: Body, answer: Answer, secrets: Mapping[str, Any] | None = None
) -> Echo:
    """Return what the API made of the settings that were sent, where the two are not equivalent.

    For each setting, the fingerprints of what was sent and of the answer: as long as the first is
    what is known, the second is no drift.

    :param secrets: the secrets by name, such as ``config.password``; of those, and of what the API
        masks, nothing is kept
    """
    found: Echo = {}
    remote = attributes_of(model, answer)
    for name in model.echoed:
        # An API that keeps what was to be cleared makes nothing else of it: that is drift.
        if sent.get(name) is not None and name in remote:
            found |= echo(model, name, sent[name], api_value(remote[name]))
    config, answered = sent.get(CONFIG), equivalence.in_nfc(answer.get(CONFIG))
    if isinstance(config, dict) and isinstance(answered, dict):
        for key in config.keys() & answered.keys():
            name = f"config.{key}"
            shown = equivalence.without_secret(config[key], (secrets or {}).get(name))
            found |= echo(model, name, shown, answered[key])
    return found


def echo(model: ObjectModel, name: str, sent: Any, answered: Any) -> Echo:
    """Return what the API made of one setting; empty if it means the same by itself."""
    if is_mask(sent) or equivalence.is_equivalent(sent, answered):
        return {}
    parts = (named_in_order(model.item_keys, name, value) for value in (sent, answered))
    return {name: _prints(*parts)}


def is_echo(model: ObjectModel, echo: Echo, name: str, known: Any, answered: Any) -> bool:
    """Return True if the API is known to answer a known value so."""
    kept = echo.get(name)
    if not isinstance(kept, list) or len(kept) != 2:
        return False
    ordered = (named_in_order(model.item_keys, name, value) for value in (known, answered))
    in_order = equivalence.comparable_parts(*ordered)
    # Earlier versions kept the fingerprints of lists in the order of the answer.
    as_answered = equivalence.comparable_parts(known, answered)
    return any(
        all(equivalence.is_fingerprint(*pair) for pair in zip(kept, parts, strict=True))
        for parts in (in_order, as_answered)
    )


def _prints(known: Any, answered: Any) -> list[str]:
    return [equivalence.fingerprint(part) for part in equivalence.comparable_parts(known, answered)]


def _kept(model: ObjectModel, name: str, known: Any, remote: Any, echo: Echo) -> Any:
    if known is None:
        return remote
    attribute, sent, answered = model.attributes[name], api_value(known), api_value(remote)
    if _says_nothing(model.request_value(name, known)):
        return known if _says_nothing(answered) else remote
    same_meaning = equivalence.is_equivalent(attribute.spelled(sent), answered)
    if same_meaning or is_echo(model, echo, name, sent, answered):
        return known
    return equivalence.reconcile(known, remote)


def _says_nothing(value: Any) -> bool:
    """Return True for nothing, and for an object in which nothing stands."""
    inside = isinstance(value, dict) and all(map(_says_nothing, value.values()))
    return inside or equivalence.is_nothing(value)


def _config(
    model: ObjectModel,
    state: Object,
    remote: dict[str, Any],
    answer: Answer,
    echo: Echo,
    *,
    adopted: bool,
) -> Dynamic:
    known = state.get(CONFIG)
    before = as_object(known)
    if adopted:
        remote = model.without_secrets(remote, answer)
        # Nobody configures the others: the first change would show all of them as removed.
        readable = {k for k, v in remote.items() if not equivalence.is_nothing(v)}
        kept = readable - set(model.keys_of_api(answer)) | before.keys()
        remote = {k: v for k, v in remote.items() if k in kept}
    if not isinstance(known, Dynamic):
        return Dynamic.of(model.elsewhere(answer) | equivalence.unmasked(remote))
    is_kept = [
        key for key in before if is_echo(model, echo, f"config.{key}", before[key], remote.get(key))
    ]
    drifting = {key: value for key, value in remote.items() if key not in is_kept}
    after = equivalence.reconcile(before, drifting, item_keys=model.item_keys, widened=adopted)
    return known if same(before, after) else Dynamic.of(after)


def _of_kind(attribute: Attribute, value: Any) -> Any:
    """Return a value of a response with the type of the attribute: a state can hold no other."""
    if is_mask(value):
        return _UNREADABLE
    if attribute.kind is Kind.NESTED and isinstance(value, dict) and value:
        given = {n: one for n, one in attribute.attributes.items() if n in value}
        inner = {name: _of_kind(one, value[name]) for name, one in given.items()}
        return {name: one for name, one in inner.items() if one is not _UNREADABLE}
    if attribute.kind is Kind.MAP and isinstance(value, dict):
        return {key: _text(inner) for key, inner in value.items() if inner is not None}
    if attribute.kind is Kind.STRING and isinstance(value, (str, bool, int, Decimal)):
        return attribute.spelled(_text(value))
    if equivalence.is_nothing(value):
        return None
    if attribute.kind is Kind.BOOLEAN:
        return _boolean(value)
    if attribute.kind in (Kind.INTEGER, Kind.NUMBER):
        return _number(value)
    return _UNREADABLE


def _text(value: Any) -> str:
    return value if isinstance(value, str) else jsontext.canonical(value)


def _boolean(value: Any) -> bool | Literal[_Sign.UNREADABLE]:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(normalized_word(value), _UNREADABLE)


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value)
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return value if is_number else _UNREADABLE


def configurable_state(model: ObjectModel, state: Object, diagnostics: Diagnostics) -> Object:
    """Return the state of an import with no value that its schema does not allow.

    ``terraform plan -generate-config-out`` writes the state of an import as configuration, and then
    checks it. What the API answers may be newer than the schema, and must not stop an import: such
    an attribute is left out, with a warning.

    :param state: the state as it was read
    """
    result = dict(state)
    for name, attribute in model.attributes.items():
        if not attribute.read_only and _is_refused(attribute, state):
            result[name] = None
            diagnostics.warning(
                f"{name} cannot be managed",
                f"{model.vendor} returns a value for {name} of {model.noun} {state.get('id')} "
                f"({state.get('schema')}) that this version of the provider does not know. It "
                f"stays as it is at {model.vendor}, and is left out of the state. Newer versions "
                "of the provider may know it.",
                (name,),
            )
    return result


def _is_refused(attribute: Attribute, state: Object) -> bool:
    found = Diagnostics()
    checks.check_schema_rules({attribute.name: attribute}, state, found)
    return found.has_errors
