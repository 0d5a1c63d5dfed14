"""Adopts the connections that an account has: ``python -m stacks adopt``."""
