// Properties 3, 4, 5: law enforcement, the Fusion Center, the Commonwealth CIO and CSO.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/proto_time.h"
#include "tests/properties/checker.h"

namespace belfry::properties {
namespace {

bool IsSatisfiedState(v1::Obligation::State state) {
  return state == v1::Obligation::STATE_SATISFIED || state == v1::Obligation::STATE_SATISFIED_LATE;
}

// ---- 3 ----

class LawEnforcementChecker : public Checker {
 public:
  explicit LawEnforcementChecker(Findings& findings) : Checker(3, findings) {}

  void See(const Moment& moment) override {
    Contacts& contacts = contacts_[static_cast<size_t>(moment.slot)];
    bool deviated = false;
    for (const Event& event : *moment.events) {
      if (event.has_document_submitted()) {
        const auto& body = event.document_submitted();
        if (body.type() == "LE_REFERRAL") Referral(moment, contacts);
        if (body.type() == "LE_CONTACT") {
          Outside(contacts, body);
          deviated |= body.order_deviation();
        }
        if (IsMember(body.type(), {"LE_REFERRAL", "LE_CONTACT"})) {
          contacts.law_enforcement.push_back(FromProto(body.event_time()));
        }
        if (body.type() == "EXCEPTION_DECLARATION") {
          contacts.exceptions.push_back(FromProto(body.event_time()));
        }
      }
      if (event.has_obligation_settled() && IsSatisfiedState(event.obligation_settled().state())) {
        const ObligationRow* row = RowOf(*moment.after, event.obligation_settled().instance());
        if (row != nullptr && row->code() == "CRIM-ITD") contacts.itd.push_back(moment.now);
        if (row != nullptr && row->code() == "CRIM-GCLC") contacts.counsel.push_back(moment.now);
      }
    }
    if (const auto* absorb = std::get_if<core::Absorb>(&moment.command->act)) {
      // A duty that moved here keeps the deadline that a contact there gave it.
      for (const Contacts& other : contacts_) {
        if (other.incident != absorb->from->id()) continue;
        contacts.law_enforcement.insert(contacts.law_enforcement.end(),
                                        other.law_enforcement.begin(), other.law_enforcement.end());
        contacts.absorbed = true;
      }
    }
    contacts.incident = moment.after->id();
    if (deviated) Justified(moment);
    CounselDeadline(moment, contacts);
  }

  void Refused(const Moment& moment, const absl::Status& status) override {
    const auto* act = std::get_if<v1::SubmitDocumentRequest>(&moment.command->act);
    if (act == nullptr) return;
    if (act->type() == "LE_REFERRAL") Saw("3: referral refused");
    if (act->type() != "LE_CONTACT" && act->type() != "OUTSIDE_ACT") return;
    if (status.code() == absl::StatusCode::kNotFound) return;  // may not see the incident at all
    const bool complete = std::all_of(act->fields().begin(), act->fields().end(),
                                      [](const auto& field) { return !field.value().empty(); }) &&
                          act->fields_size() >= (act->type() == "LE_CONTACT" ? 3 : 1);
    const bool party = PartOf(*moment.before, act->entity()) != nullptr;
    if (complete && party) {
      Fail("3/not-recordable",
           absl::StrCat(act->type(), " by ", moment.command->caller.actor.principal(),
                        " was refused: ", std::string(status.message())));
    }
  }

 private:
  struct Contacts {
    std::string incident;
    bool absorbed = false;
    std::vector<absl::Time> itd;
    std::vector<absl::Time> counsel;
    std::vector<absl::Time> exceptions;
    std::vector<absl::Time> law_enforcement;

    bool MayFollow() const { return (!itd.empty() && !counsel.empty()) || !exceptions.empty(); }
    bool MayFollowAt(absl::Time time) const {
      const auto by = [&](const std::vector<absl::Time>& times) {
        return std::any_of(times.begin(), times.end(), [&](absl::Time t) { return t <= time; });
      };
      return (by(itd) && by(counsel)) || by(exceptions);
    }
  };

  void Referral(const Moment& moment, const Contacts& contacts) {
    Saw("3: referral accepted");
    if (!contacts.MayFollow()) {
      Fail("3/order",
           absl::StrCat(moment.after->id(),
                        ": law enforcement was contacted through "
                        "Belfry at ",
                        When(moment.now), " before ITD and counsel, without an exception"));
    }
  }

