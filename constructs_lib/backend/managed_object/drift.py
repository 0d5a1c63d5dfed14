"""Tell drift from what the API makes of the settings it is sent, and refuse to overwrite drift.

The answer to a write says what the API took, and often no more than it was sent: a later GET may
answer the same setting as null, in other letters or in a form of its own. So an answer to a write
is provisional, and the next refresh decides:

* While nothing was sent, every other value is drift. Only a setting that the last apply has sent,
  and that no refresh has read since, may come back in another form.
* Nothing (null, ``""``, ``[]``, ``{}``), other capitals and other blanks at the ends count as the
  API's form at once. Somebody who changed the setting just then would look the same, so a warning
  names it.
* Any other value is drift, and is sent once more. If the API answers that very value again after
  that, it is the API's form of what is sent, or somebody sets it back each time: a warning says so,
  and it is not sent a third time.

What was learnt holds as long as the same value is configured, and the same form is answered.

Nobody's work is overwritten unseen: before an object is changed, it is compared with what the plan
started from. An API without conditional requests leaves a moment between comparison and change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.http.errors import VendorError
from constructs_lib.backend.http.redaction import display_value, values_shown
from constructs_lib.backend.http.response_values import normalized_word, parse_timestamp
from constructs_lib.backend.managed_object import equivalence, response
from constructs_lib.backend.managed_object.model import (
    CONFIG,
    ObjectModel,
    api_value,
    as_object,
    without_controls,
)
from constructs_lib.backend.managed_object.response import Echo
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.values.value import Object, same
from constructs_lib.schemas import Attribute, Kind

_ECHO = "echo"
"""In private state: what the API made of settings, see :func:`.response.echoes`."""
_UNREAD = "unread"
"""In private state: the names of the settings that were sent and not read since."""
_DOUBTED = "doubted"
"""In private state: settings that were read as another value right after they were sent."""
_ABSENT = "absent"
"""In private state: the keys of ``config`` that the last answer left out."""
_NAMES_SHOWN = 10


def echo_of(private: dict[str, Any]) -> Echo:
    """Return what is known of the API's own forms, of a private state of any version."""
    found = private.get(_ECHO)
    return found if isinstance(found, dict) else {}


def absent(private: dict[str, Any]) -> list[str]:
    """Return the keys of ``config`` that the last answer left out, of a private state of any
    version.
    """
    return _strings(private.get(_ABSENT))


def note_absent(
    model: ObjectModel, private: dict[str, Any], known: Object, answer: dict[str, Any]
) -> None:
    """Note which keys of ``config`` an answer leaves out: the API may hold nothing of them.

    :param private: the private state of the object; changed in place
    :param known: the attributes that the answer is about
    :param answer: the object; one without ``config`` says nothing about it
    """
    config = equivalence.in_nfc(answer.get("config"))
    if not isinstance(config, dict):
        return
    said = {k for k, v in as_object(known.get(CONFIG)).items() if not equivalence.is_nothing(v)}
    found = said - config.keys() - set(model.fixed_keys(known))
    private[_ABSENT] = sorted(found)
    if not found:
        del private[_ABSENT]


def record_sent(
    model: ObjectModel,
    private: dict[str, Any],
    settings: dict[str, Any],
    body: dict[str, Any],
    answer: dict[str, Any],
    secrets: dict[str, Any],
) -> None:
    """Note what the answer to a write shows, and that the next refresh may show something else.

    :param private: the private state of the object; changed in place
    :param settings: the settings for which the answer shows what the API makes of them
    :param body: the body of the request
    :param answer: what the API answered about the object
    :param secrets: the secrets by name, of which nothing is kept
    """
    sent = set(_sent(model, body))
    echo = {name: known for name, known in echo_of(private).items() if name not in sent}
    private[_ECHO] = echo | response.echoes(model, settings, answer, secrets)
    if not private[_ECHO]:
        del private[_ECHO]
    unread = sent.union(_strings(private.get(_UNREAD)))
    private[_UNREAD] = sorted(unread)
    if not unread:
        del private[_UNREAD]


def learn_from_refresh(
    model: ObjectModel,
    state: Object,
    answer: dict[str, Any],
    private: dict[str, Any],
    diagnostics: Diagnostics,
) -> None:
    """Take over the form that a refresh shows of what the last apply has sent.

    :param state: the state before the refresh
    :param answer: the object, as it was read
    :param private: the private state of the object; changed in place
    """
    note_absent(model, private, state, answer)
    unread = _strings(private.pop(_UNREAD, None))
    if not unread and not _doubted(private):
        private.pop(_DOUBTED, None)
        return
    doubted = {n: p for n, p in _doubted(private).items() if n not in unread}
    learnt = []
    for name, known, answered in _pairs(model, unread, state, answer):
        found = response.echo(model, name, known, answered)
        if not found or response.is_echo(model, echo_of(private), name, known, answered):
            continue
        if _is_form(known, answered) or _doubted(private).get(name) == found[name]:
            private.setdefault(_ECHO, {}).update(found)
            learnt.append(name)
        else:
            doubted |= found
    private[_DOUBTED] = doubted
    if not doubted:
        del private[_DOUBTED]
    if learnt:
        _warn_of_other_form(model, learnt, answer, diagnostics)


