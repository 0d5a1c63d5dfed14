"""Whether an answer of the API means what the configuration says.

An API adds, drops, reorders, masks and normalizes settings. A difference is drift only if it
carries meaning:

* only what the configuration names is compared; what the API adds or leaves out does not count;
* a mask (``******`` and its like) stands for the value that was sent;
* ``null``, ``""``, ``[]`` and ``{}`` say the same: nothing;
* a number or a boolean may come back as text;
* the order of a list has no meaning; drift in a list names the items that drifted.

Some lists of ``config`` are sets by nature, whose items have a key: ``secrets_list`` has ``key``,
``reports`` has ``table``. The schema names them (``x-item-keys``), and their items are matched by
that key. A list in which the key is missing or duplicated is a list like any other.

What the API normalizes in other ways (case, white space, a default in place of null) is recognized
by its :func:`fingerprint`: the answer to the request that set the value is remembered, and the same
answer later is no drift.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin.values.value import (
    MAX_LEVELS,
    UNKNOWN,
    contains_unknown,
    levels,
)
from constructs_lib.schemas import MASK, is_mask

ItemKeys: TypeAlias = Mapping[str, Sequence[str]]
"""The lists that are sets, by the name of the setting, with the keys of their items."""
NO_ITEM_KEYS: Final[ItemKeys] = {}
_CONFIG = "config."
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_MAY_BE_EMPTY = frozenset({str, list, dict})
_NO_ITEM: Any = object()


def by_key(item_keys: ItemKeys, setting: str, *lists: list[Any]) -> list[dict[str, Any]] | None:
    """Return the items of each list by their key.

    :param item_keys: the keys of the object that has the setting
    :param setting: the place of the lists within ``config``, such as ``reports``
    :param lists: versions of one list, which need one key in common
    :returns: None if the order may mean something, or no key identifies all items of each list
    """
    for name in item_keys.get(setting, ()):
        found = [_indexed(items, name) for items in lists]
        complete = [one for one in found if one is not None]
        if len(complete) == len(lists):
            return complete
    return None


def in_order(item_keys: ItemKeys, setting: str, value: Any) -> Any:
    """Return the value of a setting in an order that depends on the keys of its items alone."""
    found = by_key(item_keys, setting, value) if isinstance(value, list) else None
    return value if found is None else [found[0][key] for key in sorted(found[0])]


def named_in_order(item_keys: ItemKeys, name: str, value: Any) -> Any:
    """Return the value of an attribute, a setting or a secret in that order.

    :param name: its name, such as ``config.secrets_list``; only what is inside ``config`` has keys
    """
    if not name.startswith(_CONFIG):
        return value
    return in_order(item_keys, name.removeprefix(_CONFIG), value)


def _indexed(items: list[Any], name: str) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for item in items:
        key = _text(item.get(name)) if isinstance(item, dict) else None
        if key is None or key in found:
            return None
        found[key] = item
    return found


def _text(value: Any) -> str | None:
    """Return a key as a text: the API may answer it in capitals, or a number as text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    return str(value).strip().casefold() or None


def is_equivalent(known: Any, answer: Any) -> bool:
    """Return True if the API's ``answer`` for a setting means the ``known`` value."""
    if is_mask(answer) or (is_nothing(known) and is_nothing(answer)):
        return True
    if isinstance(known, dict):
        return isinstance(answer, dict) and all(
            key not in answer or is_equivalent(inner, answer[key]) for key, inner in known.items()
        )
    if isinstance(known, list):
        return isinstance(answer, list) and _same_members(known, answer)
    return _same_scalar(known, answer)


def reconcile(
    known: Any,
    answer: Any,
    *,
    item_keys: ItemKeys = NO_ITEM_KEYS,
    widened: bool = False,
    setting: str = "",
) -> Any:
    """Return ``known`` as far as the answer means the same; where it does not, the answer.

    Inside objects only the known keys are compared, each for itself; inside lists each item.

    :param item_keys: the keys by which the items of lists are told apart
    :param widened: True to take over what objects of the answer have besides, unless it is masked
    :param setting: the place of the values within ``config``; empty for ``config`` itself
    """
    if isinstance(known, dict) and isinstance(answer, dict):
        kept = {
            key: inner
            if key not in answer
            else reconcile(
                inner,
                answer[key],
                item_keys=item_keys,
                widened=widened,
                setting=f"{setting}.{key}"[not setting :],
            )
            for key, inner in known.items()
        }
        return {**unmasked(answer), **kept} if widened else kept
    if is_equivalent(known, answer):
        return known
    if isinstance(known, list) and isinstance(answer, list):
        keyed = by_key(item_keys, setting, known, answer)
        return _reconciled_items(known, answer, keyed, widened=widened)
    return answer


