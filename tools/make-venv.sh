#!/usr/bin/env bash
# Makes the virtual environment and installs delfin into it, editable, with the pinned versions.
#
#     tools/make-venv.sh FOLDER EXTRA[,EXTRA...]
#
# pip is called without a word about indexes: what the machine's own configuration says counts.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
extras=$2

# Prints the first Python that is new enough: $PYTHON, then the versions that are tested.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

if [ ! -x "$folder/bin/pip" ]; then
    python=$(find_python) || {
        echo "delfin needs Python 3.11 or newer, and none was found." >&2
        echo "On Debian 12: apt-get install python3 python3-venv; elsewhere: make PYTHON=/path/to/python3.11" >&2
        exit 1
    }
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments: its venv or ensurepip module is missing." >&2
        echo "On Debian: apt-get install python3-venv; then run the same command again." >&2
        exit 1
    fi
    echo "Making $folder with $("$python" --version)"
    "$python" -m venv "$folder"
fi
echo "Installing delfin[$extras] into $folder"
"$folder/bin/pip" install --quiet --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable ".[$extras]"
