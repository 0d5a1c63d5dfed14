from __future__ import annotations

import threading

import pytest

from constructs_lib.backend.plugin.concurrency import Workers

PATIENCE = 20


def test_workers_run_any_number_of_jobs_at_once() -> None:
    many = 300
    workers, together = Workers(), threading.Barrier(many, timeout=PATIENCE)
    done = threading.Semaphore(0)

    def job() -> None:
        together.wait()
        done.release()

    for _ in range(many):
        workers.do(job)

    assert all(done.acquire(timeout=PATIENCE) for _ in range(many))


def refuse_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)


def test_workers_without_new_threads_use_those_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers, threads, done = Workers(), set[int](), threading.Semaphore(0)

    def job() -> None:
        threads.add(threading.get_ident())
        done.release()

    workers.do(job)
    assert done.acquire(timeout=PATIENCE)
    refuse_threads(monkeypatch)
    for _ in range(3):
        workers.do(job)

    assert all(done.acquire(timeout=PATIENCE) for _ in range(3))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_workers_without_any_thread_do_the_job_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_threads(monkeypatch)
    done: list[str] = []

    Workers().do(lambda: done.append("job"))

    assert done == ["job"]


def test_a_thread_that_is_free_takes_the_next_job() -> None:
    workers, ended = Workers(), threading.Event()
    threads: set[int] = set()

    for _ in range(5):
        ended.clear()

        def job() -> None:
            threads.add(threading.get_ident())
            ended.set()

        workers.do(job)
        assert ended.wait(PATIENCE)

    assert len(threads) <= 2
