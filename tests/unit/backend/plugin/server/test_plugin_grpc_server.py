from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from grpc_client import SHUTDOWN, TIMEOUT, BytesCodec, Client, talk
from grpclib.client import Channel
from grpclib.const import Status
from grpclib.exceptions import GRPCError, StreamTerminatedError
from raw_client import Served

from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.grpc_server import GrpcServer, TerraformWatch
from constructs_lib.backend.plugin.server.handshake import ProviderSocket
from constructs_lib.backend.plugin.server.http2_connection import Http2Connection


def test_bytes_go_in_and_come_out() -> None:
    assert talk({"/a/Echo": lambda data: data + b"!"}, lambda c: c.call("/a/Echo", b"hi")) == b"hi!"


def test_an_empty_message_is_answered() -> None:
    assert talk({"/a/Echo": lambda data: data}, lambda c: c.call("/a/Echo")) == b""


def test_messages_of_sixty_four_megabytes_pass() -> None:
    size = 64 * 2**20
    answer = talk({"/a/Echo": lambda data: data}, lambda c: c.call("/a/Echo", bytes(size)))
    assert len(answer) == size


def test_an_unknown_method_is_unimplemented() -> None:
    with pytest.raises(GRPCError) as caught:
        talk({}, lambda client: client.call("/tfplugin6.Provider/CallFunction"))
    assert caught.value.status is Status.UNIMPLEMENTED


def test_sixty_four_calls_run_at_once() -> None:
    together = threading.Barrier(64, timeout=TIMEOUT)

    def wait(data: bytes) -> bytes:
        together.wait()
        return b"done"

    async def script(client: Client) -> list[bytes]:
        return await asyncio.gather(*(client.call("/a/Wait") for _ in range(64)))

    assert talk({"/a/Wait": wait}, script) == [b"done"] * 64


def test_a_method_that_blocks_does_not_block_another() -> None:
    released = threading.Event()

    def block(data: bytes) -> bytes:
        assert released.wait(TIMEOUT)
        return b"blocked"

    def release(data: bytes) -> bytes:
        released.set()
        return b"released"

    async def script(client: Client) -> list[bytes]:
        blocked = asyncio.create_task(client.call("/a/Block"))
        return [await client.call("/a/Release"), await blocked]

    assert talk({"/a/Block": block, "/a/Release": release}, script) == [b"released", b"blocked"]


def test_a_method_that_fails_does_not_end_the_server() -> None:
    def fail(data: bytes) -> bytes:
        raise ValueError("s3cret")

    async def script(client: Client) -> tuple[Any, bytes]:
        with pytest.raises(GRPCError) as caught:
            await client.call("/a/Fail")
        return caught.value.message, await client.call("/a/Echo", b"still here")

    message, answer = talk({"/a/Fail": fail, "/a/Echo": lambda data: data}, script)
    assert "s3cret" not in str(message)
    assert answer == b"still here"


def test_a_shutdown_lets_what_runs_finish_and_tells_it_to_stop() -> None:
    """Terraform shuts down at the second Ctrl-C, while operations run."""
    stopped, begun, finished = threading.Event(), threading.Event(), threading.Event()

    def operate(data: bytes) -> bytes:
        begun.set()
        assert stopped.wait(TIMEOUT)
        finished.set()
        return b""

    async def give_up() -> None:
        channel = Channel(path=endpoint.path, codec=BytesCodec())
        running = asyncio.create_task(Client(channel).call("/a/Operate"))
        await asyncio.to_thread(begun.wait, TIMEOUT)
        await Client(channel).call(SHUTDOWN)
        running.cancel()
        with suppress(asyncio.CancelledError, StreamTerminatedError):
            await running
        channel.close()

    endpoint = ProviderSocket()
    transport = GrpcServer({"/a/Operate": operate}, stop=stopped.set)
    try:
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(asyncio.run, give_up())
            transport.run(endpoint.listener, None, ready=lambda: None)
            result.result(TIMEOUT)
    finally:
        endpoint.close()
    assert finished.is_set()


def test_stop_is_heard_beside_waiting_operations() -> None:
    """Each of them runs, so each notices it; none of them waits for a thread."""
    many = 200
    stopping, begun = threading.Event(), threading.Semaphore(0)

    def operate(data: bytes) -> bytes:
        begun.release()
        assert stopping.wait(TIMEOUT)
        return b"interrupted"

    def stop(data: bytes) -> bytes:
        stopping.set()
        return b"stopped"

    async def script(client: Client) -> list[bytes]:
        operations = [asyncio.create_task(client.call("/a/Operate")) for _ in range(many)]
        for _ in range(many):
            assert await asyncio.to_thread(begun.acquire, timeout=TIMEOUT)
        return [await client.call("/a/Stop"), *await asyncio.gather(*operations)]

    answers = talk({"/a/Operate": operate, "/a/Stop": stop}, script, urgent={"/a/Stop"})

    assert answers == [b"stopped"] + [b"interrupted"] * many


