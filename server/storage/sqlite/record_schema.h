// The tables of the tamper-evident record.
#ifndef BELFRY_SERVER_STORAGE_SQLITE_RECORD_SCHEMA_H_
#define BELFRY_SERVER_STORAGE_SQLITE_RECORD_SCHEMA_H_

namespace belfry::storage {

// The leaves of what happened before are appended when the engine starts: only it can read events.
inline constexpr char kSchemaVersion5[] = R"sql(
CREATE TABLE log_heads (
  log TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  root BLOB NOT NULL,
  published INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE log_leaves (
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  leaf BLOB NOT NULL,
  salt BLOB NOT NULL,
  payload_kind INTEGER NOT NULL,
  payload_ref INTEGER NOT NULL,
  PRIMARY KEY (log, idx)
) WITHOUT ROWID;
-- Nothing has two leaves; and from an event to its leaf.
CREATE UNIQUE INDEX log_leaves_payload ON log_leaves (payload_kind, payload_ref)
  WHERE payload_kind > 0;

CREATE TABLE log_tiles (
  log TEXT NOT NULL,
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  UNIQUE (log, level, number)
);

CREATE TABLE checkpoints (
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  note BLOB NOT NULL,
  cosigned INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  super_index INTEGER NOT NULL,
  PRIMARY KEY (log, size)
) WITHOUT ROWID;
CREATE INDEX checkpoints_cosigned ON checkpoints (log, size) WHERE cosigned = 1;

CREATE TABLE record_events (
  position INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  principal TEXT NOT NULL,
  kind TEXT NOT NULL,
  blob BLOB NOT NULL
);
)sql";

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_SQLITE_RECORD_SCHEMA_H_
