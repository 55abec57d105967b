"""`python3 -m worker`: one shard, from its environment to its record."""

import argparse
import os
import signal
import sys
import threading

from worker import limits
from worker.clock import Clock
from worker.machine import gpu_devices
from worker.record import Record
from worker.source import Folder, Synthetic, shard_range

BAD_ARGUMENTS = 2
FAILED = 1
TERMINATED = 128 + signal.SIGTERM


def parse(arguments):
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
    parser.add_argument("--index", type=int, default=env("JOB_COMPLETION_INDEX") or 0)
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
    return parser.parse_args(arguments)


def bake(options):
    """Write the weights of --weights (pretrained, random, or a file's) to a file."""
    from worker import weights

    weights.save(options.weights or "pretrained", options.bake)


def shard(options, record, clock):
    """Do the shard; raises ValueError or OSError where there is nothing to do, RuntimeError where it cannot be done."""
    source = Synthetic(options.total_images) if options.source == "synthetic" else Folder(options.source)
    record.about.update(
        profile=options.profile,
        source=source.kind,
        path=source.path,
        index=options.index,
        total_jobs=options.total_jobs,
    )
    with clock.phase("list"):
        names = source.names()
        start, stop = shard_range(len(names), options.index, options.total_jobs)
    record.about.update(range=[start, stop], available=len(names))
    say("images {} to {} of {}".format(start, stop, len(names)))
    numbered = [(index, names[index]) for index in range(start, stop)]
    processes = fork_readers(options, source, numbered, record, clock)
    with clock.phase("import"):
        import torch

        from worker import weights

        profiles = import_profile(options.profile)
    with clock.phase("device_init"):
        device = "cuda" if torch.cuda.is_available() else "cpu"
        name = torch.cuda.get_device_name(0) if device == "cuda" else "cpu"
        if device == "cuda":
            torch.cuda.synchronize()
    with clock.phase("model_load"):
        baked = weights.baked_path()
        state, label = weights.load(options.weights or (baked if os.path.exists(baked) else "pretrained"), torch)
        profile = profiles(torch, state, device, record, clock, options, processes)
        del state  # 100 MB
    record.about.update(device=device, device_name=name, torch=torch.__version__, weights=label)
    with clock.phase("warm_up"):
        profile.warm_up()
    record.about.update(
        precision=profile.precision, batch=profile.batch, decoder=profile.decoder, kernels=profile.kernels
    )
    record.work_start_s = clock.now()
    profile.classify(source, numbered)
    record.work_end_s = clock.now()
    record.about["peak_device_bytes"] = torch.cuda.max_memory_allocated() if device == "cuda" else 0


def fork_readers(options, source, numbered, record, clock):
    """Fork readers, before torch is imported, where a GPU's JPEG engines may want files faster than threads can read."""
    from worker.jpeg_engines import nvjpeg

    wanted = options.profile == "tuned" and source.kind == "directory"
    if not (wanted and gpu_devices() and nvjpeg.library()):
        return None
    from worker.jpeg_engines.early import begin

    return begin(source, numbered, record, clock)


def import_profile(name):
    """Import what one profile needs, and no more: torchvision alone is a third of the seed profile's start."""
    if name == "seed":
        from worker.seed import Seed

        return Seed
    from worker.tuned import Tuned

    return Tuned


def say(text):
    """Tell a person who reads the pod's log."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def report(record, options, interrupted=False):
    """Print the record: the last line on standard output; write the classes to a file where one is named."""
    if options.predictions not in ("", "inline"):
        try:
            record.write_classes(options.predictions)
        except OSError as error:
            say("worker: {}".format(error))
    sys.stdout.write(record.line(options.predictions == "inline", interrupted) + "\n")
    sys.stdout.flush()


def main(arguments=None):
    """Run one shard in a thread, so that SIGTERM is answered at once, whatever the model is at."""
    options = parse(arguments)
    if options.bake:
        bake(options)
        return 0
    clock = Clock()
    record = Record(clock, say)
    outcome = {"status": FAILED}

    def work():
        try:
            shard(options, record, clock)
            outcome["status"] = FAILED if record.why_nothing() else 0
        except (ValueError, OSError) as error:
            say("worker: {}".format(error))
            outcome["status"] = BAD_ARGUMENTS if record.work_start_s is None else FAILED
        except Exception as error:
            say("worker: {}: {}".format(type(error).__name__, error))

    def terminate(*_):
        report(record, options, interrupted=True)
        os._exit(TERMINATED)

    signal.signal(signal.SIGTERM, terminate)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(limits.SIGNAL_S)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one record, and a whole one
    if outcome["status"] != BAD_ARGUMENTS:
        report(record, options)
        say("{} images, {} failed".format(len(record.top1), len(record.failures)))
        if record.why_nothing():
            say("worker: {}".format(record.why_nothing()))
    return outcome["status"]


if __name__ == "__main__":
    sys.exit(main())
