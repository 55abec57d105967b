"""What runs in the pods: classifies a shard's images with ResNet-50, for both workloads. Python 3.6 syntax.

The way of an image: source -> decode -> network -> record. Needs torch, torchvision and Pillow, nothing else.
"""
