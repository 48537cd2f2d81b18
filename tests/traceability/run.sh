#!/usr/bin/env bash
# Writes docs/traceability.md from the policy's text, the pack and the kill file.
# Needs a build: BELFRY_BUILD names its folder, build/release when unset.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec "${BELFRY_BUILD:-build/release}/bin/belfry-traceability" write .
