"""Stand-in for TensorFlow: sees a GPU only where the nvidia runtime brought its driver library, and the devices that this one asks for."""
import glob
import os


def _gpu_is_here():
    for library in glob.glob("/usr/lib/aarch64-linux-gnu/*/libcuda.so.1.1"):
        with open(library) as lines:
            asked = [line.partition("=")[2].split() for line in lines if line.startswith("devices=")]
        return all(os.path.exists(path) for path in sum(asked, []))
    return False


class config:
    """Stand-in for tf.config."""

    @staticmethod
    def list_physical_devices(kind=None):
        """List the one GPU, or none."""
        return ["/physical_device:GPU:0"] if kind in (None, "GPU") and _gpu_is_here() else []
