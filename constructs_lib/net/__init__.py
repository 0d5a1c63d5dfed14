"""What every request to an API needs, whoever sends it: the providers, or a command.

``addresses`` checks the addresses that credentials are sent to, and finds the certificate
authorities to trust; ``content`` reads responses within a limit. Both know no vendor and no
Terraform.
"""
