"""The calls that plan and invoke actions.

An invocation is answered by any number of progress messages, and then by exactly one that completes
it, with all diagnostics. Terraform crashes on anything that comes after a failed completion, and on
whatever follows a progress message once it was told to stop: from then on only the completion is
sent. A message that crosses that order still makes it crash, and the protocol has no cure for that,
so there are few: one for each new reason to wait, and one every ten seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from constructs_lib.backend.plugin.consistency import rules, stream_rules
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.call import Call
from constructs_lib.backend.plugin.values.value import Object, contains_unknown


def plan_action(
    call: Call, request: pb.PlanAction.Request, response: pb.PlanAction.Response
) -> None:
    """Plan an invocation: only say what is wrong. It is never deferred."""
    action = call.action(request.action_type)
    config = call.config(request.config)
    _refuse_missing(call, config)
    action.plan(config, call.operation(b""))


def invoke_action(call: Call, data: bytes) -> Iterator[pb.InvokeAction.Event]:
    """Yield the progress of an invocation, and at the end how it went.

    :param data: the request message
    """
    with call.caught():
        request = pb.InvokeAction.Request.FromString(data)
        for sentence in _invoked(call, request):
            progress = pb.InvokeAction.Event.Progress(message=conversion.printable(sentence))
            yield pb.InvokeAction.Event(progress=progress)
    found = conversion.write_diagnostics(call.diagnostics, call.attributes)
    completed = pb.InvokeAction.Event.Completed(diagnostics=found)
    yield pb.InvokeAction.Event(completed=completed)


def _invoked(call: Call, request: pb.InvokeAction.Request) -> Iterator[str]:
    """Yield the sentences about the progress for as long as Terraform may hear of it."""
    action = call.action(request.action_type)
    config = call.config(request.config)
    _refuse_missing(call, config)
    if contains_unknown(config):
        raise rules.rule_error(
            "config_is_known", "An action is invoked when its configuration is known.", call.subject
        )
    operation = call.operation(b"")
    with closing(call.each(action.invoke(config, operation))) as sentences:
        for sentence in sentences:
            found = rules.violations(stream_rules.PROGRESS_RULES, sentence)
            is_wrong = rules.report_violations(found, call.subject, call.diagnostics)
            if not is_wrong and not operation.stopping.is_set():
                yield sentence


def _refuse_missing(call: Call, config: Object) -> None:
    """Check required attributes again: Terraform's check misses a value that turns out null, and a
    configuration that is left out as a whole.
    """
    for name, attribute in call.attributes.items():
        if attribute.required and config.get(name) is None:
            raise ProviderError(
                f"{name} has no value",
                f"{name} is required, and is missing or turned out to be null. "
                "Nothing was done. Give it a value in the config block of the action.",
                (name,),
            )