def test_stop_is_heard_though_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, begun = threading.Event(), threading.Event()

    def operate(data: bytes) -> bytes:
        begun.set()
        assert stopping.wait(TIMEOUT)
        return b"interrupted"

    def stop(data: bytes) -> bytes:
        stopping.set()
        return b"stopped"

    def refuse(action: Callable[[], object]) -> bool:
        return False

    async def script(client: Client) -> list[bytes]:
        running = asyncio.create_task(client.call("/a/Operate"))
        await asyncio.to_thread(begun.wait, TIMEOUT)
        for module in ("server.grpc_server", "concurrency"):
            monkeypatch.setattr(f"constructs_lib.backend.plugin.{module}.start_thread", refuse)
        waiting = asyncio.create_task(client.call("/a/Operate"))
        stopped = await client.call("/a/Stop")
        return [stopped, await running, await waiting]

    answers = talk({"/a/Operate": operate, "/a/Stop": stop}, script, urgent={"/a/Stop"})

    assert answers == [b"stopped", b"interrupted", b"interrupted"]


def test_shutdown_does_not_wait_for_the_client_to_read() -> None:
    """Its answer waits for a window, which only the reading thread can be told of."""
    transport = GrpcServer({}, stop=lambda: None, debug=True)

    def answer(connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
        transport._answer(connection, stream, SHUTDOWN, message)

    served = Served(answer)
    try:
        served.client.begin({http2_frames.INITIAL_WINDOW_SIZE: 0})
        served.client.call(1, b"")
        served.client.send(http2_frames.PING, 0, 0, b"12345678")
        assert served.client.next(http2_frames.PING).payload == b"12345678"
        served.client.link.sendall(http2_frames.window_update(1, 5))
        assert served.client.answer(1) == b""
    finally:
        served.end()


def test_shutdown_needs_neither_a_reader_nor_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    server = GrpcServer({}, stop=lambda: None)
    module = "constructs_lib.backend.plugin.server.grpc_server"
    monkeypatch.setattr(f"{module}.start_thread", lambda action: False)

    def answer(connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
        server._answer(connection, stream, SHUTDOWN, message)

    served = Served(answer, server._count_down)
    try:
        served.client.begin({http2_frames.INITIAL_WINDOW_SIZE: 0})
        served.client.call(1, b"")
        assert server._end.wait(TIMEOUT)
    finally:
        served.end()


class Watch(TerraformWatch):
    """Finds Terraform gone as soon as it was connected and no longer is."""

    def __init__(self) -> None:
        super().__init__(lambda: False)
        self.connected, self.is_gone, self.out_of_grace = threading.Event(), False, False

    def look(self, *, is_called: bool) -> str:
        if is_called:
            self.connected.set()
        is_new = self.connected.is_set() and not is_called and not self.is_gone
        self.is_gone |= is_new
        return "it left" if is_new else ""

    @property
    def is_grace_over(self) -> bool:
        return self.is_gone and self.out_of_grace


def abandon(watch: Watch, operate: Callable[[bytes], bytes], stop: Callable[[], None]) -> None:
    """Calls an operation and leaves without a word while it runs; returns when the server ends."""

    async def leave() -> None:
        channel = Channel(path=endpoint.path, codec=BytesCodec())
        running = asyncio.create_task(Client(channel).call("/a/Operate"))
        await asyncio.to_thread(watch.connected.wait, TIMEOUT)
        channel.close()
        with suppress(asyncio.CancelledError, StreamTerminatedError):
            await running

    endpoint = ProviderSocket()
    transport = GrpcServer({"/a/Operate": operate}, stop, watch=watch)
    try:
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(asyncio.run, leave())
            transport.run(endpoint.listener, None, ready=lambda: None)
            result.result(TIMEOUT)
    finally:
        endpoint.close()


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constructs_lib.backend.plugin.server.grpc_server._LOOK_PAUSE", 0.01)


@pytest.mark.usefixtures("looks_often")
def test_a_client_that_left_stops_what_runs_and_ends_it() -> None:
    stopped, finished = threading.Event(), threading.Event()

    def operate(data: bytes) -> bytes:
        assert stopped.wait(TIMEOUT)
        finished.set()
        return b""

    abandon(Watch(), operate, stopped.set)

    assert finished.is_set()


@pytest.mark.usefixtures("looks_often")
def test_an_operation_that_never_ends_holds_up_no_end() -> None:
    watch, released = Watch(), threading.Event()

    def operate(data: bytes) -> bytes:
        released.wait(TIMEOUT)
        return b""

    def stop() -> None:
        watch.out_of_grace = True

    abandon(watch, operate, stop)

    assert not released.is_set()
    released.set()
