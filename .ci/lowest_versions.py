"""Print the lowest versions that setup.cfg allows of what nertag needs, and of what its extras for
formats do, as constraints for pip."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

config = configparser.ConfigParser()
config.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")
extras = config["options.extras_require"]
needed = config["options"]["install_requires"] + extras["parquet"] + extras["zstd"]
for requirement in needed.split("\n")[1:]:
    floor = re.fullmatch(r"(\S+) >=([\w.]+)(,\S+)?(; .+)?", requirement)
    if floor is None:
        raise SystemExit(f"setup.cfg says no lowest version: {requirement}")
    print(f"{floor[1]}=={floor[2]}")
