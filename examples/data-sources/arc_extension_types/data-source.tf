# Everything that this cluster can have, and the versions of Flux from both trains.
data "arc_extension_types" "flux" {
  connected_cluster_id = arc_connected_cluster.eks.id
  versions_of          = ["microsoft.flux"]
  release_trains       = ["stable", "preview"]
}
