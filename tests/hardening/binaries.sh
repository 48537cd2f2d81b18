#!/usr/bin/env bash
# What the compiler and linker were asked for is in the programs: position independent, read-only after
# relocation, no lazy binding, no executable stack, stack protector, fortified calls.
#
#   tests/hardening/binaries.sh build/release/bin/belfryd …
set -euo pipefail
failed=0
for program in "$@"; do
  missing=()
  header=$(readelf -hW "$program")
  segments=$(readelf -lW "$program")
  dynamic=$(readelf -dW "$program")
  symbols=$(readelf --dyn-syms -W "$program")
  grep -q 'Type:.*DYN' <<< "$header" || missing+=("position independence")
  grep -q GNU_RELRO <<< "$segments" || missing+=("RELRO")
  grep -qE 'BIND_NOW|FLAGS.*NOW' <<< "$dynamic" || missing+=("immediate binding")
  grep GNU_STACK <<< "$segments" | grep -q 'RW ' || missing+=("a stack without execution")
  grep -q __stack_chk_fail <<< "$symbols" || missing+=("the stack protector")
  grep -qE '__[a-z]+_chk' <<< "$(grep -v __stack_chk_fail <<< "$symbols")" || missing+=("fortified calls")
  if [ ${#missing[@]} -eq 0 ]; then
    echo "${program##*/}: all"
  else
    printf '%s lacks %s\n' "${program##*/}" "${missing[@]}"
    failed=1
  fi
done
exit $failed
