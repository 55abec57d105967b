"""Datasets: the same from the same seed, corrupt where they say so, and never over somebody's pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from edgeproof.errors import DatasetError
from edgeproof.workload.dataset import NOTE, Recipe, make_dataset

RECIPE = Recipe(4, 64, 48, corrupt=1, seed=7)


def made(folder: Path, recipe: Recipe = RECIPE) -> dict[str, bytes]:
    """Make a dataset and give its files."""
    make_dataset(folder, recipe)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two datasets of one recipe are equal to the last byte, their notes too."""
    assert made(tmp_path / "one") == made(tmp_path / "two")


def test_other_seed_other_pictures(tmp_path: Path) -> None:
    """Another seed gives other bytes under every name."""
    one, two = made(tmp_path / "one"), made(tmp_path / "two", Recipe(4, 64, 48, corrupt=1, seed=8))
    assert [name for name in one if one[name] == two[name]] == []


def test_pictures_of_a_dataset_differ(tmp_path: Path) -> None:
    """No two images of a dataset are the same."""
    files = made(tmp_path)
    assert len(set(files.values())) == len(files)


def test_size(tmp_path: Path) -> None:
    """Images have the size asked for."""
    made(tmp_path)
    assert Image.open(tmp_path / RECIPE.names()[0]).size == (64, 48)


@pytest.mark.parametrize("name", RECIPE.names())
def test_only_corrupt_ones_cannot_be_decoded(name: str, tmp_path: Path) -> None:
    """A corrupt image opens and cannot be decoded, any other can."""
    made(tmp_path)
    with Image.open(tmp_path / name) as image:
        if name in RECIPE.corrupt_names():
            with pytest.raises(OSError, match="truncated"):
                image.load()
        else:
            image.load()


@pytest.mark.parametrize(("count", "corrupt"), [(1, 0), (1, 1), (4, 1), (5, 2), (7, 4), (100, 3), (100, 100)])
def test_number_of_corrupt_ones(count: int, corrupt: int) -> None:
    """There are as many corrupt images as were asked for, each one of the dataset's."""
    recipe = Recipe(count, corrupt=corrupt)
    assert len(set(recipe.corrupt_names()) & set(recipe.names())) == corrupt


def test_note(tmp_path: Path) -> None:
    """The note names the corrupt images, for the test that expects just those to fail."""
    assert json.loads(made(tmp_path)[NOTE])["corrupt"] == RECIPE.corrupt_names()


def test_own_dataset_is_made_anew(tmp_path: Path) -> None:
    """A smaller dataset over an older one of ours leaves none of the older images."""
    made(tmp_path)
    assert sorted(made(tmp_path, Recipe(2, 64, 48))) == [NOTE, "image-00000.jpg", "image-00001.jpg"]


def test_foreign_pictures_are_refused(tmp_path: Path) -> None:
    """A folder with somebody's JPEGs is refused, by their names and with a way out."""
    (tmp_path / "holiday.jpg").write_bytes(b"dear to somebody")
    with pytest.raises(DatasetError, match=r"edgeproof did not make \(holiday\.jpg") as caught:
        made(tmp_path)
    assert caught.value.fix


def test_refused_folder_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written or deleted in a folder that is refused."""
    picture = tmp_path / "image-00000.jpg"
    picture.write_bytes(b"dear to somebody")
    with pytest.raises(DatasetError):
        made(tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"dear to somebody"]


def test_not_a_folder(tmp_path: Path) -> None:
    """A file in the folder's place is said so, by its name."""
    file = tmp_path / "images"
    file.touch()
    with pytest.raises(DatasetError, match=str(file)):
        made(file)


@pytest.mark.parametrize(("count", "corrupt"), [(0, 0), (-1, 0), (4, -1), (4, 5)])
def test_bad_counts(count: int, corrupt: int) -> None:
    """No images, and more corrupt ones than there are, are refused with the options' names."""
    with pytest.raises(DatasetError, match=f"--count {count} --corrupt {corrupt}"):
        Recipe(count, corrupt=corrupt)


@pytest.mark.parametrize(("width", "height"), [(15, 375), (500, 15), (0, 0), (-500, 375), (8193, 375), (500, 8193)])
def test_bad_sizes(width: int, height: int) -> None:
    """A side too short or too long is refused with the option's name."""
    with pytest.raises(DatasetError, match=f"--size {width}x{height}"):
        Recipe(1, width, height)
