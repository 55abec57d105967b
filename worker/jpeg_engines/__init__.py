"""JPEGs decoded by a GPU's own engines: for cards that have them, with nvJPEG 12.1 or later and NVRTC; no L4T r32 board has.

The way in is `engines.open_engines`. Nothing may be imported here: all but `decoder` and `resize`, which import torch, is used before
torch is imported, on purpose.
"""
