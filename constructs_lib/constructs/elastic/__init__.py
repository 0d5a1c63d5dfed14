"""The constructs of Elastic."""
