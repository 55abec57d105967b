"""What one shard is asked for."""

from typing import NamedTuple, Optional


class Options(NamedTuple):
    """The command line, as `python -m worker --help` tells it; 0, "" and None leave the choice to the worker."""

    source: str = "synthetic"
    profile: str = "tuned"
    weights: str = ""
    shard: int = 0
    total_jobs: int = 1
    total_images: int = 120
    predictions: str = ""
    batch: int = 0
    precision: Optional[str] = None
    decode_threads: int = 0
    bake: Optional[str] = None
