"""The pytest side: options, gathering once, fixtures, `blocked` as an outcome of its own, record and matrix.

Of this only options, session and reboot are there in every run; the rest comes in when one of edgeproof's suites is asked for, so that
other people's runs are left alone. Imports inside functions, here and in cli.py, keep kubernetes (0.2 s) and paramiko (0.2 s,
both by -X importtime) out of runs that do not need them. PYTEST_DONT_REWRITE: as in edgeproof/__init__.py.
"""

pytest_plugins = ("edgeproof.plugin.options", "edgeproof.plugin.session", "edgeproof.plugin.reboot")
