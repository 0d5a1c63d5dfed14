"""What a connection trusts at its source: TLS certificates, and fingerprints of SSH servers."""
