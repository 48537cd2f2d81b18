#include "tests/support/exchange_schema.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "belfry/exchange/v1/export.pb.h"
#include "google/protobuf/descriptor.h"

namespace belfry::testing {
namespace {

using exchange::FieldNames;
using exchange::Json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr char kDraft[] = "https://json-schema.org/draft/2020-12/schema";

class SchemaMaker {
 public:
  SchemaMaker(FieldNames names, Json& definitions) : names_(names), definitions_(definitions) {}

  Json Reference(const Descriptor& type) {
    Define(type);
    return {{"$ref", absl::StrCat("#/$defs/", type.full_name())}};
  }

 private:
  Json Value(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}};
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return {{"type", "number"}};
      case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_STRING:
        return {{"type", "string"}};
      case FieldDescriptor::CPPTYPE_ENUM: {
        Json names = Json::array();
        for (int i = 0; i < field.enum_type()->value_count(); ++i) {
          names.push_back(field.enum_type()->value(i)->name());
        }
        return {{"enum", names}};
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    const std::string& type = field.message_type()->full_name();
    if (type == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
    if (type == "google.protobuf.Duration") {
      return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?s$"}};
    }
    return Reference(*field.message_type());
  }

  void Define(const Descriptor& type) {
    if (!defined_.insert(type.full_name()).second) return;
    Json properties = Json::object();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const std::string& name = names_ == FieldNames::kCamel ? field.json_name() : field.name();
      Json value = Value(field);
      properties[name] = field.is_repeated() ? Json{{"type", "array"}, {"items", value}} : value;
    }
    definitions_[type.full_name()] = {
        {"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  }

  const FieldNames names_;
  Json& definitions_;
  std::set<std::string> defined_;
};

}  // namespace

Json ExportSchema() {
  Json definitions = Json::object();
  SchemaMaker maker(FieldNames::kCamel, definitions);
  const Json reference = maker.Reference(*exchange::v1::Export::descriptor());
  Json schema = Json::object();
  schema["$schema"] = kDraft;
  schema["$id"] = "urn:belfry:exchange:belfry-export:1";
  schema["title"] = "What `belfry export --format json` writes";
  schema["description"] =
      "The fields are explained in proto/belfry/exchange/v1/export.proto and the files it imports. "
      "What is empty is left out.";
  schema["allOf"] = Json::array({reference});
  schema["properties"] = {{"format", {{"const", "belfry-export/1"}}}};
  schema["required"] = Json::array({"format", "exportTime", "exporter", "tlp", "tlpMax"});
  schema["$defs"] = definitions;
  return schema;
}

Json StixExtensionSchema() {
  Json definitions = Json::object();
  SchemaMaker maker(FieldNames::kProto, definitions);
  const Json record = maker.Reference(*exchange::v1::IncidentExport::descriptor());
  const Json entry = maker.Reference(*belfry::v1::TimelineEntry::descriptor());
  Json schema = Json::object();
  schema["$schema"] = kDraft;
  schema["$id"] = "urn:belfry:exchange:stix-extension:1.0.0";
  schema["title"] = "Belfry's STIX 2.1 property extension of incident and note";
  schema["description"] =
      "An incident has \"record\": the incident without title and summary, which are name and "
      "description, and without its timeline, which are notes; and its duties. A note has "
      "\"entry\": the timeline entry without its text, which is the content.";
  schema["type"] = "object";
  schema["properties"] = {
      {"extension_type", {{"const", "property-extension"}}}, {"record", record}, {"entry", entry}};
  schema["required"] = Json::array({"extension_type"});
  schema["oneOf"] = Json::array(
      {{{"required", Json::array({"record"})}}, {{"required", Json::array({"entry"})}}});
  schema["additionalProperties"] = false;
  schema["$defs"] = definitions;
  return schema;
}

}  // namespace belfry::testing
