#!/bin/sh
# cluster.sh start|stop: a real Spark cluster on this machine, to see the engine run on one: a master and two workers of
# one core each, as processes of their own that talk over 127.0.0.1. `start` prints what the engine wants to know.
# PORT (7077), WORKERS (2), MEMORY of each worker (1g), PYTHON (that of the installed engine), FOLDER (for logs and pids).
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
port=${PORT:-7077}
workers=${WORKERS:-2}
memory=${MEMORY:-1g}
folder=${FOLDER:-${TMPDIR:-/tmp}/planbench-spark-cluster-$(id -u)-$port}

say() {
    echo "cluster: $*" >&2
}

# One process in the background, its pid in a file. spark-class becomes the JVM, so the pid is that of Java.
launch() {
    name=$1
    shift
    "$home/bin/spark-class" "$@" >"$folder/$name.log" 2>&1 </dev/null &
    echo $! >"$folder/$name.pid"
}

# Waits until a process has said something.
await() {
    name=$1 words=$2 tries=0
    until grep -q "$words" "$folder/$name.log"; do
        tries=$((tries + 1))
        if [ $tries -gt 120 ] || ! kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null; then
            say "$name did not start, its last words:"
            tail -n 20 "$folder/$name.log" >&2
            stop
            exit 1
        fi
        sleep 0.5
    done
}

# Workers first: they end their executors. Then waits until nobody is left.
stop() {
    for file in "$folder"/worker-*.pid "$folder"/master.pid; do
        [ -f "$file" ] || continue
        pid=$(cat "$file") tries=0
        kill "$pid" 2>/dev/null
        while kill -0 "$pid" 2>/dev/null; do
            tries=$((tries + 1))
            [ $tries -ne 40 ] || kill -9 "$pid" 2>/dev/null
            sleep 0.25
        done
    done
    rm -rf "$folder"
}

start() {
    if [ -d "$folder" ]; then
        say "$folder is there: a cluster runs already, or has ended by itself; '$0 stop' ends it and removes the folder"
        exit 1
    fi
    python=${PYTHON:-$(sh "$here/../python.sh" pyspark)} || exit 1
    home=$("$python" -c 'import importlib.util as u; print(u.find_spec("pyspark").submodule_search_locations[0])') || exit 1
    export SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1 SPARK_DAEMON_MEMORY=512m SPARK_LOCAL_DIRS="$folder/local"
    umask 077
    mkdir -p "$folder/checkpoints" || exit 1
    # Web pages on free ports: they cannot be left out.
    launch master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
    await master "I have been elected leader"
    number=1
    while [ $number -le "$workers" ]; do
        launch "worker-$number" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 \
            --cores 1 --memory "$memory" --work-dir "$folder/work-$number" "spark://127.0.0.1:$port"
        number=$((number + 1))
    done
    number=1
    while [ $number -le "$workers" ]; do
        await "worker-$number" "Successfully registered with master"
        number=$((number + 1))
    done
    echo "export PLANBENCH_SPARK_MASTER=spark://127.0.0.1:$port"
    echo "export PLANBENCH_SPARK_CHECKPOINTS=$folder/checkpoints"
}

case ${1:-} in
start) start ;;
stop) stop ;;
*)
    echo "usage: $0 start|stop" >&2
    exit 2
    ;;
esac
