#include "server/frontend/page_token.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/sha256.h"

namespace belfry::frontend {
namespace {

constexpr int kPageSizeMax = 1000;

std::string QueryHash(absl::string_view query) { return Sha256Hex(query).substr(0, 16); }

}  // namespace

std::string MakePageToken(const PagePosition& position, absl::string_view query) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(QueryHash(query), "|", position.number, "|", position.text));
}

absl::StatusOr<PagePosition> ReadPageToken(absl::string_view token, absl::string_view query) {
  std::string plain;
  PagePosition position;
  if (absl::WebSafeBase64Unescape(token, &plain)) {
    const std::vector<std::string> parts = absl::StrSplit(plain, absl::MaxSplits('|', 2));
    if (parts.size() == 3 && parts[0] == QueryHash(query) &&
        absl::SimpleAtoi(parts[1], &position.number)) {
      position.text = parts[2];
      return position;
    }
  }
  return InvalidField("page_token",
                      "is not from the previous answer to this request; leave it "
                      "out to begin anew");
}

absl::StatusOr<int> PageSize(int32_t wanted, int otherwise) {
  if (wanted < 0) return InvalidField("page_size", "must not be negative");
  return wanted == 0 ? otherwise : std::min(wanted, kPageSizeMax);
}

}  // namespace belfry::frontend
