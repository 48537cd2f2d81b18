#include "tests/unit/client-lib/test_policy.h"

#include "client-lib/chat/policy_cache.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace belfry {
namespace {

constexpr char kPolicy[] = R"pb(
  id: "test"
  revision: 1
  time_zone: "America/New_York"
  roles { code: "PC" title: "Primary contact" }
  roles { code: "SCIO" title: "Secretariat CIO" }
  roles { code: "CSIRT_H" title: "CSIRT handler" }
  categories {
    code: "CAT-12"
    title: "Denial of service"
    aliases: "dos"
    aliases: "denial-of-service"
  }
  categories {
    code: "CAT-13"
    title: "Malicious code"
    aliases: "ransomware"
    aliases: "malware"
    sub_values { code: "TROJAN" }
    sub_values { code: "WORM" }
  }
  facts {
    name: "attack_intrusion"
    question: "Is it an attack or an intrusion?"
    values: "YES"
    values: "SUSPECTED"
    values: "NO"
    values: "UNKNOWN"
    aliases: "attack"
  }
  facts {
    name: "personal_information"
    values: "CONFIRMED"
    values: "POSSIBLE"
    values: "NONE"
    values: "UNKNOWN"
    aliases: "personal-info"
    aliases: "pi"
  }
  facts { name: "residents" number: true }
  facts { name: "cause" }
  facts { name: "elements" values: "SSN" values: "LICENSE" values: "ACCOUNT" multiple: true }
  severities { code: "SEV1" title: "Emergency" }
  severities { code: "SEV2" title: "Severe" }
  severities { code: "SEV3" title: "High" }
  severities { code: "SEV4" title: "Medium" }
  severities { code: "SEV5" title: "Low" }
  states { code: "REPORTED" title: "Reported" ongoing: true }
  states { code: "DECLARED" title: "Declared" ongoing: true }
  states { code: "CONTAINED" title: "Contained" ongoing: true }
  states { code: "RESOLVED" title: "Resolved" }
  states { code: "CLOSED" title: "Closed" terminal: true }
  transitions {
    id: "L3"
    verb: "declare"
    from: "REPORTED"
    to: "DECLARED"
    done: "Declared"
    act: "declare"
    clauses: "POL-1.4"
  }
  transitions {
    id: "L6"
    verb: "contain"
    from: "DECLARED"
    to: "CONTAINED"
    done: "Contained"
    act: "contain"
    confirm: "Containing stops the daily pages."
  }
  transitions {
    id: "L10"
    verb: "close"
    from: "RESOLVED"
    to: "CLOSED"
    done: "Closed"
    act: "close"
    guards {
      code: "NO_OPEN_DUTIES"
      message: "Duties are still open."
      remedy: "duties {incident} all"
      clauses: "POL-5.12"
    }
  }
  transitions {
    id: "L12"
    verb: "reopen"
    from: "CLOSED"
    to: "DECLARED"
    done: "Reopened"
    act: "reopen"
    reason_required: true
    clauses: "POL-5.14"
  }
  transitions {
    id: "L14"
    verb: "absorb"
    from: "DECLARED"
    to: "CLOSED"
    done: "Merged"
    act: "merge"
    merges: true
  }
  permissions { act: "close" roles: "CSIRT_H" }
  permissions { act: "refer" roles: "CSIRT_H" roles: "ISO" }
  permissions { act: "declare" roles: "CSIRT_H" roles: "ISO" }
  documents {
    code: "FOLLOWUP"
    title: "Follow-up report"
    fields { name: "description" label: "Description" required: true clauses: "POL-5.17" }
    fields { name: "next_steps" label: "Next steps" required: true }
    clauses: "POL-5.17"
  }
  documents {
    code: "DAILY"
    title: "Daily status"
    fields { name: "conditions" label: "Conditions" required: true clauses: "POL-5.18" }
    fields { name: "actions" label: "Actions" required: true clauses: "POL-5.18" }
    fields { name: "needs" label: "Needs" }
    clauses: "POL-5.18"
  }
  documents {
    code: "LE_CONTACT"
    title: "Contact with law enforcement"
    aliases: "police"
    confirm: "Counsel hears of it first."
    fields { name: "agency" label: "Who was called" required: true hint: "Name and unit" }
    fields { name: "channel" required: true values: "PHONE" values: "IN_PERSON" values: "EMAIL" }
    fields {
      name: "case_no"
      label: "Their case number"
      required_when { name: "channel" is: "EMAIL" }
      clauses: "POL-3.13"
    }
    fields { name: "evidence" values: "LOGS" values: "DISKS" multiple: true }
    guards { code: "OLC_FIRST" message: "Counsel was told." remedy: "notify {incident} OLC" }
    clauses: "POL-3.12"
  }
  documents {
    code: "AGO_FORM"
    title: "Form of the attorney general"
    fields { name: "nature" required: true }
    fields { name: "residents" required: true }
  }
  questions {
    code: "OLC"
    question: "Is it referred to counsel?"
    answers: "YES"
    answers: "NO"
    act: "refer"
    reason_required: true
    clauses: "POL-5.26"
    aliases: "counsel"
    guards { code: "CRIME_ASKED" message: "Whether it is a crime was asked." clauses: "POL-3.11" }
  }
  questions {
    code: "EXEC_NOTIFY"
    question: "Are the CCIO and the CSO notified?"
    answers: "YES"
    answers: "NO"
    act: "exec"
    confirm: "The CCIO and the CSO are called at once."
  }
  questions {
    code: "REMOVAL"
    question: "Is it removed from the network?"
    answers: "REMOVE"
    answers: "KEEP"
    act: "remove"
    removes_on: "REMOVE"
  }
  personal_patterns {
    title: "a Social Security number"
    pattern: "\\b([0-9]{3}-[0-9]{2}-[0-9]{4})\\b"
    clauses: "POL-3.14"
  }
  personal_patterns {
    title: "the number of a payment card"
    pattern: "\\b([0-9]{4}(?:[ -]?[0-9]{4}){3})\\b"
    luhn: true
    clauses: "POL-3.14"
  }
  network_removal { public_safety_warning: "Public safety depends on a target." }
  obligations {
    code: "93H-AGO"
    title: "Notify the attorney general"
    satisfied_by { notice_delivered { roles: "AGO" document: "AGO_FORM" } }
    hold { act: "hold" }
    waivers { roles: "CSIRT_H" }
    remedy: "notify {incident} 93H-AGO"
  }
  obligations {
    code: "DAILY-STATUS"
    title: "Daily status"
    owner_roles: "PC"
    owner_roles: "SC"
    reminders: "daily"
    recurrence { period { seconds: 86400 } }
    satisfied_by { document { type: "DAILY" } }
    remedy: "update {incident}"
  }
  obligations {
    code: "FOLLOWUP-24H"
    title: "Follow-up within 24 h"
    satisfied_by { document { type: "FOLLOWUP" } }
    remedy: "followup {incident} description:x"
  }
  obligations {
    code: "CCIO-CSO-VIA-SCIO"
    title: "Tell CCIO and CSO"
    satisfied_by { notice_delivered { roles: "CCIO" roles: "CSO" } }
    remedy: "notify {incident} CCIO-CSO-VIA-SCIO"
  }
)pb";

}  // namespace

std::shared_ptr<const policy::v1::Policy> TestPolicy() {
  auto policy = std::make_shared<policy::v1::Policy>();
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kPolicy, policy.get()));
  return policy;
}

absl::Time TestNow() {
  return absl::FromCivil(absl::CivilSecond(2026, 11, 24, 19, 5, 0), absl::UTCTimeZone());
}

chat::View TestView() {
  chat::View view;
  view.policy = TestPolicy();
  view.zone = chat::PolicyZone(*view.policy);
  view.now = TestNow();
  view.root = "/incident";
  return view;
}

}  // namespace belfry
