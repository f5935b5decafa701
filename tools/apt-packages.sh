#!/usr/bin/env bash
# Installs the Debian packages that the tests need; quick when they are all there.
#
#     tools/apt-packages.sh          install what is missing
#     tools/apt-packages.sh --list   print all of them
#
# Each folder that needs some names them in its packages.txt, one a line, # for comments.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t wanted < <(
    find tools tests -name packages.txt -exec sed 's/#.*//' {} + | tr -s '[:space:]' '\n' |
        grep . | sort -u
)
if [ "${1:-}" = --list ]; then
    printf '%s\n' "${wanted[@]}"
    exit 0
fi
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "Not a Debian machine: the tests expect what these packages bring: ${wanted[*]}" >&2
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "The tests need Debian packages that are not installed. As root:" >&2
        echo "    apt-get install ${missing[*]}" >&2
        echo "Without them, 'make test-unit' runs what needs no server." >&2
        exit 1
    fi
    as_root=(sudo -n)
fi
echo "Installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# No service is to be started by its installation: the tests start servers of their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}"
