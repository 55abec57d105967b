"""What runs on the NFS server's node: one file each, which shellcheck and dash read as they are."""
