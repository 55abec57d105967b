"""`python -m bench.worker.spans RECORD.json … --out PICTURE.svg`: what overlapped what, drawn from a worker's record.

Needs matplotlib (requirements/bench.txt). A phase is a row; a bar is a span, or several that the record joined.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from worker.clock import PHASES

START_UP = "#8a8a8a"
COLOURS = {"read": "#4477aa", "decode": "#ee6677", "compute": "#228833"}


def main() -> None:
    """Draw each record twice: from its start, and its work alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    draw([json.loads(file.read_text().splitlines()[-1]) for file in options.records], options.out)


def draw(records: list[dict[str, Any]], out: Path) -> None:
    """Write the picture."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "edgeproof"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        len(records), 2, figsize=(12, 2.6 * len(records)), squeeze=False, layout="constrained"
    )
    for (whole, work), record in zip(axes, records, strict=True):
        start_s, end_s = work_of(record)
        rows(whole, record, PHASES)
        whole.set_title(
            f"{record['device_name']}, {record['precision']}, {record['images_done']} images: from the start",
            fontsize=9,
        )
        rows(work, record, PHASES[5:])
        work.set_xlim(start_s, end_s)
        work.set_title(f"the work alone: {record['images_per_s']:.0f} images/s", fontsize=9)
    for axis in axes[-1]:
        axis.set_xlabel("seconds since the program started")
    figure.savefig(out, metadata={"Date": None})


def work_of(record: dict[str, Any]) -> tuple[float, float]:
    """Give (start, end) of the work, in seconds since the program started."""
    end_s = max(span["end_s"] for span in record["spans"])
    return end_s - record["work_s"], end_s


def rows(axis: Any, record: dict[str, Any], phases: tuple[str, ...]) -> None:
    """Draw the spans of some phases, the first at the top."""
    for row, phase in enumerate(reversed(phases)):
        spans = [(s["start_s"], s["end_s"] - s["start_s"]) for s in record["spans"] if s["phase"] == phase]
        axis.broken_barh(spans, (row - 0.35, 0.7), color=COLOURS.get(phase, START_UP), alpha=0.75, linewidth=0)
    axis.set_yticks(range(len(phases)), list(reversed(phases)), fontsize=8)
    axis.tick_params(axis="x", labelsize=8)


if __name__ == "__main__":
    main()
