#include "client-lib/cli/audit_commands.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client-lib/audit/key_file.h"
#include "client-lib/cli/output.h"
#include "client-lib/cli/policy_commands.h"
#include "google/protobuf/struct.pb.h"

namespace belfry::cli {
namespace {

int Wrong(const Console& console, const absl::Status& status) {
  console.error << "belfry: " << Harmless(status.message()) << "\n";
  return absl::IsAlreadyExists(status) ? kRefused : kWrongUsage;
}

std::string Count(uint64_t number, absl::string_view one, absl::string_view many) {
  return absl::StrCat(number, " ", number == 1 ? one : many);
}

// A line that is written over itself; only where somebody looks at it.
class ProgressLine {
 public:
  explicit ProgressLine(const Console& console)
      : console_(console), shown_(isatty(STDERR_FILENO) != 0) {}
  ~ProgressLine() {
    if (percent_ >= 0) console_.error << "\r\x1b[K" << std::flush;
  }

  void Show(uint64_t done, uint64_t total) {
    const int percent = total == 0 ? 100 : static_cast<int>(done * 100.0 / total);
    if (!shown_ || percent == percent_) return;
    percent_ = percent;
    console_.error << "\rVerifying " << percent << " %" << std::flush;
  }

 private:
  const Console& console_;
  const bool shown_;
  int percent_ = -1;
};

int RunVerify(const Arguments& arguments, const Console& console) {
  audit::VerifyOptions options;
  auto keys = ReadVerifierKeys(arguments.audit.verifier_keys, false);
  if (!keys.ok()) return Wrong(console, keys.status());
  if (keys->empty()) {
    return Wrong(console, absl::InvalidArgumentError("audit verify: --key VKEY is needed"));
  }
  options.keys = *std::move(keys);
  auto witnesses = ReadVerifierKeys(arguments.audit.witness_keys, true);
  if (!witnesses.ok()) return Wrong(console, witnesses.status());
  options.witness_keys = *std::move(witnesses);
  for (const std::string& path : arguments.audit.held_files) {
    auto note = ReadFile(path);
    if (!note.ok()) return Wrong(console, note.status());
    options.held.push_back(*std::move(note));
  }
  options.strict = arguments.audit.strict;
  absl::StatusOr<audit::VerifyResult> result;
  {
    ProgressLine line(console);
    options.progress = [&line](uint64_t done, uint64_t total) { line.Show(done, total); };
    result = audit::VerifyExport(arguments.words[2], options);
  }
  if (!result.ok()) return Wrong(console, result.status());
  console.out << (console.output == Output::kJson ? RenderVerificationJson(*result)
                                                  : RenderVerification(*result));
  return result->bad.has_value() ? kRefused : kDone;
}

// keygen makes a key, key shows the public part of one that is there.
int RunKey(const Arguments& arguments, const Console& console, bool make) {
  const AuditArguments& audit = arguments.audit;
  if (audit.name.empty()) {
    return Wrong(console, absl::InvalidArgumentError(
                              "--name is needed: INSTANCE/belfry, or the name of the witness"));
  }
  const bool witness = audit.key_type == "witness";
  audit::VerifierKey::Type type = audit::VerifierKey::Type::kEd25519;
  if (witness) type = audit::VerifierKey::Type::kCosignature;
  if (audit.key_type == "p256") type = audit::VerifierKey::Type::kEcdsaP256;
  const std::string& path = arguments.words[2];
  const auto verifier = make ? audit::MakeKeyFile(path, audit.name, type)
                             : audit::VerifierKeyOfFile(path, audit.name, witness);
  if (!verifier.ok()) return Wrong(console, verifier.status());
  console.out << *verifier << "\n";
  return kDone;
}

}  // namespace

absl::StatusOr<std::vector<audit::VerifierKey>> ReadVerifierKeys(
    const std::vector<std::string>& texts, bool witnesses) {
  std::vector<audit::VerifierKey> keys;
  for (const std::string& text : texts) {
    auto key = audit::VerifierKey::Parse(text);
    if (!key.ok()) return key.status();
    if (key->is_witness() != witnesses) {
      return absl::InvalidArgumentError(absl::StrCat(
          key->name(), witnesses ? " is no key of a witness" : " is the key of a witness"));
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::string RenderVerification(const audit::VerifyResult& result) {
  if (result.bad.has_value()) {
    const audit::BadRecord& bad = *result.bad;
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
    return absl::StrCat(Harmless(absl::StrCat(text, "byte ", bad.offset, ": ", bad.what)), "\n");
  }
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
  for (const auto& witness : result.witnesses) {
    absl::StrAppend(&text, "witness ", witness.origin, ": super-log up to ", witness.size, " of ",
                    result.super_log.has_value() ? result.super_log->size : 0, "\n");
  }
  return Harmless(text);
}

std::string RenderVerificationJson(const audit::VerifyResult& result) {
  google::protobuf::Struct json;
  auto& fields = *json.mutable_fields();
  const auto number = [&fields](const char* name, uint64_t value) {
    fields[name].set_string_value(absl::StrCat(value));
  };
  fields["ok"].set_bool_value(!result.bad.has_value());
  if (result.bad.has_value()) {
    const audit::BadRecord& bad = *result.bad;
    if (!bad.log.empty()) fields["log"].set_string_value(bad.log);
    if (bad.index.has_value()) number("index", *bad.index);
    if (bad.last.has_value()) number("last", *bad.last);
    if (!bad.subject.empty()) fields["subject"].set_string_value(bad.subject);
    if (bad.version.has_value()) number("version", *bad.version);
    number("offset", bad.offset);
    fields["reason"].set_string_value(bad.reason);
    fields["what"].set_string_value(bad.what);
    return RenderJson(json);
  }
  number("records", result.records);
  number("expunged", result.expunged);
  number("withheld", result.withheld);
  number("bytes", result.bytes);
  const auto log = [](const audit::VerifyResult::Log& from, google::protobuf::Struct* to) {
    (*to->mutable_fields())["origin"].set_string_value(from.origin);
    (*to->mutable_fields())["size"].set_string_value(absl::StrCat(from.size));
  };
  const auto list = [&](const char* name, const std::vector<audit::VerifyResult::Log>& from) {
    auto* values = fields[name].mutable_list_value();
    for (const auto& item : from) log(item, values->add_values()->mutable_struct_value());
  };
  list("logs", result.logs);
  if (result.super_log.has_value()) {
    log(*result.super_log, fields["superLog"].mutable_struct_value());
  }
  list("witnesses", result.witnesses);
  return RenderJson(json);
}

std::optional<int> RunAuditOffline(const Arguments& arguments, const Console& console) {
  const std::vector<std::string>& words = arguments.words;
  if (words.size() < 2 || words[0] != "audit") return std::nullopt;
  const bool verify = words[1] == "verify";
  const bool make = words[1] == "keygen";
  if (!verify && !make && words[1] != "key") return std::nullopt;
  if (words.size() != 3) {
    return Wrong(console, absl::InvalidArgumentError(
                              verify ? "usage: belfry audit verify FILE --key VKEY "
                                       "[--witness-key VKEY…] [--held NOTE…] [--strict]"
                                     : "usage: belfry audit keygen|key FILE --name NAME "
                                       "[--type ed25519|p256|witness]"));
  }
  return verify ? RunVerify(arguments, console) : RunKey(arguments, console, make);
}

}  // namespace belfry::cli
