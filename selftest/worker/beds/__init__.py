"""Interpreters with torch that the worker's selftests run on, from Python 3.6 with torch 1.10 up: found or built, kept in the cache folder.

`python -m selftest.worker.beds` lists them and what they cost; with a name it builds that one and prints the command that starts it.
"""
