"""Checksums of saved files: by them a truncated or altered file is recognised, and so a checkpoint that is not whole.

What is unusual: safetensors has no checksums and loads weights with a flipped bit without a word. So a list of them
stands beside the files, in the format of coreutils: `sha256sum -c SHA256SUMS` checks a directory without this package.
"""

import hashlib
import os
from pathlib import Path, PurePath

from transformers.utils import logging

logger = logging.get_logger(__name__)

CHECKSUMS = "SHA256SUMS"
WEIGHTS = "*.safetensors"


def write_checksums(directory: str | Path, pattern: str = WEIGHTS):
    """Write the list of the files in `directory` that match the glob pattern.

    The files are on the disk before the list is, and the list is written whole or not at all.
    """
    directory = Path(directory)
    lines = []
    for path in sorted(directory.glob(pattern)):
        if path.is_file() and not path.name.startswith(CHECKSUMS):
            with path.open("r+b") as file:
                os.fsync(file.fileno())
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            lines.append(f"{digest}  {path.relative_to(directory).as_posix()}\n")
    part = directory / f"{CHECKSUMS}.part"
    with part.open("w") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    part.replace(directory / CHECKSUMS)


def verify_checksums(directory: str | Path, pattern: str = "*"):
    """Compare the listed files that match the pattern with what was saved.

    Raises ValueError where there is no list, and for the first file that is missing or differs, naming it.
    """
    directory = Path(directory)
    checksums = directory / CHECKSUMS
    lines = checksums.read_text(errors="replace").splitlines() if checksums.is_file() else []
    if not lines:
        raise ValueError(f"{directory} is half-written: it has no {CHECKSUMS}, which comes last")
    for line in lines:
        digest, _, name = line.partition("  ")
        path = directory / name
        if not PurePath(name).match(pattern):
            continue
        if not path.is_file():
            raise ValueError(f"{path} is missing, though {CHECKSUMS} lists it")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise ValueError(
                    f"{path} is truncated or altered: it is not the file that {CHECKSUMS} lists; if it was altered on "
                    "purpose, list it anew with sha256sum"
                )
