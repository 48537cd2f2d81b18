// Requests for the record of an incident, its review, its release or denial.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/core/acts.h"
#include "server/core/confidentiality.h"
#include "server/core/limits.h"
#include "server/core/public_items.h"
#include "server/core/public_release.h"
#include "server/core/record_checks.h"
#include "server/core/sight.h"
#include "server/core/text.h"
#include "server/core/withholding.h"

namespace belfry::core {
namespace {

using record::v1::IncidentState;
using v1::RecordsRequest;

bool IsExemption(const PolicyIndex& policy, absl::string_view code) {
  const auto& known = policy.proto().exemptions();
  return std::any_of(known.begin(), known.end(),
                     [&](const auto& one) { return one.code() == code; });
}

// "N (public safety and cyber security), …": what may be typed.
std::string Tags(const PolicyIndex& policy, bool none_too) {
  std::vector<std::string> tags;
  for (const auto& one : policy.proto().exemptions()) {
    tags.push_back(absl::StrCat(one.code(), " (", one.title(), ")"));
  }
  if (none_too) {
    tags.emplace_back(kTagNone);
    tags.emplace_back(kTagUnreviewed);
  }
  return absl::StrJoin(tags, ", ");
}

const RecordsRequest* FindRequest(const IncidentState& state, absl::string_view reference) {
  for (const RecordsRequest& request : state.records_requests()) {
    if (request.reference() == reference) return &request;
  }
  return nullptr;
}

absl::Status Changed(absl::string_view what) {
  return ErrorBuilder(absl::StatusCode::kAborted, "RECORD_CHANGED",
                      absl::StrCat(what, " meanwhile; nothing was recorded, do it again"))
      .Build();
}

// One decision about one item, with codes in upper case.
class ReviewChecker {
 public:
  ReviewChecker(const RecordAt& record, std::string path)
      : record_(record), path_(std::move(path)) {}

  absl::StatusOr<record::v1::RecordReviewRow> Check(const TaggedPart& part,
                                                    const v1::RecordReview& review) const {
    record::v1::RecordReviewRow row;
    row.set_item(part.part.id);
    row.set_text_sha256(Sha256(part.part.text));
    BELFRY_RETURN_IF_ERROR(CheckTag(part, review, row));
    if (review.phrases_size() > kPhrasesPerItemMax) {
      return InvalidField(path_ + ".phrases",
                          absl::StrCat("at most ", kPhrasesPerItemMax, " in one item"));
    }
    for (int i = 0; i < review.phrases_size(); ++i) {
      BELFRY_RETURN_IF_ERROR(
          CheckPhrase(part, review.phrases(i), absl::StrCat(path_, ".phrases[", i, "]"), row));
    }
    return row;
  }

 private:
  absl::Status CheckTag(const TaggedPart& part, const v1::RecordReview& review,
                        record::v1::RecordReviewRow& row) const {
    const std::string tag = absl::AsciiStrToUpper(review.tag());
    if (tag.empty() && review.phrases().empty()) {
      return InvalidField(path_ + ".tag",
                          absl::StrCat("is needed: ", Tags(record_.policy, /*none_too=*/true)));
    }
    row.set_tag(tag.empty() ? kTagNone : tag);
    if (row.tag() != kTagNone && row.tag() != kTagUnreviewed &&
        !IsExemption(record_.policy, row.tag())) {
      return InvalidField(path_ + ".tag",
                          absl::StrCat("\"", FirstLine(review.tag(), 20), "\" is none of ",
                                       Tags(record_.policy, /*none_too=*/true)));
    }
    if (part.public_by_law && (row.tag() != kTagNone || !review.phrases().empty())) {
      const std::string clauses = absl::StrJoin(part.rule->clauses(), ", ");
      return ErrorBuilder(
                 absl::StatusCode::kFailedPrecondition, "PUBLIC_BY_LAW",
                 absl::StrCat(part.part.id, " cannot be withheld: the law makes it public (",
                              clauses, ")"))
          .Violation(clauses, part.part.id, "is public by law")
          .Build();
    }
    return absl::OkStatus();
  }

