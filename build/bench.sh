#!/usr/bin/env bash
# Measures the gateway. --webhooks: the delivery of webhooks; else DataHub against the upstream alone, nginx, bare YARP and a Fastify gateway. See docs/explanation/performance.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

usage() {
  cat <<'TEXT'
Usage: build/bench.sh [--quick | --smoke] [--json FILE] [--only NAME,...] [--no-build] [--keep]
       build/bench.sh --micro [FILTER]
       build/bench.sh --webhooks [--quick] [--json FILE] [--only NAME,...] [--no-fsync] [--rabbitmq] [--no-build]

  --quick        fewer and shorter runs (about five minutes instead of ten)
  --smoke        one second each: shows that everything runs, and measures nothing
  --json FILE    write the rows as JSON as well
  --only NAMES   measure only these: upstream, nginx, yarp, datahub-memory, datahub-redis, fastify
  --no-build     measure what the last run built
  --keep         keep the folder of the run (configuration, data, logs) under artifacts/bench/runs
  --micro        the microbenchmarks of policies and limiters instead, which must not allocate
  --webhooks     the delivery of webhooks instead: pace, flood, publish, hang, memory, fan-out (see docs/explanation/webhooks-delivery.md);
                 --quick: shorter, and a tenth of the waiting deliveries
  --no-fsync     PostgreSQL does not wait for its disk
  --rabbitmq     doorbells go over RabbitMQ

Needs two cores: the gateway runs alone on the first, load and upstream on the second. All traffic stays on 127.0.0.1.
TEXT
}

length=() json=() only=() build=true keep=false micro=false webhooks=false webhook_options=() filter='*'
while (($#)); do
  case $1 in
    --quick | --smoke) length=("$1") ;;
    --json) json=(--json "$(realpath -m "${2:?--json needs a file}")"); shift ;;
    --only) only=(--only "${2:?--only needs names}"); shift ;;
    --keep) keep=true ;;
    --no-build) build=false ;;
    --micro) micro=true; if [[ ${2:-} && ${2:0:1} != - ]]; then filter=$2; shift; fi ;;
    --webhooks) webhooks=true ;;
    --no-fsync | --rabbitmq) webhook_options+=("$1") ;;
    -h | --help) usage; exit 0 ;;
    *) echo "bench: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

need_dotnet
if $webhooks; then
  need_postgres
  need_program setpriv util-linux
  [[ "${webhook_options[*]}" != *rabbitmq* ]] || need_rabbitmq
  install_missing
elif ! $micro; then
  need_postgres
  need_program wrk wrk
  need_program nginx nginx-light
  need_program redis-server redis-server
  need_program node nodejs
  need_program npm npm
  install_missing
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || die "bench/Fastify needs Node.js 20 or newer, found $(node --version). Install it from https://nodejs.org and run this again."
fi

artifacts=$PWD/artifacts/bench
programs=$artifacts/programs
mkdir -p "$programs"

publish() { # project, folder, further arguments
  say "building $1 ..."
  dotnet publish "$1" -c Release -o "$programs/$2" -v quiet --nologo "${@:3}" >"$artifacts/build.log" 2>&1 || {
    cat "$artifacts/build.log" >&2
    exit 1
  }
}

ready_to_run=(-r linux-x64 --no-self-contained -p:PublishReadyToRun=true)

if $micro; then
  dotnet run -c Release --project bench/Microbenchmarks -- --filter "$filter" --artifacts "$artifacts/micro"
  exit
fi

if $webhooks; then
  if $build; then
    publish bench/CrashTest webhooks
    publish src/Gateway.Api gateway "${ready_to_run[@]}"
  fi
  exec setpriv --pdeathsig TERM dotnet "$programs/webhooks/DataHub.Bench.CrashTest.dll" measure --gateway "$programs/gateway/DataHub.Gateway.Api.dll" \
    "${length[@]}" "${json[@]}" "${only[@]}" "${webhook_options[@]}"
fi

if $build; then
  publish bench/Runner runner
  publish src/Gateway.Api gateway "${ready_to_run[@]}"
  publish bench/BareYarp yarp "${ready_to_run[@]}"
fi

if [[ ! -e bench/Fastify/node_modules/.package-lock.json || bench/Fastify/package-lock.json -nt bench/Fastify/node_modules/.package-lock.json ]]; then
  say "installing the packages of bench/Fastify ..."
  npm ci --prefix bench/Fastify --no-audit --no-fund --loglevel error >&2
fi

mkdir -p "$artifacts/runs"
work=$(mktemp -d "$artifacts/runs/XXXXXX")
chmod 755 "$work"
# PostgreSQL and nginx drop root and must still reach their folders, which they cannot below a private home.
if [[ $(id -u) == 0 ]] && ! setpriv --reuid postgres --regid postgres --clear-groups test -x "$work"; then
  rmdir "$work"
  work=$(mktemp -d /tmp/datahub-bench.XXXXXX)
  chmod 755 "$work"
fi

# Everything that the runner starts shares its process group, so that nothing outlives this script.
set -m
"$programs/runner/DataHub.Bench.Runner" --root "$PWD" --work "$work" --programs "$programs" "${length[@]}" "${json[@]}" "${only[@]}" &
runner=$!
set +m

clean_up() {
  trap - EXIT INT TERM
  kill -TERM "$runner" 2>/dev/null && { timeout 20 tail --pid="$runner" -f /dev/null || true; }
  kill -KILL -- "-$runner" 2>/dev/null || true
  $keep || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
status=0
wait "$runner" || status=$?
exit "$status"
