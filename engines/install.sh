#!/bin/sh
# install.sh [NAME..]: makes the environments of the engines in Python, of all or of those named, where they are missing.
# Needs python3 with venv and a connection to a package index; Spark needs Java as well. Ends with 1 if one is missing then.
set -u
cd "$(dirname "$0")" || exit 1
cache=${PLANALIGN_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/planalign-bench}
least_java=17
new=
trap '[ -z "$new" ] || rm -rf "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
    echo "engines: $*" >&2
}

has_java() {
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    # 'version "17.0.1"', and of the old numbering 'version "1.8.0"'.
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    if [ "${version:-0}" -lt "$least_java" ]; then
        say "$1 needs Java $least_java or later, found ${version:-none}: install it, or set JAVA_HOME to where it is"
        return 1
    fi
}

install() {
    name=$1
    case $name in *spark*) has_java "$name" || return 1 ;; esac
    if sh ./python.sh "$name" >/dev/null 2>&1; then
        return 0
    fi
    wanted=$name/requirements.txt
    if [ ! -f "$wanted" ]; then
        say "there is no engine $name"
        return 1
    fi
    sum=$(cksum <"$wanted")
    folder=$cache/engine-$name-${sum%% *}
    say "installing $name into $folder"
    mkdir -p "$cache" && new=$(mktemp -d "$cache/.engine-$name-XXXXXX") || return 1
    if ! python3 -m venv "$new" >&2 ||
        ! "$new/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted" >&2; then
        say "$name is not installed, see above"
        rm -rf "$new"
        return 1
    fi
    chmod 755 "$new"
    # It appears in its place whole or not at all. What is there already is another process's that was as fast; what is
    # there and does not start is of a Python that is gone. bin/python may be moved, the other programs in bin may not.
    [ ! -e "$folder" ] || [ -x "$folder/bin/python" ] || rm -rf "$folder"
    if ! python3 -c 'import os, sys; os.rename(sys.argv[1], sys.argv[2])' "$new" "$folder" 2>/dev/null; then
        rm -rf "$new"
        [ -x "$folder/bin/python" ] || { say "$folder cannot be made"; return 1; }
    fi
    new=
}

if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    say "needs python3 of version 3.10 or later with venv (Debian and Ubuntu: apt install python3-venv)"
    exit 1
fi
[ $# -gt 0 ] || set -- polars_python dbt_duckdb pyspark
status=0
for engine; do
    install "$engine" || status=1
done
exit $status
