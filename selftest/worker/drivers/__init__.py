"""Small programs that call the worker's modules inside a bed's own Python: Python 3.6's syntax, nothing but the worker and what it needs.

Each reads a JSON value a line from standard input and prints its answer, JSON too, as a line. selftest/worker/driver.py asks them.
"""
