"""What every request to an API needs, whoever sends it: the providers, or a command.

``addresses`` are those that credentials may be sent to, ``authorities`` the certificates that are
trusted, ``content`` what is read of an answer. It knows no vendor and no Terraform.
"""
