#include "server/frontend/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace belfry::frontend {
namespace {

constexpr size_t kKnownMax = 1024;
constexpr size_t kChainMax = 10;

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Certificate = Owned<X509, X509_free>;
using Bio = Owned<BIO, BIO_free_all>;

absl::Status Unusable(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status Refused(absl::string_view why) {
  return ErrorBuilder(absl::StatusCode::kUnauthenticated, "CERTIFICATE_REFUSED",
                      absl::StrCat("the client certificate is not accepted: ", why,
                                   "; ask an administrator for a new one"))
      .Build();
}

Bio Read(absl::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<Certificate> ReadCertificates(absl::string_view pem) {
  const Bio bio = Read(pem);
  std::vector<Certificate> all;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    all.emplace_back(one);
  }
  ERR_clear_error();  // the end of the text is an error there
  return all;
}

absl::Time ToTime(const ASN1_TIME* time) {
  struct tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTimeT(timegm(&parts));
}

// Names of one type. A name with a NUL in it is one thing to one reader and another to the next.
std::vector<std::string> Names(X509* certificate, int type) {
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> found;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != type) continue;
    const ASN1_IA5STRING* text =
        type == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName;
    found.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                       static_cast<size_t>(ASN1_STRING_length(text)));
    if (found.back().find('\0') != std::string::npos) found.back().clear();
  }
  return found;
}

int AcceptOldList(int ok, X509_STORE_CTX* context) {
  return ok == 1 || X509_STORE_CTX_get_error(context) == X509_V_ERR_CRL_HAS_EXPIRED ? 1 : 0;
}

absl::Status AddLists(X509_STORE* store, absl::string_view pem,
                      const std::vector<Certificate>& authorities) {
  const Bio bio = Read(pem);
  int count = 0;
  while (X509_CRL* read = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)) {
    const Owned<X509_CRL, X509_CRL_free> list(read);
    const bool ours =
        std::any_of(authorities.begin(), authorities.end(), [&list](const Certificate& authority) {
          return X509_NAME_cmp(X509_CRL_get_issuer(list.get()),
                               X509_get_subject_name(authority.get())) == 0 &&
                 X509_CRL_verify(list.get(), X509_get0_pubkey(authority.get())) == 1;
        });
    if (!ours) {
      return Unusable("client_crl_file: a list is not signed by an authority of client_ca_file");
    }
    X509_STORE_add_crl(store, list.get());
    ++count;
  }
  ERR_clear_error();
  return count > 0 ? absl::OkStatus() : Unusable("client_crl_file: has no revocation list in PEM");
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ClientAuthority>> ClientAuthority::Create(
    absl::string_view ca_pem, absl::string_view crl_pem) {
  const std::vector<Certificate> authorities = ReadCertificates(ca_pem);
  if (authorities.empty()) return Unusable("client_ca_file: has no certificate in PEM");
  std::unique_ptr<X509_STORE, StoreDeleter> store(X509_STORE_new());
  for (const Certificate& authority : authorities) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;  // what the operator lists is trusted as it is
  if (!crl_pem.empty()) {
    BELFRY_RETURN_IF_ERROR(AddLists(store.get(), crl_pem, authorities));
    flags |= X509_V_FLAG_CRL_CHECK;
  }
  X509_STORE_set_flags(store.get(), flags);
  X509_STORE_set_verify_cb(store.get(), AcceptOldList);
  return std::make_shared<const ClientAuthority>(std::move(store));
}

absl::StatusOr<std::shared_ptr<const ClientCertificate>> ClientAuthority::Judge(
    absl::string_view leaf_pem, absl::string_view chain_pem, absl::Time now) const {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = known_.find(leaf_pem);
    if (found != known_.end()) {
      if (now >= found->second->not_after) return Refused("it has expired");
      return found->second;
    }
  }
  BELFRY_ASSIGN_OR_RETURN(std::shared_ptr<const ClientCertificate> judged,
                          Verify(leaf_pem, chain_pem, now));
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_.emplace(leaf_pem, judged);
  return judged;
}

absl::StatusOr<std::shared_ptr<const ClientCertificate>> ClientAuthority::Verify(
    absl::string_view leaf_pem, absl::string_view chain_pem, absl::Time now) const {
  const std::vector<Certificate> leaf = ReadCertificates(leaf_pem);
  if (leaf.size() != 1) return Refused("it cannot be read");
  std::vector<Certificate> chain = ReadCertificates(chain_pem);
  if (chain.size() > kChainMax) return Refused("its chain is too long");
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  STACK_OF(X509)* others = sk_X509_new_null();
  for (const Certificate& one : chain) sk_X509_push(others, one.get());
  X509_STORE_CTX_init(context.get(), store_.get(), leaf[0].get(), others);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  const bool good = X509_verify_cert(context.get()) == 1;
  auto judged = std::make_shared<ClientCertificate>();
  judged->not_after = absl::InfiniteFuture();
  if (good) {
    const STACK_OF(X509)* verified = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(verified); ++i) {
      judged->not_after =
          std::min(judged->not_after, ToTime(X509_get0_notAfter(sk_X509_value(verified, i))));
    }
  }
  sk_X509_free(others);
  ERR_clear_error();
  if (!good) {
    return Refused(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  judged->uris = Names(leaf[0].get(), GEN_URI);
  judged->dns_names = Names(leaf[0].get(), GEN_DNS);
  return judged;
}

absl::Status CheckServerCertificate(absl::string_view chain_pem, absl::string_view key_pem,
                                    absl::string_view client_ca_pem, absl::Time now) {
  const std::vector<Certificate> chain = ReadCertificates(chain_pem);
  if (chain.empty()) return Unusable("certificate_file: has no certificate in PEM");
  const Bio bio = Read(key_pem);
  const Owned<EVP_PKEY, EVP_PKEY_free> key(PEM_read_bio_PrivateKey(
      bio.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    return Unusable("private_key_file: has no private key in PEM without a passphrase");
  }
  if (X509_check_private_key(chain[0].get(), key.get()) != 1) {
    ERR_clear_error();
    return Unusable(
        "private_key_file: is not the key of the first certificate in certificate_file");
  }
  for (const Certificate& one : chain) {
    if (now >= ToTime(X509_get0_notAfter(one.get()))) {
      return Unusable("certificate_file: a certificate of the chain has expired");
    }
    if (now < ToTime(X509_get0_notBefore(one.get()))) {
      return Unusable("certificate_file: a certificate of the chain is not valid yet");
    }
  }
  if (ReadCertificates(client_ca_pem).empty()) {
    return Unusable("client_ca_file: has no certificate in PEM");
  }
  return absl::OkStatus();
}

}  // namespace belfry::frontend
