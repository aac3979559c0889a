"""Ends with a line when the image has no LMCache that starts a server: the engine would say so after it has loaded its weights."""

import re
import sys
from importlib.metadata import PackageNotFoundError, version

least = sys.argv[1]


def numbers(of: str) -> list[int]:
    return [int(part) for part in re.match(r"[\d.]+", of)[0].split(".")[:3] if part]


try:
    found = version("lmcache")
except PackageNotFoundError:
    found = ""
if not found or numbers(found) < numbers(least):
    here = f"LMCache {found}" if found else "no LMCache"
    sys.exit(f"this image has {here}, and its server starts by itself from {least} on: build one with it")
