// Files that somebody hands to `belfry import`. What can be read becomes a report that the server
// could take, and can be handed out again in every format.
#include <map>
#include <set>
#include <string>

#include "client-lib/chat/utf8.h"
#include "client-lib/exchange/collect.h"
#include "client-lib/exchange/format.h"
#include "client-lib/exchange/import.h"
#include "client-lib/exchange/part_label.h"
#include "client-lib/exchange/read.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/shipped_pack.h"

namespace belfry::fuzz {
namespace {

constexpr char kPack[] = "itd-sec-4.3@1";
constexpr int64_t kCentsMax = 10'000'000'000;

// Limits of the API.
void RequireText(const std::string& text, size_t max) {
  Require(chat::IsUtf8(text), "what is sent is UTF-8");
  Require(chat::CountCodePoints(text) <= max, "what is sent is not too long");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    Require((byte >= 0x20 && byte != 0x7f) || c == '\t' || c == '\n' || c == '\r',
            "what is sent has no control characters");
  }
}

void RequirePlan(const exchange::ReadIncident& read, const exchange::ImportOptions& options,
                 const policy::v1::Policy& pack) {
  const exchange::ImportPlan plan =
      exchange::PlanImport(read, options, pack, {"entities/dop", "entities/bor"});
  RequireText(plan.report.title(), 200);
  RequireText(plan.report.summary(), 20'000);
  const std::string mark = exchange::ImportMark(read.object_id);
  Require(mark.find('\n') == std::string::npos && plan.report.summary().size() >= mark.size() &&
              plan.report.summary().substr(plan.report.summary().size() - mark.size()) == mark,
          "the last line says what it was made from");
  Require(plan.notes.size() <= exchange::kImportNotesMax, "not too many notes");
  for (const auto& note : plan.notes) {
    RequireText(note.text(), 20'000);
    Require(note.request_id().size() <= 128, "a request id is not too long");
    Require(note.tlp() != "TLP:RED" || plan.report.restricted(), "RED has named readers");
  }
}

void RequireFormats(exchange::v1::Export file, const exchange::Policies& policies,
                    const exchange::Mappings& mappings) {
  const exchange::ExportOptions options;
  Require(exchange::Redact(options, policies, file).ok(), "what must not leave is left out");
  for (const auto& part : file.incidents()) {
    Require(exchange::LabelOfAll(part) <= options.tlp_max, "nothing stricter leaves");
  }
  for (const exchange::FormatRow& row : exchange::kFormats) {
    if (row.format == exchange::Format::kIodef && file.incidents().empty()) continue;
    exchange::v1::Export copy = file;
    const auto bytes = exchange::Write(row.format, mappings, false, copy);
    Require(bytes.ok(), "every format can say it");
    Require(chat::IsUtf8(*bytes), "every format is UTF-8");
    for (const char c : *bytes) {
      Require(static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r',
              "no format has raw control characters");
    }
    if (row.format != exchange::Format::kJson) continue;
    const auto json = exchange::ParseJson(*bytes);
    Require(json.ok(), "our JSON is JSON");
    const auto back = exchange::ReadJson(*json);
    Require(back.ok() && back->SerializeAsString() == file.SerializeAsString(),
            "our JSON loses nothing");
  }
}

}  // namespace
}  // namespace belfry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  static const auto& pack = *new policy::v1::Policy(*fuzz::ShippedPack());
  static const auto& mapping =
      *new exchange::Mapping(exchange::Mapping::ForPolicy(pack.id()).value());
  const auto read = exchange::ReadIncidents(fuzz::Text(data, size), "");
  if (!read.ok()) {
    fuzz::RequireRefusal(read.status());
    return 0;
  }
  exchange::ImportOptions options;
  options.mapping = &mapping;
  exchange::v1::Export file;
  file.set_format(exchange::kExportFormat);
  file.mutable_export_time()->set_seconds(1'791'300'000);
  for (const exchange::ReadIncident& incident : read->incidents) {
    fuzz::RequirePlan(incident, options, pack);
    exchange::v1::IncidentExport& part = *file.add_incidents();
    part = incident.part;
    // As the server would say it.
    part.mutable_incident()->set_policy(fuzz::kPack);
    for (auto& line : *part.mutable_incident()->mutable_costs()) {
      line.set_amount_cents(line.amount_cents() % fuzz::kCentsMax);
    }
  }
  fuzz::RequireFormats(std::move(file), {{fuzz::kPack, pack}}, {{pack.id(), mapping}});
  return 0;
}
