"""Terraform's values in Python: types, encoding and decoding."""
