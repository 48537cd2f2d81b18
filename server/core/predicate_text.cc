#include "server/core/predicate_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/base/proto_time.h"
#include "server/core/notice_text.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Predicate;
using policy::v1::Satisfaction;

template <typename Range>
std::string Or(const Range& values) {
  return absl::StrJoin(values, " or ");
}

std::string Parts(const PolicyIndex& policy,
                  const google::protobuf::RepeatedPtrField<Predicate>& parts,
                  absl::string_view word) {
  std::vector<std::string> texts;
  for (const Predicate& part : parts) {
    const bool nested = part.has_all() || part.has_any();
    const std::string text = PredicateText(policy, part);
    texts.push_back(nested ? absl::StrCat("(", text, ")") : text);
  }
  return absl::StrJoin(texts, absl::StrCat(" ", word, " "));
}

std::string CountText(const Predicate::CountTest& test) {
  std::string what = Predicate::CountTest::What_Name(test.what()).substr(sizeof("WHAT_") - 1);
  for (char& c : what) c = c == '_' ? ' ' : absl::ascii_tolower(static_cast<unsigned char>(c));
  return absl::StrCat("at least ", test.at_least(), " ", what);
}

std::string FieldsText(const google::protobuf::RepeatedPtrField<policy::v1::FieldTest>& fields) {
  std::vector<std::string> texts;
  for (const auto& field : fields) texts.push_back(absl::StrCat(field.name(), " ", Or(field.is())));
  return texts.empty() ? "" : absl::StrCat(" with ", absl::StrJoin(texts, ", "));
}

}  // namespace

std::string PredicateText(const PolicyIndex& policy, const Predicate& predicate) {
  switch (predicate.kind_case()) {
    case Predicate::kAll:
      return Parts(policy, predicate.all().of(), "and");
    case Predicate::kAny:
      return Parts(policy, predicate.any().of(), "or");
    case Predicate::kNot:
      return absl::StrCat("not (", PredicateText(policy, predicate.not_()), ")");
    case Predicate::kFact:
      return predicate.fact().has_at_least()
                 ? absl::StrCat(predicate.fact().name(), " is at least ",
                                predicate.fact().at_least())
                 : absl::StrCat(predicate.fact().name(), " is ", Or(predicate.fact().is()));
    case Predicate::kCategory:
      return absl::StrCat("category ", Or(predicate.category().code()),
                          predicate.category().sub_value().empty()
                              ? ""
                              : absl::StrCat("/", Or(predicate.category().sub_value())));
    case Predicate::kPresumption:
      return absl::StrCat("the category makes a crime ",
                          policy::v1::Category::Presumption_Name(predicate.presumption().at_least())
                              .substr(sizeof("PRESUMPTION_") - 1));
    case Predicate::kSeverity:
      return absl::StrCat("severity ", predicate.severity().at_least(), " or worse");
    case Predicate::kState: {
      std::vector<std::string> parts;
      if (!predicate.state().is().empty()) {
        parts.push_back(absl::StrCat("state ", Or(predicate.state().is())));
      }
      if (!predicate.state().clock_set().empty()) {
        parts.push_back(absl::StrCat("clock ", predicate.state().clock_set(), " is set"));
      }
      if (predicate.state().ongoing()) parts.push_back("it is ongoing");
      return absl::StrJoin(parts, " and ");
    }
    case Predicate::kEntity:
      return absl::StrCat("the entity is ",
                          Predicate::EntityTest::Property_Name(predicate.entity().property())
                              .substr(sizeof("PROPERTY_") - 1));
    case Predicate::kCount:
      return CountText(predicate.count());
    case Predicate::kOpenObligations:
      return absl::StrCat("at most ", predicate.open_obligations().at_most(), " open of ",
                          predicate.open_obligations().code().empty()
                              ? "all duties"
                              : Or(predicate.open_obligations().code()));
    case Predicate::kElapsed:
      return absl::StrCat(predicate.elapsed().has_span()
                              ? "the span by severity"
                              : absl::FormatDuration(FromProto(predicate.elapsed().at_least())),
                          " have passed since ", predicate.elapsed().clock());
    case Predicate::kDocument:
      return absl::StrCat("a document ", predicate.document().type(),
                          FieldsText(predicate.document().fields()), " was handed in",
                          predicate.document().each_entity() ? " by every affected entity" : "");
    case Predicate::kTicket:
      return "a ticket is linked";
    case Predicate::kDecision:
      return absl::StrCat("the latest decision on ", predicate.decision().question(), " is ",
                          Or(predicate.decision().is()));
    case Predicate::kSatisfied:
      return absl::StrCat(absl::StrJoin(predicate.satisfied().code(), " and "), " satisfied");
    case Predicate::kDevice:
      return predicate.device().has_at_most()
                 ? absl::StrCat("at most ", predicate.device().at_most(), " devices ",
                                Or(predicate.device().status()))
                 : absl::StrCat("at least ", predicate.device().at_least(), " devices ",
                                Or(predicate.device().status()));
    case Predicate::kLate:
      return "a duty is or was late";
    case Predicate::kTold:
      return absl::StrCat(Or(predicate.told().roles()), " was told");
    case Predicate::kCategoryDetail:
      return "every category says what it needs to";
    case Predicate::kChild:
      return "it is a part of a larger incident";
    case Predicate::KIND_NOT_SET:
      break;
  }
  return "always";
}

