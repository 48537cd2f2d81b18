#!/usr/bin/env bash
# The life of one incident, typed in chat and played in virtual time: reported at night, nobody
# answers, the ladder climbs, both processes are killed in the middle, somebody acknowledges, the
# reports are reminded and written, and it is closed. Every step is checked.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/demo/site.sh

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\nFAILED: %s\n' "$*" >&2
  printf -- '-- last lines of the console:\n' >&2
  tail -n 30 "$SITE/console.log" >&2 || true
  printf -- '-- last lines of the logs:\n' >&2
  tail -n 5 "$SITE/belfryd.log" "$SITE/bot.log" >&2 || true
  exit 1
}

# Types a line in the chat of somebody and waits for the effect.
typed=0
chat() {
  local person=$1 line=$2 before
  printf '%s: %s\n' "$person" "$line"
  before=$(wc -l < "$SITE/console.log")
  printf '/as %s\n/incident %s\n' "$person" "$line" > "$SITE/typed"
  typed=$((typed + 1))
  site_await "an answer to: $line" answered "$before" "$person" || fail "no answer to: $line"
}
# The line after "You now type as" is the answer's first.
answered() {
  tail -n "+$(($1 + 1))" "$SITE/console.log" | grep -A1 -x "You now type as people/$2" | grep -cv 'You now type as\|^$' > /dev/null
}
said() { tail -n 60 "$SITE/console.log" | grep -cF -- "$1" > /dev/null; }
answer_says() { site_await "an answer that says $1" said "$1" || fail "the answer does not say: $1"; }

incident_json() { as csirt.handler --output json show "$incident"; }
# grep -c, not -q: it reads to the end, so that the writer before it never meets a closed pipe.
in_state() { incident_json | grep -c "\"state\": *\"$1\"" > /dev/null; }
state_is() { site_await "the state $1" in_state "$1" || fail "the state is not $1"; }

# Moves the clock to so many minutes after the report.
clock_at() {
  local minute=$1
  as csirt.handler clock advance "$(date -u -d "@$((start + minute * 60))" +%Y-%m-%dT%H:%M:%SZ)" > /dev/null
  printf -- '-- %s after the report\n' "$((minute / 60)) h $((minute % 60)) min"
}

# All that was decided has been delivered.
open_deliveries() { as csirt.handler --output json deliveries "$incident" | grep -c '"STATE_\(PENDING\|LEASED\)"' || true; }
all_delivered() { [ "$(open_deliveries)" = 0 ]; }
settle() { site_await "the deliveries" all_delivered || fail "deliveries are left over"; }

posts_to() { grep '"action":"post"' "$SITE/transcript.jsonl" | grep -c "\"place\":\"$1\",.*$2" || true; }

root=$PWD/var/once
rm -rf "$root"
export BELFRY_VIRTUAL_START=2026-10-06T06:10:00Z
start=$(date -u -d "$BELFRY_VIRTUAL_START" +%s)
site_create "$root" virtual pipe
: > "$SITE/console.log"
: > "$SITE/transcript.jsonl"
trap site_stop EXIT

step "starting belfryd and belfry-bot (virtual clock, Tuesday 02:10 in Boston)"
site_start_server
site_start_bot

step "a clerk reports from chat"
chat dop.clerk 'open "Permit portal is flooded and unreachable" type:dos/packet_flood agency:DOP'
incident=$(grep -o 'DOP-[0-9]*-[0-9]*' "$SITE/console.log" | head -n 1)
[ -n "$incident" ] || fail "no incident number in the answer"
echo "reported as $incident"
state_is REPORTED
settle

step "everybody is asleep: the ladder climbs"
clock_at $((4 * 60 + 1))
settle
[ "$(posts_to @dop.contact 'paged again')" = 1 ] || fail "level 1 was not paged again after 4 h"

step "kill -9 of both processes while the next pages are on their way"
clock_at $((8 * 60 + 1))
site_kill
site_start_server
site_start_bot
settle
for person in dop.deputy dop.iso; do
  [ "$(posts_to "@$person" 'escalated to level 2')" = 1 ] || fail "$person was not paged exactly once for level 2"
done
doubled=$(grep '"action":"post"' "$SITE/transcript.jsonl" | grep -o '"delivery":"[^"]*"' | sort | uniq -d)
[ -z "$doubled" ] || fail "posted twice: $doubled"
echo "no page lost, none doubled: $(grep -c '"action":"post"' "$SITE/transcript.jsonl") messages so far"

