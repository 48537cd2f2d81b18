// Early returns for absl::Status and absl::StatusOr.
#ifndef BELFRY_SERVER_BASE_STATUS_MACROS_H_
#define BELFRY_SERVER_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"

#define BELFRY_RETURN_IF_ERROR(expr)                                \
  do {                                                              \
    if (absl::Status belfry_status = (expr); !belfry_status.ok()) { \
      return belfry_status;                                         \
    }                                                               \
  } while (false)

#define BELFRY_STATUS_CONCAT_INNER(a, b) a##b
#define BELFRY_STATUS_CONCAT(a, b) BELFRY_STATUS_CONCAT_INNER(a, b)

// BELFRY_ASSIGN_OR_RETURN(auto value, MakeValue());
#define BELFRY_ASSIGN_OR_RETURN(lhs, expr) \
  BELFRY_ASSIGN_OR_RETURN_INNER(BELFRY_STATUS_CONCAT(belfry_or_, __LINE__), lhs, expr)
#define BELFRY_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                                  \
  if (!tmp.ok()) return std::move(tmp).status();      \
  lhs = *std::move(tmp)

#endif  // BELFRY_SERVER_BASE_STATUS_MACROS_H_
