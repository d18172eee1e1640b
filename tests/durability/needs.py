"""What a harness cannot do without; where it is absent the harness says so in one line and is skipped."""

from __future__ import annotations

import shutil
import sys

import pytest


def program(name: str, why: str) -> pytest.MarkDecorator:
    """Return a mark that skips a test on a machine without a program."""
    return pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed: {why}")


linux = pytest.mark.skipif(sys.platform != "linux", reason="the harness speaks to Linux")
strace = program("strace", "system calls cannot be traced")
compiler = program("cc", "what makes the disk fail cannot be compiled")
