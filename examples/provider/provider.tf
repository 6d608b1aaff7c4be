terraform {
  required_providers {
    arc = {
      source = "multicloud/arc"
    }
  }
}

# Azure: the same arguments and ARM_* variables as azurerm. AWS: the usual credential chain.
provider "arc" {
  subscription_id = "00000000-0000-0000-0000-000000000000"
}
