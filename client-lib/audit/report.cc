#include "client-lib/audit/report.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace belfry::audit {
namespace {

using Json = nlohmann::ordered_json;

std::string Count(uint64_t number, absl::string_view one, absl::string_view many) {
  return absl::StrCat(number, " ", number == 1 ? one : many);
}

std::string BadText(const BadRecord& bad) {
  std::string text = "BAD: ";
  if (!bad.log.empty()) absl::StrAppend(&text, "log ", bad.log, ", ");
  if (bad.last.has_value()) {
    absl::StrAppend(&text, "records ", *bad.index, " to ", *bad.last, ", ");
  } else if (bad.index.has_value()) {
    absl::StrAppend(&text, "record ", *bad.index, ", ");
  }
  if (!bad.subject.empty()) {
    absl::StrAppend(&text, bad.subject, " version ", bad.version.value_or(0), ", ");
  }
  return absl::StrCat(text, "byte ", bad.offset, ": ", bad.what, "\n");
}

Json BadJson(const BadRecord& bad) {
  Json json = {{"ok", false}};
  if (!bad.log.empty()) json["log"] = bad.log;
  if (bad.index.has_value()) json["index"] = absl::StrCat(*bad.index);
  if (bad.last.has_value()) json["last"] = absl::StrCat(*bad.last);
  if (!bad.subject.empty()) json["subject"] = bad.subject;
  if (bad.version.has_value()) json["version"] = absl::StrCat(*bad.version);
  json["offset"] = absl::StrCat(bad.offset);
  json["reason"] = bad.reason;
  json["what"] = bad.what;
  return json;
}

Json LogJson(const VerifyResult::Log& log) {
  return {{"origin", log.origin}, {"size", absl::StrCat(log.size)}};
}

Json LogsJson(const std::vector<VerifyResult::Log>& logs) {
  Json json = Json::array();
  for (const VerifyResult::Log& log : logs) json.push_back(LogJson(log));
  return json;
}

}  // namespace

std::string ReportText(const VerifyResult& result) {
  if (result.bad.has_value()) return BadText(*result.bad);
  std::string text =
      absl::StrCat("OK: ", Count(result.records, "record", "records"), " in ",
                   Count(result.logs.size(), "log", "logs"), ", ", result.bytes, " bytes\n");
  if (result.expunged > 0) {
    absl::StrAppend(&text, Count(result.expunged, "payload was", "payloads were"), " expunged\n");
  }
  if (result.withheld > 0) {
    absl::StrAppend(&text, Count(result.withheld, "payload is", "payloads are"),
                    " withheld from this export\n");
  }
  for (const VerifyResult::Log& witness : result.witnesses) {
    absl::StrAppend(&text, "witness ", witness.origin, ": super-log up to ", witness.size, " of ",
                    result.super_log.has_value() ? result.super_log->size : 0, "\n");
  }
  return text;
}

std::string ReportJson(const VerifyResult& result) {
  Json json;
  if (result.bad.has_value()) {
    json = BadJson(*result.bad);
  } else {
    json = {{"ok", true},
            {"records", absl::StrCat(result.records)},
            {"expunged", absl::StrCat(result.expunged)},
            {"withheld", absl::StrCat(result.withheld)},
            {"bytes", absl::StrCat(result.bytes)},
            {"logs", LogsJson(result.logs)}};
    if (result.super_log.has_value()) json["superLog"] = LogJson(*result.super_log);
    json["witnesses"] = LogsJson(result.witnesses);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<std::vector<VerifierKey>> ParseKeys(const std::vector<std::string>& texts,
                                                   bool witnesses) {
  std::vector<VerifierKey> keys;
  for (const std::string& text : texts) {
    absl::StatusOr<VerifierKey> key = VerifierKey::Parse(text);
    if (!key.ok()) return key.status();
    if (key->is_witness() != witnesses) {
      return absl::InvalidArgumentError(absl::StrCat(
          key->name(), witnesses ? " is no key of a witness" : " is the key of a witness"));
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace belfry::audit
