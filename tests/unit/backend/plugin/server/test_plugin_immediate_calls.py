"""Calls that only compute are answered by the thread that reads, and hold up nobody."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from grpc_client import BytesCodec, Client, talk
from grpclib.client import Channel
from plugin_samples import Sample, Scripted
from raw_client import PATIENCE, Served

from constructs_lib.backend.plugin.protocol.dispatcher import is_immediate
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.grpc_server import GrpcServer
from constructs_lib.backend.plugin.server.handshake import ProviderSocket
from constructs_lib.backend.plugin.server.http2_connection import Http2Connection
from constructs_lib.backend.plugin.server.http2_frames import Reader

PLAN = "/tfplugin6.Provider/PlanResourceChange"


def at_once(path: str, message: bytes) -> bool:
    return path.startswith("/at_once/")


def loaded(resource: Scripted) -> Session:
    session = Session(lambda: Sample(resource))
    assert session.provider.resources["toy_thing"] is resource
    return session


def thread(data: bytes) -> bytes:
    return str(threading.get_ident()).encode()


def test_they_share_the_thread_that_reads_and_others_do_not() -> None:
    async def script(client: Client) -> list[bytes]:
        return [await client.call(path) for path in ("/at_once/A", "/at_once/A", "/a/B")]

    first, second, other = talk(
        {"/at_once/A": thread, "/a/B": thread}, script, is_immediate=at_once
    )

    assert first == second
    assert other != first


def test_answers_of_any_size_go_through_side_by_side() -> None:
    sizes = [0, 10, 70_000, 5_000_000, 16_379, 16_380, 1]

    async def script(client: Client) -> list[bytes]:
        return await asyncio.gather(*(client.call("/at_once/Echo", bytes(n)) for n in sizes))

    answers = talk({"/at_once/Echo": lambda data: data}, script, is_immediate=at_once)

    assert [len(answer) for answer in answers] == sizes


def test_one_that_fails_does_not_end_the_server() -> None:
    def fail(data: bytes) -> bytes:
        raise ValueError("s3cret")

    async def script(client: Client) -> tuple[str, bytes]:
        with pytest.raises(Exception, match="failed") as caught:
            await client.call("/at_once/Fail")
        return str(caught.value), await client.call("/at_once/Echo", b"still here")

    methods = {"/at_once/Fail": fail, "/at_once/Echo": lambda data: data}
    message, answer = talk(methods, script, is_immediate=at_once)

    assert "s3cret" not in message
    assert answer == b"still here"


def test_a_response_the_client_does_not_take_yet_is_reported() -> None:
    results: list[bool] = []

    def answer(connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
        results.append(connection.succeed_now(stream, message))
        if not results[-1]:
            threading.Thread(target=connection.succeed, args=(stream, message)).start()

    served = Served(answer)
    try:
        served.client.begin({http2_frames.INITIAL_WINDOW_SIZE: 10})
        served.client.call(1, b"01234")
        assert served.client.answer(1) == b"01234"
        served.client.call(3, b"012345")
        assert served.client.next(http2_frames.DATA).payload == b"\0\0\0\0\x0601234"
        served.client.link.sendall(http2_frames.window_update(3, 1))
        assert served.client.next(http2_frames.DATA).payload == b"5"
    finally:
        served.end()

    assert results == [True, False]


def test_answers_to_what_came_at_once_are_sent_at_once() -> None:
    answered, sent = threading.Event(), []

    def answer(connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
        assert connection.succeed_now(stream, message)

    def count(number: int) -> None:
        sent.append(number)
        answered.set()

    served = Served(answer, count)
    try:
        client = served.client
        client.begin()
        client.next(http2_frames.WINDOW_UPDATE)
        client.send(http2_frames.SETTINGS, http2_frames.ACK, 0)
        client.next(http2_frames.SETTINGS)
        ping = http2_frames.frame(http2_frames.PING, 0, 0, b"12345678")
        client.link.sendall(client.frames_of(1, b"one") + ping + client.frames_of(3, b"three"))

        assert answered.wait(PATIENCE)
        packet = client.link.recv(65536)
    finally:
        served.end()

    kinds = [(frame.kind, frame.stream) for frame in Reader().frames(http2_frames.PREFACE + packet)]
    answer_of = [http2_frames.HEADERS, http2_frames.DATA, http2_frames.HEADERS]
    assert kinds == [
        *((kind, 1) for kind in answer_of),
        (http2_frames.PING, 0),
        *((kind, 3) for kind in answer_of),
    ]
    assert sent == [2]


def test_an_answer_that_nobody_wants_any_more_counts_as_sent() -> None:
    done, sent = threading.Event(), []

    def answer(connection: Http2Connection, stream: int, path: str, message: bytes) -> None:
        connection.fail(stream, http2_frames.INTERNAL, "It is answered already.")
        assert connection.succeed_now(stream, message)

    def count(number: int) -> None:
        sent.append(number)
        done.set()

    served = Served(answer, count)
    try:
        served.client.begin()
        served.client.call(1, b"one")
        assert done.wait(PATIENCE)
    finally:
        served.end()

    assert sent == [1]


def test_the_server_does_not_end_before_an_answer_is_sent() -> None:
    computing, ending = threading.Event(), threading.Event()

    def compute(data: bytes) -> bytes:
        computing.set()
        assert ending.wait(PATIENCE)
        return b"the answer"

    async def script(channel: Channel) -> bytes:
        running = asyncio.create_task(Client(channel).call("/at_once/Compute"))
        await asyncio.to_thread(computing.wait, PATIENCE)
        # As a signal does; it hears of operations that run, and the reading thread is one.
        threading.Thread(target=server._wind_down).start()
        answer = await running
        channel.close()
        return answer

    async def converse() -> bytes:
        return await script(Channel(path=endpoint.path, codec=BytesCodec()))

    endpoint = ProviderSocket()
    server = GrpcServer({"/at_once/Compute": compute}, ending.set, is_immediate=at_once)
    try:
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(asyncio.run, converse())
            server.run(endpoint.listener, None, ready=lambda: None)
            assert result.result(PATIENCE) == b"the answer"
    finally:
        endpoint.close()


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("ValidateResourceConfig", True),
        ("UpgradeResourceState", True),
        ("GetProviderSchema", True),
        ("GetResourceIdentitySchemas", True),
        ("UpgradeResourceIdentity", True),
        ("ValidateListResourceConfig", True),
        ("ValidateActionConfig", True),
        ("GenerateResourceConfig", True),
        ("PlanAction", False),
        ("ListResource", False),
        ("InvokeAction", False),
        ("ReadResource", False),
        ("ApplyResourceChange", False),
        ("ConfigureProvider", False),
        ("ReadDataSource", False),
        ("ImportResourceState", False),
    ],
)
def test_which_calls_they_are(method: str, *, expected: bool) -> None:
    session = loaded(Scripted())

    assert is_immediate(session, f"/tfplugin6.Provider/{method}", b"") is expected


@pytest.mark.parametrize("waits", [True, False])
def test_a_plan_is_one_if_its_resource_says_so(*, waits: bool) -> None:
    resource = Scripted()
    resource.plan_waits = waits  # type: ignore[misc]
    session = loaded(resource)
    request: Any = pb.PlanResourceChange.Request(type_name="toy_thing")

    assert is_immediate(session, PLAN, request.SerializeToString()) is not waits


@pytest.mark.parametrize("data", [b"\xff", b"", b"\x0a\x05other"])
def test_a_plan_of_nothing_known_is_left_to_a_thread(data: bytes) -> None:
    session = loaded(Scripted())

    assert not is_immediate(session, PLAN, data)


def test_while_the_provider_is_loaded_no_call_is_one() -> None:
    """The reading thread would wait for the load, and meanwhile hear nothing."""
    session = Session(lambda: Sample(Scripted()))

    assert not is_immediate(session, "/tfplugin6.Provider/GetProviderSchema", b"")


def test_prepared_schemas_are_one_before_the_provider_is_loaded() -> None:
    session = Session(
        lambda: Sample(Scripted()), prepared_schemas=b"prepared", prepared_identities=b""
    )

    assert is_immediate(session, "/tfplugin6.Provider/GetProviderSchema", b"")
    assert is_immediate(session, "/tfplugin6.Provider/GetResourceIdentitySchemas", b"")
    assert not is_immediate(session, "/tfplugin6.Provider/ValidateResourceConfig", b"")
