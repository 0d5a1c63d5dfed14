import {
  to = fivetranops_connection_certificates.source
  id = "pale_hydrogen"
}
