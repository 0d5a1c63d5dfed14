import {
  to = fivetranops_connect_card.setup
  id = "pale_hydrogen"
}
