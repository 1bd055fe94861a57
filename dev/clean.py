"""`make clean`: remove the databases of `make run`, wherever they lie."""

import shutil
import sys
from pathlib import Path

from dev.layout import outside_folders
from dev.processes import ServiceError
from dev.services import locked


def main() -> None:
    """Remove .dev and what root keeps for it elsewhere; refuses while it is in use."""
    base = Path(".dev").resolve()
    try:
        with locked(base):
            for folder in (*outside_folders(base), base):
                shutil.rmtree(folder, ignore_errors=True)
    except ServiceError as error:
        sys.exit(f"{error} Stop it first.")


if __name__ == "__main__":
    main()
