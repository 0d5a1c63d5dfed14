from __future__ import annotations

import threading

from constructs_lib.backend.plugin.workers import Workers

PATIENCE = 20


def test_jobs_run_at_once_up_to_the_limit_and_then_one_after_the_other() -> None:
    workers, together = Workers(3), threading.Barrier(3, timeout=PATIENCE)
    done = threading.Semaphore(0)
    threads: set[int] = set()

    def job() -> None:
        together.wait()
        threads.add(threading.get_ident())
        done.release()

    for _ in range(9):
        workers.do(job)

    assert all(done.acquire(timeout=PATIENCE) for _ in range(9))
    assert len(threads) == 3


def test_a_thread_that_is_free_takes_the_next_job() -> None:
    workers, ended = Workers(10), threading.Event()
    threads: set[int] = set()

    for _ in range(5):
        ended.clear()

        def job() -> None:
            threads.add(threading.get_ident())
            ended.set()

        workers.do(job)
        assert ended.wait(PATIENCE)

    assert len(threads) <= 2
