"""The deviceQuery container: whether it started, and how it ended."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, inapplicable, reason, replaced, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory
from edgeproof.quoted import shortened

REFUSAL_CHARACTERS = 2000
"""What is kept of docker's error: a hook's own words stand in its middle."""

NOT_STARTED = (125, 126, 127)
"""docker-run(1): the daemon's own error; the command cannot be invoked; it is not found."""

ASK = {"runtime-class": "--runtime nvidia", "cdi": "--device nvidia.com/gpu=all"}
"""How Docker is asked for the GPU where it is not the default that containers get it."""


HOOK_ABSENT = re.compile(r"hook\b.{0,40}fork/exec (/\S{1,200}): no such file or directory")
"""runc's words where a program that it is to run before a container's own is not there; Go's os/exec ends them."""


@dataclass(frozen=True, repr=False)
class AsUser(Facts):
    """How deviceQuery ended as a user other than root: PASS or FAIL, with CUDA's code, if any, and its words; the groups it was given."""

    result: str
    code: int | None
    said: str
    groups: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class DeviceQuery(Facts):
    """How the deviceQuery container ended: PASS or FAIL, with CUDA's error code, if any, and its words.

    Where docker did not start it, `refusal` is docker's word for it, and `result` is 'not started'; where the image is not there, 'no image'.
    `as_user` is how a second run ended, as a user other than root with the groups of the GPU's device nodes.
    """

    result: str
    code: int | None
    said: str
    refusal: str = ""
    as_user: AsUser = field(default_factory=lambda: unobserved("deviceQuery was not run as another user"))


def parse_device_query(output: Output) -> DeviceQuery | Unobserved:
    """What the first run says; after a line `@@ user 1000 --group-add N…` what the second one does, which ends in `@@ status N`."""
    first, mark, second = output.stdout.partition("@@ user ")
    found = _parse_run(Output(first, output.stderr, output.status))
    if isinstance(found, Unobserved):
        return found
    if not mark:
        passed = reason(found, "result") is None and found.result == "PASS"
        why = (
            "there was no time left to run deviceQuery as another user"
            if passed
            else "deviceQuery does not pass as root either (see the check device_query)"
        )
        return replaced(found, as_user=unobserved(why))
    return replaced(found, as_user=_as_user(second))


def _as_user(text: str) -> Any:
    """Read the second run; where docker did not start it, the image is the cause: the first run was the same but for the user."""
    head, _, rest = text.partition("\n")
    said, _, tail = rest.partition("@@ status ")
    status = re.match(r"[0-9]{1,3}\b", tail)
    run = _parse_run(Output(said, "", int(status[0]) if status else -1))
    if isinstance(run, Unobserved):
        return run
    gap = reason(run, "result")
    if gap is not None:
        return unobserved(gap)
    if run.result not in ("PASS", "FAIL"):
        return inapplicable(f"the image lets no user but root run its deviceQuery: {shortened(run.refusal)}")
    return AsUser(
        run.result, run.code, _refused_device(said) or run.said, tuple(re.findall(r"--group-add ([0-9]{1,10})", head))
    )


def _refused_device(said: str) -> str:
    """Give the driver's own word that it may not open a device node: CUDA says only that there is no device."""
    line = re.search(r"^.{0,80}[Pp]ermission denied.{0,80}$", said, re.M)
    return line[0].strip() if line else ""


def _parse_run(output: Output) -> DeviceQuery | Unobserved:
    """The last line that is exactly `Result = PASS|FAIL`, and `cudaGetDeviceCount returned N`; or docker's error."""
    text = output.stdout + "\n" + output.stderr
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if "no-answer" in lines:
        return Unobserved(
            f"Docker did not tell within {limits.DOCKER_ASK_S:g} s whether it has the image of deviceQuery"
        )
    if output.status == 124 or "too-long" in lines:
        return Unobserved("the deviceQuery container did not finish in time")
    if "no-such-image" in lines:
        return DeviceQuery("no image", None, "")
    results = re.findall(r"^Result = (PASS|FAIL)\s*$", text, re.M)
    code = re.search(r"cudaGetDeviceCount returned (\d{1,4})\b", text)
    number = int(code[1]) if code else None
    if results:
        return DeviceQuery(results[-1], number, _cuda_words(lines))
    refusal = next((line for line in lines if re.match(r"docker: \S", line)), "")
    refusal = refusal or next((line for line in lines if "exec format error" in line), "")
    if refusal or output.status in NOT_STARTED:
        refusal = refusal or (lines[-1] if lines else f"nothing, with exit status {output.status}")
        return DeviceQuery("not started", None, "", shortened(refusal, REFUSAL_CHARACTERS))
    return DeviceQuery(unobserved(_without_result(lines, output.status)), number, "")


def _cuda_words(lines: list[str]) -> str:
    """Give what CUDA says of its error (`-> …`); else the last line but the result."""
    words = next((line.removeprefix("-> ") for line in lines if line.startswith("-> ")), "")
    others = [line for line in lines if not line.startswith("Result = ")]
    return (words or (others[-1] if others else "nothing"))[:200]


def _without_result(lines: list[str], status: int) -> str:
    device = next((match[1] for line in lines if (match := re.match(r'Device \d+: "(.*)"', line))), "")
    found = f", after it found {device}" if device else f": {lines[-1][:200]}" if lines else ""
    ended = f" (exit status {status})" if status else ""
    return f"deviceQuery's output ends without a Result line{found}{ended}"


def device_query_probe(inventory: Inventory) -> Probe[DeviceQuery]:
    """Run the deviceQuery image once, removed afterwards, also where it does not end; never pulled."""
    whole_s = limits.DEVICE_QUERY_S + limits.DOCKER_ASK_S
    text = snippet(
        SNIPPETS,
        "device_query",
        image=inventory.images.device_query,
        ask=ASK.get(inventory.kubernetes.gpu or "", ""),
        limit_s=math.ceil(limits.DEVICE_QUERY_S),
        ask_s=math.ceil(limits.DOCKER_ASK_S),
        kill_s=math.ceil(limits.KILL_S),
        stale_s=math.ceil(whole_s),
    )
    return Probe("device_query", text, parse_device_query, timeout_s=whole_s, root=True)
