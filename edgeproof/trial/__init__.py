"""What tests_cluster puts into the cluster to look at, in a namespace of the run's own: pods, a claim, a mount by hand."""
