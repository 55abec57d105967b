"""`python -m bench.worker`: one table for this machine."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.worker.run import Runs, worker
from bench.worker.sets import pixels, plain_set, ragged_set
from lab.places import CHECKOUT

SETS = {"cpu": ([240, 1200], 0), "cuda": ([3072, 12288], 1536)}
"""Images of the plain sets and of the ragged one."""
SEED_IMAGES = {"cpu": 240, "cuda": 512}
"""The mission's loop has one rate, whatever the number: it need not see them all."""
WATCHED = 98304
"""Images while nvidia-smi watches: long enough for its samples."""
COLUMNS = (
    "set",
    "seed",
    "tuned",
    "ratio",
    "spread",
    "of network",
    "of decoding",
    "second looks",
    "differ",
    "host MB",
    "device MB",
)


def main() -> None:
    """Measure, and print the table; with --out, write records and table there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", help="a weights file (default: seeded random ones, made anew)")
    parser.add_argument("--times", type=int, default=3, help="runs of each profile on a set; the median counts")
    parser.add_argument("--out", type=Path, help="folder for the records and the table")
    parser.add_argument("--watch", action="store_true", help="also run long enough for nvidia-smi to look on")
    parser.add_argument("--images", type=int, help="one plain set of so many images instead of the device's sets")
    options = parser.parse_args()
    with weights(options.weights) as file:
        os.environ["EDGEPROOF_WEIGHTS"] = file
        measure(options, file)


@contextmanager
def weights(given: str | None) -> Iterator[str]:
    """Give a weights file: the one named, or random ones."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/weights.pth"
        bake = [sys.executable, "-m", "worker", "--weights", "random", "--bake", file]
        subprocess.run(bake, cwd=CHECKOUT, check=True, timeout=600)
        yield file


def measure(options: argparse.Namespace, file: str) -> None:
    """Run everything and print the table."""
    from bench.worker.ceilings import Ceilings

    device = "cuda" if shutil.which("nvidia-smi") else "cpu"
    plain, ragged = SETS[device] if not options.images else ([options.images], 0)
    sets = [plain_set(count) for count in plain] + ([ragged_set(ragged)] if ragged else [])
    sample = plain_set(min(SEED_IMAGES[device], plain[0]))
    seed = worker(sample, "--profile", "seed", "--predictions", "inline", times=options.times)
    say(f"seed profile, {len(list(sample.glob('*.jpg')))} images: {rates(seed)} images/s")
    tuned = {}
    for folder in sets:
        tuned[folder] = worker(folder, "--predictions", "inline", times=options.times)
        say(f"tuned profile, {folder.name}: {rates(tuned[folder])} images/s")
    watched = watch(plain_set(WATCHED)) if options.watch and device == "cuda" else []
    ceilings = Ceilings(file)
    network = ceilings.network()
    rows = [row(folder, seed, runs, network, ceilings.decode(folder)) for folder, runs in tuned.items()]
    text = "\n".join(
        [
            table(rows),
            *about(tuned[sets[0]].record, network, ceilings.probability_difference(sample, 64)),
            *(per_pixel(tuned[sets[-1]], sets[-1], tuned[sets[-2]], sets[-2]) if ragged else []),
            *watched,
        ]
    )
    say(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "table.txt").write_text(text + "\n")
        records = {folder.name: runs.record for folder, runs in tuned.items()} | {"seed": seed.record}
        for name, record in records.items():
            record["predictions"].pop("top1", None)
            (options.out / f"record-{name}.json").write_text(json.dumps(record) + "\n")


def rates(runs: Runs) -> str:
    """Write every run's rate."""
    return ", ".join(f"{rate:.1f}" for rate in runs.rates)


def row(folder: Path, seed: Runs, runs: Runs, network: float, decoding: float) -> list[str]:
    """Give one set's row."""
    record, rate = runs.record, runs.images_per_s
    same = seed.record["predictions"]["top1"]
    ours = record["predictions"]["top1"]
    shared = [name for name in same if name in ours] if folder.name.startswith("plain") else []
    return [
        folder.name,
        f"{seed.images_per_s:.1f}",
        f"{rate:.1f}",
        f"{rate / seed.images_per_s:.2f}",
        f"{runs.spread:.2f}",
        f"{rate / network:.0%}",
        f"{rate / decoding:.0%}",
        f"{record['second_looks']}",
        f"{sum(same[name] != ours[name] for name in shared)} of {len(shared)}" if shared else "",
        f"{record['peak_host_bytes'] >> 20}",
        f"{record['peak_device_bytes'] >> 20}",
    ]


def table(rows: list[list[str]]) -> str:
    """Lay the rows out."""
    lines = [list(COLUMNS), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def about(record: dict[str, Any], network: float, difference: float) -> list[str]:
    """Say what ran, and the ceilings."""
    keys = ("device_name", "torch", "precision", "batch", "kernels", "decoder", "weights")
    return [
        "seed, tuned: images/s, start-up left out; of network, of decoding: share of what each does alone, in this run",
        ", ".join(f"{key}: {record[key]}" for key in keys),
        f"network alone: {network:.1f} images/s; fallbacks: {record['fallbacks'] or 'none'}",
        f"largest probability difference to fp32 on the mission's pixels: {difference:.5f} (bound {record['probability_bound']})",
        f"start-up {record['wall_s'] - record['work_s']:.1f} s; seconds by phase: {record['seconds']}",
    ]


def per_pixel(ragged: Runs, ragged_folder: Path, plain: Runs, plain_folder: Path) -> list[str]:
    """Compare the ragged set with the plain one pixel for pixel."""
    rates = [
        runs.images_per_s * pixels(folder) / len(list(folder.glob("*.jpg"))) / 1e6
        for runs, folder in ((ragged, ragged_folder), (plain, plain_folder))
    ]
    return [f"megapixels/s: ragged {rates[0]:.0f}, plain {rates[1]:.0f}: {rates[0] / rates[1]:.2f}"]


def watch(folder: Path) -> list[str]:
    """Run the tuned profile while nvidia-smi samples the card; give its busiest samples."""
    query = "--query-gpu=utilization.gpu,utilization.jpeg,memory.used,power.draw"
    command = ["nvidia-smi", query, "--format=csv,noheader,nounits", "--loop-ms=200"]
    with tempfile.TemporaryFile("w+") as samples:
        sampler = subprocess.Popen(command, stdout=samples)
        try:
            runs = worker(folder)
        finally:
            sampler.terminate()
            sampler.wait(timeout=10)
        samples.seek(0)
        seen = [line.strip() for line in samples if line.strip()]
    busiest = sorted(seen, key=lambda line: [float(part) for part in line.split(",")[1::-1]])[-8:]
    return [
        f"nvidia-smi while {runs.record['images_done']} images ran at {runs.images_per_s:.0f} images/s (SMs %, JPEG engines %, MiB, W):",
        *(f"    {line}" for line in busiest),
    ]


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
