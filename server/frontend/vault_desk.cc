#include "server/frontend/vault_desk.h"

#include <limits>
#include <utility>

#include "server/base/error.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {
namespace {

constexpr absl::Duration kPause = absl::Seconds(1);

}  // namespace

VaultDesk::VaultDesk(vault::Vault* vault, Clock* clock, Options options)
    : vault_(vault),
      clock_(*clock),
      options_(options),
      // Calls and streams are counted where they enter; a second limit here could refuse the end of
      // what has begun.
      pool_(vault == nullptr ? 0 : options.threads, std::numeric_limits<size_t>::max()) {
  if (vault_ != nullptr) watcher_ = std::thread([this] { Watch(); });
}

VaultDesk::~VaultDesk() {
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  if (watcher_.joinable()) watcher_.join();
  pool_.Stop();
}

absl::Status VaultDesk::Off() {
  return ErrorBuilder(
             absl::StatusCode::kFailedPrecondition, "VAULT_OFF",
             "this server keeps no bytes of evidence; its operator can set `vault` in the "
             "configuration. Descriptions, hashes and custody can be recorded all the same")
      .Build();
}

void VaultDesk::Post(std::function<void()> work) {
  if (!pool_.Submit(work)) work();
}

bool VaultDesk::Add(std::shared_ptr<ByteStream> stream) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  streams_.insert(std::move(stream));
  return true;
}

void VaultDesk::Remove(ByteStream* stream) {
  std::shared_ptr<ByteStream> last;
  absl::MutexLock lock(&mutex_);
  for (auto it = streams_.begin(); it != streams_.end(); ++it) {
    if (it->get() != stream) continue;
    last = *it;
    streams_.erase(it);
    return;
  }
}

std::vector<std::shared_ptr<ByteStream>> VaultDesk::Streams() {
  absl::MutexLock lock(&mutex_);
  return {streams_.begin(), streams_.end()};
}

void VaultDesk::Tick() {
  const absl::Time before = clock_.Now() - options_.idle;
  for (const std::shared_ptr<ByteStream>& stream : Streams()) stream->EndIfIdle(before);
  if (vault_ == nullptr) return;
  if (const int expired = vault_->ExpireUploads(); expired > 0) {
    spdlog::info("{} unfinished upload(s) of evidence forgotten: nothing came for too long",
                 expired);
  }
}

void VaultDesk::StopStreams() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (const std::shared_ptr<ByteStream>& stream : Streams()) stream->EndForStop();
}

void VaultDesk::Watch() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&ended_), kPause)) return;
    }
    Tick();
  }
}

}  // namespace belfry::frontend
