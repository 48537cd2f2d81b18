#include "server/engine/link_work.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/engine/directory_keeper.h"
#include "server/engine/quota.h"

namespace belfry::engine {
namespace {

// Without I, L, O and U: the first three are read as digits, the last one makes words.
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCodeLength = 8;
constexpr int kBitsPerCharacter = 5;

Quota WrongCodes() {
  return {.action = "link-code",
          .max = kWrongLinkCodesMax,
          .window = kLinkCodeLife,
          .reason = "TOO_MANY_CODES",
          .message = "too many codes were wrong; wait a few minutes, then ask for a new one"};
}

// Wrong, used, too old or meant for the other side: whoever guesses learns nothing.
absl::Status CodeInvalid() {
  constexpr char kWhy[] =
      "is not valid; a code is good once, for ten minutes, and on the other side than where it was "
      "made. Ask for a new one";
  return ErrorBuilder(absl::StatusCode::kInvalidArgument, "CODE_INVALID",
                      absl::StrCat("code: ", kWhy))
      .Field("code", kWhy)
      .Build();
}

absl::Status Keep(Batch& batch, absl::Status status) {
  if (!status.ok()) batch.failure = status;
  return status;
}

// Nothing else is hashed with this beginning.
std::string HashOf(absl::string_view code) { return Sha256(absl::StrCat("link code\n", code)); }

v1::ChatAccount ToAccount(const AccountName& name) {
  v1::ChatAccount account;
  account.set_platform(name.platform);
  account.set_workspace(name.workspace);
  account.set_user_id(name.user_id);
  return account;
}

}  // namespace

absl::Status AccountTaken() {
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "ACCOUNT_TAKEN",
             "this chat account is linked to somebody already; `unlink` it there first, or "
             "ask an administrator to")
      .Build();
}

std::string MakeLinkCode(Random& random) {
  uint64_t bits = random.Bits64();
  std::string code;
  for (size_t i = 0; i < kCodeLength; ++i) {
    if (i == kCodeLength / 2) code.push_back('-');
    code.push_back(kAlphabet[bits & 0x1F]);
    bits >>= kBitsPerCharacter;
  }
  return code;
}

std::optional<std::string> ReadLinkCode(absl::string_view typed) {
  std::string code;
  for (const char c : typed) {
    char upper = absl::ascii_toupper(static_cast<unsigned char>(c));
    if (upper == '-' || upper == ' ') continue;
    if (upper == 'O') upper = '0';
    if (upper == 'I' || upper == 'L') upper = '1';
    if (!absl::StrContains(kAlphabet, upper) || code.size() > kCodeLength) return std::nullopt;
    if (code.size() == kCodeLength / 2) code.push_back('-');
    code.push_back(upper);
  }
  if (code.size() != kCodeLength + 1) return std::nullopt;
  return code;
}

void StartLinkWork::Run(Batch& batch) { started_ = Start(batch); }

absl::StatusOr<StartedLink> StartLinkWork::Start(Batch& batch) {
  storage::Transaction& transaction = *batch.transaction;
  const int64_t now_us = absl::ToUnixMicros(batch.machine_now);
  const absl::StatusOr<std::vector<int64_t>> live =
      transaction.LinkCodeExpiries(principal_, now_us);
  if (!live.ok()) return Keep(batch, live.status());
  if (live->size() >= kLinkCodesMax) {
    return ErrorBuilder(absl::StatusCode::kResourceExhausted, "TOO_MANY_CODES",
                        absl::StrCat("there are ", live->size(),
                                     " codes that were not used; use "
                                     "one of them, or wait until one has run out"))
        .RetryAfter(absl::FromUnixMicros(live->front()) - batch.machine_now)
        .Build();
  }
  StartedLink started;
  started.code = MakeLinkCode(random_);
  started.expire_time = batch.machine_now + kLinkCodeLife;
  storage::LinkCodeRow row;
  row.hash = HashOf(started.code);
  row.principal = principal_;
  row.expire_time_us = absl::ToUnixMicros(started.expire_time);
  const absl::StatusOr<std::optional<storage::LinkCodeRow>> known =
      transaction.FindLinkCode(row.hash);
  if (!known.ok()) return Keep(batch, known.status());
  // Once in a million million times; then the older one is lost.
  if (known->has_value()) {
    BELFRY_RETURN_IF_ERROR(Keep(batch, transaction.DeleteLinkCode(row.hash)));
  }
  BELFRY_RETURN_IF_ERROR(Keep(batch, transaction.AddLinkCode(row)));
  batch.dirty = true;
  return started;
}

