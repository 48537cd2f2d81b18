#include "server/record/leaf.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/record/wire.h"

namespace belfry::record {
namespace {

constexpr uint8_t kFormat = 1;

absl::Status TooLong() {
  return absl::InvalidArgumentError("a text of a leaf has more than 65,535 bytes");
}

absl::Status NoLeaf(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("not a leaf: ", what));
}

}  // namespace

absl::StatusOr<std::string> FrameLeaf(const Leaf& leaf) {
  std::string out;
  out.reserve(96 + leaf.origin.size() + leaf.kind.size() + leaf.subject.size() +
              leaf.principal.size() + leaf.request_id.size());
  PutU8(out, kFormat);
  bool fits = PutShort(out, leaf.origin);
  PutU64(out, leaf.index);
  PutU64(out, leaf.time_us);
  fits = fits && PutShort(out, leaf.kind) && PutShort(out, leaf.subject);
  PutU64(out, leaf.version);
  fits = fits && PutShort(out, leaf.principal) && PutShort(out, leaf.request_id);
  if (!fits) return TooLong();
  out.append(leaf.commitment.data(), leaf.commitment.size());
  return out;
}

absl::StatusOr<Leaf> ParseLeaf(absl::string_view bytes) {
  WireReader reader(bytes);
  if (const uint8_t format = reader.U8(); reader.ok() && format != kFormat) {
    return NoLeaf(absl::StrCat("format ", format, "; this program knows format 1"));
  }
  Leaf leaf;
  leaf.origin = std::string(reader.Short());
  leaf.index = reader.U64();
  leaf.time_us = reader.U64();
  leaf.kind = std::string(reader.Short());
  leaf.subject = std::string(reader.Short());
  leaf.version = reader.U64();
  leaf.principal = std::string(reader.Short());
  leaf.request_id = std::string(reader.Short());
  const absl::string_view commitment = reader.Take(kHashSize);
  if (!reader.ok()) return NoLeaf("it is cut off");
  if (!reader.done()) return NoLeaf("something follows it");
  leaf.commitment = *HashFromBytes(commitment);
  return leaf;
}

absl::StatusOr<std::string> FrameSuperLeaf(const SuperLeaf& leaf) {
  std::string out;
  PutU8(out, kFormat);
  if (!PutShort(out, leaf.origin)) return TooLong();
  PutU64(out, leaf.size);
  out.append(leaf.root.data(), leaf.root.size());
  return out;
}

absl::StatusOr<SuperLeaf> ParseSuperLeaf(absl::string_view bytes) {
  WireReader reader(bytes);
  if (const uint8_t format = reader.U8(); reader.ok() && format != kFormat) {
    return NoLeaf(absl::StrCat("format ", format, "; this program knows format 1"));
  }
  SuperLeaf leaf;
  leaf.origin = std::string(reader.Short());
  leaf.size = reader.U64();
  const absl::string_view root = reader.Take(kHashSize);
  if (!reader.ok()) return NoLeaf("it is cut off");
  if (!reader.done()) return NoLeaf("something follows it");
  leaf.root = *HashFromBytes(root);
  return leaf;
}

bool IsInstanceName(absl::string_view instance) {
  const auto letter = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !instance.empty() && instance.size() <= 253 && letter(instance.front()) &&
         letter(instance.back()) && std::all_of(instance.begin(), instance.end(), [&](char c) {
           return letter(c) || c == '.' || c == '-';
         });
}

bool IsLogId(absl::string_view id) {
  return !id.empty() && id.size() <= 100 && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

std::string SuperOrigin(absl::string_view instance) { return absl::StrCat(instance, "/belfry"); }

std::string LogOrigin(absl::string_view instance, absl::string_view id) {
  return absl::StrCat(instance, "/belfry/", id);
}

}  // namespace belfry::record
