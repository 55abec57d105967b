"""What a lab is made of: its nodes' image, the images their pods run, Kubernetes and torch, each built once and kept."""
