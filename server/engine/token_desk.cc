#include "server/engine/token_desk.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/secret_token.h"
#include "server/base/sha256.h"
#include "server/base/status_macros.h"
#include "server/engine/work.h"

namespace belfry::engine {
namespace {

constexpr char kNamePrefix[] = "tokens/";

absl::Time CutToHour(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time) / 3600 * 3600);
}

absl::Status Keep(Batch& batch, absl::Status status) {
  if (!status.ok()) batch.failure = status;
  return status;
}

absl::Status NotFound() {
  return ErrorBuilder(absl::StatusCode::kNotFound, "TOKEN_NOT_FOUND",
                      "there is no such token; `belfry token list` shows yours")
      .Build();
}

absl::Status Record(Batch& batch, absl::string_view principal, absl::string_view kind,
                    const v1::AccessToken& token) {
  storage::AccessChangeRow change;
  change.time_us = absl::ToUnixMicros(batch.now);
  change.principal = std::string(principal);
  change.kind = std::string(kind);
  change.subject = token.name();
  change.blob = token.SerializeAsString();
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->AppendAccessChange(change)));
  return Keep(batch,
              batch.logs->Append(batch.transaction->record(), record::kInstanceLog, EntryOf(change))
                  .status());
}

bool IsGoodAt(const storage::TokenRow& row, absl::Time now) {
  return row.revoke_time_us == 0 && row.expire_time_us > absl::ToUnixMicros(now);
}

absl::StatusOr<v1::AccessToken> ReadBlob(const storage::TokenRow& row) {
  v1::AccessToken token;
  if (token.ParseFromString(row.blob)) return token;
  return absl::DataLossError(absl::StrCat("the token ", row.name, " cannot be read"));
}

struct NewToken {
  std::string secret;
  v1::AccessToken token;
  storage::TokenRow row;
};

NewToken Make(Random& random, absl::Time now, absl::Duration lifetime, v1::AccessToken token) {
  NewToken made;
  made.secret = MakeSecretToken(random);
  token.set_name(absl::StrCat(kNamePrefix, MakeTokenId(random)));
  *token.mutable_create_time() = ToProto(now);
  *token.mutable_expire_time() = ToProto(now + lifetime);
  made.row.name = token.name();
  made.row.hash = Sha256(made.secret);
  made.row.principal = token.principal();
  made.row.blob = token.SerializeAsString();
  made.row.expire_time_us = absl::ToUnixMicros(now + lifetime);
  made.token = std::move(token);
  return made;
}

}  // namespace

KeptToken::KeptToken(const storage::TokenRow& row, v1::AccessToken token)
    : token_(std::move(token)),
      hash_(row.hash),
      expire_time_(absl::FromUnixMicros(row.expire_time_us)),
      revoked_(row.revoke_time_us != 0),
      last_use_us_(row.last_use_time_us) {
  for (const std::string& name : token_.scopes()) {
    if (const std::optional<Scope> scope = ParseScope(name); scope.has_value()) scopes_.Add(*scope);
  }
}

absl::StatusOr<KeptTokenPtr> KeptToken::FromRow(const storage::TokenRow& row) {
  BELFRY_ASSIGN_OR_RETURN(v1::AccessToken token, ReadBlob(row));
  return std::make_shared<const KeptToken>(row, std::move(token));
}

v1::AccessToken KeptToken::Show(absl::Time now) const {
  v1::AccessToken shown = token_;
  shown.set_state(revoked_             ? v1::AccessToken::STATE_REVOKED
                  : now < expire_time_ ? v1::AccessToken::STATE_ACTIVE
                                       : v1::AccessToken::STATE_EXPIRED);
  if (const int64_t last = last_use_us_; last != 0) {
    *shown.mutable_last_use_time() = ToProto(absl::FromUnixMicros(last));
  }
  return shown;
}

// Runs an act of the desk within a batch.
class TokenWork final : public Work {
 public:
  TokenWork(TokenDesk* desk, TokenDesk::Act act, TokenDesk::Done done)
      : desk_(*desk), act_(std::move(act)), done_(std::move(done)) {}

  void Run(Batch& batch) override {
    changes_ = act_(batch);
    if (changes_.ok()) batch.dirty = true;
  }

  void Finish(const absl::Status& commit) override {
    if (!commit.ok() && (changes_.ok() || ErrorReason(changes_.status()).empty())) {
      changes_ = commit;
    }
    if (!changes_.ok()) {
      done_(changes_.status());
      return;
    }
    desk_.Apply(*changes_);
    done_(std::move(changes_->issued));
  }

 private:
  TokenDesk& desk_;
  const TokenDesk::Act act_;
  const TokenDesk::Done done_;
  absl::StatusOr<TokenDesk::Changes> changes_ = absl::UnknownError("not run");
};

