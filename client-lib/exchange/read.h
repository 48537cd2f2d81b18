// Reads incidents from files that others wrote: STIX 2.1 bundles and Belfry's own JSON. A file is
// an entry point: whatever is wrong with it is an INVALID_ARGUMENT that names the path.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_READ_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_READ_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/exchange/v1/export.pb.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/json_text.h"

namespace belfry::exchange {

inline constexpr size_t kImportIncidentsMax = 1000;

// An incident as its file tells it.
struct ReadIncident {
  // What names it for ever: the STIX id, or the uid of Belfry's JSON.
  std::string object_id;
  v1::IncidentExport part;
  // STIX that Belfry did not write: there are no codes of a pack in it, only words.
  bool foreign = false;
  std::vector<std::string> stix_types;
  std::string determination;
  // The strictest TLP mark on the STIX object, whatever its record says.
  std::optional<Tlp> mark;
};

struct ReadFile {
  Format format = Format::kJson;
  std::vector<ReadIncident> incidents;
  // Objects that are neither an incident nor tell anything of one.
  size_t ignored_objects = 0;
};

// Reads a file in the named format; "": whatever it says it is.
absl::StatusOr<ReadFile> ReadIncidents(absl::string_view text, absl::string_view format);

// ---- For the readers ----

absl::StatusOr<ReadFile> ReadStix(const Json& json);
absl::StatusOr<v1::Export> ReadJson(const Json& json);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_READ_H_
