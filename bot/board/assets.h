// The page's files.
#ifndef BELFRY_BOT_BOARD_ASSETS_H_
#define BELFRY_BOT_BOARD_ASSETS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace belfry::board {

// Read-only once made. All of it is public: nothing in these files is about anybody.
class Assets {
 public:
  struct File {
    std::string type;
    std::string bytes;
  };

  // Those in the program.
  static Assets Embedded();
  // Those of the same names in a directory, for work on them. NOT_FOUND names the file.
  static absl::StatusOr<Assets> FromDirectory(const std::string& directory);

  // By the path of a URL; null when there is none.
  const File* Find(absl::string_view path) const;

 private:
  void Add(absl::string_view name, std::string bytes);

  std::map<std::string, File, std::less<>> files_;
};

}  // namespace belfry::board

#endif  // BELFRY_BOT_BOARD_ASSETS_H_
