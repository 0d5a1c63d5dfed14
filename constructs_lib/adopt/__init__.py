"""Adopt an account that exists: its connections become HCL, Python or settings files.

The account is only read. What is written describes the connections as they are, so that the first
deploy imports them and changes nothing: ``python -m constructs_lib.adopt --form hcl``.
"""