  void Outside(const Contacts& contacts, const record::v1::DocumentSubmitted& body) {
    Saw(body.order_deviation() ? "3: outside contact out of order" : "3: outside contact in order");
    const bool in_order = contacts.MayFollowAt(FromProto(body.event_time()));
    if (in_order == body.order_deviation()) {
      Fail("3/deviation",
           absl::StrCat("an outside contact at ", When(FromProto(body.event_time())), " is ",
                        body.order_deviation() ? "" : "not ", "marked as out of order"));
    }
  }

  void Justified(const Moment& moment) {
    const bool open =
        std::any_of(moment.after->obligations().begin(), moment.after->obligations().end(),
                    [&](const ObligationRow& row) { return row.code() == "SCIO-JUSTIFY"; });
    if (!open) Fail("3/justify", "a contact out of order opened no SCIO-JUSTIFY");
  }

  // TF + 1 h, or 4 h after a contact with law enforcement.
  void CounselDeadline(const Moment& moment, const Contacts& contacts) {
    if (moment.events->empty()) return;
    for (const ObligationRow& row : moment.after->obligations()) {
      if (row.code() != "CRIM-GCLC" || !IsOpenState(row.state())) continue;
      const absl::Time due = FromProto(row.due_time());
      if (contacts.law_enforcement.empty()) {
        if (due != FromProto(row.clock_start()) + absl::Hours(1)) {
          Fail("3/counsel-deadline", RowText(row));
        }
        continue;
      }
      Saw("3: counsel after law enforcement");
      const bool fits =
          std::any_of(contacts.law_enforcement.begin(), contacts.law_enforcement.end(),
                      [&](absl::Time contact) { return due == contact + absl::Hours(4); });
      // Contacts of an incident that ended here do not move what this one owes itself.
      const bool own = contacts.absorbed && due == FromProto(row.clock_start()) + absl::Hours(1);
      if (!fits && !own) {
        Fail("3/counsel-after", absl::StrCat(RowText(row), " is not 4 h after a contact"));
      }
    }
  }

  std::array<Contacts, World::kSlots> contacts_;
};

// ---- 4 ----

class FusionChecker : public Checker {
 public:
  explicit FusionChecker(Findings& findings) : Checker(4, findings) {}

  void See(const Moment& moment) override {
    if (moment.after->standing_register()) return;
    Safety& safety = safety_[static_cast<size_t>(moment.slot)];
    const std::string& state = moment.after->state();
    for (const Event& event : *moment.events) {
      if (event.has_fact_recorded()) Note(safety, state, event.fact_recorded().fact());
      if (event.has_absorbed()) {
        for (const v1::Fact& fact : event.absorbed().facts()) Note(safety, state, fact);
        safety.absorbed |= std::any_of(event.absorbed().obligations().begin(),
                                       event.absorbed().obligations().end(),
                                       [](const auto& row) { return row.code() == "FUSION"; });
      }
    }
    int rows = 0;
    int live = 0;
    for (const ObligationRow& row : moment.after->obligations()) {
      if (row.code() != "FUSION") continue;
      ++rows;
      if (row.state() != v1::Obligation::STATE_VOID) ++live;
      const ObligationRow* before = RowOf(*moment.before, row.instance());
      if (before == nullptr && !safety.absorbed &&
          FromProto(row.due_time()) != FromProto(row.clock_start()) + absl::Minutes(30)) {
        Fail("4/deadline", RowText(row));
      }
    }
    if (safety.ever && rows == 0) {
      Fail("4/none", absl::StrCat("public_safety has been POSSIBLE or YES (now ", safety.value,
                                  ") in state ", state, " and there is no FUSION"));
    }
    if (!safety.ever && !safety.absorbed && rows > 0) {
      Fail("4/too-many", "there is a FUSION though public_safety never was POSSIBLE or YES");
    }
    const bool now = safety.value == "POSSIBLE" || safety.value == "YES";
    if (now && live == 0 && state != "DISMISSED" && state != "MERGED" && !safety.after_end) {
      Fail("4/void", absl::StrCat("public_safety is ", safety.value, " and every FUSION is void"));
    }
    if (live > 1) Fail("4/several", "two FUSION duties at once");
    if (safety.ever) Saw("4: public safety concerned");
    if (safety.ever && !now) Saw("4: no longer concerned");
  }

 private:
  struct Safety {
    std::string value;
    bool ever = false;
    bool absorbed = false;
    bool after_end = false;
  };

  void Note(Safety& safety, const std::string& state, const v1::Fact& fact) {
    if (fact.name() != "public_safety") return;
    safety.value = fact.value();
    // What is found out after the end of a false alarm is a note.
    safety.after_end = state == "DISMISSED";
    safety.ever |= !safety.after_end && (fact.value() == "POSSIBLE" || fact.value() == "YES");
  }