  absl::Status CheckPhrase(const TaggedPart& part, const v1::WithheldPhrase& phrase,
                           const std::string& path, record::v1::RecordReviewRow& row) const {
    BELFRY_RETURN_IF_ERROR(CheckNeeded(path + ".text", phrase.text(), kPhraseCharactersMax));
    if (CountedCharacters(phrase.text()) < kPhraseCharactersMin) {
      return InvalidField(path + ".text",
                          absl::StrCat("at least ", kPhraseCharactersMin,
                                       " letters or digits; for less withhold the item"));
    }
    v1::WithheldPhrase& kept = *row.add_phrases();
    kept = phrase;
    kept.set_exemption(absl::AsciiStrToUpper(phrase.exemption()));
    if (!IsExemption(record_.policy, kept.exemption())) {
      return InvalidField(path + ".exemption",
                          absl::StrCat(phrase.exemption().empty() ? "is needed: " : "is none of ",
                                       Tags(record_.policy, /*none_too=*/false)));
    }
    PhraseFinder finder;
    finder.Add(phrase.text(), 0, /*whole_words=*/false);
    finder.Prepare();
    if (finder.Find(part.part.text).empty()) {
      return InvalidField(path + ".text", absl::StrCat("does not stand in ", part.part.id));
    }
    return absl::OkStatus();
  }

  const RecordAt& record_;
  const std::string path_;
};

}  // namespace

absl::Status RequireRecordAct(const Context& context, const Caller& caller,
                              const IncidentState& state, absl::string_view act) {
  if (SightOf(context.policy, context.directory, caller, state) != Sight::kAll) {
    // A third party sees its own parts, and decides about none.
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "ROLE_REQUIRED",
                        absl::StrCat(std::string(act), " is for the agency whose record it is"))
        .Build();
  }
  BELFRY_RETURN_IF_ERROR(RequireAct(context, caller, state, act, state.entity()));
  const auto& readers = state.readers();
  if (IsClosed(state) &&
      std::find(readers.begin(), readers.end(), caller.actor.principal()) == readers.end()) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "READER_REQUIRED",
                        absl::StrCat(state.id(),
                                     " is restricted: its record is for its named "
                                     "readers alone"))
        .Build();
  }
  return absl::OkStatus();
}

absl::StatusOr<record::v1::RecordReviewed> PrepareReview(const RecordAt& record,
                                                         const v1::ReviewRecordRequest& request) {
  if (record.policy.proto().exemptions().empty()) {
    return ErrorBuilder(
               absl::StatusCode::kFailedPrecondition, "NO_EXEMPTIONS",
               absl::StrCat("the pack ", record.policy.Name(), " says nothing of what is exempt"))
        .Build();
  }
  if (request.reviews().empty() || request.reviews_size() > kReviewsPerRequestMax) {
    return InvalidField("reviews", absl::StrCat("from 1 to ", kReviewsPerRequestMax, " items"));
  }
  BELFRY_RETURN_IF_ERROR(CheckText("reason", request.reason(), kReasonCharactersMax));
  const std::vector<TaggedPart> parts = TaggedPartsOf(record.policy, record.state, record.events);
  absl::flat_hash_map<std::string, const TaggedPart*> known;
  for (const TaggedPart& part : parts) known.emplace(part.part.id, &part);
  record::v1::RecordReviewed reviewed;
  reviewed.set_reason(request.reason());
  absl::flat_hash_set<std::string> seen;
  bool withholds = false;
  for (int i = 0; i < request.reviews_size(); ++i) {
    const v1::RecordReview& review = request.reviews(i);
    const std::string path = absl::StrCat("reviews[", i, "]");
    const auto found = known.find(review.item());
    if (found == known.end()) {
      return InvalidField(path + ".item",
                          absl::StrCat("there is no item \"", FirstLine(review.item(), 60),
                                       "\"; `records show ", record.state.id(), "` lists them"));
    }
    if (!seen.insert(review.item()).second) {
      return InvalidField(path + ".item", absl::StrCat(review.item(), " is there twice"));
    }
    BELFRY_ASSIGN_OR_RETURN(record::v1::RecordReviewRow row,
                            ReviewChecker(record, path).Check(*found->second, review));
    withholds = withholds || IsExemption(record.policy, row.tag()) || row.phrases_size() > 0;
    *reviewed.add_reviews() = std::move(row);
  }
  if (withholds && absl::StripAsciiWhitespace(request.reason()).empty()) {
    return InvalidField("reason",
                        "is needed to withhold something: it stands in the exemption log");
  }
  return reviewed;
}

