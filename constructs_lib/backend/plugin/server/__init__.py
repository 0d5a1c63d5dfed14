"""The server that Terraform connects to: handshake, mutual TLS, gRPC over HTTP/2.

Sources: go-plugin (handshake, AutoMTLS); RFC 9113 (HTTP/2); RFC 7541 (HPACK); "gRPC over HTTP2".
"""
