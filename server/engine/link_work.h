// Ties chat accounts to people by one-time codes, as work for the writer.
//
// Codes run on the machine's time, as leases do. Only their hashes are kept, in the store: a code
// that one server made another one may redeem, and a restart forgets neither codes nor guesses.
#ifndef BELFRY_SERVER_ENGINE_LINK_WORK_H_
#define BELFRY_SERVER_ENGINE_LINK_WORK_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "belfry/v1/directory.pb.h"
#include "server/base/account_name.h"
#include "server/base/random.h"
#include "server/engine/work.h"

namespace belfry::engine {

class DirectoryKeeper;

inline constexpr absl::Duration kLinkCodeLife = absl::Minutes(10);
inline constexpr size_t kLinkCodesMax = 5;    // good at one time, for each person or account
inline constexpr int kWrongLinkCodesMax = 5;  // within the life of a code, for whoever redeems
inline constexpr int kAccountsPerPersonMax = 20;

struct StartedLink {
  std::string code;  // "K7QF-2MRD"
  absl::Time expire_time;
};

// Whoever types a code: a person with credentials of their own, or a chat account, which its bot
// vouches for.
struct LinkRedemption {
  std::string code;
  std::string person = {};
  std::optional<AccountName> account = {};
  // Who presented the credentials, for the directory's record.
  std::string principal = {};
};

struct LinkedAccount {
  v1::Person person;
  v1::ChatAccount account;
  // Where the record keeps it; nothing when they were linked already.
  std::optional<v1::Receipt> receipt = {};
};

// FAILED_PRECONDITION (ACCOUNT_TAKEN): it acts for somebody else already.
absl::Status AccountTaken();

// Forty bits for people: eight characters without those that are read as others.
std::string MakeLinkCode(Random& random);
// As MakeLinkCode() wrote it, however it was typed: case, dashes and blanks do not matter. nullopt
// when it cannot be a code.
std::optional<std::string> ReadLinkCode(absl::string_view typed);

class StartLinkWork final : public Work {
 public:
  using Done = std::function<void(absl::StatusOr<StartedLink>)>;

  // `principal` is whom the code is for: "people/…" or "accounts/…".
  StartLinkWork(std::string principal, Random* random, Done done)
      : principal_(std::move(principal)), random_(*random), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::StatusOr<StartedLink> Start(Batch& batch);

  const std::string principal_;
  Random& random_;
  const Done done_;
  absl::StatusOr<StartedLink> started_ = absl::UnknownError("not run");
};

class CompleteLinkWork final : public Work {
 public:
  using Done = std::function<void(absl::StatusOr<LinkedAccount>)>;

  CompleteLinkWork(LinkRedemption redemption, DirectoryKeeper* keeper, Done done)
      : redemption_(std::move(redemption)), keeper_(*keeper), done_(std::move(done)) {}

  void Run(Batch& batch) override;
  void Finish(const absl::Status& commit) override;

 private:
  absl::StatusOr<LinkedAccount> Complete(Batch& batch);
  // The two sides, when the code is good for the one who typed it; nullopt otherwise.
  absl::StatusOr<std::optional<LinkedAccount>> FindSides(Batch& batch, const std::string& hash);
  absl::Status Link(Batch& batch, const v1::Person& person, const v1::ChatAccount& account);

  const LinkRedemption redemption_;
  DirectoryKeeper& keeper_;
  const Done done_;
  absl::StatusOr<LinkedAccount> linked_ = absl::UnknownError("not run");
  std::optional<v1::Receipt> receipt_;
  std::shared_ptr<const core::Directory> changed_;
};

}  // namespace belfry::engine

#endif  // BELFRY_SERVER_ENGINE_LINK_WORK_H_
