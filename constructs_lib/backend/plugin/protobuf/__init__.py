"""Messages of protobuf 3: classes that are declared, read from bytes and written as bytes.

::

    class Reading(Message):
        station: str = field(1)
        celsius: int = field(2, optional=True)
        places: list[Place] = field(3)

It has what the Terraform plugin protocol needs, and the names of Google's API, which its readers
know. Google's own runtime takes longer to import than all the rest of a provider, which Terraform
starts several times in each command, and its version is one that other libraries pin.

``wire`` has the parts that all messages consist of, ``forms`` the values, ``fields`` how often a
value comes, ``layout`` what a class declares, and ``message`` the class.

Left out: groups, numbers of a fixed size, maps whose keys are no texts, and extensions. Fields
that a message does not know are skipped, and not kept.

Source: https://protobuf.dev/programming-guides/encoding/ and .../field_presence/.
"""

from __future__ import annotations

from constructs_lib.backend.plugin.protobuf.forms import EnumNumber, Int32
from constructs_lib.backend.plugin.protobuf.layout import field
from constructs_lib.backend.plugin.protobuf.message import Message
from constructs_lib.backend.plugin.protobuf.wire import DecodeError

__all__ = ["DecodeError", "EnumNumber", "Int32", "Message", "field"]
