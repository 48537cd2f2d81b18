// The tables, version by version.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_SCHEMA_H_
#define BELFRY_SERVER_STORAGE_SQLITE_SCHEMA_H_

namespace belfry::storage {

// Written into the file's header, so that no other program's database is taken for ours: "BLFR".
inline constexpr int kApplicationId = 0x424C4652;
inline constexpr int kSchemaVersion = 7;

// From an empty file to version 1.
inline constexpr char kSchemaVersion1[] = R"sql(
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  incident TEXT NOT NULL,
  version INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  blob BLOB NOT NULL,
  UNIQUE (incident, version)
);

CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  state_blob BLOB NOT NULL,
  state TEXT NOT NULL,
  severity TEXT NOT NULL,
  open INTEGER NOT NULL,
  overdue INTEGER NOT NULL,
  restricted INTEGER NOT NULL,
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  next_due_us INTEGER
);
CREATE INDEX incidents_newest ON incidents (create_time_us DESC, id DESC);
CREATE INDEX incidents_due ON incidents (next_due_us, id) WHERE next_due_us IS NOT NULL;

CREATE TABLE incident_scopes (
  scope TEXT NOT NULL,
  incident TEXT NOT NULL,
  PRIMARY KEY (scope, incident)
) WITHOUT ROWID;

CREATE TABLE requests (
  principal TEXT NOT NULL,
  request_id TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  response_blob BLOB NOT NULL,
  time_us INTEGER NOT NULL,
  PRIMARY KEY (principal, request_id)
) WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE deliveries (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  incident TEXT NOT NULL,
  target TEXT NOT NULL,
  platform TEXT NOT NULL,
  conversation TEXT NOT NULL,
  blob BLOB NOT NULL,
  state INTEGER NOT NULL,
  conflation_key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  ambiguous INTEGER NOT NULL,
  endpoint_index INTEGER NOT NULL,
  not_before_us INTEGER NOT NULL,
  create_time_us INTEGER NOT NULL,
  lease_holder TEXT NOT NULL,
  lease_incarnation TEXT NOT NULL,
  lease_until_us INTEGER NOT NULL,
  message_blob BLOB NOT NULL,
  last_error TEXT NOT NULL
);
-- Open ones only: what was delivered long ago costs nothing here.
CREATE INDEX deliveries_open ON deliveries (conversation, sequence) WHERE state IN (1, 2);
CREATE INDEX deliveries_ready ON deliveries (platform, not_before_us) WHERE state = 1;
CREATE INDEX deliveries_leased ON deliveries (lease_until_us) WHERE state = 2;
CREATE INDEX deliveries_conflation ON deliveries (conflation_key) WHERE state = 1;
CREATE INDEX deliveries_incident ON deliveries (incident, sequence);
CREATE INDEX deliveries_dead ON deliveries (sequence) WHERE state = 4;

CREATE TABLE headlines (
  incident TEXT NOT NULL,
  target TEXT NOT NULL,
  message_blob BLOB NOT NULL,
  PRIMARY KEY (incident, target)
) WITHOUT ROWID;

CREATE TABLE directory (
  key TEXT PRIMARY KEY,
  blob BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE directory_changes (
  position INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  principal TEXT NOT NULL,
  change TEXT NOT NULL,
  blob BLOB NOT NULL
);
)sql";

// Packs are kept, and every row says which one it is pinned to.
inline constexpr char kSchemaVersion2[] = R"sql(
CREATE TABLE policies (
  sequence INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  text BLOB NOT NULL,
  time_us INTEGER NOT NULL,
  principal TEXT NOT NULL
);

ALTER TABLE incidents ADD COLUMN policy TEXT NOT NULL DEFAULT '';
CREATE INDEX incidents_policy ON incidents (policy, id);
)sql";

// Chat: which place is which incident's, how conversations are reached, how accounts are linked.
inline constexpr char kSchemaVersion3[] = R"sql(
CREATE TABLE places (
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  incident TEXT NOT NULL,
  origin INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  PRIMARY KEY (platform, workspace, channel, message, origin, incident)
) WITHOUT ROWID;

CREATE TABLE conversations (
  platform TEXT NOT NULL,
  workspace TEXT NOT NULL,
  address TEXT NOT NULL,
  reference BLOB NOT NULL,
  gone INTEGER NOT NULL,
  PRIMARY KEY (platform, workspace, address)
) WITHOUT ROWID;

CREATE TABLE link_codes (
  hash BLOB PRIMARY KEY,
  principal TEXT NOT NULL,
  expire_time_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX link_codes_principal ON link_codes (principal, expire_time_us);

-- What somebody may do only so often.
CREATE TABLE attempts (
  action TEXT NOT NULL,
  principal TEXT NOT NULL,
  time_us INTEGER NOT NULL
);
CREATE INDEX attempts_principal ON attempts (action, principal, time_us);
CREATE INDEX attempts_time ON attempts (time_us);
)sql";

// Headlines become one kind of card among others, deliveries know when they were queued, and what
// is open or was closed lately is found without looking at everything.
inline constexpr char kSchemaVersion4[] = R"sql(
CREATE TABLE cards (
  incident TEXT NOT NULL,
  topic TEXT NOT NULL,
  target TEXT NOT NULL,
  message_blob BLOB NOT NULL,
  endpoint_blob BLOB NOT NULL,
  delivery TEXT NOT NULL,
  PRIMARY KEY (incident, topic, target)
) WITHOUT ROWID;
INSERT INTO cards SELECT incident, '', target, message_blob, x'', '' FROM headlines;
DROP TABLE headlines;

ALTER TABLE deliveries ADD COLUMN queued_us INTEGER NOT NULL DEFAULT 0;

CREATE INDEX incidents_open ON incidents (create_time_us DESC, id DESC) WHERE open = 1;
CREATE INDEX incidents_closed ON incidents (update_time_us DESC, id DESC) WHERE open = 0;
)sql";

// Tokens made over the API, and what became of them.
inline constexpr char kSchemaVersion6[] = R"sql(
CREATE TABLE tokens (
  name TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  principal TEXT NOT NULL,
  blob BLOB NOT NULL,
  expire_time_us INTEGER NOT NULL,
  revoke_time_us INTEGER NOT NULL,
  last_use_time_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_principal ON tokens (principal);

CREATE TABLE access_changes (
  position INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  principal TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  blob BLOB NOT NULL
);
)sql";

// Evidence and its chain of custody.
inline constexpr char kSchemaVersion7[] = R"sql(
CREATE TABLE evidence (
  incident TEXT NOT NULL,
  number INTEGER NOT NULL,
  object TEXT NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (incident, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX evidence_object ON evidence (object) WHERE object <> '';

CREATE TABLE custody (
  incident TEXT NOT NULL,
  number INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (incident, number, sequence)
) WITHOUT ROWID;
)sql";

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_SCHEMA_H_
