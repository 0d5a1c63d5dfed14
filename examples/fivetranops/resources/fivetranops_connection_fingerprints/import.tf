import {
  to = fivetranops_connection_fingerprints.tunnel
  id = "pale_hydrogen"
}
