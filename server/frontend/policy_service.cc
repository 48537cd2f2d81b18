#include "server/frontend/policy_service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/core.h"
#include "server/core/policy/lint_directory.h"
#include "server/core/policy/read.h"
#include "server/core/policy_diff.h"
#include "server/core/state_util.h"
#include "server/engine/simulate.h"
#include "server/frontend/mutation.h"

namespace belfry::frontend {
namespace {

using engine::KeptPolicyPtr;
using engine::PolicyShelf;

constexpr size_t kTextBytesMax = 200 * 1024;
constexpr absl::Duration kHorizonDefault = absl::Hours(72);
// Looked at for a preview; beyond that the counts say that they are incomplete.
constexpr int kIncidentsLookedAtMax = 2'000;

absl::Status CheckText(const std::string& text) {
  if (text.size() > kTextBytesMax)
    return InvalidField("text", "at most 200 KiB; a larger pack goes into the file of --policy");
  return absl::OkStatus();
}

absl::Status NoSuchPolicy(absl::string_view name) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "POLICY_NOT_FOUND",
                      absl::StrCat("no policy pack ", name,
                                   " was ever in force; `policy list` shows those that were"))
      .Build();
}

v1::PolicyVersion ToVersion(const engine::KeptPolicy& kept, const engine::KeptPolicy& in_force) {
  v1::PolicyVersion version;
  version.set_name(kept.name());
  version.set_title(kept.index->proto().title());
  *version.mutable_text() = kept.index->proto().text();
  *version.mutable_adopt_time() = ToProto(kept.adopt_time);
  version.set_principal(kept.principal);
  version.set_in_force(&kept == &in_force);
  version.set_sha256(kept.sha256);
  return version;
}

template <typename Findings>
void AddFindings(const std::vector<core::Finding>& found, Findings* findings) {
  for (const core::Finding& finding : found) {
    v1::LintPolicyResponse::Finding* shown = findings->Add();
    shown->set_line(finding.line);
    shown->set_path(finding.path);
    shown->set_message(finding.message);
    shown->set_warning(finding.warning);
  }
}

absl::Status Lint(const Call& call, const v1::LintPolicyRequest& request,
                  v1::LintPolicyResponse& response) {
  BELFRY_RETURN_IF_ERROR(CheckText(request.text()));
  if (request.against_directory() && request.has_directory()) {
    return InvalidField("directory", "leave it out, or against_directory: there is one at a time");
  }
  if (request.against_directory() && !call.identity().admin) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                        "the directory is for administrators; without against_directory the pack "
                        "is checked by itself")
        .Build();
  }
  core::MoreChecks more;
  if (request.against_directory() || request.has_directory()) {
    more = [&](const policy::v1::Policy& pack) {
      return core::LintDirectory(
          pack, request.has_directory() ? request.directory() : call.engine().directory()->proto());
    };
  }
  AddFindings(core::CheckPolicyText(request.text(), more), response.mutable_findings());
  return absl::OkStatus();
}

