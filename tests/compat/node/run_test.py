"""Clients of Node.js: installs those of package-lock.json, once, and runs the *.test.mjs beside this file.

They are installed into build/node, by name and version from the registry that npm is set up with; the lock
file's checksums say whether they are the right ones. Arguments go to `node --test`.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = HERE.parents[2] / "build" / "node"
LOCK = HERE / "package-lock.json"


def install():
    """Installs what the lock file names, unless it was that lock file that was installed last."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = PACKAGES / "installed"
    with (PACKAGES / "lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
            return
        stamp.unlink(missing_ok=True)
        for file in (HERE / "package.json", LOCK):
            shutil.copy(file, PACKAGES)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PACKAGES, check=True)
        stamp.write_text(wanted, encoding="ascii")


def main():
    install()
    tests = sorted(map(str, HERE.glob("*.test.mjs")))
    environment = {**os.environ, "CLIENT_PACKAGES": str(PACKAGES)}
    return subprocess.run(["node", "--test", *sys.argv[1:], *tests], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
