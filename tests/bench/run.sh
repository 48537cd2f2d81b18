#!/usr/bin/env bash
# Prints each figure beside its limit, measured in the same run.
#   tests/bench/run.sh [create|slash|record|evidence] [--json FILE] [--seconds N]
set -euo pipefail
cd "$(dirname "$0")/../.."
name=create
if [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; then
  name=$1
  shift
fi
cmake --preset release -DBELFRY_TESTS=ON -DBELFRY_BENCH=ON > /dev/null
cmake --build --preset release --target "${name}_bench" > /dev/null
exec "build/release/bin/${name}_bench" "$@"
