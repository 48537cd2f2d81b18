#include "client-lib/exchange/message_json.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client-lib/chat/utf8.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"

namespace belfry::exchange {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Duration;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

bool Is(const Descriptor* type, const Descriptor* other) {
  return type->full_name() == other->full_name();
}

// ---- Writing ----

Json ValueOf(const Message& message, const FieldDescriptor* field, int index, FieldNames names) {
  const Reflection* reflection = message.GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? reflection->GetRepeatedInt32(message, field, index)
                      : reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return repeated ? reflection->GetRepeatedUInt32(message, field, index)
                      : reflection->GetUInt32(message, field);
    // JavaScript cannot hold them.
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(repeated ? reflection->GetRepeatedInt64(message, field, index)
                                     : reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(repeated ? reflection->GetRepeatedUInt64(message, field, index)
                                     : reflection->GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return repeated ? reflection->GetRepeatedDouble(message, field, index)
                      : reflection->GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return repeated ? reflection->GetRepeatedFloat(message, field, index)
                      : reflection->GetFloat(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? reflection->GetRepeatedBool(message, field, index)
                      : reflection->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection->GetRepeatedString(message, field, index)
                      : reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = repeated ? reflection->GetRepeatedEnumValue(message, field, index)
                                  : reflection->GetEnumValue(message, field);
      const EnumValueDescriptor* value = field->enum_type()->FindValueByNumber(number);
      // A newer server's value keeps its number.
      if (value == nullptr) return number;
      return value->name();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  const Message& part = repeated ? reflection->GetRepeatedMessage(message, field, index)
                                 : reflection->GetMessage(message, field);
  if (Is(part.GetDescriptor(), Timestamp::descriptor())) {
    return TimeUtil::ToString(static_cast<const Timestamp&>(part));
  }
  if (Is(part.GetDescriptor(), Duration::descriptor())) {
    return TimeUtil::ToString(static_cast<const Duration&>(part));
  }
  return MessageToJson(part, names);
}

// ---- Reading ----

absl::Status Wrong(absl::string_view path, absl::string_view wanted, const Json& json) {
  return JsonError(path, absl::StrCat("must be ", wanted, ", and is ", KindOf(json)));
}

// A whole number, as a number or as text.
std::optional<int64_t> WholeNumber(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<uint64_t>();
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
    return static_cast<int64_t>(value);
  }
  if (json.is_number_integer()) return json.get<int64_t>();
  int64_t value = 0;
  if (json.is_string() && absl::SimpleAtoi(json.get_ref<const std::string&>(), &value)) {
    return value;
  }
  return std::nullopt;
}

absl::Status ReadWhole(const Json& json, absl::string_view path, int64_t lowest, int64_t highest,
                       int64_t* value) {
  const std::optional<int64_t> number = WholeNumber(json);
  if (!number.has_value()) return Wrong(path, "a whole number", json);
  if (*number < lowest || *number > highest) return JsonError(path, "is out of range");
  *value = *number;
  return absl::OkStatus();
}

absl::Status ReadPart(const Json& json, absl::string_view path, Message* part) {
  const bool time = Is(part->GetDescriptor(), Timestamp::descriptor());
  const bool span = Is(part->GetDescriptor(), Duration::descriptor());
  if (!time && !span) return JsonToMessage(json, path, part);
  if (!json.is_string()) {
    return Wrong(path, time ? "a time like \"2026-10-06T12:00:00Z\"" : "a span like \"3600s\"",
                 json);
  }
  const auto& text = json.get_ref<const std::string&>();
  if (time ? TimeUtil::FromString(text, static_cast<Timestamp*>(part))
           : TimeUtil::FromString(text, static_cast<Duration*>(part))) {
    return absl::OkStatus();
  }
  return JsonError(path, time ? "must be a time like \"2026-10-06T12:00:00Z\""
                              : "must be a span like \"3600s\"");
}

// One value of a field; sets it, or adds it to a repeated one.
absl::Status ReadValue(const Json& json, absl::string_view path, const FieldDescriptor* field,
                       Message* message) {
  const Reflection* reflection = message->GetReflection();
  const bool add = field->is_repeated();
  int64_t whole = 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      const absl::Status status = ReadWhole(json, path, std::numeric_limits<int32_t>::min(),
                                            std::numeric_limits<int32_t>::max(), &whole);
      if (!status.ok()) return status;
      const auto value = static_cast<int32_t>(whole);
      add ? reflection->AddInt32(message, field, value)
          : reflection->SetInt32(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const absl::Status status =
          ReadWhole(json, path, 0, std::numeric_limits<uint32_t>::max(), &whole);
      if (!status.ok()) return status;
      const auto value = static_cast<uint32_t>(whole);
      add ? reflection->AddUInt32(message, field, value)
          : reflection->SetUInt32(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const absl::Status status = ReadWhole(json, path, std::numeric_limits<int64_t>::min(),
                                            std::numeric_limits<int64_t>::max(), &whole);
      if (!status.ok()) return status;
      add ? reflection->AddInt64(message, field, whole)
          : reflection->SetInt64(message, field, whole);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      const absl::Status status =
          ReadWhole(json, path, 0, std::numeric_limits<int64_t>::max(), &whole);
      if (!status.ok()) return status;
      const auto value = static_cast<uint64_t>(whole);
      add ? reflection->AddUInt64(message, field, value)
          : reflection->SetUInt64(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: {
      if (!json.is_number()) return Wrong(path, "a number", json);
      const auto value = json.get<double>();
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
        const auto narrow = static_cast<float>(value);
        if (!std::isfinite(narrow)) return JsonError(path, "is out of range");
        add ? reflection->AddFloat(message, field, narrow)
            : reflection->SetFloat(message, field, narrow);
        return absl::OkStatus();
      }
      add ? reflection->AddDouble(message, field, value)
          : reflection->SetDouble(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (!json.is_boolean()) return Wrong(path, "true or false", json);
      const bool value = json.get<bool>();
      add ? reflection->AddBool(message, field, value) : reflection->SetBool(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      if (!json.is_string()) return Wrong(path, "text", json);
      auto value = json.get<std::string>();
      add ? reflection->AddString(message, field, std::move(value))
          : reflection->SetString(message, field, std::move(value));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value =
          json.is_string() ? field->enum_type()->FindValueByName(json.get_ref<const std::string&>())
                           : nullptr;
      if (value == nullptr) {
        return JsonError(
            path,
            absl::StrCat("must be one of the names of ", field->enum_type()->name(), ", such as \"",
                         field->enum_type()->value(field->enum_type()->value_count() - 1)->name(),
                         "\""));
      }
      add ? reflection->AddEnum(message, field, value) : reflection->SetEnum(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return ReadPart(
      json, path,
      add ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field));
}

const FieldDescriptor* FindField(const Descriptor* type, const std::string& name) {
  const FieldDescriptor* field = type->FindFieldByCamelcaseName(name);
  return field != nullptr ? field : type->FindFieldByName(name);
}

}  // namespace

Json MessageToJson(const Message& message, FieldNames names) {
  Json json = Json::object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string& name = names == FieldNames::kCamel ? field->json_name() : field->name();
    if (!field->is_repeated()) {
      json[name] = ValueOf(message, field, 0, names);
      continue;
    }
    Json& list = json[name] = Json::array();
    const int size = message.GetReflection()->FieldSize(message, field);
    for (int i = 0; i < size; ++i) list.push_back(ValueOf(message, field, i, names));
  }
  return json;
}

absl::Status JsonToMessage(const Json& json, absl::string_view path, Message* message) {
  if (!json.is_object()) return Wrong(path, "an object", json);
  std::set<const FieldDescriptor*> seen;
  for (const auto& [name, value] : json.items()) {
    const std::string at = MemberPath(path, name);
    const FieldDescriptor* field = FindField(message->GetDescriptor(), name);
    if (field == nullptr) {
      return JsonError(at, absl::StrCat("is not known in ", message->GetDescriptor()->name(),
                                        "; take it out, or use a newer belfry"));
    }
    if (!seen.insert(field).second) {
      return JsonError(at, absl::StrCat("is there twice, also as ", field->name()));
    }
    if (!field->is_repeated()) {
      if (const absl::Status status = ReadValue(value, at, field, message); !status.ok()) {
        return status;
      }
      continue;
    }
    if (!value.is_array()) return Wrong(at, "a list", value);
    for (size_t i = 0; i < value.size(); ++i) {
      const absl::Status status = ReadValue(value[i], ElementPath(at, i), field, message);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace belfry::exchange