def is_covered_by(state: Any, configured: Any) -> bool:
    """Return True if the state that an import read has everything that is configured, in any form
    that means the same. What the state lacks counts as nothing. An unknown value may become
    anything, so lists that hold one are only compared by their length.
    """
    if configured is UNKNOWN:
        return True
    if isinstance(configured, list) and contains_unknown(configured):
        return isinstance(state, list) and len(state) == len(configured)
    if isinstance(state, dict) and isinstance(configured, dict):
        return all(is_covered_by(state.get(key), inner) for key, inner in configured.items())
    if isinstance(state, dict) or isinstance(configured, dict):
        return is_nothing(state) and is_nothing(configured)
    return is_equivalent(configured, state)


def shows_effect(answer: Any, sent: Any) -> bool:
    """Return True if an answer shows that a request took effect: it has all that was sent, and
    masks none of it.
    """
    if isinstance(answer, dict) and isinstance(sent, dict):
        return all(
            key in answer and shows_effect(answer[key], inner) for key, inner in sent.items()
        )
    return not has_mask(answer) and is_equivalent(sent, answer)


def fingerprint(answer: Any) -> str:
    """Return a short digest of an answer, to recognise it later; equal numbers have equal digests,
    in whichever form they are written.
    """
    return _digest(jsontext.canonical(answer))


