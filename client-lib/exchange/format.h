// The formats an export can be written in. Each is one file, write_*.cc, that knows nothing of the
// server: what it is given may leave.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_FORMAT_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_FORMAT_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "belfry/exchange/v1/export.pb.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/mapping.h"

namespace belfry::exchange {

enum class Format { kJson, kStix, kOcsf, kIodef, kVeris, kCsv };

struct FormatRow {
  Format format;
  absl::string_view name;   // as typed: "stix"
  absl::string_view title;  // as read: "STIX 2.1"
  bool needs_mapping;
  bool can_import;
};

inline constexpr FormatRow kFormats[] = {
    {Format::kJson, "json", "Belfry JSON", false, true},
    {Format::kStix, "stix", "STIX 2.1", true, true},
    {Format::kOcsf, "ocsf", "OCSF 1.8 Incident Finding", true, false},
    {Format::kIodef, "iodef", "IODEF v2", true, false},
    {Format::kVeris, "veris", "VERIS 1.4", true, false},
    {Format::kCsv, "csv", "CSV", false, false},
};

const FormatRow& RowOf(Format format);
// Null for a word that is none of them.
const FormatRow* FindFormat(absl::string_view name);

// The mapping of each incident's pack, by id of the packs, "itd-sec-4.3".
using Mappings = std::map<std::string, Mapping>;

// Loads and checks the mappings that the packs of an export need. `given` is the text of a mapping
// that takes the place of the one compiled in for its packs; empty: none.
absl::StatusOr<Mappings> LoadMappings(const Collected& collected, absl::string_view given);

// Writes an export. `one`: an incident was asked for by its name, so formats that have no container
// of their own are one object instead of a list. What the format leaves out is added to
// `file.omissions` first, so that it is said in what is written.
// FAILED_PRECONDITION when nothing would be left.
absl::StatusOr<std::string> Write(Format format, const Mappings& mappings, bool one,
                                  v1::Export& file);

// ---- For the writers ----

std::string WriteJson(const v1::Export& file);
std::string WriteStix(const v1::Export& file, const Mappings& mappings);
std::string WriteOcsf(const v1::Export& file, const Mappings& mappings, bool one);
std::string WriteIodef(const v1::Export& file, const Mappings& mappings);
std::string WriteVeris(const v1::Export& file, const Mappings& mappings, bool one);
std::string WriteCsv(const v1::Export& file);

const Mapping& MappingOf(const Mappings& mappings, const belfry::v1::Incident& incident);

// "DOP-2026-0007".
std::string NumberOf(const belfry::v1::Incident& incident);

// "PENDING" of "STATE_PENDING"; "UNKNOWN" for a value of a newer server, which has no name here.
std::string EnumWord(const std::string& name, absl::string_view prefix);

// The title of an entity; its code when the directory did not say.
std::string EntityTitle(const v1::Export& file, const std::string& entity);

// The sum of the incident's cost lines that nobody found unreasonable, in cents.
int64_t CostCents(const belfry::v1::Incident& incident);

// One sentence for each thing that was left out: of `incident`, or with an empty name of the whole.
std::vector<std::string> OmissionTexts(const v1::Export& file, const std::string& incident);

// "2026-10-06T12:00:00Z", with what there is of fractions; for STIX always with three digits.
std::string Rfc3339(const google::protobuf::Timestamp& time);
std::string Rfc3339Millis(const google::protobuf::Timestamp& time);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_FORMAT_H_
