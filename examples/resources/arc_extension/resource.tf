# Container insights, upgraded automatically, with a secret that is stored nowhere.
resource "arc_extension" "monitoring" {
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "azuremonitor-containers"
  extension_type       = "microsoft.azuremonitor.containers"
  kubernetes           = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }

  configuration_settings = {
    "amalogs.useAADAuth" = "true"
  }
  configuration_protected_settings_wo = {
    "omsagent.secret.key" = var.workspace_key
  }
  configuration_protected_settings_wo_version = 1
}

# GitOps at a version of your choice: another one is an upgrade in place.
resource "arc_extension" "flux" {
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "flux"
  extension_type       = "microsoft.flux"
  version              = "1.16.2"
  kubernetes           = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }
}
