"""The rules that Terraform asks each answer of a provider to keep."""
