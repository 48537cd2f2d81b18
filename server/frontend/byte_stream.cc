#include "server/frontend/byte_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/evidence.h"
#include "server/vault/vault_error.h"
#include "spdlog/spdlog.h"

namespace belfry::frontend {

absl::StatusOr<Admitted> AdmitStream(const Services& services,
                                     const grpc::CallbackServerContext& context,
                                     absl::string_view method) {
  Admitted admitted;
  BELFRY_ASSIGN_OR_RETURN(admitted.identity, Admit(services, context, method));
  admitted.permit = services.waiting->Enter(admitted.identity.principal);
  if (admitted.permit) return admitted;
  return ErrorBuilder(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                      "too many streams are open; try again in a minute")
      .RetryAfter(absl::Minutes(1))
      .Build();
}

absl::StatusOr<v1::Upload> ToUpload(const vault::Vault& vault, vault::Upload& upload) {
  absl::StatusOr<int64_t> committed = upload.Committed();
  if (!committed.ok()) return vault::ToCaller(committed.status());
  v1::Upload view;
  view.set_name(absl::StrCat("uploads/", upload.id()));
  view.set_evidence(core::EvidenceName(upload.info().incident, upload.info().number));
  view.set_size_bytes(upload.info().size_bytes);
  view.set_sha256(upload.info().sha256);
  view.set_committed_bytes(*committed);
  *view.mutable_expire_time() = ToProto(vault.ExpiryOf(upload));
  view.set_message_bytes_max(kUploadMessageBytesMax);
  return view;
}

absl::StatusOr<std::string> ParseUploadName(absl::string_view field, absl::string_view name) {
  absl::string_view id = name;
  if (!absl::ConsumePrefix(&id, "uploads/") || id.empty() || id.size() > 64) {
    return InvalidField(field, "must be a name that BeginUpload gave, such as uploads/…");
  }
  return std::string(id);
}

void ReportDamage(engine::Engine& engine, const std::string& incident, int32_t number) {
  engine::Request work;
  work.incident = incident;
  work.command.caller.internal = true;
  work.command.caller.actor.set_principal("system");
  work.command.caller.actor.set_via("vault");
  core::EvidenceChecked checked;
  checked.in_passing = true;
  work.command.act = core::EvidenceAct{number, std::move(checked)};
  work.done = [incident, number](const absl::StatusOr<engine::Outcome>& outcome) {
    if (outcome.ok()) return;
    spdlog::error("{}: that evidence E{} is damaged could not be recorded: {}", incident, number,
                  std::string(outcome.status().message()));
  };
  engine.Submit(std::move(work));
}

}  // namespace belfry::frontend
