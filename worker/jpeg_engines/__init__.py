"""JPEGs decoded by a GPU's own engines: for cards that have them, with nvJPEG 12.1 or later and NVRTC; no L4T r32 board has.

Nothing may be imported here: `early`, `read_processes`, `nvjpeg`, `nvrtc` and `libraries` are used before torch is imported, on
purpose; `decoder` and `resize` import torch.
"""
