#!/bin/sh
# Makes the official libduckdb available and prints the folder it is in, for
#     DUCKDB_LIB_DIR="$(sh scripts/duckdb-lib.sh)" cargo build --release --no-default-features
# because compiling DuckDB from source takes about half an hour on two cores.
#
# usage: duckdb-lib.sh [NOTE]
#   stdout  the folder, and nothing else
#   stderr  progress; on failure the last line is the reason, with NOTE added to it
#   exit    0 when the folder holds the library, 1 otherwise
#
# DUCKDB_LIB_DIR            a folder that already has the library: used as it is
# PLANALIGN_DUCKDB=bundled  do not use a prebuilt library: fail with that as the reason
# PLANALIGN_CACHE_DIR       where downloads are kept
#                           (default: ${XDG_CACHE_HOME:-~/.cache}/planalign-bench)
set -eu

# Both belong to the `duckdb` crate's version in Cargo.toml (1.10506.x is DuckDB 1.5.6): move them together.
version=1.5.6
npm_version=1.5.6-r.1

note=${1:-}
tmp=

say() { printf 'duckdb-lib: %s\n' "$*" >&2; }
fail() {
    say "no prebuilt libduckdb: $*$note"
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
# shellcheck disable=SC2329  # called by the trap
cleanup() { [ -z "$tmp" ] || rm -rf -- "$tmp"; }
# The folder ends up in binaries as their run path, so it has to be absolute.
print_folder() (
    unset CDPATH
    cd -- "$1" && pwd
)

[ "${PLANALIGN_DUCKDB:-}" != bundled ] || fail "bundled asked for"

# ---- What there is for this machine ----
# Everything downloaded is pinned by its sha256. npm_sha is only set where the tarball itself has been checked
# (against the registry's own sha512); a platform without it goes straight to DuckDB's release archive, whose
# sums were taken from several unrelated projects that pin them too and agree. A wrong sum can only refuse.
os=$(uname -s)
arch=$(uname -m)
library=libduckdb.so
npm_sha=
case "$os-$arch" in
Linux-x86_64 | Linux-amd64)
    platform=linux-x64
    npm_sha=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff
    zip=libduckdb-linux-amd64.zip
    zip_sha=b845005f5132a7d8180057c35e14a7626632258782f871a90861b19c1c03841b
    ;;
Linux-aarch64 | Linux-arm64)
    platform=linux-arm64
    zip=libduckdb-linux-arm64.zip
    zip_sha=b72ed9f05003f5e9d2015f7ceada6416b377d9dd33169cdde3c9e33897856eee
    ;;
Darwin-x86_64 | Darwin-arm64)
    platform=darwin-x64
    [ "$arch" = x86_64 ] || platform=darwin-arm64
    library=libduckdb.dylib
    zip=libduckdb-osx-universal.zip
    zip_sha=e0bc007d9b0094c0970ac1847a8601d10aad07cbd2910ce586ec810f77b638d6
    ;;
*) platform= ;;
esac

# ---- 1. A library that is already here ----
if [ -n "${DUCKDB_LIB_DIR:-}" ]; then
    if [ -f "$DUCKDB_LIB_DIR/$library" ]; then
        print_folder "$DUCKDB_LIB_DIR"
        exit 0
    fi
    say "DUCKDB_LIB_DIR ($DUCKDB_LIB_DIR) has no $library, so it is not used"
fi

[ -n "$platform" ] || fail "DuckDB publishes none for $os on $arch"
# The published Linux libraries are linked against glibc.
if [ "$os" = Linux ] && ldd --version 2>&1 | grep -qi musl; then
    fail "DuckDB's Linux libraries need glibc, this machine has musl"
fi

root=${PLANALIGN_CACHE_DIR:-}
if [ -z "$root" ]; then
    [ -n "${XDG_CACHE_HOME:-}${HOME:-}" ] || fail "neither PLANALIGN_CACHE_DIR, XDG_CACHE_HOME nor HOME is set"
    root=${XDG_CACHE_HOME:-$HOME/.cache}/planalign-bench
