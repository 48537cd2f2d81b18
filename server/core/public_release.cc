#include "server/core/public_release.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/core/limits.h"
#include "server/core/personal_information.h"
#include "server/core/public_items.h"
#include "server/core/text.h"
#include "server/core/withholding.h"

namespace belfry::core {
namespace {

using nlohmann::ordered_json;
using policy::v1::Exemption;
using policy::v1::RecordRule;
using record::v1::Event;
using record::v1::IncidentState;

// A part that is withheld as a whole is withheld as well where somebody copied it; beyond this
// length nobody copies by chance.
constexpr size_t kCopiedCharactersMin = 12;
constexpr size_t kCopiedCharactersMax = 300;

std::string Utc(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromProto(time), absl::UTCTimeZone());
}

std::string Written(const ordered_json& json) {
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

// By what right something is withheld, and whose decision it is.
struct Ground {
  const Exemption* exemption = nullptr;
  std::string decider;
  google::protobuf::Timestamp time;
  std::string reason;
};

class Writer {
 public:
  Writer(const RecordAt& record, const record::v1::RecordReleased& released)
      : record_(record),
        release_(released.release()),
        released_(released),
        parts_(TaggedPartsOf(record.policy, record.state, record.events)),
        personal_(record.policy.proto()) {
    for (const Exemption& one : record.policy.proto().exemptions()) {
      exemptions_.emplace(one.code(), &one);
    }
  }

  WrittenRelease Write() && {
    FindPersonalRule();
    for (const TaggedPart& part : parts_) Collect(part);
    for (const v1::WithheldPhrase& name : released_.names()) {
      everywhere_.Add(name.text(), GroundOfName(name), /*whole_words=*/true);
    }
    everywhere_.Prepare();
    for (const TaggedPart& part : parts_) Redact(part);
    written_.item_count = static_cast<int>(parts_.size());
    WriteOriginal();
    WriteJson();
    WriteText();
    WriteLog();
    return std::move(written_);
  }

 private:
  struct Shown {
    std::string id;
    std::string label;
    std::string text;
  };

  const Exemption& Find(const std::string& code) const {
    static const auto* const unknown = [] {
      // Of a pack that has lost the ground: withheld all the same.
      auto* exemption = new Exemption;
      exemption->set_mark("exempt");
      return exemption;
    }();
    const auto found = exemptions_.find(code);
    return found == exemptions_.end() ? *unknown : *found->second;
  }

  size_t AddGround(Ground ground) {
    marks_.push_back(ground.exemption->mark());
    grounds_.push_back(std::move(ground));
    return grounds_.size() - 1;
  }

  size_t GroundOfRule(const RecordRule& rule, const std::string& tag) {
    return AddGround({&Find(tag),
                      absl::StrCat("policy ", record_.policy.Name(), ", rule ", rule.code()),
                      {},
                      absl::StrJoin(rule.clauses(), ", ")});
  }

  size_t GroundOfReview(const record::v1::RecordReviewRow& review, const std::string& exemption) {
    return AddGround({&Find(exemption), review.decider(), review.time(), review.reason()});
  }

  size_t GroundOfName(const v1::WithheldPhrase& name) {
    return AddGround({&Find(name.exemption()), "", {}, "names somebody who is withheld"});
  }

  void FindPersonalRule() {
    for (const RecordRule* rule : RecordRulesInForce(record_.policy, record_.state)) {
      if (!rule->personal_information()) continue;
      personal_ground_ = GroundOfRule(*rule, rule->tag());
      finds_personal_ = true;
      return;
    }
  }

  void Collect(const TaggedPart& part) {
    if (IsExempt(part)) {
      const size_t ground = part.review != nullptr ? GroundOfReview(*part.review, part.tag)
                                                   : GroundOfRule(*part.rule, part.tag);
      whole_.emplace(part.part.id, ground);
      const size_t characters = CountedCharacters(part.part.text);
      if (part.part.is_name ||
          (characters >= kCopiedCharactersMin && characters <= kCopiedCharactersMax)) {
        everywhere_.Add(part.part.text, ground, /*whole_words=*/part.part.is_name);
      }
    }
    if (part.review == nullptr) return;
    for (const v1::WithheldPhrase& phrase : part.review->phrases()) {
      const size_t ground = GroundOfReview(*part.review, phrase.exemption());
      PhraseFinder& finder = phrase.only_here() ? here_[part.part.id] : everywhere_;
      finder.Add(phrase.text(), ground, /*whole_words=*/false);
    }
  }

  void FindPersonal(absl::string_view text, std::vector<WithheldSpan>& spans) const {
    if (!finds_personal_) return;
    for (const auto& [begin, end] : personal_.Find(text)) {
      spans.push_back({begin, end, personal_ground_});
    }
  }

  // For what is no part of the record and is released with it.
  std::string Clean(absl::string_view text) const {
    std::vector<WithheldSpan> spans = everywhere_.Find(text);
    FindPersonal(text, spans);
    return Withhold(text, std::move(spans), marks_);
  }

  void Redact(const TaggedPart& part) {
    std::vector<WithheldSpan> label = everywhere_.Find(part.part.label);
    FindPersonal(part.part.label, label);
    std::set<size_t> grounds;
    for (const WithheldSpan& span : label) grounds.insert(span.ground);
    Shown shown{part.part.id, Withhold(part.part.label, std::move(label), marks_), ""};
    if (const auto whole = whole_.find(part.part.id); whole != whole_.end()) {
      shown.text = WithheldSign(marks_[whole->second]);
      ++written_.withheld_count;
      Log(shown, whole->second, /*in_part=*/false);
      shown_.push_back(std::move(shown));
      return;
    }
    std::vector<WithheldSpan> spans;
    // What the law publishes says what it says; what is personal stays masked even there.
    if (!part.public_by_law) {
      spans = everywhere_.Find(part.part.text);
      if (const auto here = here_.find(part.part.id); here != here_.end()) {
        here->second.Prepare();
        const std::vector<WithheldSpan> more = here->second.Find(part.part.text);
        spans.insert(spans.end(), more.begin(), more.end());
      }
    }
    FindPersonal(part.part.text, spans);
    for (const WithheldSpan& span : spans) grounds.insert(span.ground);
    shown.text = Withhold(part.part.text, std::move(spans), marks_);
    if (!grounds.empty()) ++written_.partly_withheld_count;
    for (const size_t ground : grounds) Log(shown, ground, /*in_part=*/true);
    shown_.push_back(std::move(shown));
  }

  void Log(const Shown& shown, size_t ground, bool in_part) {
    const Ground& by = grounds_[ground];
    v1::ExemptionLogEntry entry;
    entry.set_item(shown.id);
    entry.set_label(shown.label);
    entry.set_in_part(in_part);
    entry.set_exemption(by.exemption->code());
    entry.set_mark(by.exemption->mark());
    entry.set_law(by.exemption->law());
    entry.set_decider(Clean(by.decider));
    if (by.time.seconds() > 0) *entry.mutable_decide_time() = by.time;
    entry.set_reason(Clean(by.reason));
    // Several names on one ground are one line.
    if (logged_.insert(entry.SerializeAsString()).second) written_.log.push_back(std::move(entry));
  }

  ordered_json Head(const char* format) const {
    ordered_json head;
    head["format"] = format;
    head["incident"] = record_.state.id();
    head["record_version"] = release_.record_version();
    return head;
  }

  void AddRelease(ordered_json& head) const {
    head["reference"] = Clean(release_.reference());
    head["number"] = release_.number();
    head["requester"] = Clean(release_.requester());
    head["released"] = Utc(release_.release_time());
    head["released_by"] = Clean(release_.releaser());
    head["policy"] = record_.policy.Name();
    head["original_sha256"] = Sha256Hex(written_.original);
    head["parts"] = written_.item_count;
    head["withheld"] = written_.withheld_count;
    head["withheld_in_part"] = written_.partly_withheld_count;
  }

  void WriteOriginal() {
    ordered_json json = Head("belfry-record-parts/1");
    ordered_json& items = json["items"] = ordered_json::array();
    for (const TaggedPart& part : parts_) {
      items.push_back(
          ordered_json{{"id", part.part.id}, {"label", part.part.label}, {"text", part.part.text}});
    }
    written_.original = Written(json);
  }

  void WriteJson() {
    ordered_json json = Head("belfry-public-record/1");
    AddRelease(json);
    ordered_json& items = json["items"] = ordered_json::array();
    for (const Shown& shown : shown_) {
      items.push_back(ordered_json{{"id", shown.id}, {"label", shown.label}, {"text", shown.text}});
    }
    written_.json = Written(json);
  }

  void WriteText() {
    std::string& text = written_.text;
    text = absl::StrCat("Public record of ", record_.state.id(), "\n\n",
                        "Reference: ", Clean(release_.reference()), ", version ", release_.number(),
                        "\n", "Requested by: ", Clean(release_.requester()), "\n",
                        "Released: ", Utc(release_.release_time()), " by ",
                        Clean(release_.releaser()), "\n", "The record up to entry ",
                        release_.record_version(), ", under policy ", record_.policy.Name(), "\n",
                        "SHA-256 of the unredacted record: ", Sha256Hex(written_.original), "\n",
                        "Parts: ", written_.item_count, ", withheld: ", written_.withheld_count,
                        ", withheld in part: ", written_.partly_withheld_count, "\n");
    for (const Shown& shown : shown_) {
      absl::StrAppend(&text, "\n", shown.id, " · ", shown.label, "\n    ",
                      absl::StrReplaceAll(shown.text, {{"\n", "\n    "}}), "\n");
    }
    if (written_.log.empty()) return;
    std::map<std::string, const Exemption*> used;
    for (const v1::ExemptionLogEntry& entry : written_.log) {
      used.emplace(entry.mark(), &Find(entry.exemption()));
    }
    absl::StrAppend(&text, "\nGrounds\n\n");
    for (const auto& [mark, exemption] : used) {
      absl::StrAppend(&text, mark, "  ", exemption->law(), ", ", exemption->title(), "\n");
    }
  }

  void WriteLog() {
    ordered_json json = Head("belfry-exemption-log/1");
    AddRelease(json);
    ordered_json& entries = json["entries"] = ordered_json::array();
    for (const v1::ExemptionLogEntry& entry : written_.log) {
      ordered_json line{{"item", entry.item()},
                        {"label", entry.label()},
                        {"withheld", entry.in_part() ? "in part" : "whole"},
                        {"ground", entry.mark()},
                        {"law", entry.law()},
                        {"decided_by", entry.decider()}};
      if (entry.has_decide_time()) line["decided"] = Utc(entry.decide_time());
      line["reason"] = entry.reason();
      entries.push_back(std::move(line));
    }
    written_.log_json = Written(json);
  }

  const RecordAt& record_;
  const v1::RecordRelease& release_;
  const record::v1::RecordReleased& released_;
  const std::vector<TaggedPart> parts_;
  const PersonalFinder personal_;
  absl::flat_hash_map<std::string, const Exemption*> exemptions_;
  std::vector<Ground> grounds_;
  std::vector<std::string> marks_;  // by ground
  bool finds_personal_ = false;
  size_t personal_ground_ = 0;
  PhraseFinder everywhere_;
  std::map<std::string, PhraseFinder> here_;        // by item
  absl::flat_hash_map<std::string, size_t> whole_;  // ground by item
  std::vector<Shown> shown_;
  std::set<std::string> logged_;
  WrittenRelease written_;
};

absl::Status NotReviewed(const IncidentState& state, const std::vector<std::string>& items) {
  constexpr size_t kItemsNamed = 50;
  ErrorBuilder error(
      absl::StatusCode::kFailedPrecondition, "RECORD_UNREVIEWED",
      absl::StrCat(items.size(), " parts of ", state.id(), " are not reviewed; `records show ",
                   state.id(), " unreviewed` lists them"));
  for (size_t i = 0; i < std::min(items.size(), kItemsNamed); ++i) {
    error.Violation("LAW-66-10", items[i], "nobody has said whether it is exempt");
  }
  return error.Build();
}

// What those who are withheld are called, beside their ids.
void AddNames(const Context& context, const std::vector<TaggedPart>& parts,
              record::v1::RecordReleased& released) {
  std::set<std::string> known;
  const auto add = [&](const std::string& text, const std::string& exemption) {
    if (CountedCharacters(text) < kPhraseCharactersMin || !known.insert(text).second) return;
    v1::WithheldPhrase& phrase = *released.add_names();
    phrase.set_text(text);
    phrase.set_exemption(exemption);
  };
  for (const TaggedPart& part : parts) {
    if (part.part.facets.person == RecordRule::PERSON_UNSPECIFIED || !IsExempt(part)) continue;
    const v1::Person* person =
        context.directory.FindPerson(absl::StrCat("people/", part.part.text));
    if (person == nullptr) continue;
    add(person->display_name(), part.tag);
    for (const v1::Contact& contact : person->contacts()) add(contact.address(), part.tag);
  }
}

}  // namespace

absl::StatusOr<record::v1::RecordReleased> PrepareRelease(const Context& context,
                                                          const RecordAt& record,
                                                          const Caller& caller,
                                                          const v1::ReleaseRecordRequest& request) {
  if (record.policy.proto().exemptions().empty()) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "NO_EXEMPTIONS",
               absl::StrCat("the pack ", record.policy.Name(),
                            " says nothing of what is exempt, so that nothing is released"))
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reference", request.reference(), kReferenceCharactersMax));
  record::v1::RecordReleased released;
  v1::RecordRelease& release = *released.mutable_release();
  release.set_reference(request.reference());
  release.set_requester(request.requester());
  for (const v1::RecordsRequest& known : record.state.records_requests()) {
    if (known.reference() != request.reference()) continue;
    if (!request.requester().empty() && request.requester() != known.requester()) {
      return InvalidField("requester", absl::StrCat("reference ", known.reference(),
                                                    " is of somebody else; leave it out, or take "
                                                    "another reference"));
    }
    release.set_requester(known.requester());
  }
  int number = 1;
  for (const v1::RecordRelease& earlier : record.state.record_releases()) {
    if (earlier.reference() != request.reference()) continue;
    ++number;
    if (release.requester().empty()) release.set_requester(earlier.requester());
  }
  BELFRY_RETURN_IF_ERROR(CheckNeeded("requester", release.requester(), kTitleCharactersMax));
  release.set_number(number);
  release.set_record_version(record.state.version());
  *release.mutable_release_time() = ToProto(context.now);
  release.set_releaser(caller.actor.principal());
  release.set_format(kReleaseFormat);

