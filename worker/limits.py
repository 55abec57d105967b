"""The worker's intervals, in seconds, in one place."""

PROGRESS_S = 1.0
"""Between two lines that tell how far a shard is."""

SIGNAL_S = 0.1
"""Python handles a signal between two waits of the main thread: the longest of those waits."""

FETCH_S = 30.0
"""Each wait for the server that has the pretrained weights: to connect, and for more of the file."""
