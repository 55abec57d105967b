"""`python -m selftest.worker.beds NAME`: build a bed, and print what starts its Python."""

from __future__ import annotations

import argparse
import shlex
import sys

from lab.errors import LabError
from selftest.worker.beds.all_beds import BEDS
from selftest.worker.beds.bed import BedError


def main() -> None:
    """Build it."""
    parser = argparse.ArgumentParser(
        prog="python -m selftest.worker.beds", description="a Python with torch for the worker"
    )
    parser.add_argument("name", choices=list(BEDS))
    try:
        bed = BEDS[parser.parse_args().name]()
    except (BedError, LabError) as error:
        sys.exit(f"beds: {error}")
    variables = {name: value for name, value in bed.environment.items() if name != "PATH"}
    print(" ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items()), shlex.join(bed.python))


if __name__ == "__main__":
    main()
