"""Does one thing for each of many arguments, a few at a time, for a person who may press Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

ArgumentT = TypeVar("ArgumentT")
ResultT = TypeVar("ResultT")


def side_by_side(
    act: Callable[[ArgumentT], ResultT],
    arguments: Sequence[ArgumentT],
    at_once: int,
) -> Iterator[ResultT]:
    """The results, in the order in which they are ready.

    Whoever stops waiting for them need not wait for what is being done: the threads are no reason
    for a process to go on, as those of an executor are.

    :param act: is called in several threads
    :param arguments: each is used once
    :param at_once: the number of threads
    :raises BaseException: the first that one of them raised
    """
    waiting: SimpleQueue[ArgumentT] = SimpleQueue()
    done: SimpleQueue[tuple[ResultT | None, BaseException | None]] = SimpleQueue()
    nobody_waits = threading.Event()
    for argument in arguments:
        waiting.put(argument)

    def work() -> None:
        while not nobody_waits.is_set():
            try:
                argument = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((act(argument), None))
            except BaseException as error:
                done.put((None, error))

    for _ in range(min(at_once, len(arguments))):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in arguments:
            result, error = done.get()
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # There is one where there is no error.
    finally:
        nobody_waits.set()
