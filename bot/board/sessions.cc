#include "bot/board/sessions.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "server/base/sha256.h"

namespace belfry::board {

absl::StatusOr<Sessions::Added> Sessions::Add(std::shared_ptr<Session> session, absl::Time now) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    const uint64_t bits = random_.Bits64();
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(bits >> shift);
  }
  Added added;
  added.id = absl::WebSafeBase64Escape(bytes);
  absl::MutexLock lock(&mutex_);
  size_t same = 0;
  auto oldest = sessions_.end();
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
    if (it->second.session->principal != session->principal) continue;
    ++same;
    if (oldest == sessions_.end() || it->second.used < oldest->second.used) oldest = it;
  }
  if (same >= limits_.of_one_principal_max) {
    added.displaced = oldest->second.session;
    sessions_.erase(oldest);
  } else if (sessions_.size() >= limits_.sessions_max) {
    return absl::ResourceExhaustedError("too many people are signed in; try again later");
  }
  sessions_[Sha256(added.id)] = {std::move(session), now, now};
  return added;
}

bool Sessions::Ended(Entry& entry, absl::Time now) const {
  {
    absl::MutexLock lock(&entry.session->mutex);
    // An open page is use, also when nobody touches it: that is what a board is for.
    if (entry.session->feed != nullptr && entry.session->feed->pages() > 0) entry.used = now;
  }
  return entry.session->refused || now - entry.begin >= limits_.lifetime ||
         now - entry.used >= limits_.idle;
}

std::shared_ptr<Session> Sessions::Find(absl::string_view id, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto found = sessions_.find(Sha256(id));
  if (found == sessions_.end() || Ended(found->second, now)) return nullptr;
  found->second.used = now;
  return found->second.session;
}

std::shared_ptr<Session> Sessions::Remove(absl::string_view id) {
  absl::MutexLock lock(&mutex_);
  const auto found = sessions_.find(Sha256(id));
  if (found == sessions_.end()) return nullptr;
  std::shared_ptr<Session> session = std::move(found->second.session);
  sessions_.erase(found);
  return session;
}

std::vector<std::shared_ptr<Session>> Sessions::TakeEnded(absl::Time now) {
  std::vector<std::shared_ptr<Session>> ended;
  absl::MutexLock lock(&mutex_);
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    if (Ended(it->second, now)) {
      ended.push_back(std::move(it->second.session));
      it = sessions_.erase(it);
    } else {
      ++it;
    }
  }
  return ended;
}

std::vector<std::shared_ptr<Session>> Sessions::All() const {
  std::vector<std::shared_ptr<Session>> all;
  absl::MutexLock lock(&mutex_);
  for (const auto& [hash, entry] : sessions_) all.push_back(entry.session);
  return all;
}

}  // namespace belfry::board
