"""The settings of the environments, from YAML files to typed values."""
