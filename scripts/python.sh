#!/bin/sh
# Prints a Python that has what scripts/fingerprint.py needs: an environment in the cache folder, made at the first call.
# Prints nothing, and says why on standard error, where it cannot be made; under CI=true that is an error.
set -eu
cd "$(dirname "$0")/.."
wanted=scripts/requirements.txt
cache=${PLANALIGN_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/planalign-bench}
folder=$cache/python-$(cksum <"$wanted" | cut -d ' ' -f 1)

if [ ! -e "$folder/done" ]; then
    mkdir -p "$cache"
    new=$(mktemp -d "$cache/.python-XXXXXX")
    trap 'rm -rf "$new"' EXIT
    # What is in its place is whole, or of another process that was as fast.
    if python3 -m venv "$new" >"$new.log" 2>&1 &&
        "$new/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted" >>"$new.log" 2>&1 &&
        touch "$new/done"; then
        rm -f "$new.log"
        chmod 755 "$new"
        [ -e "$folder" ] || mv "$new" "$folder"
    else
        sed 's/^/python: /' "$new.log" >&2
        rm -f "$new.log"
        echo "python: no Python with $wanted, so scripts/fingerprint.py is not tested" >&2
        [ "${CI:-}" != true ] || exit 1
        exit 0
    fi
fi
echo "$folder/bin/python"
