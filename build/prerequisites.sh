# Sourced by run.sh, test.sh and bench.sh: finds what is missing, installs it when allowed to, else prints the exact command.
# shellcheck shell=bash
# need_* only note what is missing; install_missing then installs it, or names all of it at once.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

need_dotnet() {
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
  # No build servers: they would stay for a quarter of an hour, with half a gigabyte.
  export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
  # Without ICU, which Microsoft's script does not install, the SDK itself would not start.
  /sbin/ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  # Asked in the repository, where global.json says which SDK it must be.
  (cd "$repository" && dotnet --version) >/dev/null 2>&1 && return
  # Where Microsoft's script puts it, which is not on the PATH.
  if (cd "$repository" && "$HOME/.dotnet/dotnet" --version) >/dev/null 2>&1; then
    export DOTNET_ROOT="$HOME/.dotnet" PATH="$HOME/.dotnet:$PATH"
    return
  fi
  local band
  band=$(sed -n 's/.*"version": *"\([0-9]*\.[0-9]*\.[0-9]\)[0-9]*".*/\1xx/p' "$repository/global.json")
  die "The .NET SDK $band is needed to build. Install it with:
    curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel $band
and run this again."
}

# The newest folder with PostgreSQL's server programs; nothing when there is none.
postgres_bin() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -1)
  if [ -x "${found:-/nowhere}/postgres" ]; then
    printf '%s\n' "$found"
  elif command -v postgres >/dev/null; then
    dirname "$(command -v postgres)"
  fi
}

missing_programs=() missing_packages=()
note_missing() { missing_programs+=("$1"); missing_packages+=("$2"); }

# need_program NAME PACKAGE
need_program() { command -v "$1" >/dev/null || note_missing "$1" "$2"; }

need_postgres() { [ -n "$(postgres_bin)" ] || note_missing "PostgreSQL's server programs" postgresql; }

# The server program itself: the command on the PATH insists on a user of its own.
need_rabbitmq() { [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || note_missing RabbitMQ rabbitmq-server; }

install_missing() {
  [ "${#missing_packages[@]}" -gt 0 ] || return 0
  local what; what=$(printf ', %s' "${missing_programs[@]}"); what=${what:2}
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "Missing: $what. Install it (on Debian or Ubuntu) with:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing_packages[*]}
and run this again."
  fi
  say "installing ${missing_packages[*]} ($what) ..."
  local log; log=$(mktemp)
  if ! install_all >"$log" 2>&1; then
    tail -20 "$log" >&2
    die "apt-get could not install ${missing_packages[*]}; the whole log is in $log"
  fi
  rm -f "$log"
  missing_programs=() missing_packages=()
}

# Waits for an apt that runs already.
apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -q "$@"
}

# Debian's postgresql makes and starts a cluster of its own, which nobody asked for here. The package before it has a switch for that;
# it is put back afterwards.
install_all() {
  local switch=/etc/postgresql-common/createcluster.conf kept='' status=0
  apt_get update || return
  if [[ " ${missing_packages[*]} " == *' postgresql '* ]]; then
    apt_get install -y --no-install-recommends postgresql-common || return
    kept=$(mktemp) && cp -p "$switch" "$kept" && echo 'create_main_cluster = false' >>"$switch" || return
  fi
  # Where services are started by a package that is installed, this one waits to be started by who needs it.
  RUNLEVEL=1 apt_get install -y --no-install-recommends "${missing_packages[@]}" || status=$?
  [ -z "$kept" ] || mv "$kept" "$switch"
  return "$status"
}

# need_npm_packages FOLDER, after install_missing: what package-lock.json of the folder names, exactly; done again when it changed.
need_npm_packages() {
  local folder=$1
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || die "$folder needs Node.js 20 or newer, found $(node --version). Install it from https://nodejs.org and run this again."
  if [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
    say "installing the packages of $folder ..."
    local log; log=$(mktemp)
    npm ci --prefix "$folder" --no-audit --no-fund >"$log" 2>&1 || { tail -20 "$log" >&2; die "npm could not install the packages of $folder; the whole log is in $log"; }
    touch "$folder/node_modules/.package-lock.json"
    rm -f "$log"
  fi
}

# with_build_lock COMMAND...: two builds in one working copy would overwrite each other's files. What a build leaves running must not keep the lock.
with_build_lock() {
  local status=0
  mkdir -p "$repository/artifacts"
  exec 8>"$repository/artifacts/build.lock"
  flock -n 8 || { say "waiting for another build ..."; flock 8; }
  "$@" 8>&- || status=$?
  exec 8>&-
  return "$status"
}
