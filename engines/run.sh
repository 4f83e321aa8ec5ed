#!/bin/sh
# run.sh NAME [ARGUMENT..]: runs an engine in its environment, from any folder and as this very process.
case $0 in */*) engines=${0%/*} ;; *) engines=. ;; esac
python=$(. "$engines/python.sh") || exit 1
name=$1
shift
# Of another environment, which is none of this one's business.
unset PYTHONPATH PYTHONHOME
exec "$python" "$engines/$name/engine.py" "$@"
