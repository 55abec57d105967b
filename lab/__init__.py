"""A cluster in a box: systemd, sshd, Docker, Kubernetes and NFS in containers on one machine, and its faults.

Nothing of the suite is imported here, and nothing of the lab by the suite: they meet at SSH, the API and cluster.yaml.
"""
