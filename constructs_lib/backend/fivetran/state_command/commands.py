"""Runs one of the commands, and turns whatever happens into words and an exit status.

Exit status: 0 done (of ``diff``: equal), 2 ``diff`` found a difference, 1 not done (the message
says why), 128 and the number of the signal if it was interrupted before it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from constructs_lib.backend.fivetran.state_command import looking, options, past, setting
from constructs_lib.backend.fivetran.state_command.interruption import Interruption, Stopped
from constructs_lib.backend.fivetran.state_command.options import Options
from constructs_lib.backend.fivetran.state_command.screen import Screen
from constructs_lib.backend.http.redaction import values_shown
from constructs_lib.backend.plugin import faults
from constructs_lib.backend.plugin.diagnostics import ProviderError

_COMMANDS: Mapping[str, Callable[[Options, Screen, Interruption], int]] = {
    "get": looking.get,
    "diff": looking.diff,
    "set": setting.set_,
    "history": past.list_,
}
_FAILED = 1


def main(arguments: Sequence[str]) -> int:
    """Runs one command.

    :param arguments: the command line after ``state``
    :returns: the exit status
    """
    chosen = options.parsed(arguments)
    screen = Screen()
    with Interruption() as interruption:
        try:
            # A person asks for this state, and sees what is in it.
            with values_shown(True):
                return _COMMANDS[chosen.command](chosen, screen, interruption)
        except ProviderError as error:
            screen.error(error.summary, error.detail)
            return interruption.status or _FAILED
        except Stopped as stopped:
            screen.say("\nInterrupted. The state was not touched.")
            return stopped.status
        except BrokenPipeError:
            screen.reader_is_gone()
            if chosen.command == "set":
                screen.say("Nobody reads what would change. Nothing was changed.")
            return _FAILED
        except Exception as error:
            screen.error(
                "Unexpected failure",
                f"state {chosen.command}: {type(error).__name__} at "
                f"{' < '.join(faults.places(error)[:5])}. This is a bug; please report it with "
                "this text. 'state get' shows where the state stands.",
            )
            return _FAILED
