// Opens incidents from what was read. What a file may say of an incident and a report may not,
// stays behind and is named: duties, states and clocks are the server's to decide.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_IMPORT_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_IMPORT_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "belfry/client.h"
#include "belfry/policy/v1/policy.pb.h"
#include "client-lib/exchange/mapping.h"
#include "client-lib/exchange/read.h"

namespace belfry::exchange {

inline constexpr size_t kImportNotesMax = 500;

struct ImportOptions {
  // "entities/…" that reports; empty: the one of the file, where the server knows it, else the
  // caller's own.
  std::string entity;
  // Of packs that the file's words are read with; null: foreign words are kept as text only.
  const Mapping* mapping = nullptr;
  // The server's time: it takes nothing that has not happened yet.
  absl::Time now = absl::InfiniteFuture();
};

// What an incident becomes here.
struct ImportPlan {
  belfry::v1::CreateIncidentRequest report;
  std::vector<belfry::v1::AddNoteRequest> notes;  // without `name`
  // What is not taken over, one sentence each.
  std::vector<std::string> not_taken;
};

// Pure. `entities` are those the server knows.
ImportPlan PlanImport(const ReadIncident& read, const ImportOptions& options,
                      const policy::v1::Policy& policy, const std::set<std::string>& entities);

struct Imported {
  std::string object_id;
  std::string incident;  // "incidents/…"
  // It was there already: imported before, or it came from this server.
  bool already = false;
  size_t notes = 0;
  std::vector<std::string> not_taken;
};

// Opens those that are not there yet. The same object opens one incident, whoever imports it and
// however often; an import that broke off goes on where it stopped. Errors of the server as they
// are; those before the failed one are open.
absl::StatusOr<std::vector<Imported>> Import(const client::Client& client, const ReadFile& file,
                                             const ImportOptions& options);

// The last line of the summary of an imported incident.
std::string ImportMark(const std::string& object_id);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_IMPORT_H_
