#include "server/frontend/mutation.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "belfry/v1/audit.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/unknown_field_set.h"
#include "server/base/error.h"
#include "server/base/sha256.h"

namespace belfry::frontend {
namespace {

constexpr size_t kRequestIdCharactersMax = 128;

bool HasUnknownFields(const google::protobuf::Message& message) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (HasUnknownFields(reflection->GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (HasUnknownFields(reflection->GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

}  // namespace

absl::Status CheckRequest(const google::protobuf::Message& request, const std::string& request_id) {
  if (request_id.size() > kRequestIdCharactersMax ||
      !std::all_of(request_id.begin(), request_id.end(),
                   [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); })) {
    return InvalidField("request_id", "takes at most 128 printable characters, best a UUID");
  }
  if (HasUnknownFields(request)) {
    return InvalidField(request.GetDescriptor()->name(),
                        "carries fields this server does not know; use the protos it publishes");
  }
  return absl::OkStatus();
}

void CutReplay(const core::View& view, google::protobuf::Message& response) {
  if (view.sight() == core::Sight::kAll) return;
  const bool nothing = view.sight() == core::Sight::kNothing;
  const google::protobuf::Reflection* reflection = response.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(response, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    const bool receipt = field->message_type() == v1::Receipt::descriptor();
    const bool incident = field->message_type() == v1::Incident::descriptor();
    // A proof that one acted tells nothing; the entry is one's own.
    if (receipt || (!nothing && !incident && !field->is_repeated())) continue;
    reflection->ClearField(&response, field);
    if (incident && !field->is_repeated()) {
      reflection->MutableMessage(&response, field)->CopyFrom(view.Incident());
    }
  }
}

std::string Fingerprint(const char* method, const google::protobuf::Message& request) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&coded);
  }
  return Sha256(absl::StrCat(method, "\n", bytes));
}

}  // namespace belfry::frontend
