#!/usr/bin/env bash
# The units as systemd itself scores them: 0.0 is locked up, 10.0 is open. At most 2.0 each; and every
# path and option of a unit is one that systemd knows.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
for unit in deploy/systemd/*.service; do
  verdict=$(systemd-analyze security --offline=yes --threshold=20 "$unit" 2>&1) || failed=1
  echo "${verdict##*→ }"
  # Programs and users are not on a machine that only builds.
  problems=$(systemd-analyze verify --man=no "$unit" 2>&1 | grep -vE 'is not executable|Unknown user|Unknown group' || true)
  if grep -qE "Unknown key|Failed to parse|Unknown lvalue|Invalid" <<< "$problems"; then
    echo "$problems"
    failed=1
  fi
done
exit $failed
