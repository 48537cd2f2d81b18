#!/usr/bin/env bash
# The runner itself: every slip of the pen is named with its place and ends with 2, every wrong
# expectation ends with 1. Each line changes one thing in README.md's example.
set -uo pipefail
runner=$1
readme=$(dirname "$0")/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^```textproto$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$readme" > "$work/example.textproto"
failed=0

# try EXIT PATTERN SED: the changed example ends with EXIT and says PATTERN.
try() {
  sed "$3" "$work/example.textproto" > "$work/changed.textproto"
  if cmp -s "$work/example.textproto" "$work/changed.textproto"; then
    echo "changes nothing: $3"
    failed=1
    return
  fi
  "$runner" "$work/changed.textproto" > "$work/out" 2>&1
  local code=$?
  if [ $code != "$1" ] || ! grep -qF -- "$2" "$work/out"; then
    echo "for $3: ended with $code, not $1, or does not say \"$2\":"
    head -8 "$work/out"
    failed=1
  fi
}

# Slips.
try 2 'did you mean dop.iso?' 's/who: "dop.iso"/who: "dop.isoo"/'
try 2 'expect.sent[0].to: there is no person "dop.cp"' 's/sent { to: "dop.pc"/sent { to: "dop.cp"/'
try 2 'expect.not_sent[0].to: there is no person "fuson"' 's/not_sent { to: "fusion"/not_sent { to: "fuson"/'
try 2 'expect.no_duty[1]: there is no duty "FUSON"' 's/no_duty: "FUSION"/no_duty: "FUSON"/'
try 2 'checks[0].not_open[0]: there is no duty "DECISIONS"' 's/not_open: "DECISION-AUTH"/not_open: "DECISIONS"/'
try 2 'checks[0].floor[0]: there is no floor "F33"' 's/floor: "F3"/floor: "F33"/'
try 2 'there is no outcome "SATISFIED_LATER"' 's/SATISFIED_LATE/SATISFIED_LATER/'
try 2 'there is no kind "HARDER"' 's/kind: "HARD"/kind: "HARDER"/'
try 2 'there is no kind of entry "REPORTED"' 's/kind: "INCIDENT_REPORTED"/kind: "REPORTED"/'
try 2 'there is no severity "SEV9"' 's/severity: "SEV3" floor/severity: "SEV9" floor/'
try 2 'is no time; write it as' 's/at: "2026-10-02 18:25" who/at: "2026-10-02 18.25" who/'
try 2 'is before the start' 's/at: "2026-10-03 09:00" who/at: "2026-10-01 09:00" who/'
try 2 'is before the last step' 's/until: "2026-10-20 12:00"/until: "2026-10-02 19:00"/'
try 2 'does not exist: the clocks go forward over it' 's/until: "2026-10-20 12:00"/until: "2027-03-14 02:30"/'
try 2 'is there twice: write earlier or later behind it' 's/until: "2026-10-20 12:00"/until: "2026-11-01 01:30"/'
try 2 'there is no incident "trojan"' 's/  final { state/  final { incident: "trojan" state/'
try 2 'there is no code "GUARD_FAILED"' 's/refused { reason: "GUARD_FAILED"/refused { code: "GUARD_FAILED"/'
try 2 'there is no secretariat "eoz"' 's/secretariat: "eox"/secretariat: "eoz"/'
try 2 'the server is down then' 's/^government {/outages { what: WHAT_SERVER from: "2026-10-02 18:30" until: "2026-10-02 18:50" } government {/'
try 2 'has no field named "acks"' 's/who: "eox.scio" ack {}/who: "eox.scio" acks {}/'
try 2 'does nothing; add an act' 's/who: "eox.scio" ack {}/who: "eox.scio"/'
# Wrong expectations and acts.
try 1 'due 2026-10-02 19:20 SATISFIED at 2026-10-02 18:45' 's/due: "2026-10-02 19:20"/due: "2026-10-02 19:21"/'
try 1 'not created' 's/^  duty { code: "PIR".*//'
try 1 'does not exist' 's/^  duty { code: "PIR"/  duty { code: "FUSION"/'
try 1 'by commonhelp' 's/by: "commonhelp"/by: "csirt.handler"/'
try 1 'ADVISORY' 's/outcome: "OVERDUE" }$/outcome: "OVERDUE" advisory: true }/'
try 1 'sent 2 times' 's/at: "2026-10-02 22:20" times: 1/at: "2026-10-02 22:20" times: 2/'
try 1 'never sent' 's/not_sent { to: "fusion" }/not_sent { to: "eox.scio" }/'
try 1 'order of the record' 's/entry { kind: "INCIDENT_REPORTED" actor: "dop.clerk" }/entry { kind: "STATE_CHANGED" contains: "RESOLVED" }/'
try 1 'chain of dop level' 's/chain { level: 2/chain { level: 3/'
try 1 'paged' 's/paged: "dop.sc" //'
try 1 'at the end: state' 's/final { state: "RESOLVED"/final { state: "CLOSED"/'
try 1 'GUARD_FAILED' 's/  refused { reason: "GUARD_FAILED" clause: "POL-3.12" }//'
try 1 'POL-3.13' 's/clause: "POL-3.12" }/clause: "POL-3.13" }/'
try 1 'there is no document "ADVICE"' 's/type: "ADVISORY"/type: "ADVICE"/'
try 1 'floors' 's/floor: "F3"/floor: "F3" floor: "F2"/'

"$runner" "$work/nothing.textproto" > "$work/out" 2>&1
[ $? = 2 ] || { echo "a file that is not there does not end with 2"; failed=1; }
"$runner" --nothing > "$work/out" 2>&1
[ $? = 2 ] || { echo "an option that is not there does not end with 2"; failed=1; }

# Kinds of entries are the server's; the runner and the text know all of them.
top=$(dirname "$0")/../..
kinds() {
  sed -n '/^Sentence Describe/,/^}/p' "$top/server/core/timeline.cc"
  sed -n '/^std::string EvidenceSentence/,/^}/p' "$top/server/core/evidence.cc" | grep 'kind = '
}
for kind in $(kinds | grep -oE '"[A-Z]+_?[A-Z_]+"[,:; ]' | tr -d '",:; '); do
  [ "$kind" = UNKNOWN ] && continue
  grep -q "\"$kind\"" "$(dirname "$0")/runner/lint.cc" || { echo "runner/lint.cc does not know $kind"; failed=1; }
  grep -q "$kind" "$readme" || { echo "README.md does not name $kind"; failed=1; }
done
exit $failed