  const std::vector<TaggedPart> parts = TaggedPartsOf(record.policy, record.state, record.events);
  std::vector<std::string> unreviewed;
  for (const TaggedPart& part : parts) {
    if (part.tag == kTagUnreviewed) unreviewed.push_back(part.part.id);
  }
  if (!unreviewed.empty()) return NotReviewed(record.state, unreviewed);
  AddNames(context, parts, released);

  const WrittenRelease written = WriteRelease(record, released);
  release.set_original_sha256(Sha256Hex(written.original));
  release.set_json_sha256(Sha256Hex(written.json));
  release.set_text_sha256(Sha256Hex(written.text));
  release.set_log_sha256(Sha256Hex(written.log_json));
  release.set_item_count(written.item_count);
  release.set_withheld_count(written.withheld_count);
  release.set_partly_withheld_count(written.partly_withheld_count);
  return released;
}

WrittenRelease WriteRelease(const RecordAt& record, const record::v1::RecordReleased& release) {
  return Writer(record, release).Write();
}

bool IsSame(const WrittenRelease& written, const v1::RecordRelease& release) {
  return release.format() == kReleaseFormat &&
         Sha256Hex(written.original) == release.original_sha256() &&
         Sha256Hex(written.json) == release.json_sha256() &&
         Sha256Hex(written.text) == release.text_sha256() &&
         Sha256Hex(written.log_json) == release.log_sha256();
}

IncidentState StateAt(std::vector<Event>& events, int64_t version) {
  events.erase(std::remove_if(events.begin(), events.end(),
                              [&](const Event& event) { return event.version() > version; }),
               events.end());
  IncidentState state;
  for (const Event& event : events) Apply(state, event);
  return state;
}

}  // namespace belfry::core
