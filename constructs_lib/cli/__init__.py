"""The commands that people run; a module per subcommand. Nothing here starts the CDK."""
