"""The server that Terraform connects to: handshake, mutual TLS, gRPC over HTTP/2."""
