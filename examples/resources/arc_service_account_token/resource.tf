# What the Azure portal asks for under "Kubernetes resources".
resource "arc_service_account_token" "portal" {
  connected_cluster_id = arc_connected_cluster.eks.id
  kubernetes           = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }
  namespace            = "default"
  name                 = "azure-user"
  cluster_roles        = ["cluster-admin"]
}

# For a pipeline that may only look, and deploy to one namespace: replaced every day, and whenever the team changes.
resource "arc_service_account_token" "pipeline" {
  connected_cluster_id = arc_connected_cluster.eks.id
  kubernetes           = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }
  namespace            = "default"
  name                 = "pipeline"
  cluster_roles        = ["view"]
  role_bindings        = [{ namespace = "training", kind = "ClusterRole", name = "edit" }]
  type                 = "bound"
  duration             = "24h"
  rotate_before        = "8h"
  rotation_triggers    = { team = "2026-11" }
}

output "token" {
  value     = arc_service_account_token.portal.token
  sensitive = true
}
