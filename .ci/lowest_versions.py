"""Print the lowest versions that setup.cfg allows of what nertag needs, as constraints for pip."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

config = configparser.ConfigParser()
config.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")
for requirement in config["options"]["install_requires"].split("\n")[1:]:
    floor = re.fullmatch(r"(\S+) >=([\w.]+)(,\S+)?", requirement)
    if floor is None:
        raise SystemExit(f"setup.cfg says no lowest version: {requirement}")
    print(f"{floor[1]}=={floor[2]}")
