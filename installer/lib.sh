# What installer/install and installer/uninstall share; sourced by them, not run.
# shellcheck shell=bash disable=SC2034 # the variables are for the scripts that source this file
umask 022

PREFIX=/opt/delfin # --prefix
ROOT=              # --root; empty on the machine itself
DRY_RUN=no         # --dry-run
ACCOUNT=delfin

ETC=/etc/delfin
STATE=/var/lib/delfin
LOGS=/var/log/delfin
UNITS=/etc/systemd/system
HARDENING=delfin-.service.d/10-hardening.conf
# What a unit of its own may do besides; the folder may hold drop-ins of the operator as well.
declare -A DROP_IN_OF=(
    [delfin-alert.service]="delfin-alert.service.d/20-low-port.conf"
)
# In the virtual environment: this installer made it, so uninstall may remove it.
MARK=.delfin-installation

declare -A UNITS_OF=(
    [standalone]="delfin-standalone.service"
    [cluster]="delfin-task.service delfin-alert.service delfin-api.service"
)

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Runs a command, or only shows it with --dry-run.
run() {
    if [ "$DRY_RUN" = yes ]; then
        printf '  would run:'
        printf ' %q' "$@"
        printf '\n'
    else
        "$@"
    fi
}

# The option $1 is followed by a value.
needs_value() {
    [ -n "${2:-}" ] || fail "$1 needs a value; see --help"
}

# Makes --root and --prefix safe to build paths from.
check_folders() {
    case $PREFIX in
        / | *..* | *[!A-Za-z0-9/._-]*) fail "--prefix $PREFIX: a plain absolute path is wanted" ;;
        /*) PREFIX=${PREFIX%/} ;;
        *) fail "--prefix $PREFIX: an absolute path is wanted" ;;
    esac
    [ -z "$ROOT" ] || ROOT=$(realpath --canonicalize-missing -- "$ROOT")
    [ "$ROOT" != / ] || ROOT=
}

# On the machine itself, and systemd is what started it.
systemd_runs() { [ -z "$ROOT" ] && [ -d /run/systemd/system ]; }

# Takes a drop-in away, and its folder when nothing else is in it.
remove_drop_in() {
    run rm -f "$ROOT$UNITS/$1"
    if [ -d "$ROOT$UNITS/${1%/*}" ]; then
        run rmdir --ignore-fail-on-non-empty "$ROOT$UNITS/${1%/*}"
    fi
}

# Takes units away that are installed; those that are not cost nothing.
remove_units() {
    local unit
    for unit in "$@"; do
        [ -e "$ROOT$UNITS/$unit" ] || continue
        say "Removing $unit"
        if systemd_runs; then
            run systemctl disable --now "$unit"
        else
            run rm -f "$ROOT$UNITS/multi-user.target.wants/$unit"
        fi
        run rm -f "$ROOT$UNITS/$unit"
        [ -z "${DROP_IN_OF[$unit]:-}" ] || remove_drop_in "${DROP_IN_OF[$unit]}"
    done
}

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