namespace {

// Nobody waits for it, and when it is lost the next use writes it.
class TouchTokenWork final : public Work {
 public:
  TouchTokenWork(std::string name, int64_t time_us) : name_(std::move(name)), time_us_(time_us) {}

  void Run(Batch& batch) override {
    if (Keep(batch, batch.transaction->TouchToken(name_, time_us_)).ok()) batch.dirty = true;
  }
  void Finish(const absl::Status&) override {}

 private:
  const std::string name_;
  const int64_t time_us_;
};

}  // namespace

absl::Status TokenDesk::Load(const std::vector<storage::TokenRow>& rows) {
  absl::MutexLock lock(&mutex_);
  for (const storage::TokenRow& row : rows) {
    BELFRY_ASSIGN_OR_RETURN(KeptTokenPtr token, KeptToken::FromRow(row));
    Put(std::move(token));
  }
  return absl::OkStatus();
}

void TokenDesk::Put(KeptTokenPtr token) {
  by_hash_[token->hash_] = token;
  by_name_[token->name()] = std::move(token);
}

KeptTokenPtr TokenDesk::FindBySecret(absl::string_view secret) const {
  const std::string hash = Sha256(secret);
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : found->second;
}

KeptTokenPtr TokenDesk::FindByName(absl::string_view name) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<KeptTokenPtr> TokenDesk::List(absl::string_view principal) const {
  std::vector<KeptTokenPtr> tokens;
  {
    absl::ReaderMutexLock lock(&mutex_);
    for (const auto& [name, token] : by_name_) {
      if (principal.empty() || token->principal() == principal) tokens.push_back(token);
    }
  }
  const auto key = [](const KeptTokenPtr& token) {
    return std::make_pair(-absl::ToUnixMicros(FromProto(token->token_.create_time())),
                          absl::string_view(token->name()));
  };
  std::sort(tokens.begin(), tokens.end(),
            [&key](const KeptTokenPtr& a, const KeptTokenPtr& b) { return key(a) < key(b); });
  return tokens;
}

int64_t TokenDesk::CountGood(absl::Time now) const {
  absl::ReaderMutexLock lock(&mutex_);
  return std::count_if(by_name_.begin(), by_name_.end(),
                       [now](const auto& entry) { return entry.second->IsGood(now); });
}

void TokenDesk::NoteUse(const KeptToken& token, absl::Time now) {
  const int64_t hour_us = absl::ToUnixMicros(CutToHour(now));
  int64_t last = token.last_use_us_;
  if (last >= hour_us || !token.last_use_us_.compare_exchange_strong(last, hour_us)) return;
  push_(std::make_unique<TouchTokenWork>(token.name(), hour_us)).IgnoreError();
}

void TokenDesk::Submit(Act act, Done done) {
  if (absl::Status status = push_(std::make_unique<TokenWork>(this, std::move(act), done));
      !status.ok()) {
    done(std::move(status));
  }
}

void TokenDesk::Create(TokenOrder order, Done done) {
  Submit([this, order = std::move(order)](Batch& batch) { return MakeOne(batch, order); },
         std::move(done));
}

void TokenDesk::Rotate(TokenRotation rotation, Done done) {
  Submit(
      [this, rotation = std::move(rotation)](Batch& batch) { return ReplaceOne(batch, rotation); },
      std::move(done));
}

void TokenDesk::Revoke(TokenRevocation revocation, Done done) {
  Submit([this,
          revocation = std::move(revocation)](Batch& batch) { return EndOne(batch, revocation); },
         std::move(done));
}

absl::StatusOr<TokenDesk::Changes> TokenDesk::MakeOne(Batch& batch, const TokenOrder& order) {
  const absl::Time now = batch.machine_now;
  const absl::StatusOr<std::vector<storage::TokenRow>> rows =
      batch.transaction->ListTokensOf(order.principal);
  if (!rows.ok()) return Keep(batch, rows.status());
  Changes changes;
  int good = 0;
  for (const storage::TokenRow& row : *rows) {
    if (IsGoodAt(row, now)) ++good;
    const int64_t end_us = row.revoke_time_us == 0
                               ? row.expire_time_us
                               : std::min(row.revoke_time_us, row.expire_time_us);
    if (now - absl::FromUnixMicros(end_us) > kEndedTokensKept) changes.deleted.push_back(row.name);
  }
  if (good >= order.live_max) {
    return ErrorBuilder(absl::StatusCode::kResourceExhausted, "TOO_MANY_TOKENS",
                        absl::StrCat(order.principal, " has ", good,
                                     " tokens; revoke one that is not needed any more"))
        .Build();
  }
  for (const std::string& name : changes.deleted) {
    BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->DeleteToken(name)));
  }
  v1::AccessToken token;
  token.set_principal(order.principal);
  token.set_display_name(order.display_name);
  for (std::string& scope : order.scopes.Names()) token.add_scopes(std::move(scope));
  token.set_creator(order.creator);
  NewToken made = Make(random_, now, order.lifetime, std::move(token));
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->PutToken(made.row)));
  BELFRY_RETURN_IF_ERROR(Record(batch, order.creator, "token.created", made.token));
  changes.issued.secret = std::move(made.secret);
  changes.issued.token = std::move(made.token);
  changes.issued.token.set_state(v1::AccessToken::STATE_ACTIVE);
  changes.put.push_back(std::move(made.row));
  return changes;
}

