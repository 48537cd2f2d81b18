#!/usr/bin/env bash
# Belfry in one command: installs what is missing, builds, starts belfryd and belfry-bot on SQLite
# under ./var, and leaves you at a console where chat commands can be typed.
#
#   deploy/quickstart.sh          a console on the machine's own clock
#   deploy/quickstart.sh --once   plays a whole incident in virtual time, without a terminal, and
#                                 exits 0 only if all of it happened
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD

once=0
case "${1:-}" in
  "") ;;
  --once) once=1 ;;
  *)
    sed -n '2,8p' "$0"
    exit 2
    ;;
esac

say() { printf '\n== %s\n' "$*"; }

packages=(
  ca-certificates cmake fonts-liberation g++ make ninja-build openssl pkg-config tzdata
  libabsl-dev libboost1.81-dev libcli11-dev libcurl4-openssl-dev libgrpc++-dev libicu-dev
  libkainjow-mustache-dev libpango1.0-dev libprotobuf-dev
  libspdlog-dev libsqlite3-dev libssl-dev libxml2-dev nlohmann-json3-dev prometheus-cpp-dev protobuf-compiler
  protobuf-compiler-grpc
)
missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${#missing[@]} packages with apt"
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null || { echo "need root or sudo to install: ${missing[*]}"; exit 1; }
    sudo=sudo
  fi
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" > /dev/null
fi

say "building the release preset into build/release"
cmake --preset release > build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
rm -f build-configure.log
cmake --build --preset release --target belfryd belfry-bot belfry_cli

export PATH="$here/build/release/bin:$PATH"
. deploy/demo/site.sh

if [ "$once" = 1 ]; then
  exec deploy/demo/story.sh
fi

site_create "$here/var" real console
trap site_stop EXIT
say "starting belfryd (log: var/belfryd.log)"
site_start_server
cat <<TXT

Belfry is running. You type as the permit clerk of the Department of Permits; try:

  /incident open "Ransom note on three PCs" type:ransomware spreading:yes
  /incident list
  /incident help
  /as dop.iso          type as somebody else (here: the security officer)
  /quit                leave and stop everything (Ctrl-C does the same)

Messages to channels and people appear here too, with their place in front.
TXT
site_run_console
