#include "server/core/masking.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace belfry::core {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// No texts: made by programs, compared as they are, and kept in no record but that of repeats.
bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         field.type() == FieldDescriptor::TYPE_STRING && field.name() != "request_id" &&
         field.name() != "etag";
}

// Where a message stands on its platform: made by programs as well, and looked up again.
bool HoldsTexts(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() != v1::MessageRef::descriptor();
}

// True when something was masked.
bool MaskWith(const re2::RE2& pattern, std::string& text) {
  bool found = false;
  std::string clean;
  size_t kept = 0;
  size_t at = 0;
  re2::StringPiece group[2];
  while (at <= text.size() &&
         pattern.Match(text, at, text.size(), re2::RE2::UNANCHORED, group, 2)) {
    const size_t begin =
        group[1].data() == nullptr ? 0 : static_cast<size_t>(group[1].data() - text.data());
    const size_t end = begin + group[1].size();
    const auto matched = static_cast<size_t>(group[0].data() - text.data()) + group[0].size();
    if (group[1].empty() || group[1].starts_with(kMask)) {
      at = std::max(matched, at + 1);
      continue;
    }
    found = true;
    absl::StrAppend(&clean, absl::string_view(text).substr(kept, begin - kept), kMask);
    kept = end;
    at = end;
  }
  if (found) {
    clean.append(text, kept, std::string::npos);
    text = std::move(clean);
  }
  return found;
}

bool MaskText(const PolicyIndex& policy, std::string& text, Masked& masked) {
  bool found = false;
  for (const PolicyIndex::SecretMask& mask : policy.secret_masks()) {
    if (!MaskWith(*mask.regex, text)) continue;
    found = true;
    auto& known = masked.patterns;
    if (std::find(known.begin(), known.end(), mask.pattern) == known.end()) {
      known.push_back(mask.pattern);
    }
  }
  return found;
}

void Mask(const PolicyIndex& policy, Message& message, const std::string& path, Masked& masked) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const bool nested = HoldsTexts(*field);
    if (!nested && !IsText(*field)) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string at = field->is_repeated() ? absl::StrCat(path, field->name(), "[", i, "]")
                                                  : absl::StrCat(path, field->name());
      if (nested) {
        Mask(policy,
             field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                  : *reflection.MutableMessage(&message, field),
             at + ".", masked);
        continue;
      }
      std::string text = field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                              : reflection.GetString(message, field);
      if (!MaskText(policy, text, masked)) continue;
      masked.fields.push_back(at);
      if (field->is_repeated()) {
        reflection.SetRepeatedString(&message, field, i, std::move(text));
      } else {
        reflection.SetString(&message, field, std::move(text));
      }
    }
  }
}

}  // namespace

void MaskSecrets(const PolicyIndex& policy, Message& message, Masked& masked) {
  if (!policy.secret_masks().empty()) Mask(policy, message, "", masked);
}

Masked MaskSecrets(const PolicyIndex& policy, Act& act) {
  Masked masked;
  std::visit(
      [&](auto& one) {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, Report>) {
          MaskSecrets(policy, one.request, masked);
        } else if constexpr (std::is_same_v<T, EvidenceAct>) {
          std::visit(
              [&](auto& deed) {
                if constexpr (std::is_base_of_v<Message, std::decay_t<decltype(deed)>>) {
                  MaskSecrets(policy, deed, masked);
                }
              },
              one.deed);
        } else if constexpr (std::is_base_of_v<Message, T>) {
          MaskSecrets(policy, one, masked);
        }
      },
      act);
  return masked;
}

}  // namespace belfry::core
