"""`python -m edgeproof`."""

from edgeproof.cli import main

main()
