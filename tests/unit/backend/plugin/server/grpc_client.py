"""A client of another library for the gRPC server, which runs while a script talks to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from grpclib.client import Channel, UnaryUnaryMethod
from grpclib.encoding.base import CodecBase

from constructs_lib.backend.plugin.server.grpc_server import GrpcServer
from constructs_lib.backend.plugin.server.handshake import ProviderSocket

SHUTDOWN = "/plugin.GRPCController/Shutdown"
TIMEOUT = 20


class BytesCodec(CodecBase):
    """Leaves messages as bytes."""

    __content_subtype__ = "proto"

    def encode(self, message: bytes, message_type: Any) -> bytes:
        return message

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


class Client:
    """Talks to a transport in another thread, as Terraform does from another process."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    async def call(self, path: str, data: bytes = b"") -> bytes:
        method: Any = UnaryUnaryMethod(self.channel, path, bytes, bytes)
        answer: bytes = await method(data, timeout=TIMEOUT)
        return answer


def talk(
    methods: dict[str, Callable[[bytes], bytes]],
    script: Callable[[Client], Any],
    is_immediate: Callable[[str, bytes], bool] = lambda path, message: False,
    urgent: Collection[str] = (),
) -> Any:
    """Serve the methods while the script runs, then shut down; return the script's result."""
    endpoint = ProviderSocket()
    transport = GrpcServer(methods, stop=lambda: None, is_immediate=is_immediate, urgent=urgent)

    async def converse() -> Any:
        channel = Channel(path=endpoint.path, codec=BytesCodec())
        try:
            return await script(Client(channel))
        finally:
            await Client(channel).call(SHUTDOWN)
            channel.close()

    try:
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(asyncio.run, converse())
            transport.run(endpoint.listener, None, ready=lambda: None)
            return result.result(TIMEOUT)
    finally:
        endpoint.close()
