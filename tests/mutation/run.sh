#!/usr/bin/env bash
# Puts every mutant of the shipped pack on trial, writes kills.tsv and prints the score.
# What the expectations do not notice is played through a server (tests/scenarios).
# Needs a build: BELFRY_BUILD names its folder, build/release when unset. Arguments go to belfry-mutate.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec "${BELFRY_BUILD:-build/release}/bin/belfry-mutate" run --scenarios tests/scenarios --write "$@"