void StartLinkWork::Finish(const absl::Status& commit) {
  if (!commit.ok() && (started_.ok() || ErrorReason(started_.status()).empty())) started_ = commit;
  done_(std::move(started_));
}

void CompleteLinkWork::Run(Batch& batch) { linked_ = Complete(batch); }

absl::StatusOr<std::optional<LinkedAccount>> CompleteLinkWork::FindSides(Batch& batch,
                                                                         const std::string& hash) {
  const absl::StatusOr<std::optional<storage::LinkCodeRow>> row =
      batch.transaction->FindLinkCode(hash);
  if (!row.ok()) return Keep(batch, row.status());
  if (!row->has_value() || (*row)->expire_time_us <= absl::ToUnixMicros(batch.machine_now)) {
    return std::nullopt;
  }
  const bool for_account = IsAccountName((*row)->principal);
  if (for_account == redemption_.account.has_value()) return std::nullopt;
  const std::optional<AccountName> account =
      for_account ? ParseAccountName((*row)->principal) : redemption_.account;
  const v1::Person* person =
      batch.directory->FindPerson(for_account ? redemption_.person : (*row)->principal);
  // Somebody may have left since.
  if (!account.has_value() || person == nullptr) return std::nullopt;
  return LinkedAccount{*person, ToAccount(*account)};
}

absl::Status CompleteLinkWork::Link(Batch& batch, const v1::Person& person,
                                    const v1::ChatAccount& account) {
  if (person.chat_accounts_size() >= kAccountsPerPersonMax) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TOO_MANY_ACCOUNTS",
                        absl::StrCat("at most ", kAccountsPerPersonMax,
                                     " chat accounts for one person; `unlink` one first"))
        .Build();
  }
  v1::Directory wanted = batch.directory->proto();
  for (v1::Person& one : *wanted.mutable_people()) {
    if (one.name() == person.name()) *one.add_chat_accounts() = account;
  }
  BELFRY_ASSIGN_OR_RETURN(
      changed_, WriteDirectory(batch, redemption_.principal, std::move(wanted), receipt_));
  return absl::OkStatus();
}

absl::StatusOr<LinkedAccount> CompleteLinkWork::Complete(Batch& batch) {
  const std::string redeemer = redemption_.account.has_value()
                                   ? FormatAccountName(*redemption_.account)
                                   : redemption_.person;
  BELFRY_RETURN_IF_ERROR(CheckQuota(batch, WrongCodes(), redeemer));
  const std::optional<std::string> code = ReadLinkCode(redemption_.code);
  const std::string hash = code.has_value() ? HashOf(*code) : std::string();
  std::optional<LinkedAccount> sides;
  if (code.has_value()) {
    BELFRY_ASSIGN_OR_RETURN(sides, FindSides(batch, hash));
  }
  if (!sides.has_value()) {
    BELFRY_RETURN_IF_ERROR(UseQuota(batch, WrongCodes(), redeemer));
    return CodeInvalid();
  }
  const v1::ChatAccount& account = sides->account;
  const v1::Person* owner = batch.directory->FindPersonByAccount(
      account.platform(), account.workspace(), account.user_id());
  if (owner != nullptr && owner->name() != sides->person.name()) return AccountTaken();
  if (owner == nullptr) BELFRY_RETURN_IF_ERROR(Link(batch, sides->person, account));
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->DeleteLinkCode(hash)));
  batch.dirty = true;
  sides->person = *batch.directory->FindPerson(sides->person.name());
  sides->receipt = receipt_;
  return *std::move(sides);
}

void CompleteLinkWork::Finish(const absl::Status& commit) {
  if (commit.ok() && linked_.ok() && changed_ != nullptr) keeper_.Set(changed_);
  // That a code was wrong counts only once it is on disk, so it is said only then.
  const bool counted = ErrorReason(linked_.status()) == "CODE_INVALID";
  if (!commit.ok() && (linked_.ok() || counted || ErrorReason(linked_.status()).empty())) {
    linked_ = commit;
  }
  done_(std::move(linked_));
}

}  // namespace belfry::engine
