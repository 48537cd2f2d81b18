#include "server/vault/item_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace belfry::vault {

absl::StatusOr<std::unique_ptr<ItemReader>> ItemReader::Open(FileSystem& files,
                                                             const std::string& path,
                                                             absl::string_view address,
                                                             const SecretKey& key) {
  BELFRY_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files.Open(path, false));
  BELFRY_ASSIGN_OR_RETURN(std::string header, file->Read(0, kHeaderBytes));
  BELFRY_ASSIGN_OR_RETURN(const Layout layout, DecodeHeader(header, address));
  BELFRY_ASSIGN_OR_RETURN(const int64_t size, file->Size());
  if (size != layout.FileBytes()) {
    return absl::DataLossError(
        absl::StrCat("the file has ", size, " bytes instead of ", layout.FileBytes()));
  }
  return std::unique_ptr<ItemReader>(
      new ItemReader(std::move(file), key, std::move(header), layout));
}

absl::StatusOr<std::string> ItemReader::ReadChunk(int64_t index) {
  const size_t size = static_cast<size_t>(layout_.ChunkSize(index) + kSealBytes);
  BELFRY_ASSIGN_OR_RETURN(const std::string bytes, file_->Read(Layout::ChunkOffset(index), size));
  if (bytes.size() != size) return absl::DataLossError(absl::StrCat("chunk ", index, " is cut"));
  const absl::string_view view = bytes;
  absl::StatusOr<std::string> plain =
      aead_.Open(ChunkNonce(view.substr(0, kSaltBytes), index, layout_.IsLast(index)), header_,
                 view.substr(kSaltBytes));
  if (!plain.ok()) {
    return absl::DataLossError(absl::StrCat("chunk ", index, " is not what was written"));
  }
  return plain;
}

absl::StatusOr<std::string> ItemReader::Hash(const std::function<bool()>& go_on) {
  Sha256Stream hash;
  for (int64_t i = 0; i < layout_.chunks(); ++i) {
    if (!go_on()) return absl::CancelledError("the caller went away");
    BELFRY_ASSIGN_OR_RETURN(const std::string chunk, ReadChunk(i));
    hash.Add(chunk);
  }
  return hash.Hex();
}

}  // namespace belfry::vault
