// Opaque page tokens: where to go on, and for which query.
#ifndef BELFRY_SERVER_FRONTEND_PAGE_TOKEN_H_
#define BELFRY_SERVER_FRONTEND_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::frontend {

struct PagePosition {
  int64_t number = 0;
  std::string text;
};

// `query` is everything that must not change between pages, the caller included.
std::string MakePageToken(const PagePosition& position, absl::string_view query);
// INVALID_ARGUMENT for a token that was not made here for this query.
absl::StatusOr<PagePosition> ReadPageToken(absl::string_view token, absl::string_view query);

// The page size to use. INVALID_ARGUMENT for a negative one.
absl::StatusOr<int> PageSize(int32_t wanted, int otherwise);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_PAGE_TOKEN_H_
