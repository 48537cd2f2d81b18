// A vault below a temporary directory, on a clock that is turned by hand.
#ifndef BELFRY_TESTS_UNIT_SERVER_VAULT_VAULT_FIXTURE_H_
#define BELFRY_TESTS_UNIT_SERVER_VAULT_VAULT_FIXTURE_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/base/sha256.h"
#include "server/vault/vault.h"
#include "server/vault/vault_error.h"
#include "tests/support/status_matchers.h"

namespace belfry::testing {

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() : clock_(absl::FromUnixSeconds(1'790'000'000)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "vault-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    directory_ = pattern;
    options_.directory = directory_ + "/vault";
    keys_.emplace_back("k1", vault::SecretKey(std::string(32, 'a')));
  }
  ~VaultTest() override {
    vault_.reset();
    std::filesystem::remove_all(directory_);
  }

  absl::Status Open() {
    vault_.reset();
    auto vault = vault::Vault::Open(options_, vault::KeyRing(keys_), files_, &clock_, &random_);
    if (!vault.ok()) return vault.status();
    vault_ = *std::move(vault);
    return absl::OkStatus();
  }

  static vault::ItemInfo InfoOf(const std::string& bytes, const std::string& incident = "DOP-1",
                                const std::string& who = "people/a") {
    vault::ItemInfo info;
    info.incident = incident;
    info.number = 1;
    info.size_bytes = static_cast<int64_t>(bytes.size());
    info.sha256 = Sha256Hex(bytes);
    info.principal = who;
    return info;
  }

  // All of it; the object's name.
  absl::StatusOr<std::string> Store(const std::string& bytes, const std::string& incident = "DOP-1",
                                    const std::string& who = "people/a") {
    auto upload = vault_->BeginUpload(InfoOf(bytes, incident, who));
    if (!upload.ok()) return upload.status();
    auto ticket = (*upload)->Attach();
    if (!ticket.ok()) return ticket.status();
    for (size_t at = 0; at < bytes.size(); at += kMessage) {
      const absl::Status status =
          vault_->Append(*upload, *ticket, absl::string_view(bytes).substr(at, kMessage));
      if (!status.ok()) return status;
    }
    auto object = vault_->Finish(*upload, *ticket);
    if (!object.ok()) return object;
    const absl::Status kept = vault_->Keep(*object);
    if (!kept.ok()) return kept;
    return object;
  }

  absl::StatusOr<std::string> Load(const std::string& object) {
    auto reader = vault_->OpenObject(object);
    if (!reader.ok()) return reader.status();
    std::string bytes;
    for (int64_t i = 0; i < (*reader)->chunks(); ++i) {
      auto chunk = (*reader)->ReadChunk(i);
      if (!chunk.ok()) return vault::ToCaller(chunk.status());
      bytes += *chunk;
    }
    return bytes;
  }

  // Not repeating, so that no two chunks are alike.
  static std::string Noise(size_t size, uint64_t seed = 1) {
    std::string bytes(size, '\0');
    uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
    for (char& byte : bytes) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      byte = static_cast<char>(state);
    }
    return bytes;
  }

  std::vector<std::string> FilesIn(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(options_.directory + "/" + folder)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  std::string PathOf(const std::string& object) const {
    return options_.directory + "/objects/" + object;
  }
  static std::string ReadAll(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static void WriteAll(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  static constexpr size_t kMessage = 192 * 1024;
  std::string directory_;
  vault::VaultOptions options_;
  std::vector<std::pair<std::string, vault::SecretKey>> keys_;
  vault::FileSystem* files_ = &vault::RealFileSystem();
  VirtualClock clock_;
  SystemRandom random_;
  std::unique_ptr<vault::Vault> vault_;
};

}  // namespace belfry::testing

#endif  // BELFRY_TESTS_UNIT_SERVER_VAULT_VAULT_FIXTURE_H_