std::vector<std::string> WhyItHolds(const Predicate& predicate, const Subject& subject) {
  if (!Holds(predicate, subject)) return {};
  const auto collect = [&](const google::protobuf::RepeatedPtrField<Predicate>& parts) {
    std::vector<std::string> lines;
    for (const Predicate& part : parts) {
      for (std::string& line : WhyItHolds(part, subject)) lines.push_back(std::move(line));
    }
    return lines;
  };
  if (predicate.has_all()) return collect(predicate.all().of());
  if (predicate.has_any()) return collect(predicate.any().of());
  std::string line = PredicateText(subject.policy, predicate);
  if (predicate.has_fact()) {
    for (const v1::Fact& fact : subject.state.facts()) {
      if (fact.name() != predicate.fact().name()) continue;
      line = absl::StrCat(fact.name(), " is ", fact.value(), ", known since ",
                          CivilTime(subject.policy, FromProto(fact.known_time())), ", by ",
                          fact.author());
    }
  }
  return {std::move(line)};
}

std::string SpanText(const PolicyIndex& policy, const policy::v1::Span& span,
                     absl::string_view severity) {
  if (span.business_days() > 0) return absl::StrCat(span.business_days(), " business days");
  const absl::Duration length = policy.SpanFor(span, severity);
  if (length <= absl::ZeroDuration()) return "no deadline";
  return absl::FormatDuration(length);
}

std::string SatisfactionText(const Satisfaction& way) {
  switch (way.kind_case()) {
    case Satisfaction::kReport:
      return "the report itself";
    case Satisfaction::kTicket:
      return "a ticket is linked";
    case Satisfaction::kAcknowledgement:
      return absl::StrCat("an acknowledgement by ", Or(way.acknowledgement().roles()));
    case Satisfaction::kStateEntered:
      return absl::StrCat("the incident is ", Or(way.state_entered().state()));
    case Satisfaction::kDocument:
      return absl::StrCat("a document ", way.document().type(),
                          FieldsText(way.document().fields()));
    case Satisfaction::kNoticeDelivered:
      return absl::StrCat("a notice of ", Or(way.notice_delivered().sender_roles()),
                          " has reached ", absl::StrJoin(way.notice_delivered().roles(), " and "));
    case Satisfaction::kDecision:
      return absl::StrCat("a decision on ", way.decision().question(), ": ",
                          Or(way.decision().answers()));
    case Satisfaction::kFactIs:
      return absl::StrCat(way.fact_is().name(), " is ", Or(way.fact_is().is()));
    case Satisfaction::kRemovalConfirmed:
      return "every target is confirmed off the network";
    case Satisfaction::kRemovalLifted:
      return "the removal is lifted after a clean scan";
    case Satisfaction::kRolesHeld:
      return absl::StrCat("the directory names ", absl::StrJoin(way.roles_held().roles(), " and "));
    case Satisfaction::kPolicyAdopted:
      return "another policy pack comes into force";
    case Satisfaction::kSpendDecided:
      return "the spending request is approved or refused";
    case Satisfaction::kRecordsAnswered:
      return "the request for the record is answered by a release or a denial";
    case Satisfaction::KIND_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace belfry::core
