"""What is said of an exception that nobody expected: enough to report it, and no values.

The message of such an exception and the source lines of its traceback may quote a secret, so only
its class and the places it came through are shown.
"""

from __future__ import annotations

from os.path import basename

from constructs_lib.backend.plugin.diagnostics import Diagnostics

_SHOWN = 5


def places(error: BaseException) -> list[str]:
    """The places an exception came through, innermost first, such as ``client.py:40 in get``."""
    found = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        found.append(f"{basename(code.co_filename)}:{step.tb_lineno} in {code.co_name}")
        step = step.tb_next
    return found[::-1]


def report(error: BaseException, subject: str, diagnostics: Diagnostics) -> None:
    """Adds the error that asks the user to report a bug.

    :param subject: the resource type and the operation, as far as they are known
    """
    diagnostics.error(
        "Unexpected failure in the provider",
        f"{subject}: {type(error).__name__} at {' < '.join(places(error)[:_SHOWN])}. "
        "This is a bug in the provider; please report it with this text. "
        "The state keeps what is known to exist.",
    )
