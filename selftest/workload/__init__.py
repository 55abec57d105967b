"""Tests of datasets, manifests, and what pods and mounts say."""
