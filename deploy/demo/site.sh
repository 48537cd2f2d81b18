# A demonstration site in one directory: tokens, configuration, start and stop. To be sourced.
#
#   site_create DIRECTORY real|virtual console|pipe
#   site_start_server, site_start_bot, site_run_console, site_kill, site_stop
# shellcheck shell=bash

SITE=
SERVER_PID=
BOT_PID=

# A token for each principal: the server gets its SHA-256, the principal the token.
site_token() {
  [ -s "$SITE/tokens/$1" ] || openssl rand -hex 32 > "$SITE/tokens/$1"
  printf '%s' "$(cat "$SITE/tokens/$1")" | sha256sum | cut -d' ' -f1 > "$SITE/tokens/$1.sha256"
}

# The key that signs the record, readable by its owner alone.
site_key() {
  [ -s "$SITE/record.key" ] || (umask 077 && openssl genpkey -algorithm ed25519 -out "$SITE/record.key")
}

site_create() {
  local clock=$2 input=$3 person
  SITE=$1
  mkdir -p "$SITE/tokens"
  chmod 700 "$SITE" "$SITE/tokens"
  {
    echo "listen: \"unix:$SITE/belfryd.sock\""
    echo "store: \"sqlite:$SITE/belfry.db\""
    echo "policy_file: \"$PWD/deploy/policy/itd-sec-4.3.textproto\""
    echo "directory_file: \"$PWD/deploy/demo/directory.textproto\""
    echo "clock: \"$clock\""
    site_key
    echo "record { instance: \"localhost\" signing_key_file: \"$SITE/record.key\" anchor_file: \"$SITE/record.anchor\" }"
    site_token bot
    echo "principals { name: \"systems/bot\" token_sha256_file: \"$SITE/tokens/bot.sha256\" rights: RIGHT_BOT }"
    for person in dop.clerk dop.contact dop.iso eox.scio commonhelp csirt.handler csirt.executive; do
      site_token "$person"
      echo "principals { name: \"people/$person\" token_sha256_file: \"$SITE/tokens/$person.sha256\" }"
    done
  } > "$SITE/belfryd.textproto"
  {
    echo "server: \"unix:$SITE/belfryd.sock\""
    echo "token_file: \"$SITE/tokens/bot\""
    echo 'holder: "bot-1"'
    echo 'console {'
    echo '  enabled: true'
    echo '  person: "people/dop.clerk"'
    echo "  transcript_file: \"$SITE/transcript.jsonl\""
    [ "$input" = console ] || echo "  input_file: \"$SITE/typed\""
    echo '}'
  } > "$SITE/bot.textproto"
  if [ "$input" != console ] && [ ! -p "$SITE/typed" ]; then mkfifo -m 600 "$SITE/typed"; fi
}

# Waits up to 30 s for a condition.
site_await() {
  local what=$1 tries=300
  shift
  until "$@" > /dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then
      echo "timed out waiting for: $what" >&2
      return 1
    fi
    sleep 0.1
  done
}

# As a person, on the command line.
as() {
  local person=$1
  shift
  belfry --server "unix:$SITE/belfryd.sock" --token-file "$SITE/tokens/$person" "$@"
}

site_start_server() {
  belfryd --config "$SITE/belfryd.textproto" >> "$SITE/belfryd.log" 2>&1 &
  SERVER_PID=$!
  site_await "belfryd (see $SITE/belfryd.log)" as dop.clerk whoami
}

site_start_bot() {
  belfry-bot --config "$SITE/bot.textproto" >> "$SITE/console.log" 2>> "$SITE/bot.log" &
  BOT_PID=$!
}

site_run_console() { belfry-bot --config "$SITE/bot.textproto" 2>> "$SITE/bot.log"; }

# As a power cut would end them.
site_kill() {
  kill -9 "$SERVER_PID" "$BOT_PID" 2> /dev/null || true
  wait "$SERVER_PID" "$BOT_PID" 2> /dev/null || true
}

site_stop() {
  local pid
  for pid in $BOT_PID $SERVER_PID; do
    kill "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  done
  SERVER_PID=
  BOT_PID=
}
