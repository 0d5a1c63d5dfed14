"""What all constructs share: arguments, meta-arguments, attributes, the CDK's resource inside."""