def is_fingerprint(kept: Any, answer: Any) -> bool:
    """Return True if a fingerprint that was kept is that of an answer.

    Earlier versions digested numbers as they were written; what they kept in private states and
    journals is recognised as well.

    :param kept: what was kept; anything but a fingerprint is none
    """
    if kept == fingerprint(answer):
        return True
    return bool(kept) and kept == _digest(jsontext.dumps(answer, sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_PRINTS_OF_NOTHING = frozenset(map(fingerprint, _NOTHING))


def echoes_nothing(kept: Any) -> bool:
    """Return True if an answer that was kept as a fingerprint said nothing.

    :param kept: the fingerprints of what was sent and of its answer; anything else says so of none
    """
    return isinstance(kept, list) and len(kept) == 2 and kept[1] in _PRINTS_OF_NOTHING


def unmasked(answer: Any) -> Any:
    """Return the answer without the settings that the API masks; empty lists and objects may
    remain.
    """
    if isinstance(answer, dict):
        return {key: unmasked(inner) for key, inner in answer.items() if not is_mask(inner)}
    if isinstance(answer, list):
        return [unmasked(inner) for inner in answer if not is_mask(inner)]
    return answer


def in_nfc(answer: Any) -> Any:
    """Return the answer with all texts and keys in Unicode NFC, as Terraform normalizes them:
    another form of the same characters is no drift, and Terraform refuses keys that are not in NFC.
    """
    if isinstance(answer, str):
        return answer if answer.isascii() else unicodedata.normalize("NFC", answer)
    if isinstance(answer, dict):
        return {in_nfc(key): in_nfc(inner) for key, inner in answer.items()}
    return list(map(in_nfc, answer)) if isinstance(answer, list) else answer


def is_too_deep(config: Any) -> bool:
    """Return True if settings in an answer are nested too deeply for Terraform's state."""
    # The resource itself is a level.
    return levels(config) >= MAX_LEVELS


def comparable_parts(known: Any, answer: Any) -> tuple[Any, Any]:
    """Return what can be compared of a known value and its answer: what both name and nothing
    masks.

    Of lists that mask something and differ in length, only the answer can be compared.
    """
    if isinstance(known, dict) and isinstance(answer, dict):
        names = [key for key in known if key in answer and not is_mask(answer[key])]
        pairs = {key: comparable_parts(known[key], answer[key]) for key in names}
        return {k: pair[0] for k, pair in pairs.items()}, {k: pair[1] for k, pair in pairs.items()}
    if isinstance(known, list) and isinstance(answer, list) and len(known) == len(answer):
        items = [comparable_parts(*pair) for pair in zip(known, answer, strict=True)]
        return [item[0] for item in items], [item[1] for item in items]
    return (None, unmasked(answer)) if has_mask(answer) else (known, answer)


def without_secret(value: Any, secret: Any) -> Any:
    """Return the value without the secret that was merged into it; a secret that is no object is
    the whole value, and leaves nothing.
    """
    if secret is None:
        return value
    if not isinstance(value, dict) or not isinstance(secret, dict):
        return MASK
    rest = {key: without_secret(inner, secret.get(key)) for key, inner in value.items()}
    return {key: inner for key, inner in rest.items() if inner != MASK}


def has_mask(answer: Any) -> bool:
    """Return True if the answer holds a masked secret somewhere."""
    if isinstance(answer, dict):
        return any(map(has_mask, answer.values()))
    if isinstance(answer, list):
        return any(map(has_mask, answer))
    return is_mask(answer)


def _reconciled_items(
    known: list[Any], answer: list[Any], keyed: list[dict[str, Any]] | None, *, widened: bool
) -> list[Any]:
    """Return the known items in order, those that drifted as they are now, then the new ones."""
    if keyed is not None:
        before, now = keyed
        kept = [
            reconcile(item, now[key], widened=widened) for key, item in before.items() if key in now
        ]
        return kept + [unmasked(item) for key, item in now.items() if key not in before]
    places, left = _matched(known, answer)
    # Nothing identifies the others: they fill the open places in their order.
    rest = iter([unmasked(item) for item in left])
    filled = [known[at] if at in places else next(rest, _NO_ITEM) for at in range(len(known))]
    return [item for item in (*filled, *rest) if item is not _NO_ITEM]


def _matched(known: list[Any], answer: list[Any]) -> tuple[set[int], list[Any]]:
    """Return the indexes of the known items that have a counterpart, and the answered items
    without.
    """
    places, left = set(), list(answer)
    for place, item in enumerate(known):
        index = next((i for i, other in enumerate(left) if is_equivalent(item, other)), None)
        if index is not None:
            places.add(place)
            del left[index]
    return places, left


def _same_members(known: list[Any], answer: list[Any]) -> bool:
    """Return True if each item has its own counterpart. Pair equal ones first, because comparing
    each with each is slow for long lists.
    """
    if len(known) != len(answer):
        return False
    if all(map(is_equivalent, known, answer)):
        return True
    unmatched = Counter(map(fingerprint, answer))
    left = []
    for item in known:
        key = fingerprint(item)
        if unmatched[key]:
            unmatched[key] -= 1
        else:
            left.append(item)
    return _each_has_its_own(left, _of(unmatched, answer))


def _of(counts: Counter[str], items: list[Any]) -> list[Any]:
    """Return as many items of each fingerprint as are counted."""
    found = []
    for item in items:
        key = fingerprint(item)
        if counts[key]:
            counts[key] -= 1
            found.append(item)
    return found


def _each_has_its_own(known: list[Any], answer: list[Any]) -> bool:
    for item in known:
        index = next((i for i, other in enumerate(answer) if is_equivalent(item, other)), None)
        if index is None:
            return False
        del answer[index]
    return True


def is_nothing(value: Any) -> bool:
    """Return True for null and for empty text, lists and objects."""
    return value is None or (not value and type(value) in _MAY_BE_EMPTY)


def _same_scalar(known: Any, answer: Any) -> bool:
    if isinstance(known, str) == isinstance(answer, str):
        return bool(_exact(known) == _exact(answer))
    text, other = (known, answer) if isinstance(known, str) else (answer, known)
    if isinstance(other, bool):
        return bool(text == ("true" if other else "false"))
    if not isinstance(other, (int, float, Decimal)):
        return False
    try:
        return Decimal(text) == Decimal(str(other))
    except InvalidOperation:
        return False


def _exact(value: Any) -> Any:
    """Return a form in which equal numbers compare equal, and a number differs from its text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value
    return (Decimal, Decimal(str(value)))  # No boolean equals it.
