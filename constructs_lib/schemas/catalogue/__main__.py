"""Runs the command line of the catalogue."""

import sys

from constructs_lib.schemas.catalogue.commands import main

if __name__ == "__main__":
    sys.exit(main())
