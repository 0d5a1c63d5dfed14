"""Terraform's rules for what a provider returns."""
