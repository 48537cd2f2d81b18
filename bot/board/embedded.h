// The files of web/ within the program; embed.cmake writes the source of it.
#ifndef BELFRY_BOT_BOARD_EMBEDDED_H_
#define BELFRY_BOT_BOARD_EMBEDDED_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace belfry::board {

struct EmbeddedFile {
  absl::string_view name;  // without a folder
  absl::string_view bytes;
};

std::vector<EmbeddedFile> EmbeddedFiles();

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_EMBEDDED_H_
