"""The pages: every link leads to something that is in the repository, and no page is named that is not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
PAGE_NAMES = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w-]+\.md)\b")
ELSEWHERE = ("https://", "http://", "mailto:")
NOT_OURS = {"README.md"}
"""Names of pages that other projects have too, and that sources cite."""


@cache
def tracked() -> frozenset[str]:
    """List the files that the repository holds."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return frozenset(name for name in done.stdout.split("\0") if name)


def pages() -> list[str]:
    """Name the Markdown pages."""
    return sorted(name for name in tracked() if name.endswith(".md"))


def targets(page: str) -> Iterator[str]:
    """Give the paths that a page's links lead to, from the repository's top."""
    for found in LINK.finditer((CHECKOUT / page).read_text(encoding="utf-8")):
        link = (found[1] or found[2]).partition("#")[0]
        if link and not link.startswith(ELSEWHERE):
            yield str((CHECKOUT / page).parent.joinpath(link).resolve().relative_to(CHECKOUT))


def is_held(path: str) -> bool:
    """Tell whether the repository holds a file, or a folder, of this name."""
    return path in tracked() or any(name.startswith(f"{path.rstrip('/')}/") for name in tracked())


@pytest.mark.parametrize("page", pages())
def test_links(page: str) -> None:
    """A link within the repository leads to a file or folder that is in it."""
    assert [target for target in targets(page) if not is_held(target)] == []


def test_links_are_found() -> None:
    """The pages do have links, to each other and to pictures."""
    assert set(targets("README.md")) >= {"docs/design.md", "docs/demo.svg"}


@pytest.mark.parametrize("page", [page for page in pages() if "/" not in page or page.startswith("docs/")])
def test_every_page_is_reached(page: str) -> None:
    """A page of the top or of docs is linked by another one."""
    assert page == "README.md" or any(page in targets(other) for other in pages() if other != page)


def texts() -> Iterator[tuple[str, str]]:
    """Give what is written in code, catalogue, cases and lists, by file."""
    for name in sorted(tracked()):
        if name.endswith((".py", ".sh", ".yaml", ".yml", ".toml", ".md", ".in")) or name == "Makefile":
            yield name, (CHECKOUT / name).read_text(encoding="utf-8")


def test_pages_that_are_named_are_there() -> None:
    """Whoever names a page by its file's name names one of the repository."""
    names = {page.rpartition("/")[2] for page in pages()}
    missing = [
        f"{file}: {found}"
        for file, text in texts()
        for found in PAGE_NAMES.findall(re.sub(r"https?://\S+", "", text))
        if found.rpartition("/")[2] not in names | NOT_OURS and file != "selftest/house/test_pages.py"
    ]
    assert missing == []
