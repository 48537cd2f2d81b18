#!/usr/bin/env bash
# Installs what the tests need, builds the release preset with tests, runs all of them through CTest.
# Arguments go to ctest: tests/run.sh -R Escalation
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  ca-certificates ccache chromium cmake curl fonts-dejavu-core fonts-liberation g++ git libabsl-dev
  libboost1.81-dev libcli11-dev libcurl4-openssl-dev libgmock-dev libgrpc++-dev libgtest-dev libicu-dev
  libkainjow-mustache-dev libpango1.0-dev libprotobuf-dev libspdlog-dev libsqlite3-dev libssl-dev
  libxml2-dev libxml2-utils make mold ninja-build nlohmann-json3-dev openssl pkg-config poppler-utils
  postfix procps prometheus-cpp-dev protobuf-compiler protobuf-compiler-grpc sqlite3 systemd tzdata
)
# The peers speak JavaScript; any Node.js from 18 on will do.
command -v node > /dev/null || packages+=(nodejs)
command -v npm > /dev/null || packages+=(npm)
missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "== installing ${#missing[@]} packages with apt"
  sudo=
  if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
  $sudo apt-get update -qq
  # The tests start Postfix with a configuration of their own; the machine gets no mail server.
  echo 'postfix postfix/main_mailer_type select No configuration' | $sudo debconf-set-selections
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" > /dev/null
fi

echo "== installing the test peers with npm"
(cd tests/peers && npm ci --no-audit --no-fund --loglevel=error)

echo "== building"
# Headers are parsed beforehand, and most of it is compiled for the first time: no preprocessing twice.
export CCACHE_DEPEND=1 CCACHE_INODECACHE=1 CCACHE_SLOPPINESS=pch_defines,time_macros
cmake --preset release -DBELFRY_TESTS=ON -DBELFRY_BENCH=ON > /dev/null
cmake --build --preset release

echo "== testing"
exec ctest --preset release "$@"
