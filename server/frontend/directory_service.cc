#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/core/access.h"
#include "server/frontend/other_services.h"
#include "server/frontend/page_token.h"
#include "server/frontend/request_limits.h"

namespace belfry::frontend {
namespace {

constexpr int kEntitiesPerPage = 200;

using Change = std::function<absl::StatusOr<v1::Directory>(v1::Directory)>;

// Applies a change as the caller, then lets `answer` fill the response, which gets the receipt.
template <typename Response>
void ChangeDirectory(CallPtr call, Response* response, Change change,
                     std::function<void()> answer) {
  call->engine().ChangeDirectory(call->identity().caller.actor.principal(), std::move(change),
                                 [call, response, answer = std::move(answer)](
                                     absl::StatusOr<std::optional<v1::Receipt>> changed) {
                                   if (changed.ok()) answer();
                                   if (changed.ok() && changed->has_value()) {
                                     *response->mutable_receipt() = **std::move(changed);
                                   }
                                   call->Finish(changed.status());
                                 });
}

// Replaces the item of the same name, or adds it.
template <typename Item>
void Put(google::protobuf::RepeatedPtrField<Item>& items, const Item& item) {
  for (Item& existing : items) {
    if (existing.name() == item.name()) {
      existing = item;
      return;
    }
  }
  *items.Add() = item;
}

bool Same(const v1::RoleAssignment& a, const v1::RoleAssignment& b) {
  return a.person() == b.person() && a.role() == b.role() && a.scope() == b.scope();
}

absl::Status NoSuchEntity(absl::string_view name) {
  return ErrorBuilder(absl::StatusCode::kNotFound, "ENTITY_NOT_FOUND",
                      absl::StrCat("there is no ", name, " in the directory"))
      .Build();
}

}  // namespace

grpc::ServerUnaryReactor* DirectoryServiceImpl::GetDirectory(grpc::CallbackServerContext* context,
                                                             const v1::GetDirectoryRequest*,
                                                             v1::GetDirectoryResponse* response) {
  return RunCall(services_, context, "GetDirectory", [&](CallPtr call) {
    *response->mutable_directory() = call->engine().directory()->proto();
    response->set_etag(call->engine().DirectoryEtag());
    call->Finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::ReplaceDirectory(
    grpc::CallbackServerContext* context, const v1::ReplaceDirectoryRequest* request,
    v1::ReplaceDirectoryResponse* response) {
  return RunCall(services_, context, "ReplaceDirectory", [&](CallPtr call) {
    ChangeDirectory(
        call, response,
        [call, request](v1::Directory) -> absl::StatusOr<v1::Directory> {
          if (!request->etag().empty() && request->etag() != call->engine().DirectoryEtag()) {
            return ErrorBuilder(absl::StatusCode::kAborted, "ETAG_MISMATCH",
                                "the directory has changed since; get it again")
                .Field("etag", "is not the current one")
                .Build();
          }
          return request->directory();
        },
        [call, response] { response->set_etag(call->engine().DirectoryEtag()); });
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::UpdatePerson(grpc::CallbackServerContext* context,
                                                             const v1::UpdatePersonRequest* request,
                                                             v1::UpdatePersonResponse* response) {
  return RunCall(services_, context, "UpdatePerson", [&](CallPtr call) {
    ChangeDirectory(
        call, response,
        [request](v1::Directory directory) -> absl::StatusOr<v1::Directory> {
          Put(*directory.mutable_people(), request->person());
          return directory;
        },
        [request, response] { *response->mutable_person() = request->person(); });
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::UpdateEntity(grpc::CallbackServerContext* context,
                                                             const v1::UpdateEntityRequest* request,
                                                             v1::UpdateEntityResponse* response) {
  return RunCall(services_, context, "UpdateEntity", [&](CallPtr call) {
    ChangeDirectory(
        call, response,
        [request](v1::Directory directory) -> absl::StatusOr<v1::Directory> {
          Put(*directory.mutable_entities(), request->entity());
          return directory;
        },
        [request, response] { *response->mutable_entity() = request->entity(); });
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::AssignRole(grpc::CallbackServerContext* context,
                                                           const v1::AssignRoleRequest* request,
                                                           v1::AssignRoleResponse* response) {
  return RunCall(services_, context, "AssignRole", [&](CallPtr call) {
    ChangeDirectory(
        call, response,
        [request](v1::Directory directory) -> absl::StatusOr<v1::Directory> {
          for (v1::RoleAssignment& existing : *directory.mutable_role_assignments()) {
            if (Same(existing, request->assignment())) {
              existing = request->assignment();
              return directory;
            }
          }
          *directory.add_role_assignments() = request->assignment();
          return directory;
        },
        [request, response] { *response->mutable_assignment() = request->assignment(); });
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::UnassignRole(grpc::CallbackServerContext* context,
                                                             const v1::UnassignRoleRequest* request,
                                                             v1::UnassignRoleResponse* response) {
  return RunCall(services_, context, "UnassignRole", [&](CallPtr call) {
    ChangeDirectory(
        call, response,
        [request](v1::Directory directory) -> absl::StatusOr<v1::Directory> {
          auto* held = directory.mutable_role_assignments();
          const auto kept = std::remove_if(
              held->begin(), held->end(),
              [&](const v1::RoleAssignment& item) { return Same(item, request->assignment()); });
          if (kept == held->end()) {
            return ErrorBuilder(absl::StatusCode::kNotFound, "ASSIGNMENT_NOT_FOUND",
                                "nobody holds that role there")
                .Build();
          }
          held->erase(kept, held->end());
          return directory;
        },
        [] {});
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::ListEntities(grpc::CallbackServerContext* context,
                                                             const v1::ListEntitiesRequest* request,
                                                             v1::ListEntitiesResponse* response) {
  return RunCall(services_, context, "ListEntities", [&](CallPtr call) {
    const absl::Status status = [&]() -> absl::Status {
      BELFRY_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request->page_size(), kEntitiesPerPage));
      const auto directory = call->engine().directory();
      int64_t start = 0;
      if (!request->page_token().empty()) {
        BELFRY_ASSIGN_OR_RETURN(const PagePosition position,
                                ReadPageToken(request->page_token(), "entities"));
        start = position.number;
      }
      const auto& entities = directory->proto().entities();
      const int64_t end = std::min<int64_t>(start + page_size, entities.size());
      for (int64_t i = start; i < end; ++i) {
        *response->add_entities() = entities.Get(static_cast<int>(i));
      }
      if (end < entities.size()) {
        response->set_next_page_token(MakePageToken({end, ""}, "entities"));
      }
      return absl::OkStatus();
    }();
    call->Finish(status);
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::ResolveContacts(
    grpc::CallbackServerContext* context, const v1::ResolveContactsRequest* request,
    v1::ResolveContactsResponse* response) {
  return RunCall(services_, context, "ResolveContacts", [&](CallPtr call) {
    const auto directory = call->engine().directory();
    const core::PolicyIndex& policy = call->engine().policy();
    if (request->roles_size() > kRolesAskedMax) {
      call->Finish(InvalidField("roles", absl::StrCat("at most ", kRolesAskedMax)));
      return;
    }
    if (const absl::Status status = CheckBytes("entity", request->entity().size(), kNameBytesMax);
        !status.ok()) {
      call->Finish(status);
      return;
    }
    if (directory->FindEntity(request->entity()) == nullptr) {
      call->Finish(NoSuchEntity(request->entity()));
      return;
    }
    const auto add = [&](const std::string& code, int level) {
      const policy::v1::Role* role = policy.FindRole(code);
      auto* holders = response->add_holders();
      holders->set_role(code);
      holders->set_role_title(role == nullptr ? "" : role->title());
      holders->set_level(level);
      for (const v1::Person* person : directory->HoldersOf(code, request->entity())) {
        v1::Person* shown = holders->add_people();
        shown->set_name(person->name());
        shown->set_display_name(person->display_name());
        shown->set_title(person->title());
        *shown->mutable_contacts() = person->contacts();
      }
    };
    if (!request->roles().empty()) {
      for (const std::string& code : request->roles()) {
        if (policy.FindRole(code) == nullptr) {
          call->Finish(
              InvalidField("roles", absl::StrCat("the policy has no role \"", code, "\"")));
          return;
        }
        add(code, 0);
      }
    } else {
      for (const auto& level : policy.proto().escalation().levels()) {
        for (const std::string& code : level.roles()) add(code, level.number());
      }
    }
    call->Finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::LookupChatAccount(
    grpc::CallbackServerContext* context, const v1::LookupChatAccountRequest* request,
    v1::LookupChatAccountResponse* response) {
  return RunCall(services_, context, "LookupChatAccount", [&](CallPtr call) {
    const auto& account = request->account();
    if (const absl::Status served =
            call->identity().reach.Check(account.platform(), account.workspace());
        !served.ok()) {
      call->Finish(served);
      return;
    }
    const v1::Person* person = call->engine().directory()->FindPersonByAccount(
        account.platform(), account.workspace(), account.user_id());
    if (person == nullptr) {
      call->Finish(ErrorBuilder(absl::StatusCode::kNotFound, "ACCOUNT_NOT_LINKED",
                                "this chat account is linked to nobody")
                       .Build());
      return;
    }
    *response->mutable_person() = *person;
    call->Finish(absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* DirectoryServiceImpl::WhoAmI(grpc::CallbackServerContext* context,
                                                       const v1::WhoAmIRequest*,
                                                       v1::WhoAmIResponse* response) {
  return RunCall(services_, context, "WhoAmI", [&](CallPtr call) {
    const std::string& principal = call->identity().caller.actor.principal();
    const auto directory = call->engine().directory();
    response->set_principal(principal);
    if (const v1::Person* person = directory->FindPerson(principal); person != nullptr) {
      *response->mutable_person() = *person;
    }
    for (const v1::RoleAssignment* held : directory->AssignmentsOf(principal)) {
      *response->add_role_assignments() = *held;
    }
    // A bot has no rights of its own.
    if (!call->identity().bare_bot) {
      for (std::string& act : core::AllowedActsAnywhere(call->engine().policy(), *directory,
                                                        call->identity().caller)) {
        response->add_allowed_acts(std::move(act));
      }
    }
    call->Finish(absl::OkStatus());
  });
}

}  // namespace belfry::frontend