  std::array<Safety, World::kSlots> safety_;
};

// ---- 5 ----

class OfficialsChecker : public Checker {
 public:
  explicit OfficialsChecker(Findings& findings) : Checker(5, findings) {}

  void See(const Moment& moment) override {
    std::set<std::string>& reached = reached_[static_cast<size_t>(moment.slot)];
    for (const Event& event : *moment.events) {
      if (event.has_notice_sent()) Sent(moment, event);
      if (event.has_delivery_concluded() && event.delivery_concluded().delivered()) {
        const auto& body = event.delivery_concluded();
        if (body.kind() == v1::Notice::KIND_STATEMENT) {
          reached.insert(absl::StrCat(body.obligation(), " ", body.target()));
        }
      }
      if (event.has_obligation_settled()) Settled(moment, event, reached);
    }
  }

 private:
  static bool IsVia(const ObligationRow& row) { return row.code() == "CCIO-CSO-VIA-SCIO"; }
  static bool IsBy(const ObligationRow& row) { return row.code() == "CCIO-CSO-BY-ITD"; }

  void Sent(const Moment& moment, const Event& event) {
    const auto& body = event.notice_sent();
    const ObligationRow* row = RowOf(*moment.after, body.obligation());
    if (row == nullptr || (!IsVia(*row) && !IsBy(*row))) return;
    Saw(IsVia(*row) ? "5: sent through the SCIO" : "5: sent by ITD");
    const std::string& sender = event.actor().principal();
    const bool may = IsVia(*row)
                         ? Holds(moment.directory(), sender, row->subject(), {"SCIO"})
                         : Holds(moment.directory(), sender, "", {"CSIRT_X", "ITD_DM", "CSIRT_H"});
    if (!may) Fail("5/sender", absl::StrCat(RowText(*row), " was sent by ", sender));
    for (const char* role : {"CCIO", "CSO"}) {
      std::vector<std::string> people;
      for (const auto& recipient : body.recipients()) {
        if (recipient.role() == role) people.push_back(recipient.person());
      }
      if (people.empty()) {
        Fail("5/recipients", absl::StrCat(RowText(*row), " goes to no ", role));
      }
      for (const std::string& person : people) {
        const bool told = std::any_of(
            moment.notices->begin(), moment.notices->end(), [&](const core::NoticeDraft& draft) {
              return draft.target == person && draft.notice.kind() == v1::Notice::KIND_STATEMENT &&
                     draft.notice.obligation() == row->instance() && draft.report_outcome;
            });
        if (!told) Fail("5/delivery", absl::StrCat(RowText(*row), " has no notice to ", person));
      }
    }
  }

  void Settled(const Moment& moment, const Event& event, const std::set<std::string>& reached) {
    const auto& body = event.obligation_settled();
    const ObligationRow* row = RowOf(*moment.after, body.instance());
    if (row == nullptr || !IsSatisfiedState(body.state()) || (!IsVia(*row) && !IsBy(*row))) return;
    // What the parent sent names its parts.
    if (std::holds_alternative<core::ParentSatisfied>(moment.command->act)) {
      Saw("5: satisfied by the parent");
      if (IsVia(*row)) Fail("5/parent", RowText(*row));
      return;
    }
    Saw("5: satisfied");
    for (const char* role : {"CCIO", "CSO"}) {
      const auto& tracked = moment.after->tracked_notices();
      const bool delivered =
          std::any_of(tracked.begin(), tracked.end(), [&](const record::v1::TrackedNotice& one) {
            return one.obligation() == row->instance() && one.role() == role &&
                   reached.count(absl::StrCat(row->instance(), " ", one.person())) > 0;
          });
      if (!delivered) {
        Fail("5/satisfied", absl::StrCat(RowText(*row), " though no ", role, " was reached"));
      }
    }
  }

  std::array<std::set<std::string>, World::kSlots> reached_;
};

}  // namespace

std::unique_ptr<Checker> MakeLawEnforcementChecker(Findings& findings) {
  return std::make_unique<LawEnforcementChecker>(findings);
}
std::unique_ptr<Checker> MakeFusionChecker(Findings& findings) {
  return std::make_unique<FusionChecker>(findings);
}
std::unique_ptr<Checker> MakeOfficialsChecker(Findings& findings) {
  return std::make_unique<OfficialsChecker>(findings);
}

}  // namespace belfry::properties
