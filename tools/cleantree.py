"""Copies of the repository that hold only what is, or is about to be, under version control."""

from __future__ import annotations

import shutil
from pathlib import Path

import house

SHARED = ("LICENSE", "NOTICE")  # each distribution ships its own copy


def copy_to(folder: Path) -> dict[str, Path]:
    """Copy the tree into a folder and return distribution -> where its copy lies."""
    for source in house.tracked_files():
        target = folder / source.relative_to(house.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    copies = {package: folder / house.FOLDERS[package].name for package in ("dtact", "bincode_next", "rssn")}
    for copy in copies.values():
        for name in SHARED:
            shutil.copy2(house.ROOT / name, copy / name)
    return copies
