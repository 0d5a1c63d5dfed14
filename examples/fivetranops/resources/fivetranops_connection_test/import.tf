import {
  to = fivetranops_connection_test.tested
  id = "pale_hydrogen"
}
