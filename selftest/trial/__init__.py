"""Tests of what is put into a cluster: manifests, pods, mounts."""
