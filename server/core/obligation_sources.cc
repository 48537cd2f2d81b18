#include "server/core/obligation_sources.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "server/core/state_util.h"

namespace belfry::core {
namespace {

using policy::v1::Source;

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& list,
              absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

class Collector {
 public:
  Collector(const policy::v1::Obligation& rule, const Subject& about)
      : rule_(rule), about_(about) {}

  std::vector<Raised> Collect() && {
    for (const Source& source : rule_.sources()) From(source);
    return std::move(raised_);
  }

 private:
  void Add(const Source& source, int64_t event, const google::protobuf::Timestamp& time) {
    AddAt(source, absl::StrCat(source.key(), ":", event), FromProto(time));
  }

  void AddAt(const Source& source, std::string name, absl::Time time) {
    if (rule_.has_suppressed_by() && DecisionHolds(rule_.suppressed_by(), about_.state, time)) {
      return;
    }
    raised_.push_back({std::move(name), time, source.has_due() ? &source.due() : nullptr});
  }

  // What one entity did raises its own instance, where each has one.
  bool IsOf(absl::string_view entity) const {
    return rule_.scope() != policy::v1::Obligation::SCOPE_ENTITY || entity == about_.entity;
  }

  void FromDocuments(const Source& source) {
    for (const record::v1::DocumentRow& row : about_.state.documents()) {
      const Source::EachDocument& wanted = source.document();
      if (row.type() != wanted.type() || !FieldsFit(wanted.fields(), row.fields())) continue;
      if (wanted.order_deviation() && !row.order_deviation()) continue;
      if (!IsOf(row.entity())) continue;
      Add(source, row.event_version(), row.event_time());
    }
  }

  void From(const Source& source) {
    const record::v1::IncidentState& state = about_.state;
    switch (source.kind_case()) {
      case Source::kBecomes:
        if (const auto since = Since(source.becomes().when(), about_); since.has_value()) {
          AddAt(source, source.key(), *since);
        }
        break;
      case Source::kDecision:
        for (const v1::Decision& decision : state.decisions()) {
          if (decision.question() == source.decision().question() &&
              Contains(source.decision().answers(), decision.answer())) {
            Add(source, decision.event_version(), decision.time());
          }
        }
        break;
      case Source::kDocument:
        FromDocuments(source);
        break;
      case Source::kReinfection:
        for (const auto& occurrence : state.reinfections()) {
          Add(source, occurrence.event_version(), occurrence.time());
        }
        break;
      case Source::kOverdueStep:
        for (const auto& occurrence : state.step_ups()) {
          if (occurrence.about() != rule_.code()) continue;
          Add(source, occurrence.event_version(), occurrence.time());
        }
        break;
      case Source::kRemoval:
        for (const v1::NetworkRemoval& removal : state.removals()) {
          if (removal.has_active_time()) Add(source, removal.id(), removal.active_time());
        }
        break;
      case Source::kSpend:
        for (const v1::SpendRequest& request : state.spend_requests()) {
          // What is pre-authorised was never anybody's to decide.
          const bool asked = request.state() != v1::SpendRequest::STATE_AUTO_APPROVED;
          if (asked && IsOf(request.entity())) {
            Add(source, request.number(), request.request_time());
          }
        }
        break;
      case Source::kRecordsRequest:
        for (const v1::RecordsRequest& request : state.records_requests()) {
          Add(source, request.event_version(), request.receive_time());
        }
        break;
      case Source::KIND_NOT_SET:
        break;
    }
  }

  const policy::v1::Obligation& rule_;
  const Subject& about_;
  std::vector<Raised> raised_;
};

}  // namespace

std::vector<Raised> RaisedBy(const policy::v1::Obligation& rule, const Subject& about) {
  return Collector(rule, about).Collect();
}

bool AsksForRecord(const policy::v1::Obligation& rule) {
  return std::any_of(rule.sources().begin(), rule.sources().end(),
                     [](const Source& source) { return source.has_records_request(); });
}

bool IsOccurrence(absl::string_view source) { return source.find(':') != absl::string_view::npos; }

}  // namespace belfry::core
