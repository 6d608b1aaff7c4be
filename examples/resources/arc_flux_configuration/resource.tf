resource "arc_flux_configuration" "apps" {
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "apps"
  namespace            = "gitops"
  kubernetes           = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }
  depends_on           = [arc_extension.flux]

  git_repository = {
    url        = "https://github.com/contoso/fleet"
    reference  = { branch = "main" }
    https_user = "git"
  }
  configuration_protected_settings_wo = {
    httpsKey = base64encode(var.git_token)
  }
  configuration_protected_settings_wo_version = 1

  kustomizations = {
    infrastructure = { path = "./infrastructure", prune = true }
    apps           = { path = "./apps", depends_on = ["infrastructure"], prune = true }
  }
}
