"""Elasticsearch behind a certificate that only ``ca_file`` vouches for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from elastic_server import ElasticSandbox, put, serving
from provider_process import ProviderProcess
from scenario import Scenario

from constructs_lib.backend.plugin.server import tls

BODY = """
provider "elasticops" {{ {line} }}
resource "elasticops_connector_status" "wiki" {{
  connector_id = "wiki"
  status       = "error"
}}
"""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """The certificate, which signs itself for localhost; its key stands in the file beside it."""
    made = tls.create_certificate()
    (tmp_path / "key.pem").write_bytes(made.key)
    (tmp_path / "authority.pem").write_bytes(made.pem)
    return tmp_path / "authority.pem"


@pytest.fixture
def elastic(tmp_path: Path, authority: Path) -> Iterator[ElasticSandbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, tmp_path / "key.pem")
    with serving(tmp_path / "elastic.sqlite3", context) as running:
        yield running


def test_an_authority_of_its_own_is_trusted(terraform: Scenario, authority: Path) -> None:
    terraform.step(BODY.format(line=f'ca_file = "{authority}"'), [put("error")])

    # Here, because what is left is destroyed by a configuration that knows no authority.
    terraform.destroy()


def test_untrusted_certificate_is_refused_with_the_remedy(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    output = terraform.refused(
        BODY.format(line=""),
        r"certificate of the API was refused\s+\(self-signed certificate\)",
        during="plan",
    )

    assert "Check endpoints, ca_file" in output
    assert elastic.requests() == []


def test_a_file_that_holds_no_certificate_is_one_clear_error(
    terraform: Scenario, authority: Path, provider: ProviderProcess | None
) -> None:
    authority.write_text("none")

    terraform.refused(
        BODY.format(line=f'ca_file = "{authority}"'), "ca_file cannot be used", during="plan"
    )