// What would be decided otherwise if it were reported today: open incidents and their open duties,
// as far as the caller may see them.
absl::Status CountWhatStays(const Call& call, storage::Store& store,
                            v1::PreviewPolicyResponse& response) {
  storage::IncidentQuery query;
  query.open = true;
  query.all_restricted = true;  // asked about row by row
  query.limit = kIncidentsLookedAtMax + 1;
  BELFRY_ASSIGN_OR_RETURN(const std::vector<storage::IncidentRow> rows, store.ListIncidents(query));
  response.set_counts_incomplete(rows.size() > kIncidentsLookedAtMax);
  const auto directory = call.engine().directory();
  for (const storage::IncidentRow& row : rows) {
    record::v1::IncidentState state;
    if (!state.ParseFromString(row.state_blob)) {
      return absl::DataLossError(absl::StrCat("the state of ", row.id, " cannot be read"));
    }
    // Only those that the caller sees whole: a count would tell of the rest.
    if (core::SightOf(call.engine().PolicyOf(state), *directory, call.identity().caller, state) !=
        core::Sight::kAll) {
      continue;
    }
    response.set_open_incidents(response.open_incidents() + 1);
    for (const record::v1::ObligationRow& duty : state.obligations()) {
      if (!core::IsOpen(duty)) continue;
      response.set_open_duties(response.open_duties() + 1);
      for (v1::PolicyChange& change : *response.mutable_changes()) {
        if (change.list() == "obligations" && change.item() == duty.code()) {
          change.set_open_duties(change.open_duties() + 1);
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Preview(const Call& call, storage::Store& store, const std::string& text,
                     v1::PreviewPolicyResponse& response) {
  BELFRY_RETURN_IF_ERROR(CheckText(text));
  const PolicyShelf& shelf = call.engine().policies();
  const KeptPolicyPtr in_force = shelf.InForce();
  response.set_in_force(in_force->name());
  response.set_etag(engine::PolicyEtag(text, in_force.get()));
  AddFindings(core::CheckPolicyText(text), response.mutable_findings());
  for (const auto& finding : response.findings()) {
    if (!finding.warning()) return absl::OkStatus();  // nothing to compare
  }
  BELFRY_ASSIGN_OR_RETURN(const std::shared_ptr<const core::PolicyIndex> wanted,
                          engine::ReadPack(text));
  response.set_name(wanted->Name());
  for (v1::PolicyChange& change : core::DiffPolicies(*in_force->index, *wanted)) {
    *response.add_changes() = std::move(change);
  }
  const auto candidate =
      shelf.Judge(text, call.engine().Now(), call.identity().principal, in_force.get());
  if (!candidate.ok()) {
    response.set_refusal(std::string(candidate.status().message()));
  } else if (candidate->verdict == PolicyShelf::Verdict::kEarlier) {
    response.set_refusal(absl::StrCat("revision: ", wanted->Name(), " was in force before ",
                                      in_force->name(), "; raise it"));
  } else if (const auto fits = core::Directory::Create(call.engine().directory()->proto(), *wanted);
             !fits.ok()) {
    response.set_refusal(
        std::string(engine::DirectoryDoesNotFit(*wanted, fits.status()).message()));
  }
  return CountWhatStays(call, store, response);
}

absl::StatusOr<std::shared_ptr<const core::PolicyIndex>> PolicyToSimulate(
    const Call& call, const v1::SimulatePolicyRequest& request) {
  const PolicyShelf& shelf = call.engine().policies();
  if (!request.text().empty()) {
    BELFRY_RETURN_IF_ERROR(CheckText(request.text()));
    // Its revision may be anything: it is only tried.
    return engine::ReadPack(request.text());
  }
  const KeptPolicyPtr kept = request.name().empty() ? shelf.InForce() : shelf.Find(request.name());
  if (kept == nullptr) return NoSuchPolicy(request.name());
  return kept->index;
}

absl::Status RunSimulation(const Call& call, const v1::SimulatePolicyRequest& request,
                           v1::SimulatePolicyResponse& response) {
  engine::Simulation simulation;
  simulation.reporter = call.identity().caller;
  simulation.report = request.incident();
  if (simulation.report.title().empty()) simulation.report.set_title("Simulation");
  simulation.start =
      request.has_start_time() ? FromProto(request.start_time()) : call.engine().Now();
  simulation.horizon = request.has_horizon() ? FromProto(request.horizon()) : kHorizonDefault;
  if (simulation.horizon <= absl::ZeroDuration() ||
      simulation.horizon > engine::kSimulationHorizonMax) {
    return InvalidField("horizon", "must be more than nothing and at most 400 days");
  }
  simulation.people_react = request.reaction() == v1::SimulatePolicyRequest::REACTION_ON_TIME;
  BELFRY_ASSIGN_OR_RETURN(const std::shared_ptr<const core::PolicyIndex> policy,
                          PolicyToSimulate(call, request));
  const auto directory = call.engine().directory();
  BELFRY_ASSIGN_OR_RETURN(response, engine::Simulate(*policy, *directory, simulation));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* PolicyServiceImpl::GetPolicy(grpc::CallbackServerContext* context,
                                                       const v1::GetPolicyRequest* request,
                                                       v1::GetPolicyResponse* response) {
  return RunCall(services_, context, "GetPolicy", [&](CallPtr call) {
    const PolicyShelf& shelf = call->engine().policies();
    const KeptPolicyPtr in_force = shelf.InForce();
    const KeptPolicyPtr kept = request->name().empty() ? in_force : shelf.Find(request->name());
    if (kept == nullptr) {
      call->Finish(NoSuchPolicy(request->name()));
      return;
    }
    *response->mutable_policy() = kept->index->proto();
    *response->mutable_version() = ToVersion(*kept, *in_force);
    if (request->with_text()) response->set_text(kept->text);
    call->Finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::ListPolicies(grpc::CallbackServerContext* context,
                                                          const v1::ListPoliciesRequest*,
                                                          v1::ListPoliciesResponse* response) {
  return RunCall(services_, context, "ListPolicies", [&](CallPtr call) {
    const PolicyShelf& shelf = call->engine().policies();
    const KeptPolicyPtr in_force = shelf.InForce();
    for (const KeptPolicyPtr& kept : shelf.List()) {
      *response->add_policies() = ToVersion(*kept, *in_force);
    }
    call->Finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::LintPolicy(grpc::CallbackServerContext* context,
                                                        const v1::LintPolicyRequest* request,
                                                        v1::LintPolicyResponse* response) {
  return RunCall(services_, context, "LintPolicy", [&](CallPtr call) {
    // Reading a large pack takes milliseconds; not on a callback thread.
    ReadLater(call, [call, request, response](storage::Store&) {
      return Lint(*call, *request, *response);
    });
  });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::PreviewPolicy(grpc::CallbackServerContext* context,
                                                           const v1::PreviewPolicyRequest* request,
                                                           v1::PreviewPolicyResponse* response) {
  return RunCall(services_, context, "PreviewPolicy", [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) {
      return Preview(*call, store, request->text(), *response);
    });
  });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::AdoptPolicy(grpc::CallbackServerContext* context,
                                                         const v1::AdoptPolicyRequest* request,
                                                         v1::AdoptPolicyResponse* response) {
  return RunCall(services_, context, "AdoptPolicy", [&](CallPtr call) {
    absl::Status status = CheckRequest(*request, request->request_id());
    if (status.ok()) status = CheckText(request->text());
    if (!status.ok()) {
      call->Finish(status);
      return;
    }
    engine::PolicyAdoption adoption;
    adoption.caller = call->identity().caller;
    adoption.text = request->text();
    adoption.etag = request->etag();
    adoption.request_id = request->request_id();
    if (!request->request_id().empty()) {
      v1::AdoptPolicyRequest bare = *request;
      bare.clear_request_id();
      adoption.fingerprint = Fingerprint(call->method(), bare);
    }
    engine::Engine& engine = call->engine();
    engine.AdoptPolicy(std::move(adoption),
                       [call, response](absl::StatusOr<engine::AdoptedPolicy> adopted) {
                         if (adopted.ok()) {
                           const KeptPolicyPtr in_force = call->engine().policies().InForce();
                           *response->mutable_policy() = ToVersion(*adopted->policy, *in_force);
                           response->set_replayed(adopted->replayed);
                           if (adopted->receipt.has_value()) {
                             *response->mutable_receipt() = *std::move(adopted->receipt);
                           }
                         }
                         call->Finish(adopted.status());
                       });
  });
}

grpc::ServerUnaryReactor* PolicyServiceImpl::SimulatePolicy(
    grpc::CallbackServerContext* context, const v1::SimulatePolicyRequest* request,
    v1::SimulatePolicyResponse* response) {
  return RunCall(services_, context, "SimulatePolicy", [&](CallPtr call) {
    if (simulating_.exchange(true)) {
      call->Finish(ErrorBuilder(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                                "another simulation is running; try again in a moment")
                       .RetryAfter(absl::Seconds(1))
                       .Build());
      return;
    }
    // The turn ends before the answer goes out: who has it may ask again at once.
    call->engine().SubmitRead(
        [this, call, request, response](storage::Store&) {
          const absl::Status status = RunSimulation(*call, *request, *response);
          simulating_ = false;
          call->Finish(status);
        },
        [this, call](const absl::Status& refused) {
          simulating_ = false;
          call->Finish(refused);
        });
  });
}

}  // namespace belfry::frontend
