#include "client-lib/audit/key_file.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace belfry::audit {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

// No passphrase: a prompt in the middle of a program would wait for nobody.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::Status SystemError(absl::string_view what, const std::string& path) {
  const std::string text = absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno));
  return errno == EEXIST ? absl::AlreadyExistsError(text) : absl::FailedPreconditionError(text);
}

// The whole file is there, on disk and readable by nobody else, or none of it.
absl::Status WriteNewFile(const std::string& path, absl::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return SystemError("create", path);
  bool written = true;
  while (written && !text.empty()) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    written = count > 0;
    if (written) text.remove_prefix(static_cast<size_t>(count));
  }
  absl::Status status = written && fsync(file) == 0 ? absl::OkStatus() : SystemError("write", path);
  close(file);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

}  // namespace

absl::StatusOr<std::string> MakeKeyFile(const std::string& path, absl::string_view name,
                                        VerifierKey::Type type) {
  const Key key(type == VerifierKey::Type::kEcdsaP256
                    ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
                EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_secmem()), BIO_free);
  if (key == nullptr || memory == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    ERR_clear_error();
    return absl::InternalError("OpenSSL cannot make such a key here");
  }
  absl::StatusOr<std::string> verifier = VerifierKey::Format(name, type, key.get());
  if (!verifier.ok()) return verifier;
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  absl::Status status = WriteNewFile(path, {data, static_cast<size_t>(size)});
  if (!status.ok()) return status;
  return verifier;
}

absl::StatusOr<std::string> VerifierKeyOfFile(const std::string& path, absl::string_view name,
                                              bool witness) {
  const Memory file(BIO_new_file(path.c_str(), "r"), BIO_free);
  if (file == nullptr) {
    ERR_clear_error();
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  const Key key(PEM_read_bio_PrivateKey(file.get(), nullptr, NoPassphrase, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " holds no private key in PEM without a passphrase"));
  }
  if (EVP_PKEY_is_a(key.get(), "ED25519")) {
    return VerifierKey::Format(
        name, witness ? VerifierKey::Type::kCosignature : VerifierKey::Type::kEd25519, key.get());
  }
  char group[64] = {};
  if (!witness && EVP_PKEY_is_a(key.get(), "EC") &&
      EVP_PKEY_get_group_name(key.get(), group, sizeof(group), nullptr) == 1 &&
      absl::string_view(group) == "prime256v1") {
    return VerifierKey::Format(name, VerifierKey::Type::kEcdsaP256, key.get());
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, witness ? " holds no Ed25519 key; a witness needs one"
                                 : " holds neither an Ed25519 key nor one on P-256"));
}

}  // namespace belfry::audit
