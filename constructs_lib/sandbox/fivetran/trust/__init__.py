"""What connections trust at their sources: TLS certificates and fingerprints of SSH servers."""
