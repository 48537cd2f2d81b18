#include "server/core/policy/document_sample.h"

#include <initializer_list>
#include <string>

namespace belfry::core {
namespace {

using paper::Value;

// Not a word that occurs in a template, and one that XML has to escape.
constexpr char kSample[] = "a < b & c";

Value Texts(std::initializer_list<const char*> names) {
  Value::Group group;
  for (const char* name : names) group[name] = std::string(kSample);
  return group;
}

Value OneOf(std::initializer_list<const char*> names) { return Value::List{Texts(names)}; }

}  // namespace

Value::Group DocumentSample(const policy::v1::Policy& policy,
                            const policy::v1::DocumentType& type) {
  Value::Group fields;
  for (const auto& field : type.fields()) fields[field.name()] = std::string(kSample);
  Value::Group facts;
  for (const auto& fact : policy.facts()) facts[fact.name()] = std::string(kSample);
  Value::Group sample;
  sample["policy"] = Texts({"name", "title"});
  sample["document"] = Texts({"title", "type", "number", "name", "date", "time", "event_time",
                              "amends", "clauses", "draft", "flag"});
  sample["agency"] = Texts({"id", "title", "secretariat"});
  sample["incident"] =
      Texts({"id", "title", "summary", "severity", "state", "entity", "tlp", "drill", "reporter",
             "lead", "reported", "detected", "declared", "categories"});
  sample["author"] = Texts({"name", "title", "roles", "entity"});
  sample["fields"] = std::move(fields);
  sample["facts"] = std::move(facts);
  sample["rows"] = OneOf({"name", "label", "value", "clauses"});
  sample["recipients"] = OneOf({"name", "title"});
  sample["approvals"] = OneOf({"name", "title", "roles", "time"});
  sample["entities"] = OneOf({"id", "title", "relation"});
  sample["duties"] = OneOf({"name", "title", "due", "state", "clauses"});
  sample["decisions"] = OneOf({"question", "answer", "reason", "decider", "time"});
  sample["devices"] = OneOf({"device", "entity", "subnet", "status"});
  sample["costs"] = OneOf({"number", "description", "amount", "entity", "assessment"});
  sample["claimed"] = std::string(kSample);
  sample["notified"] = OneOf({"name", "title", "duty"});
  return sample;
}

paper::Partials DocumentPartials(const policy::v1::Policy& policy) {
  paper::Partials partials;
  for (const auto& one : policy.document_templates()) partials[one.code()] = one.text();
  return partials;
}

const policy::v1::DocumentTemplate* TemplateOf(const policy::v1::Policy& policy,
                                               const policy::v1::DocumentType& type) {
  const std::string code = type.template_().empty() ? "DEFAULT" : type.template_();
  for (const auto& one : policy.document_templates()) {
    if (one.code() == code) return &one;
  }
  return nullptr;
}

}  // namespace belfry::core
