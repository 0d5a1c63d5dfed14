"""A signal that comes at the worst moment is heard, too."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from constructs_lib.cli.waiting import read_line, wait_for

LONG = 60


class Heard(Exception):
    """The handler of the signal ran."""


@pytest.fixture
def send() -> Iterator[Callable[[], None]]:
    """Lets a signal come that interrupts no call of the main thread, as one does that comes just
    before the call: another thread gets it.
    """
    done = threading.Event()

    def in_other_thread() -> None:
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        done.wait(LONG)

    def heard(number: int, frame: object) -> None:
        raise Heard

    thread = threading.Thread(target=in_other_thread)
    before = signal.signal(signal.SIGUSR1, heard)
    try:
        yield thread.start
    finally:
        done.set()
        thread.join(LONG)
        signal.signal(signal.SIGUSR1, before)


def test_a_signal_ends_the_wait_for_a_line(send: Callable[[], None]) -> None:
    received, sending = os.pipe()
    late: list[bytes] = []

    def type_line() -> None:
        late.append(b"too late\n")
        os.write(sending, late[0])

    limit = threading.Timer(LONG, type_line)
    limit.start()
    send()
    try:
        with open(received) as stream, pytest.raises(Heard):
            read_line(stream)
    finally:
        limit.cancel()
        limit.join()
        os.close(sending)

    assert late == []


def test_a_signal_ends_the_wait_for_a_process(send: Callable[[], None]) -> None:
    command = [sys.executable, "-c", f"import time; time.sleep({LONG})"]
    with subprocess.Popen(command) as process:
        send()
        try:
            with pytest.raises(Heard):
                wait_for(process)
            assert process.poll() is None
        finally:
            process.kill()


def test_a_line_is_read_as_it_was_typed() -> None:
    received, sending = os.pipe()
    os.write(sending, b"yes\n")
    os.close(sending)

    with open(received) as stream:
        assert [read_line(stream), read_line(stream)] == ["yes\n", ""]


def test_what_cannot_be_waited_for_is_read() -> None:
    assert read_line(io.StringIO("yes\n")) == "yes\n"


def test_the_status_of_a_process_is_returned() -> None:
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as process:
        assert wait_for(process) == 3
