#!/usr/bin/env bash
# Plays what README.md shows: its first textproto block is a whole scenario, all others together are another.
set -euo pipefail
readme=$(dirname "$0")/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v work="$work" '
  /^```textproto$/ { ++block; inside = 1; next }
  /^```$/ { inside = 0; next }
  inside { print > (work (block == 1 ? "/example.textproto" : "/reference.textproto")) }
' "$readme"
exec "$1" "$work/example.textproto" "$work/reference.textproto"