step "the security officer answers"
chat dop.iso "ack $incident"
clock_at $((17 * 60))
settle
[ "$(posts_to @eox.scio 'escalated to level 3')" = 0 ] || fail "paged on after the acknowledgement"
chat csirt.handler "ack $incident"
chat commonhelp "ticket $incident E2E:48113"
chat eox.scio "ack $incident"
chat eox.scio "notify $incident CCIO-CSO-VIA-SCIO"
settle
[ "$(posts_to @ccio 'notice to the Commonwealth')" = 1 ] || fail "the CCIO got no notice"

step "triage"
chat csirt.handler "take $incident"
chat csirt.handler "fact $incident verdict:CONFIRMED attack_intrusion:NO criminal:SUSPECTED personal_information:NONE public_safety:NO third_party:NO statewide:NO"
chat csirt.handler "declare $incident"
state_is DECLARED

step "a crime is suspected: the Governor's Chief Legal Counsel comes before the police (POL-3.12)"
chat dop.iso "document $incident LE_REFERRAL agency:\"State Police\" summary:\"A flood of packets\""
answer_says "POL-3.12"
chat eox.scio "document $incident GCLC_CONTACT person:\"the counsel on duty\" channel:phone summary:\"A flood of packets, extortion is possible\""
chat dop.iso "document $incident LE_REFERRAL agency:\"State Police\" summary:\"A flood of packets\""
answer_says "Referral to law enforcement sent"
chat csirt.executive "decide $incident OLC NO reason:\"nobody can be named yet\""

step "what a declared incident asks for"
chat dop.iso "document $incident DECISION_AUTHORITY technical:\"the administrator on duty\""
chat dop.iso "document $incident CISO_COORDINATOR coordinator:\"the CISO\""
chat csirt.handler "document $incident EVIDENCE_PLAN plan:COLLECT steps:\"flow records of the carrier\""
chat dop.contact "document $incident LOG_SOURCES sources:\"edge router PRESERVED, portal PRESERVED\""
chat eox.scio "document $incident WRITTEN_NOTICE to:BOTH nature:\"The permit portal was flooded\" data_kinds:NONE_IDENTIFIED procedures:\"established ones\" consulted:\"the Secretariat CIO\" contact:\"the primary contact\""
chat dop.contact "document $incident ACTION what:\"Filter at the carrier\" result:\"the portal answers\""

step "the follow-up report is due 24 h after the detection (POL-5.17)"
clock_at $((20 * 60 + 1))
settle
[ "$(posts_to '#dop-incidents' 'FOLLOWUP-24H')" -ge 1 ] || fail "nobody was reminded of the follow-up report"
chat dop.contact "followup $incident summary:\"Packets from abroad flood the portal\" impact:\"Permits only on paper\" actions:\"Filter ordered from the carrier\" next:\"Filter on, then observe\""
answer_says FOLLOWUP-24H
chat dop.iso "note $incident \"The carrier filters since 22:00\""

step "a status is due every day (POL-5.18): the agency's channel is reminded 4 h before"
clock_at $((35 * 60))
chat dop.iso "note $incident \"Traffic is down to a tenth\""
clock_at $((44 * 60 + 1))
settle
[ "$(posts_to '#dop-incidents' 'DAILY-STATUS#1')" -ge 1 ] || fail "no daily-status reminder in the channel"
grep '"place":"#dop-incidents"' "$SITE/transcript.jsonl" | grep 'DAILY-STATUS#1' | grep '"text":"[^"]*is due in' | grep -o '"text":"[^"]*' | tail -n 1 | cut -c9-230
chat dop.contact "update $incident conditions:\"The portal answers again\" actions:\"Filter stays on\" needs:\"none\""

step "contained, eradicated, recovered, resolved"
chat dop.contact "fact $incident devices_contained:ALL"
chat dop.contact "contain $incident"
chat dop.contact "fact $incident cause:\"Flood from a rented botnet\" weaknesses:\"No filter in front of the portal\""
chat dop.contact "eradicate $incident"
chat dop.contact "fact $incident devices_clean:NONE_TO_RESTORE services_restored:YES"
chat dop.contact "recover $incident"
chat dop.iso "resolve $incident"
state_is RESOLVED

step "closing has conditions"
chat csirt.handler "close $incident"
answer_says "POL-5.12"
state_is RESOLVED
chat dop.iso "fact $incident weaknesses_settled:MITIGATED records_reviewed:YES iso_sign_off:YES"
chat csirt.handler "close $incident"
state_is CLOSED
settle

step "the record"
as csirt.handler timeline "$incident"

step "all of it happened; the site is in var/once"
