"""What the API makes of the settings that are sent, learnt from its answers.

The answer to a write says what the API took, and often no more than what it was sent: a later GET
may answer the same setting as null, in other letters or in a form of its own. So an answer to a
write is provisional, and the next refresh has the last word. The decision which other form is
drift, and which is not:

* While nothing was sent, every other value is drift. Only for what the last apply has sent, and no
  refresh has read since, another form may be the API's own.
* Nothing (null, ``""``, ``[]``, ``{}``), other capitals and other blanks at the ends are taken as
  the API's form at once: somebody who changed it just then would look the same, so a warning names
  the setting.
* Any other value is drift, and is sent once more. If the API answers that very value again after
  that, it is the API's form of what is sent, or somebody sets it back each time: a warning says so,
  and it is not sent a third time.

What was learnt holds as long as the same value is configured, and the same form is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.fivetran import comparison, connection_answer
from constructs_lib.backend.fivetran.connection_request import (
    ONLY_CREATED,
    as_object,
    destination_keys,
    plain,
    without_controls,
)
from constructs_lib.backend.http.spelling import word
from constructs_lib.backend.http.times import moment
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.values import Object

_ECHO = "echo"
"""In private state: what the API made of settings, see :func:`connection_answer.echoes`."""
_UNREAD = "unread"
"""In private state: the names of the settings that were sent and not read since."""
_DOUBTED = "doubted"
"""In private state: settings that were read as another value right after they were sent."""
_ABSENT = "absent"
"""In private state: the keys of ``config`` that the last answer left out."""
_NAMES_SHOWN = 10


def echo_of(private: dict[str, Any]) -> connection_answer.Echo:
    """Return what is known of the API's own forms, of a private state of any version."""
    found = private.get(_ECHO)
    return found if isinstance(found, dict) else {}


def absent(private: dict[str, Any]) -> list[str]:
    """Return the keys of ``config`` that the last answer left out, of a private state of any
    version.
    """
    return _strings(private.get(_ABSENT))


def note_absent(private: dict[str, Any], known: Object, answer: dict[str, Any]) -> None:
    """Note which keys of ``config`` an answer leaves out: Fivetran may hold nothing of them.

    :param private: the private state of the connection; changed in place
    :param known: the attributes that the answer is about
    :param answer: the connection; one without ``config`` tells nothing of it
    """
    config = comparison.composed(answer.get("config"))
    if not isinstance(config, dict):
        return
    said = {k for k, v in as_object(known.get("config")).items() if not comparison.is_nothing(v)}
    found = said - config.keys() - set(destination_keys(known.get("service")))
    private[_ABSENT] = sorted(found)
    if not found:
        del private[_ABSENT]


def note(
    private: dict[str, Any],
    settings: dict[str, Any],
    body: dict[str, Any],
    answer: dict[str, Any],
    secrets: dict[str, Any],
) -> None:
    """Note what the answer to a write shows, and that the next refresh may show something else.

    :param private: the private state of the connection; changed in place
    :param settings: the settings for which the answer tells what the API makes of them
    :param body: the body of the request
    :param answer: what the API answered about the connection
    :param secrets: the secrets by name, of which nothing is kept
    """
    echo = private.setdefault(_ECHO, {})
    for name in _sent(body):
        echo.pop(name, None)
    echo.update(connection_answer.echoes(settings, answer, secrets))
    unread = {*_strings(private.get(_UNREAD)), *_sent(body)}
    private[_UNREAD] = sorted(unread)
    if not unread:
        del private[_UNREAD]


def learn(
    state: Object, answer: dict[str, Any], private: dict[str, Any], diagnostics: Diagnostics
) -> None:
    """Take over the form that a refresh shows of what the last apply has sent.

    :param state: the state before the refresh
    :param answer: the connection, as it was read
    :param private: the private state of the connection; changed in place
    """
    note_absent(private, state, answer)
    unread = _strings(private.pop(_UNREAD, None))
    doubted = {n: p for n, p in _doubted(private).items() if n not in unread}
    learnt = []
    for name, known, answered in _pairs(unread, state, answer):
        found = connection_answer.echo(name, known, answered)
        if not found or connection_answer.is_echo(echo_of(private), name, known, answered):
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
        _tell(learnt, answer, diagnostics)


def _sent(body: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the settings in the body of a request."""
    for name in without_controls(body):
        if name == "config":
            yield from (f"config.{key}" for key in body["config"])
        elif name in connection_answer.ECHOED and name not in ONLY_CREATED:
            yield name


def _pairs(
    names: list[str], state: Object, answer: dict[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each setting that is known and answered, with both values."""
    remote, before = connection_answer.facts(answer), as_object(state.get("config"))
    config = comparison.composed(answer.get("config"))
    shown = config if isinstance(config, dict) else {}
    for name in names:
        key = name.removeprefix("config.")
        if key != name and key in before and key in shown:
            yield name, before[key], shown[key]
        elif key == name and state.get(name) is not None and name in remote:
            yield name, plain(state[name]), plain(remote[name])


def _is_form(known: Any, answered: Any) -> bool:
    """Return True if an answer says nothing else than what is known, in another spelling; or says
    nothing at all.
    """
    if comparison.means_the_same(known, answered) or comparison.is_nothing(answered):
        return True
    if isinstance(known, dict) and isinstance(answered, dict):
        return all(_is_form(known[key], answered[key]) for key in known.keys() & answered.keys())
    if isinstance(known, list) and isinstance(answered, list) and len(known) == len(answered):
        return all(map(_is_form, known, answered))
    if not isinstance(known, (str, bool)) or not isinstance(answered, (str, bool)):
        return False
    return word(known) == word(answered) or _is_same_second(known, answered)


def _is_same_second(known: Any, answered: Any) -> bool:
    """Return True for two forms of a time, of which the API keeps whole seconds only."""
    one, other = moment(known), moment(answered)
    if one is None or other is None:
        return False
    return one.replace(microsecond=0) == other.replace(microsecond=0)


def _doubted(private: dict[str, Any]) -> dict[str, Any]:
    found = private.get(_DOUBTED)
    return found if isinstance(found, dict) else {}


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _tell(names: list[str], answer: dict[str, Any], diagnostics: Diagnostics) -> None:
    shown = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    diagnostics.warning(
        f"Fivetran shows settings of connection {answer.get('id')} ({answer.get('schema')}) "
        "otherwise than they were sent",
        f"{shown}: the last apply has sent what is configured, Fivetran has taken it, and answers "
        "something else now. That is taken for Fivetran's own form of the same setting, and is not "
        "sent again. If somebody may have changed it in Fivetran since that apply, look there; to "
        "send it again, change it and change it back.",
    )
