#!/bin/sh
# Find a Python that is new enough and let it make .venv; see bootstrap.py. Run from the repository's folder.
found=""
for python in python3 python3.14 python3.13 python3.12 python3.11; do
    # A name may exist and still not run: pyenv's stand-ins do that for versions that are not selected. They are
    # asked outside of this folder, whose .python-version is the deployment's: any newer Python will do here.
    version=$(cd / && "$python" -c 'import sys; print(".".join(map(str, sys.version_info[:3])))' 2>/dev/null) || continue
    if (cd / && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null); then
        exec "$(cd / && "$python" -c 'import sys; print(sys.executable)')" dev/bootstrap.py
    fi
    found="$found $python is $version."
done
echo "Python 3.11 or newer is needed and was not found.${found:- There is no python3 at all.}" >&2
echo "Install one (https://www.python.org/downloads/) so that python3 or python3.11 … python3.14 runs it." >&2
exit 1
