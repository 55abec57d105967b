"""`python3 -m worker`: one shard, from its environment to its record."""

import argparse
import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Callable, Optional, Sequence, Union

from worker import limits
from worker.clock import Clock
from worker.machine import gpu_devices, no_compilers_folder
from worker.options import Options
from worker.record import Record
from worker.source import Folder, Source, Synthetic, shard_range

if TYPE_CHECKING:
    from worker.jpeg_engines.engines import Engines
    from worker.resnet import State
    from worker.seed import Seed
    from worker.tuned import Tuned

BAD_ARGUMENTS = 2
FAILED = 1
TERMINATED = 128 + signal.SIGTERM


def parse(arguments: Optional[Sequence[str]]) -> Options:
    """Read the command line; the environment, as a Job's pods have it, gives the defaults."""
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="worker", description=__doc__)
    parser.add_argument(
        "--source", default=env("NFS_IMAGES_PATH") or "synthetic", help="`synthetic`, or a folder of *.jpg"
    )
    parser.add_argument("--profile", default=env("EDGEPROOF_PROFILE") or "tuned", choices=["seed", "tuned"])
    parser.add_argument(
        "--weights",
        default=env("EDGEPROOF_WEIGHTS") or "",
        help="pretrained, random, or a file (default: the image's own)",
    )
    parser.add_argument("--index", dest="shard", type=int, default=env("JOB_COMPLETION_INDEX") or 0)
    parser.add_argument("--total-jobs", type=int, default=env("TOTAL_JOBS") or 1)
    parser.add_argument(
        "--total-images", type=int, default=env("TOTAL_IMAGES") or 120, help="synthetic images, over all shards"
    )
    parser.add_argument(
        "--predictions",
        default=env("EDGEPROOF_PREDICTIONS") or "",
        help="`inline`: every image's class in the record; or a file to write them to, as JSON",
    )
    parser.add_argument("--batch", type=int, default=0, help="images a batch (default: by device)")
    parser.add_argument("--precision", choices=["fp32", "bf16", "fp16"], help="numbers (default: the fastest here)")
    parser.add_argument(
        "--decode-threads", type=int, default=0, help="threads that decode, and on a CPU classify (default: by cores)"
    )
    parser.add_argument("--bake", metavar="FILE", help="write the weights to FILE and end: for the image's build")
    return Options(**vars(parser.parse_args(arguments)))


def bake(weights_asked: str, path: str) -> None:
    """Write weights (pretrained, random, or a file's) to a file."""
    from worker import weights

    weights.save(weights_asked or "pretrained", path)


def engines_for(options: Options, source: Source) -> "Optional[Engines]":
    """Fork readers where a GPU's JPEG engines may want files faster than threads can read.

    Here, because processes are forked: no thread has been started yet.
    """
    if options.profile != "tuned" or not isinstance(source, Folder) or not gpu_devices():
        return None
    from worker.jpeg_engines.engines import open_engines

    return open_engines(source.path)


def shard(options: Options, source: Source, engines: "Optional[Engines]", record: Record) -> None:
    """Do the shard; raises ValueError or OSError where there is nothing to do, RuntimeError where it cannot be done."""
    about, clock = record.about, record.clock
    about.profile, about.source, about.path = options.profile, source.kind, source.path
    about.python = sys.version.split()[0]
    about.index, about.total_jobs = options.shard, options.total_jobs
    with clock.phase("list"):
        names = source.names()
        start, stop = shard_range(len(names), options.shard, options.total_jobs)
    about.range, about.available = (start, stop), len(names)
    say("images {} to {} of {}".format(start, stop, len(names)))
    numbered = [(index, names[index]) for index in range(start, stop)]
    if engines:
        engines.give(numbered, record)
    with clock.phase("import"):
        no_compilers_folder()
        import torch

        from worker import weights

        make_profile = import_profile(options, engines)
    with clock.phase("device_init"):
        device = "cuda" if torch.cuda.is_available() else "cpu"
        device_name = torch.cuda.get_device_name(0) if device == "cuda" else "cpu"
        if device == "cuda":
            torch.cuda.synchronize()
    with clock.phase("model_load"):
        baked = weights.baked_path()
        state, label = weights.load(options.weights or (baked if os.path.exists(baked) else "pretrained"))
        profile = make_profile(state, device, record)
        del state  # 100 MB
    about.device, about.device_name, about.torch, about.weights = device, device_name, torch.__version__, label
    with clock.phase("warm_up"):
        profile.warm_up()
    about.precision, about.batch = profile.precision, profile.batch
    about.decoder, about.kernels = profile.decoder, profile.kernels
    record.work_start_s = clock.now()
    profile.classify(source, numbered)
    record.work_end_s = clock.now()
    about.peak_device_bytes = torch.cuda.max_memory_allocated() if device == "cuda" else 0


def import_profile(
    options: Options, engines: "Optional[Engines]"
) -> "Callable[[State, str, Record], Union[Seed, Tuned]]":
    """Import what one profile needs, and no more: torchvision alone is a third of the seed profile's start."""
    if options.profile == "seed":
        from worker.seed import Seed

        return Seed
    from worker.networks import Asked
    from worker.tuned import Tuned

    asked = Asked(options.precision, options.batch, options.decode_threads)
    return partial(Tuned, asked=asked, engines=engines)


def say(text: str) -> None:
    """Tell a person who reads the pod's log."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def report(record: Record, options: Options, interrupted: bool = False) -> None:
    """Print the record: the last line on standard output; write the classes to a file where one is named."""
    if options.predictions not in ("", "inline"):
        try:
            record.write_classes(options.predictions)
        except OSError as error:
            say("worker: {}".format(error))
    sys.stdout.write(record.line(options.predictions == "inline", interrupted) + "\n")
    sys.stdout.flush()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one shard in a thread, so that SIGTERM is answered at once, whatever the model is at."""
    options = parse(arguments)
    if options.bake:
        bake(options.weights, options.bake)
        return 0
    record = Record(Clock(), say)
    status = FAILED

    def work() -> None:
        nonlocal status
        try:
            shard(options, source, engines, record)
            status = FAILED if record.why_nothing() else 0
        except (ValueError, OSError) as error:
            say("worker: {}".format(error))
            status = BAD_ARGUMENTS if record.work_start_s is None else FAILED
        except Exception as error:
            say("worker: {}: {}".format(type(error).__name__, error))

    def terminate(*_: object) -> None:
        report(record, options, interrupted=True)
        os._exit(TERMINATED)

    signal.signal(signal.SIGTERM, terminate)
    source = Synthetic(options.total_images) if options.source == "synthetic" else Folder(options.source)
    engines = engines_for(options, source)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(limits.SIGNAL_S)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one record, and a whole one
    if status != BAD_ARGUMENTS:
        report(record, options)
        say("{} images, {} failed".format(len(record.top1), len(record.failures)))
        if record.why_nothing():
            say("worker: {}".format(record.why_nothing()))
    return status


if __name__ == "__main__":
    sys.exit(main())