absl::Status DecideRecordRequest(Draft& draft, const Caller& caller,
                                 const v1::RequestRecordRequest& act) {
  const Context& context = draft.context();
  const IncidentState& state = draft.state();
  BELFRY_RETURN_IF_ERROR(RequireRecordAct(context, caller, state, "REQUEST_RECORD"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reference", act.reference(), kReferenceCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("requester", act.requester(), kTitleCharactersMax));
  if (act.has_receive_time() && FromProto(act.receive_time()) > context.now + kFutureTolerance) {
    return InvalidField("receive_time", "is in the future");
  }
  if (FindRequest(state, act.reference()) != nullptr) {
    return InvalidField("reference", absl::StrCat(act.reference(), " is taken; take another one"));
  }
  if (state.records_requests_size() >= kRecordsRequestsMax) {
    return InvalidField("name",
                        absl::StrCat("at most ", kRecordsRequestsMax, " requests for one record"));
  }
  record::v1::Event event = draft.NewEvent();
  RecordsRequest& request = *event.mutable_record_requested()->mutable_request();
  request.set_reference(act.reference());
  request.set_requester(act.requester());
  *request.mutable_receive_time() = act.has_receive_time() ? act.receive_time() : event.time();
  AddPermissionClauses(draft, "REQUEST_RECORD", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideRecordDenial(Draft& draft, const Caller& caller,
                                const v1::DenyRecordRequest& act) {
  BELFRY_RETURN_IF_ERROR(
      RequireRecordAct(draft.context(), caller, draft.state(), "RELEASE_RECORD"));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reference", act.reference(), kReferenceCharactersMax));
  BELFRY_RETURN_IF_ERROR(CheckNeeded("reason", act.reason(), kReasonCharactersMax));
  const RecordsRequest* request = FindRequest(draft.state(), act.reference());
  if (request == nullptr) {
    return ErrorBuilder(
               absl::StatusCode::kNotFound, "REQUEST_NOT_FOUND",
               absl::StrCat("no request ", FirstLine(act.reference(), 60),
                            " is recorded; `records log ", draft.state().id(), "` lists them"))
        .Build();
  }
  if (request->state() != RecordsRequest::STATE_OPEN) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "ALREADY_ANSWERED",
                        absl::StrCat("request ", act.reference(), " is ",
                                     request->state() == RecordsRequest::STATE_DENIED
                                         ? "denied"
                                         : "answered by a release"))
        .Build();
  }
  record::v1::Event event = draft.NewEvent();
  event.mutable_record_denied()->set_reference(act.reference());
  event.mutable_record_denied()->set_reason(act.reason());
  AddPermissionClauses(draft, "RELEASE_RECORD", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

absl::Status DecideRecordReview(Draft& draft, const Caller& caller,
                                const record::v1::RecordReviewed& act) {
  BELFRY_RETURN_IF_ERROR(RequireRecordAct(draft.context(), caller, draft.state(), "REVIEW_RECORD"));
  if (act.reviews().empty()) return InvalidField("reviews", "is empty");
  if (draft.state().record_reviews_size() + act.reviews_size() > kRecordReviewsMax) {
    return InvalidField("reviews",
                        absl::StrCat("at most ", kRecordReviewsMax, " items of one record"));
  }
  record::v1::Event event = draft.NewEvent();
  *event.mutable_record_reviewed() = act;
  AddPermissionClauses(draft, "REVIEW_RECORD", event);
  draft.Record(std::move(event));
  return absl::OkStatus();
}

absl::Status DecideRecordRelease(Draft& draft, const Caller& caller,
                                 const record::v1::RecordReleased& act) {
  BELFRY_RETURN_IF_ERROR(
      RequireRecordAct(draft.context(), caller, draft.state(), "RELEASE_RECORD"));
  const v1::RecordRelease& release = act.release();
  int number = 1;
  for (const v1::RecordRelease& earlier : draft.state().record_releases()) {
    if (earlier.reference() == release.reference()) ++number;
  }
  if (number != release.number()) return Changed("the record was released");
  // What somebody withheld since must not leave.
  for (const auto& review : draft.state().record_reviews()) {
    if (review.event_version() > release.record_version())
      return Changed("the record was reviewed");
  }
  if (draft.state().record_releases_size() >= kRecordReleasesMax) {
    return InvalidField("name",
                        absl::StrCat("at most ", kRecordReleasesMax, " releases of one record"));
  }
  record::v1::Event event = draft.NewEvent();
  *event.mutable_record_released() = act;
  AddPermissionClauses(draft, "RELEASE_RECORD", event);
  draft.Record(std::move(event));
  Reconcile(draft);
  return absl::OkStatus();
}

}  // namespace belfry::core