absl::StatusOr<TokenDesk::Changes> TokenDesk::ReplaceOne(Batch& batch,
                                                         const TokenRotation& rotation) {
  const absl::Time now = batch.machine_now;
  absl::StatusOr<std::optional<storage::TokenRow>> row =
      batch.transaction->LoadToken(rotation.name);
  if (!row.ok()) return Keep(batch, row.status());
  if (!row->has_value()) return NotFound();
  storage::TokenRow old = **std::move(row);
  if (!IsGoodAt(old, now)) {
    return ErrorBuilder(absl::StatusCode::kFailedPrecondition, "TOKEN_ENDED",
                        "this token has ended; make a new one")
        .Build();
  }
  absl::StatusOr<v1::AccessToken> ends = ReadBlob(old);
  if (!ends.ok()) return Keep(batch, ends.status());
  v1::AccessToken begins = *ends;
  begins.set_creator(rotation.creator);
  begins.set_replaces(old.name);
  const absl::Duration lifetime = std::min(
      FromProto(ends->expire_time()) - FromProto(ends->create_time()), rotation.lifetime_max);
  NewToken made = Make(random_, now, lifetime, std::move(begins));

  const absl::Time end = std::min(absl::FromUnixMicros(old.expire_time_us), now + rotation.overlap);
  *ends->mutable_expire_time() = ToProto(end);
  old.expire_time_us = absl::ToUnixMicros(end);
  old.blob = ends->SerializeAsString();
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->PutToken(made.row)));
  BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->PutToken(old)));
  BELFRY_RETURN_IF_ERROR(Record(batch, rotation.creator, "token.created", made.token));
  BELFRY_RETURN_IF_ERROR(Record(batch, rotation.creator, "token.shortened", *ends));
  Changes changes;
  changes.ended = end <= now;
  changes.issued.secret = std::move(made.secret);
  changes.issued.token = std::move(made.token);
  changes.issued.token.set_state(v1::AccessToken::STATE_ACTIVE);
  changes.issued.replaced = *std::move(ends);
  changes.issued.replaced.set_state(changes.ended ? v1::AccessToken::STATE_EXPIRED
                                                  : v1::AccessToken::STATE_ACTIVE);
  changes.put = {std::move(made.row), std::move(old)};
  return changes;
}

absl::StatusOr<TokenDesk::Changes> TokenDesk::EndOne(Batch& batch,
                                                     const TokenRevocation& revocation) {
  absl::StatusOr<std::optional<storage::TokenRow>> row =
      batch.transaction->LoadToken(revocation.name);
  if (!row.ok()) return Keep(batch, row.status());
  if (!row->has_value()) return NotFound();
  storage::TokenRow old = **std::move(row);
  absl::StatusOr<v1::AccessToken> token = ReadBlob(old);
  if (!token.ok()) return Keep(batch, token.status());
  Changes changes;
  if (old.revoke_time_us == 0) {
    const absl::Time now = batch.machine_now;
    old.revoke_time_us = absl::ToUnixMicros(now);
    *token->mutable_revoke_time() = ToProto(now);
    token->set_revoker(revocation.revoker);
    token->set_revoke_reason(revocation.reason);
    old.blob = token->SerializeAsString();
    BELFRY_RETURN_IF_ERROR(Keep(batch, batch.transaction->PutToken(old)));
    BELFRY_RETURN_IF_ERROR(Record(batch, revocation.revoker, "token.revoked", *token));
    changes.put.push_back(old);
    changes.ended = true;
  }
  changes.issued.token = *std::move(token);
  changes.issued.token.set_state(v1::AccessToken::STATE_REVOKED);
  return changes;
}

void TokenDesk::Apply(const Changes& changes) {
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& name : changes.deleted) {
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) continue;
      by_hash_.erase(found->second->hash_);
      by_name_.erase(found);
    }
    for (const storage::TokenRow& row : changes.put) {
      // Written from the message a moment ago.
      absl::StatusOr<KeptTokenPtr> token = KeptToken::FromRow(row);
      if (!token.ok()) continue;
      // A use that was noted meanwhile is newer than the row.
      if (const auto known = by_name_.find(row.name); known != by_name_.end()) {
        (*token)->last_use_us_ =
            std::max<int64_t>((*token)->last_use_us_, known->second->last_use_us_);
      }
      Put(*std::move(token));
    }
  }
  if (changes.ended) on_end_();
}

}  // namespace belfry::engine
