#!/bin/sh
# python.sh NAME: prints the Python of an engine's environment, which install.sh makes. run.sh reads this file, too.
case $0 in */*) engines=${0%/*} ;; *) engines=. ;; esac
name=${1:?which engine? a folder of engines/ that has an engine.py}
wanted=$engines/$name/requirements.txt
if [ ! -f "$wanted" ]; then
    echo "engines: there is no engine $name: $wanted is missing" >&2
    exit 1
fi
cache=${PLANALIGN_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/planalign-bench}
# An environment is named after what is in it, so that other requirements get one of their own.
sum=$(cksum <"$wanted")
folder=$cache/engine-$name-${sum%% *}
if [ ! -x "$folder/bin/python" ]; then
    echo "engines: $name is not installed: $folder is missing; 'make engines' makes it" >&2
    exit 1
fi
printf '%s\n' "$folder/bin/python"
