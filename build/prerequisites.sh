# Sourced by run.sh and test.sh: finds what is missing, installs it when allowed to, else prints the exact command.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need_dotnet() {
  if ! command -v dotnet >/dev/null && [ -x "$HOME/.dotnet/dotnet" ]; then
    export DOTNET_ROOT="$HOME/.dotnet" PATH="$HOME/.dotnet:$PATH"
  fi
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
    die "The .NET SDK 10 is needed to build. Install it with:
    curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0
and run this again."
  fi
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
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

# install_packages WHY PACKAGE...: as root with apt; waits for an apt that runs already.
install_packages() {
  local why=$1; shift
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "$why is missing. Install it with:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*
and run this again."
  fi
  say "installing $* ($why) ..."
  local log; log=$(mktemp)
  if ! { apt_get update && apt_get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    die "apt-get could not install $*; the whole log is in $log"
  fi
  rm -f "$log"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -q "$@"
}

need_postgres() {
  [ -z "$(postgres_bin)" ] || return 0
  # Debian's package makes and starts a cluster of its own, which nobody asked for here. The common package comes first, for its switch.
  local switch=/etc/postgresql-common/createcluster.conf kept=
  [ -e "$switch" ] || install_packages "PostgreSQL's server programs" postgresql-common
  if [ "$(id -u)" = 0 ] && [ -e "$switch" ]; then
    kept=$(mktemp)
    cp -p "$switch" "$kept"
    echo 'create_main_cluster = false' >>"$switch"
  fi
  ( install_packages "PostgreSQL's server programs" postgresql ) || { [ -z "$kept" ] || mv "$kept" "$switch"; exit 1; }
  [ -z "$kept" ] || mv "$kept" "$switch"
}

need_program() {
  command -v "$1" >/dev/null || install_packages "$1" "$2"
}
