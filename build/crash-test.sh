#!/usr/bin/env bash
# Publishes events, kills the gateway, PostgreSQL or RabbitMQ with -9 at random points, and compares what was accepted with what arrived.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

usage() {
  cat <<'TEXT'
usage: build/crash-test.sh [--rounds N] [--events M] [--kill process|postgres|rabbitmq|pause] [--seed S] [--no-build]

  --rounds N   how many rounds (default 3)
  --events M   events of a round (default 200), each to two endpoints
  --kill WHAT  what is killed; several by commas; default all in turn. pause: a gateway stands still for longer than its leases
  --seed S     the random points of an earlier run again
  --no-build   use what the last run built

Installs what is missing, builds the gateway, starts private servers and real gateway processes, and stops them at the end. An event counts as accepted
when the API answered 202. The last line says "lost: 0, duplicates: K, rounds: N"; the exit code is 0 only when nothing was lost.
TEXT
}

build=true arguments=() kill='process,postgres,rabbitmq,pause'
while (($#)); do
  case $1 in
    --rounds | --events | --seed) arguments+=("$1" "${2:?$1 needs a number}"); shift ;;
    --kill) kill=${2:?--kill needs process, postgres or rabbitmq}; shift ;;
    --no-build) build=false ;;
    -h | --help) usage; exit 0 ;;
    *) say "crash-test: unknown argument '$1'"; usage >&2; exit 2 ;;
  esac
  shift
done

need_dotnet
need_postgres
need_program setpriv util-linux
[[ $kill != *rabbitmq* ]] || need_rabbitmq
install_missing

programs=$PWD/artifacts/crash-test
publish() { dotnet publish "$1" -c Release -o "$programs/$2" -v quiet --nologo; }
if $build; then
  say "building ..."
  mkdir -p "$programs"
  { with_build_lock publish src/Gateway.Api gateway && with_build_lock publish bench/CrashTest rig; } >"$programs/build.log" 2>&1 || { tail -20 "$programs/build.log" >&2; die "The build failed."; }
fi

# The rig ends its servers when it ends; whatever ends this script ends it.
exec setpriv --pdeathsig TERM dotnet "$programs/rig/DataHub.Bench.CrashTest.dll" --gateway "$programs/gateway/DataHub.Gateway.Api.dll" --kill "$kill" ${arguments[@]+"${arguments[@]}"}
