# What an operator does by hand to bring EKS clusters to Azure Arc, in one apply: connect them, make the token that the
# portal asks for, install monitoring, policy and GitOps, and point GitOps at a repository. One provider block, no alias.
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

locals {
  # How each cluster is reached: by its EKS name, with the usual AWS credentials.
  connections = {
    for name, cluster in var.clusters : name => { eks = { cluster_name = name, region = cluster.region } }
  }
  extension_types = {
    azuremonitor-containers = "microsoft.azuremonitor.containers"
    azurepolicy             = "microsoft.policyinsights"
    flux                    = "microsoft.flux"
  }
  # Each extension on each cluster, as "<cluster>/<extension>".
  extensions = {
    for pair in setproduct(keys(var.clusters), keys(local.extension_types)) :
    "${pair[0]}/${pair[1]}" => { cluster = pair[0], name = pair[1] }
  }
}

resource "arc_connected_cluster" "eks" {
  for_each = var.clusters

  name                = each.key
  resource_group_name = "aks-training-dev-krc-infra"
  location            = "koreacentral"
  kubernetes          = local.connections[each.key]

  tags = {
    Datacenter = "Demo"
    City       = "Demo"
    Scope      = "Private"
  }
}

# The token for "Kubernetes resources" in the Azure portal. It stays in the cluster: who needs it reads it there.
resource "arc_service_account_token" "portal" {
  for_each = var.clusters

  connected_cluster_id = arc_connected_cluster.eks[each.key].id
  kubernetes           = local.connections[each.key]
  namespace            = "default"
  name                 = "azure-user"
  cluster_roles        = ["cluster-admin"]
  store_token          = false
}

resource "arc_extension" "this" {
  for_each = local.extensions

  connected_cluster_id = arc_connected_cluster.eks[each.value.cluster].id
  kubernetes           = local.connections[each.value.cluster]
  name                 = each.value.name
  extension_type       = local.extension_types[each.value.name]
}

resource "arc_flux_configuration" "apps" {
  for_each = var.clusters

  connected_cluster_id = arc_connected_cluster.eks[each.key].id
  kubernetes           = local.connections[each.key]
  name                 = "apps"
  namespace            = "cluster-config"
  depends_on           = [arc_extension.this]

  git_repository = {
    url       = "https://github.com/Azure/gitops-flux2-kustomize-helm-mt"
    reference = { branch = "main" }
  }
  kustomizations = {
    infrastructure = { path = "./infrastructure", prune = true }
    apps           = { path = "./apps/staging", depends_on = ["infrastructure"], prune = true }
  }
}

output "connectivity" {
  value = { for name, cluster in arc_connected_cluster.eks : name => cluster.connectivity_status }
}

output "portal_token_commands" {
  description = "What prints the token of each cluster."
  value = {
    for name, token in arc_service_account_token.portal :
    name => "kubectl get secret --namespace default ${token.secret_name} --output go-template='{{.data.token | base64decode}}'"
  }
}
