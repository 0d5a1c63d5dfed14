from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import tfplugin6_pb2
from google.protobuf import descriptor_pb2

FOLDER = Path(tfplugin6_pb2.__file__).parent


def test_the_generated_messages_are_those_of_the_proto_file(tmp_path: Path) -> None:
    protoc: Any = pytest.importorskip("grpc_tools.protoc")
    proto = shutil.copy(FOLDER / "tfplugin6.proto", tmp_path)
    output = tmp_path / "set"
    standard = Path(protoc.__file__).parent / "_proto"
    includes = [f"-I{tmp_path}", f"-I{standard}"]
    arguments = ["protoc", *includes, f"--descriptor_set_out={output}", str(proto)]
    assert protoc.main(arguments) == 0
    described = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes()).file[0]
    committed = descriptor_pb2.FileDescriptorProto()
    tfplugin6_pb2.DESCRIPTOR.CopyToProto(committed)
    for message in (described, committed):
        strip_json_names(message.message_type)
    assert described == committed


def strip_json_names(messages: Any) -> None:
    """Whether the compiler fills them in differs between versions."""
    for message in messages:
        for field in message.field:
            field.ClearField("json_name")
        strip_json_names(message.nested_type)


def test_the_generated_code_is_of_a_version_that_every_supported_runtime_loads() -> None:
    text = (FOLDER / "tfplugin6_pb2.py").read_text()
    assert "Protobuf Python Version: 6.31.0" in text
