// What a store keeps, as plain values. Blobs are bytes the store never looks into.
#ifndef BELFRY_SERVER_STORAGE_ROWS_H_
#define BELFRY_SERVER_STORAGE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace belfry::storage {

// The projection of one incident: its folded state and what lists and the scheduler look for.
struct IncidentRow {
  std::string id;          // "DOP-2026-0007"
  int64_t version = 0;     // number of events
  std::string state_blob;  // serialized belfry.record.v1.IncidentState
  std::string state;       // policy code
  std::string severity;    // policy code
  bool open = true;        // its state is not terminal
  bool overdue = false;    // some duty is overdue
  bool restricted = false;
  int64_t create_time_us = 0;  // Unix microseconds, as all *_us
  int64_t update_time_us = 0;
  std::optional<int64_t> next_due_us;  // when Tick() has something to do
  std::string policy;                  // the pack it is pinned to, "itd-sec-4.3@1"
  // "entities/…", "secretariats/…" of every entity concerned: who may see it.
  std::vector<std::string> scopes;
};

struct EventRow {
  int64_t position =
      0;  // place in the whole store's order of commits, from 1; the store assigns it
  std::string incident;
  int64_t version = 0;  // place in the incident's record, from 1
  int64_t time_us = 0;
  std::string blob;  // serialized belfry.record.v1.Event
};

// The answer to a request that was carried out, so that a repeat gets the same one.
struct RequestRow {
  std::string principal;
  std::string request_id;
  std::string fingerprint;  // SHA-256 of method and request
  std::string response_blob;
  int64_t time_us = 0;
};

enum class DeliveryState { kPending = 1, kLeased = 2, kDelivered = 3, kDead = 4, kSuperseded = 5 };

struct DeliveryRow {
  std::string id;        // UUIDv7
  int64_t sequence = 0;  // order in the store; the store assigns it
  std::string incident;
  std::string target;  // "channels/…" or "people/…"
  std::string platform;
  std::string conversation;  // platform, workspace and address: the unit of ordering
  std::string blob;          // serialized belfry.v1.Delivery without its mutable fields
  DeliveryState state = DeliveryState::kPending;
  // A later notice with the same non-empty key replaces the content of one that was never leased.
  std::string conflation_key;
  int32_t attempt = 0;         // attempts begun
  bool ambiguous = false;      // an attempt's outcome is unknown
  int32_t endpoint_index = 0;  // which of the person's contacts
  int64_t not_before_us = 0;
  int64_t create_time_us = 0;  // the policy's time
  int64_t queued_us = 0;       // the machine's time, as all that guards deliveries; 0: not known
  std::string lease_holder;
  std::string lease_incarnation;
  int64_t lease_until_us = 0;
  std::string message_blob;  // serialized belfry.v1.MessageRef, once delivered
  std::string last_error;
};

// A message in a place that later ones edit or replace: an incident's headline, or the card that
// asks for a duty.
struct CardRow {
  std::string incident;
  std::string target;
  std::string topic;          // empty for the headline, "duty:FOLLOWUP-24H" for a duty's card
  std::string message_blob;   // serialized belfry.v1.MessageRef; empty until one was delivered
  std::string endpoint_blob;  // serialized belfry.v1.Endpoint of that message
  std::string delivery;       // the newest delivery that carries it
};

struct DirectoryRow {
  std::string key;   // kind and resource name, for example "person people/dop.responder"
  std::string blob;  // serialized resource
};

// A one-time code that ties a chat account to a person. The code itself is kept nowhere.
struct LinkCodeRow {
  std::string hash;       // SHA-256, raw
  std::string principal;  // for whom it was made: "people/…" or "accounts/…"
  int64_t expire_time_us = 0;
};

// A place on a chat platform that belongs to an incident. One place may belong to several.
struct PlaceRow {
  enum Origin {
    kBelfry = 1,  // a message or channel of Belfry's own about the incident
    kNote = 2,    // a message that a note was made from
  };
  std::string platform;
  std::string workspace;
  std::string channel;
  std::string message;  // empty: the whole channel
  std::string incident;
  Origin origin = kBelfry;
  int64_t time_us = 0;
};

// What a bot must know to speak in a conversation later; opaque.
struct ConversationRow {
  std::string platform;
  std::string workspace;
  std::string address;
  std::string reference;
  bool gone = false;
};

// An item of evidence as it is after its events.
struct EvidenceRow {
  std::string incident;
  int32_t number = 0;  // within the incident, from 1
  std::string object;  // its file in the vault; empty when there is none
  std::string blob;    // serialized belfry.record.v1.EvidenceState
};

// One link of an item's chain of custody. Never changed.
struct CustodyRow {
  std::string incident;
  int32_t number = 0;
  int32_t sequence = 0;  // from 1
  std::string blob;      // serialized belfry.v1.CustodyEntry
};

// A pack that came into force; the newest one is.
struct PolicyRow {
  int64_t sequence = 0;  // order of coming into force, from 1; the store assigns it
  std::string name;      // "itd-sec-4.3@1"
  std::string text;      // as it was handed in
  int64_t time_us = 0;
  std::string principal;
};

// A token that was made over the API. The secret itself is kept nowhere.
struct TokenRow {
  std::string name;       // "tokens/…"
  std::string hash;       // SHA-256 of the secret, raw
  std::string principal;  // whom it stands for
  std::string blob;       // serialized belfry.v1.AccessToken, without what is kept beside it
  int64_t expire_time_us = 0;
  int64_t revoke_time_us = 0;    // 0: was not revoked
  int64_t last_use_time_us = 0;  // 0: never; else cut to the hour
};

// Something that became of a token, for the record: as in the leaf of a log, kind "token.created",
// subject "tokens/…".
struct AccessChangeRow {
  int64_t position = 0;  // order of commits, from 1; the store assigns it
  int64_t time_us = 0;
  std::string principal;
  std::string kind;
  std::string subject;
  std::string blob;
};

// Registers of standing duties are no incidents and are never listed.
struct IncidentQuery {
  // Empty optional: everything. Otherwise only incidents with one of these scopes, or named in
  // `also_incidents`.
  std::optional<std::vector<std::string>> visible_scopes;
  // Restricted incidents are left out unless listed here.
  std::vector<std::string> readable_restricted;
  bool all_restricted = false;
  std::optional<bool> open;
  std::optional<bool> overdue;
  std::string state;
  std::string severity;
  std::string scope;
  // Only those that something happened to since then; they come by that time, latest first.
  std::optional<int64_t> updated_since_us;
  // Keyset: strictly older than this (create time, id); zero: from the newest.
  int64_t before_create_us = 0;
  std::string before_id;
  int limit = 50;
};

}  // namespace belfry::storage

#endif  // BELFRY_SERVER_STORAGE_ROWS_H_
