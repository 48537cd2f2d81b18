#!/usr/bin/env bash
# Fuzzes every parser that meets bytes from outside with libFuzzer and the sanitizers.
#
#   tests/fuzz/run.sh [SECONDS] [NAME…]    each fuzzer for so long, 600 when left out
#
# New inputs that reach new code are added to tests/fuzz/corpus at the end, the fewest that reach it all.
# An input that crashes stays in build/fuzz as crash-…; give it to the fuzzer to see it again.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-600}
[ $# -gt 0 ] && shift

missing=()
for package in clang libclang-rt-14-dev llvm; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "== installing ${missing[*]}"
  sudo=
  if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 "${missing[@]}" > /dev/null
fi

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for file in tests/fuzz/fuzz_*.cc; do
    name=${file##*/fuzz_}
    names+=("${name%.cc}")
  done
fi
echo "== building"
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${names[@]/#/fuzz_}"

failed=()
for name in "${names[@]}"; do
  echo "== $name for $seconds s"
  corpus=tests/fuzz/corpus/$name
  found=build/fuzz/found/$name
  mkdir -p "$found"
  more=()
  if [ "$name" = pack ]; then more=(deploy/policy); fi
  limit=16384
  if [ "$name" = pack ]; then limit=131072; fi
  if ! build/fuzz/bin/fuzz_"$name" -max_total_time="$seconds" -max_len="$limit" -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=build/fuzz/crash-"$name"- \
    "$found" "$corpus" "${more[@]}" > build/fuzz/"$name".log 2>&1; then
    failed+=("$name")
    tail -n 40 build/fuzz/"$name".log
    continue
  fi
  grep -E 'number_of_executed_units|new_units_added|peak_rss' build/fuzz/"$name".log
  # Seeds that were written by hand stay; of what was found, only what reaches more.
  build/fuzz/bin/fuzz_"$name" -merge=1 -max_len=4096 "$corpus" "$found" > /dev/null 2>&1 || true
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed: ${failed[*]}"
  exit 1
fi
echo "all clean"
