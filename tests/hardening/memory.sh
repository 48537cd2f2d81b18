#!/usr/bin/env bash
# A program that waits holds secrets; it must not be dumped. What the kernel says of a process that may
# not be dumped: its files under /proc belong to root, and its core limit is zero.
#
#   tests/hardening/memory.sh build/release/bin/belfryd build/release/bin/belfry-bot
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
failed=0
for program in "$@"; do
  # A configuration that is a pipe keeps it waiting in its first step.
  mkfifo "$directory/config"
  "$program" --config "$directory/config" > /dev/null 2>&1 &
  pid=$!
  for _ in $(seq 100); do
    grep -q 'Max core file size *0 *0' "/proc/$pid/limits" && break
    sleep 0.05
  done
  if grep -q 'Max core file size *0 *0' "/proc/$pid/limits"; then
    echo "${program##*/}: no core"
  else
    echo "${program##*/} may dump a core"
    failed=1
  fi
  # What waits for its configuration may not listen to anything gentler yet.
  kill -KILL "$pid"
  wait "$pid" 2> /dev/null || true
  rm "$directory/config"
done
exit $failed
