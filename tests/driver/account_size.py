"""How many connections the tests of whole accounts have."""

from __future__ import annotations

import os

SIZE = int(os.environ.get("ACCOUNT_SIZE", "60"))
"""Enough for one of each of 60 services; ``make soak`` takes 300."""
