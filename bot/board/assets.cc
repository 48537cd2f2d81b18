#include "bot/board/assets.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bot/board/embedded.h"

namespace belfry::board {
namespace {

constexpr char kIndex[] = "index.html";

const char* TypeOf(absl::string_view name) {
  if (absl::EndsWith(name, ".js")) return "text/javascript; charset=utf-8";
  if (absl::EndsWith(name, ".css")) return "text/css; charset=utf-8";
  if (absl::EndsWith(name, ".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

}  // namespace

void Assets::Add(absl::string_view name, std::string bytes) {
  if (name == kIndex) {
    // One page on two paths: /wall signs in by itself.
    for (const char* path : {"/", "/wall"}) files_[path] = {TypeOf(name), bytes};
    return;
  }
  files_[absl::StrCat("/", name)] = {TypeOf(name), std::move(bytes)};
}

Assets Assets::Embedded() {
  Assets assets;
  for (const EmbeddedFile& file : EmbeddedFiles()) assets.Add(file.name, std::string(file.bytes));
  return assets;
}

absl::StatusOr<Assets> Assets::FromDirectory(const std::string& directory) {
  Assets assets;
  for (const EmbeddedFile& embedded : EmbeddedFiles()) {
    const std::string path = absl::StrCat(directory, "/", embedded.name);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    if (!file || !(bytes << file.rdbuf())) {
      return absl::NotFoundError(absl::StrCat("files_directory: cannot read ", path));
    }
    assets.Add(embedded.name, bytes.str());
  }
  return assets;
}

const Assets::File* Assets::Find(absl::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace belfry::board