fi
case "$root" in /*) ;; *) root=$PWD/$root ;; esac
target=$root/duckdb-$version-$platform
if [ -f "$target/$library" ]; then
    print_folder "$target"
    exit 0
fi

# ---- 2. A download ----
sha256() {
    if have sha256sum; then
        sha256sum <"$1"
    elif have shasum; then
        shasum -a 256 <"$1"
    else
        openssl dgst -sha256 -r <"$1"
    fi | cut -d ' ' -f 1
}
have sha256sum || have shasum || have openssl || fail "sha256sum, shasum or openssl is needed to check the download"

mkdir -p -- "$root" 2>/dev/null || fail "cannot create $root"
# Beside the target, so that the last step is a rename within one file system.
tmp=$(mktemp -d "$root/.duckdb-XXXXXX" 2>/dev/null) || fail "cannot write to $root"
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Each of these leaves the download in $tmp/download; when it cannot, it adds to $tried why.
tried=
missed() { tried="$tried${tried:+; }$*"; }

# npm knows the user's registry mirror and proxy, so it goes first. It runs in $tmp, away from any .npmrc or
# package.json of the project, and has few retries: there are other sources.
from_npm() {
    package=@duckdb/node-bindings-$platform@$npm_version
    have npm || return 1
    say "fetching $package with npm"
    mkdir "$tmp/npm"
    if (cd -- "$tmp/npm" && npm pack --loglevel=error --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000 \
        "$package" </dev/null >/dev/null 2>"$tmp/npm.log"); then
        # A registry serves one tarball per version: the only file there.
        mv -- "$tmp"/npm/*.tgz "$tmp/download" && return 0
    fi
    code=$(sed -n 's/^npm \(error\|ERR!\) code //p' "$tmp/npm.log" 2>/dev/null | head -n 1)
    missed "npm pack failed${code:+ ($code)}"
    return 1
}

from_url() {
    host=${1#https://}
    host=${host%%/*}
    status=0
    if ! have curl && ! have wget; then
        missed "$host: neither curl nor wget here"
        return 1
    fi
    say "fetching $1"
    if have curl; then
        curl -fsSL --proto '=https' --connect-timeout 15 --max-time 900 --retry 2 -o "$tmp/download" "$1" \
            2>/dev/null || status=$?
        [ "$status" -eq 0 ] || missed "$host: curl failed (exit $status)"
    else
        wget -q -T 20 -t 2 -O "$tmp/download" "$1" 2>/dev/null || status=$?
        [ "$status" -eq 0 ] || missed "$host: wget failed (exit $status)"
    fi
    return "$status"
}

# A wrong sum ends the run rather than trying the next source: somebody should look at it.
verify() {
    actual=$(sha256 "$tmp/download")
    [ "$actual" = "$2" ] || fail "checksum mismatch for $1 (sha256 is ${actual:-unknown}, expected $2)"
}

unpack_zip() {
    if have unzip; then
        unzip -q "$tmp/download" "$library" -d "$tmp/unpacked"
    elif have bsdtar; then
        bsdtar -xf "$tmp/download" -C "$tmp/unpacked" "$library"
    elif have python3; then
        python3 -m zipfile -e "$tmp/download" "$tmp/unpacked"
    else
        tar -xf "$tmp/download" -C "$tmp/unpacked" "$library" # macOS's tar reads zip
    fi
} >/dev/null 2>&1

mkdir "$tmp/unpacked"
npm_file=node-bindings-$platform-$npm_version.tgz
npm_url=https://registry.npmjs.org/@duckdb/node-bindings-$platform/-/$npm_file
zip_url=https://github.com/duckdb/duckdb/releases/download/v$version/$zip
if [ -n "$npm_sha" ] && { from_npm || from_url "$npm_url"; }; then
    verify "$npm_file" "$npm_sha"
    tar -xzof "$tmp/download" -C "$tmp/unpacked" 2>/dev/null || fail "cannot unpack $npm_file"
    unpacked=$tmp/unpacked/package
elif from_url "$zip_url"; then
    verify "$zip" "$zip_sha"
    unpack_zip || fail "cannot unpack $zip (unzip, bsdtar or python3 is needed)"
    unpacked=$tmp/unpacked
else
    fail "cannot download libduckdb $version for $platform: $tried"
fi
[ -f "$unpacked/$library" ] || fail "the download has no $library"

# The library is what later runs look for, so it comes last, by a rename of the file: whoever runs at the same
# time sees all of it or nothing, and two runs that finish together do no harm.
mkdir -p -- "$target" || fail "cannot create $target"
[ ! -f "$unpacked/LICENSE" ] || mv -f -- "$unpacked/LICENSE" "$target/LICENSE"
mv -f -- "$unpacked/$library" "$target/$library" || fail "cannot write to $target"
print_folder "$target"