def _sent(model: ObjectModel, body: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the settings in the body of a request."""
    for name in without_controls(model, body):
        if name == "config":
            yield from (f"config.{key}" for key in body["config"])
        elif name in model.echoed:
            yield name


def _pairs(
    model: ObjectModel, names: list[str], state: Object, answer: dict[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each setting that is known and answered, with both values."""
    remote, before = response.attributes_of(model, answer), as_object(state.get(CONFIG))
    config = equivalence.in_nfc(answer.get("config"))
    shown = config if isinstance(config, dict) else {}
    for name in names:
        key = name.removeprefix("config.")
        if key != name and key in before and key in shown:
            yield name, before[key], shown[key]
        elif key == name and state.get(name) is not None and name in remote:
            yield name, api_value(state[name]), api_value(remote[name])


def _is_form(known: Any, answered: Any) -> bool:
    """Return True if an answer says nothing else than what is known, in another spelling; or says
    nothing at all.
    """
    if equivalence.is_equivalent(known, answered) or equivalence.is_nothing(answered):
        return True
    if isinstance(known, dict) and isinstance(answered, dict):
        return all(_is_form(known[key], answered[key]) for key in known.keys() & answered.keys())
    if isinstance(known, list) and isinstance(answered, list) and len(known) == len(answered):
        return all(map(_is_form, known, answered))
    if not isinstance(known, (str, bool)) or not isinstance(answered, (str, bool)):
        return False
    return normalized_word(known) == normalized_word(answered) or _is_same_second(known, answered)


def _is_same_second(known: Any, answered: Any) -> bool:
    """Return True for two forms of a time, of which the API keeps whole seconds only."""
    one, other = parse_timestamp(known), parse_timestamp(answered)
    if one is None or other is None:
        return False
    return one.replace(microsecond=0) == other.replace(microsecond=0)


def _doubted(private: dict[str, Any]) -> dict[str, Any]:
    found = private.get(_DOUBTED)
    return found if isinstance(found, dict) else {}


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _warn_of_other_form(
    model: ObjectModel, names: list[str], answer: dict[str, Any], diagnostics: Diagnostics
) -> None:
    vendor = model.vendor
    shown = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    diagnostics.warning(
        f"{vendor} shows settings of {model.noun} {answer.get('id')} ({answer.get('schema')}) in "
        "another form than they were sent",
        f"{shown}: the last apply sent what is configured, {vendor} accepted it, and now returns "
        f"something else. The provider treats that as {vendor}'s own form of the same setting, "
        f"and does not send it again. If somebody may have changed it in {vendor} since that "
        "apply, look there; to send it again, change it and change it back.",
    )


class ConcurrentChange(VendorError):
    """Since the plan, somebody has changed a setting that the apply changes."""

    def __init__(self, noun: str, identifier: str, conflicts: list[str]) -> None:
        self.remedy = (
            "Nothing was changed. Plan again, with refresh: the plan then starts from what is "
            f"there. If this happens often, find out who else changes this {noun}."
        )
        super().__init__(
            f"{noun} {identifier} is not what the plan started from: {'; '.join(conflicts)}"
        )


def require_unchanged(
    model: ObjectModel,
    prior: Object,
    planned: Object,
    body: dict[str, Any],
    answer: dict[str, Any],
    echo: Echo,
) -> None:
    """Check that what a request is about to change is still what the plan started from.

    What cannot be read (secrets) is not compared, and what somebody set to the planned value is no
    conflict.

    :param prior: the state that the plan started from
    :param body: the body of the request
    :param answer: the object as it is
    :param echo: what the API made of the settings that were sent
    :raises ConcurrentChange: if something differs, with both values
    """
    now = response.refreshed_state(model, prior, answer, echo)
    found = [
        *_attributes(model, prior, planned, now, body),
        *_settings(model, prior, planned, now, body),
    ]
    if found:
        raise ConcurrentChange(model.noun, str(prior.get("id")), found)


def _attributes(
    model: ObjectModel, prior: Object, planned: Object, now: Object, body: dict[str, Any]
) -> Iterator[str]:
    for name in model.changeable:
        if name in body and prior.get(name) is not None:
            before, live, wanted = (
                model.request_value(name, values.get(name)) for values in (prior, now, planned)
            )
            yield from _conflict(model, name, before, live, wanted)


def _settings(
    model: ObjectModel, prior: Object, planned: Object, now: Object, body: dict[str, Any]
) -> Iterator[str]:
    before, after, wanted = (as_object(values.get(CONFIG)) for values in (prior, now, planned))
    for key in body.get("config") or {}:
        if key in before and key in wanted:
            yield from _conflict(model, f"config.{key}", before[key], after[key], wanted[key])


def _conflict(model: ObjectModel, name: str, before: Any, now: Any, wanted: Any) -> Iterator[str]:
    if not same(before, now) and not equivalence.is_equivalent(wanted, now):
        with values_shown(_has_few_values(model.attributes.get(name))):
            then, by_now, goal = (display_value(name, value) for value in (before, now, wanted))
        yield f"{name} was {then}, is {by_now} now, and was to become {goal}"


def _has_few_values(attribute: Attribute | None) -> bool:
    """Return True for an attribute with few possible values, which cannot hold a secret."""
    return attribute is not None and (attribute.kind is Kind.BOOLEAN or "enum" in attribute.rule)
