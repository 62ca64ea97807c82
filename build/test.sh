#!/usr/bin/env bash
# Runs every test against a private PostgreSQL and Redis, and ends with one line: "N passed, N failed" (", N skipped").
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=build/prerequisites.sh
. build/prerequisites.sh

if [ "${1:-}" = --help ]; then
  cat <<'TEXT'
usage: build/test.sh [dotnet test options]

Installs what is missing (PostgreSQL, Redis, promtool), starts private servers, builds, runs all test projects, stops the servers.
Options go to "dotnet test", such as: build/test.sh --filter FullyQualifiedName~RateLimits
Results are written to artifacts/test-results. The last line counts the tests; the exit code is 0 only when all passed.
TEXT
  exit 0
fi

need_dotnet
need_postgres
need_program redis-server redis-server
need_program promtool prometheus
command -v setpriv >/dev/null || die "setpriv (package util-linux) is missing."

# A folder of this run, short enough for the path of a unix socket and open to the user that PostgreSQL runs as.
servers=$(mktemp -d /tmp/datahub-test.XXXXXX)
chmod 755 "$servers"
results="$root/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

postgres_pid= redis_pid=
stop_servers() {
  [ -z "$postgres_pid" ] || { kill -INT "$postgres_pid" 2>/dev/null; wait "$postgres_pid" 2>/dev/null; } || true
  [ -z "$redis_pid" ] || { kill -TERM "$redis_pid" 2>/dev/null; wait "$redis_pid" 2>/dev/null; } || true
  rm -rf "$servers"
}
trap stop_servers EXIT
trap 'exit 130' INT TERM

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
  done
}

# wait_for WHAT COMMAND...: until the command succeeds, at most 30 seconds.
wait_for() {
  local what=$1 tries=300; shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { tail -20 "$servers"/*.log >&2; die "$what does not start."; }
    sleep 0.1
  done
}

bin=$(postgres_bin)
as_server=()
if [ "$(id -u)" = 0 ]; then
  as_server=(setpriv --reuid postgres --regid postgres --clear-groups)
  install -d -o postgres -g postgres -m 700 "$servers/postgres"
else
  install -d -m 700 "$servers/postgres"
fi
(cd / && ${as_server[@]+"${as_server[@]}"} "$bin/initdb" -D "$servers/postgres" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >"$servers/initdb.log" 2>&1) \
  || { cat "$servers/initdb.log" >&2; die "PostgreSQL could not be set up."; }
postgres_port=$(free_port)
(cd / && exec ${as_server[@]+"${as_server[@]}"} "$bin/postgres" -D "$servers/postgres" -p "$postgres_port" \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories="$servers/postgres" -c max_connections=300 \
  -c fsync=off -c shared_buffers=128MB >"$servers/postgres.log" 2>&1) &
postgres_pid=$!
redis_port=$(free_port)
redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$servers" >"$servers/redis.log" 2>&1 &
redis_pid=$!
wait_for PostgreSQL "$bin/pg_isready" -h 127.0.0.1 -p "$postgres_port"
wait_for Redis redis-cli -p "$redis_port" ping

export DATAHUB_TEST_POSTGRES="Host=127.0.0.1;Port=$postgres_port;Username=postgres;Database=postgres"
export DATAHUB_TEST_REDIS="127.0.0.1:$redis_port"
export DATAHUB_TEST_POSTGRES_BIN="$bin"

failed=0
dotnet build DataHub.sln -c Release -v quiet -nologo || die "The build failed."
for project in tests/*.Tests tests/*Tests; do
  [ -f "$project/DataHub.$(basename "$project").csproj" ] || continue
  name=$(basename "$project")
  [ ! -f "$results/$name.trx" ] || continue
  say "--- $name"
  dotnet test "$project" -c Release --no-build -nologo --logger "trx;LogFileName=$name.trx" --results-directory "$results" "$@" >"$results/$name.log" 2>&1 || failed=1
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

summary="$passed passed, $failures failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
stop_servers
trap - EXIT
echo "$summary"
[ "$failed" = 0 ] && [ "$failures" = 0 ] && [ "$passed" -gt 0 ]
