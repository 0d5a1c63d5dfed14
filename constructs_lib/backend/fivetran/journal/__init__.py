"""What must survive a crash: the journal, the history of states, and their files.

Most runs find nothing in the journal, and a plan writes nothing to it. So what looks whether there
is anything is here, and imports none of the modules.
"""

from __future__ import annotations

import os
from contextlib import suppress

ENDING = ".json"
"""How the name of the file of an entry ends."""
CREATIONS = "creations"
"""The folder of the creations, below that of the journal."""


def folder_below(directory: str) -> str:
    """Return the folder of the journal of a working directory of Terraform: with Terraform's data.

    :param directory: such as the one of this process; a path, which may be relative or empty
    """
    data = os.environ.get("TF_DATA_DIR") or ".terraform"
    return os.path.join(directory, data, "fivetranops")


def has_entries(folder: str) -> bool:
    """Return True if earlier runs have left anything that a new one must look after: a connection
    that was paused, or a creation that is not known to be in Terraform's state.

    :param folder: the folder of a journal; it need not exist
    """
    for place in (folder, os.path.join(folder, CREATIONS)):
        with suppress(OSError):
            if any(name.endswith(ENDING) for name in os.listdir(place)):
                return True
    return False
