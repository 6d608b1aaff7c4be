# Several EKS clusters, one provider block, no alias.
terraform {
  required_providers {
    arc = {
      source = "multicloud/arc"
    }
  }
}

provider "arc" {}

variable "clusters" {
  description = "EKS clusters by name, each with its region."
  type        = map(object({ region = string }))
  default = {
    eks-training-dev-krc = { region = "us-east-1" }
  }
}

resource "arc_connected_cluster" "eks" {
  for_each = var.clusters

  name                = each.key
  resource_group_name = "aks-training-dev-krc-infra"
  location            = "koreacentral"
  kubernetes          = { eks = { cluster_name = each.key, region = each.value.region } }

  tags = {
    Datacenter = "Demo"
    City       = "Demo"
    Scope      = "Private"
  }
}

output "connectivity" {
  value = { for name, cluster in arc_connected_cluster.eks : name => cluster.connectivity_status }
}
