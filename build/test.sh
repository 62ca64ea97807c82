#!/usr/bin/env bash
# Runs every test against a private PostgreSQL and Redis, and ends with one line: "N passed, N failed" (", N skipped").
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  cat <<'TEXT'
usage: build/test.sh [dotnet test options]

Installs what is missing (PostgreSQL, Redis, RabbitMQ, promtool, Chromium, Node.js, the identity provider and the verifiers of the tests), starts private servers, builds, runs all test projects, stops the servers.
Options go to "dotnet test", such as: build/test.sh --filter FullyQualifiedName~RateLimits
Results are written to artifacts/test-results. The last line counts the tests; the exit code is 0 only when all passed.
TEXT
  exit 0
fi

find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

need_dotnet
need_postgres
need_program redis-server redis-server
need_rabbitmq
need_program promtool prometheus
need_program setpriv util-linux
[ -n "$(find_browser)" ] || note_missing chromium chromium
need_program node nodejs
need_program npm npm
install_missing
need_npm_packages tests/OidcProvider
need_npm_packages tests/WebhookVerifiers

# A folder of this run, short enough for the path of a unix socket and open to the user that PostgreSQL runs as.
servers=$(mktemp -d /tmp/datahub-test.XXXXXX)
chmod 755 "$servers"
mkdir "$servers/results"

# The job runs in a process group of its own, so that all it started ends with it.
job=''
run_job() {
  local status=0
  set -m
  setpriv --pdeathsig TERM "$@" </dev/null &
  job=$!
  set +m
  wait "$job" || status=$?
  job=''
  return "$status"
}

postgres_pid='' redis_pid=''
stop_all() {
  trap '' INT TERM
  if [ -n "$job" ]; then
    kill -TERM -- "-$job" 2>/dev/null || true
    timeout 5 tail --pid="$job" -f /dev/null || true
    kill -KILL -- "-$job" 2>/dev/null || true
  fi
  [ -z "$postgres_pid" ] || { kill -INT "$postgres_pid" 2>/dev/null; wait "$postgres_pid" 2>/dev/null; } || true
  [ -z "$redis_pid" ] || { kill -TERM "$redis_pid" 2>/dev/null; wait "$redis_pid" 2>/dev/null; } || true
  rm -rf "$servers"
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
  done
}

# answers PID COMMAND...: waits until the command succeeds while the server lives, at most 30 seconds.
answers() {
  local pid=$1 tries=300; shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] && kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.1
  done
  # Somebody else may have taken the port in between, and answer there.
  kill -0 "$pid" 2>/dev/null
}

bin=$(postgres_bin)
as_server=()
install -d -m 700 "$servers/postgres"
if [ "$(id -u)" = 0 ]; then
  as_server=(--reuid postgres --regid postgres --clear-groups)
  chown postgres:postgres "$servers/postgres"
fi
(cd / && setpriv ${as_server[@]+"${as_server[@]}"} --pdeathsig TERM \
  "$bin/initdb" -D "$servers/postgres" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >"$servers/initdb.log" 2>&1) \
  || { cat "$servers/initdb.log" >&2; die "PostgreSQL could not be set up."; }

start_postgres() {
  postgres_port=$(free_port)
  (cd / && exec setpriv ${as_server[@]+"${as_server[@]}"} --pdeathsig INT "$bin/postgres" -D "$servers/postgres" -p "$postgres_port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories="$servers/postgres" -c max_connections=300 \
    -c fsync=off -c shared_buffers=128MB >"$servers/postgres.log" 2>&1) &
  postgres_pid=$!
  answers "$postgres_pid" "$bin/pg_isready" -h 127.0.0.1 -p "$postgres_port"
}

start_redis() {
  redis_port=$(free_port)
  setpriv --pdeathsig TERM redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$servers" >"$servers/redis.log" 2>&1 &
  redis_pid=$!
  answers "$redis_pid" redis-cli -p "$redis_port" ping
}

# A port that was free a moment ago may be taken by another run: three tries.
start_postgres || start_postgres || start_postgres || { tail -20 "$servers/postgres.log" >&2; die "PostgreSQL does not start."; }
start_redis || start_redis || start_redis || { tail -20 "$servers/redis.log" >&2; die "Redis does not start."; }

export DATAHUB_TEST_POSTGRES="Host=127.0.0.1;Port=$postgres_port;Username=postgres;Database=postgres"
export DATAHUB_TEST_REDIS="127.0.0.1:$redis_port"
export DATAHUB_TEST_POSTGRES_BIN="$bin"
DATAHUB_TEST_CHROMIUM=$(find_browser)
export DATAHUB_TEST_CHROMIUM

with_build_lock run_job dotnet build DataHub.sln -c Release -v quiet -nologo || die "The build failed."

failed=0
results="$servers/results"
for project in tests/*Tests; do
  name=$(basename "$project")
  [ -f "$project/DataHub.$name.csproj" ] || continue
  say "--- $name"
  run_job dotnet test "$project" -c Release --no-build -nologo --logger "trx;LogFileName=$name.trx" --results-directory "$results" "$@" >"$results/$name.log" 2>&1 || failed=1
  grep -E '^ +(Failed|X) |Error Message:|^(Passed|Failed)!|error' -A4 "$results/$name.log" | grep -v '^--$' >&2 || tail -5 "$results/$name.log" >&2
done

# The counts come from the result files: a run that was cut short cannot look like one that passed.
read -r passed failures skipped < <(awk '
  match($0, /<Counters [^>]*/) {
    line = substr($0, RSTART, RLENGTH)
    total += value(line, "total"); passed += value(line, "passed")
    failed += value(line, "failed") + value(line, "error") + value(line, "timeout") + value(line, "aborted")
  }
  function value(line, name) { return match(line, " " name "=\"[0-9]+\"") ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0 : 0 }
  END { print passed + 0, failed + 0, total - passed - failed }' "$results"/*.trx 2>/dev/null || echo 0 0 0)

rm -rf artifacts/test-results
cp -r "$results" artifacts/test-results
stop_all
trap - EXIT

summary="$passed passed, $failures failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
[ "$passed" -gt 0 ] || [ "$failures" -gt 0 ] || say "No test was run."
echo "$summary"
[ "$failed" = 0 ] && [ "$failures" = 0 ] && [ "$passed" -gt 0 ]
