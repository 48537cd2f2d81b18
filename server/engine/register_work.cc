#include "server/engine/register_work.h"

#include <string>

#include "server/core/standing.h"
#include "spdlog/spdlog.h"

namespace belfry::engine {
namespace {

bool IsThirdParty(const v1::Entity& entity) {
  return entity.kind() == v1::Entity::KIND_THIRD_PARTY_COMPANY ||
         entity.kind() == v1::Entity::KIND_THIRD_PARTY_INDIVIDUAL;
}

}  // namespace

absl::Status RegisterWork::Open(Batch& batch, const std::string& entity) {
  core::OpenRegister act;
  act.id = core::RegisterId(entity);
  act.uid = UuidV7(batch.now, random_);
  act.entity = entity;
  core::Command command;
  command.caller.internal = true;
  command.caller.actor.set_principal("system");
  command.caller.actor.set_via("engine");
  const std::string id = act.id;
  command.act = std::move(act);
  return executor_.Execute(batch, id, std::move(command)).status();
}

void RegisterWork::Run(Batch& batch) {
  const v1::Directory& directory = batch.directory->proto();
  // Nothing to keep before there is anybody.
  if (directory.entities().empty()) return;
  status_ = Open(batch, "");
  for (const v1::Entity& entity : directory.entities()) {
    if (!status_.ok()) return;
    if (!IsThirdParty(entity)) status_ = Open(batch, entity.name());
  }
}

void RegisterWork::Finish(const absl::Status& commit) {
  const absl::Status& failed = status_.ok() ? commit : status_;
  if (!failed.ok()) {
    spdlog::error("the registers of standing duties could not be brought up to date: {}",
                  std::string(failed.message()));
  }
  done_();
}

}  // namespace belfry::engine
