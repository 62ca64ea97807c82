#!/usr/bin/env bash
# Installs what is missing, builds when something changed, and starts the gateway.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=build/prerequisites.sh
. "$root/build/prerequisites.sh"

usage() {
  cat <<'TEXT'
usage: build/run.sh [--demo] [--port N] [--data FOLDER] [--help] [-- more options]

Builds the gateway when its sources have changed, and starts it.

  --demo          also start a small demo upstream with a route and a key, and print a curl to try
  --port N        listen on port N (default 3000, or DATAHUB_PORT)
  --data FOLDER   keep data in FOLDER (default .datahub in the working directory, or DATAHUB_DATA)
  --help          this text
  -- ...          passed to the gateway, such as: -- --Gateway:Address=0.0.0.0

What is needed and missing is installed when this runs as root on Debian or Ubuntu; otherwise the command to do so is printed.
Without a configured database (DataHub__Database__ConnectionString) the gateway runs a private PostgreSQL in its data folder.
The line "ready: http://..." says that it serves. Ctrl-C stops everything. All settings: docs/reference/configuration.md
TEXT
}

options=()
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --) shift; options+=("$@"); break ;;
    *) options+=("$1"); shift ;;
  esac
done

need_dotnet
if [ -z "${DataHub__Database__ConnectionString:-}" ] && [[ " ${options[*]-} " != *Database:ConnectionString* ]]; then
  need_postgres
  install_missing
fi

builds="$root/artifacts/gateway"

# Names, sizes and times of everything that the build reads.
sources() {
  (cd "$root" && find src Directory.Build.props Directory.Packages.props global.json .editorconfig build/BannedSymbols.txt \
    \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' | sort | sha256sum | cut -c1-16)
}

build() {
  [ ! -e "$build" ] || return 0 # Somebody else built it while this one waited.
  say "building ..."
  local log="$root/artifacts/build.log" new="$builds/new" ahead=() old
  # Compiled ahead of time, so that a start takes two seconds and the first requests are not slow.
  [ "$(uname -m)" != x86_64 ] || ahead=(-r linux-x64 --no-self-contained -p:PublishReadyToRun=true)
  rm -rf "$new"
  if ! (cd "$root" && dotnet publish src/Gateway.Api -c Release -o "$new" -v quiet -nologo "${ahead[@]}") >"$log" 2>&1; then
    grep -E 'error|warn' "$log" | sort -u | head -20 >&2 || tail -20 "$log" >&2
    die "The build failed; the whole log is in $log"
  fi
  # Older builds go, but not under a gateway that runs from one.
  for old in "$builds"/*; do
    [ "$old" = "$new" ] || flock -n "$old" rm -rf "$old" || true
  done
  mv "$new" "$build"
}

# Each build has a folder of its own: files that a running gateway uses are never overwritten.
build="$builds/$(sources)"
[ -e "$build" ] || with_build_lock build

# Held by the gateway for as long as it runs.
exec 8<"$build"
flock -s 8

# A shell that starts this in the background makes it deaf to Ctrl-C; env gives the signal its meaning back.
exec env --default-signal=INT,QUIT dotnet "$build/DataHub.Gateway.Api.dll" ${options[@]+"${options[@]}"}
