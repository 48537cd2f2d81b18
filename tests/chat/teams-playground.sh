#!/bin/bash
# Microsoft's Agents Playground with belfry-bot behind it: to look at, or played by a browser.
#
#   tests/chat/teams-playground.sh            starts everything and says which page to open
#   tests/chat/teams-playground.sh --story    plays a story in Chromium and leaves pictures
#
# BELFRY_BIN is the directory with the built programs (build/release/bin), BELFRY_PICTURES where the
# pictures go. The Playground is installed from npm into a directory of its own. Its licence is for
# evaluation: it is no part of Belfry, of its tests' gate, or of anything that is given on.
set -euo pipefail

version=0.2.28
root=$(cd "$(dirname "$0")/../.." && pwd)
export BELFRY_BIN=${BELFRY_BIN:-$root/build/release/bin}
export BELFRY_PLAYGROUND=${BELFRY_PLAYGROUND:-${XDG_CACHE_HOME:-$HOME/.cache}/belfry/m365agentsplayground-$version}

if [[ ! -x $BELFRY_BIN/belfry-bot ]]; then
  echo "no belfry-bot in $BELFRY_BIN: build it, or set BELFRY_BIN" >&2
  exit 1
fi
if [[ ! -d $root/tests/peers/node_modules ]]; then
  (cd "$root/tests/peers" && npm ci --no-audit --no-fund)
fi
if [[ ! -d $BELFRY_PLAYGROUND/node_modules ]]; then
  mkdir -p "$BELFRY_PLAYGROUND"
  (cd "$BELFRY_PLAYGROUND" &&
    npm install --no-audit --no-fund "@microsoft/m365agentsplayground@$version")
fi
case ${1:-} in
  --story) exec node --test "$root/tests/chat/teams_playground.mjs" ;;
  '') BELFRY_PLAYGROUND_LOOK=1 exec node "$root/tests/chat/teams_playground.mjs" ;;
  *)
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
