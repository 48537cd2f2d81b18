#include "server/frontend/chat_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/proto_time.h"
#include "server/base/status_macros.h"
#include "server/core/noted_messages.h"
#include "server/frontend/chat_fields.h"
#include "server/frontend/incident_access.h"
#include "server/frontend/mutation.h"
#include "server/frontend/page_token.h"

namespace belfry::frontend {
namespace {

constexpr int kConversationsPerPage = 1000;
// Below what one answer may have.
constexpr size_t kPageBytesMax = 2 * 1024 * 1024;

// A person of the directory, by credentials of their own or through a bot.
absl::Status CheckIsPerson(const Identity& identity, const core::Directory& directory) {
  if (identity.caller.system) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "RIGHT_REQUIRED",
                        "chat accounts belong to people; a system has none")
        .Build();
  }
  if (directory.FindPerson(identity.caller.actor.principal()) == nullptr) {
    return ErrorBuilder(absl::StatusCode::kNotFound, "PERSON_NOT_FOUND",
                        absl::StrCat(identity.caller.actor.principal(),
                                     " is not in the directory; ask an administrator to add them"))
        .Build();
  }
  return absl::OkStatus();
}

absl::Status NoAccountOfAPerson() {
  return InvalidField("account", "is for a bot on its own account; leave it out");
}

// For whom the code is to be: the account that a bot vouches for, or the person who asks.
absl::StatusOr<std::string> AskerOf(const Call& call, const v1::StartAccountLinkRequest& request) {
  BELFRY_RETURN_IF_ERROR(CheckRequest(request, ""));
  const auto directory = call.engine().directory();
  if (!call.identity().bare_bot) {
    if (request.has_account()) return NoAccountOfAPerson();
    BELFRY_RETURN_IF_ERROR(CheckIsPerson(call.identity(), *directory));
    return call.identity().caller.actor.principal();
  }
  BELFRY_ASSIGN_OR_RETURN(const AccountName account, ReadAccount("account", request.account()));
  BELFRY_RETURN_IF_ERROR(call.identity().reach.Check(account.platform, account.workspace));
  if (directory->FindPersonByAccount(account.platform, account.workspace, account.user_id) !=
      nullptr) {
    return engine::AccountTaken();
  }
  return FormatAccountName(account);
}

absl::StatusOr<engine::LinkRedemption> RedemptionOf(const Call& call,
                                                    const v1::CompleteAccountLinkRequest& request) {
  BELFRY_RETURN_IF_ERROR(CheckRequest(request, ""));
  const Identity& identity = call.identity();
  engine::LinkRedemption redemption;
  redemption.code = request.code();
  redemption.principal = identity.principal;
  if (identity.bare_bot) {
    BELFRY_ASSIGN_OR_RETURN(redemption.account, ReadAccount("account", request.account()));
    BELFRY_RETURN_IF_ERROR(
        identity.reach.Check(redemption.account->platform, redemption.account->workspace));
    return redemption;
  }
  // Who speaks through a bot has shown an account and no credentials; both are wanted.
  if (!identity.caller.actor.through().empty()) {
    return ErrorBuilder(absl::StatusCode::kPermissionDenied, "OWN_CREDENTIALS_NEEDED",
                        "a code from a chat is redeemed with the person's own credentials, as in "
                        "`belfry link CODE`; a bot cannot stand in for them")
        .Build();
  }
  if (request.has_account()) return NoAccountOfAPerson();
  BELFRY_RETURN_IF_ERROR(CheckIsPerson(identity, *call.engine().directory()));
  redemption.person = identity.caller.actor.principal();
  return redemption;
}

bool Same(const v1::ChatAccount& account, const AccountName& name) {
  return account.platform() == name.platform && account.workspace() == name.workspace &&
         account.user_id() == name.user_id;
}

// The directory without the account; with a person, only if it is theirs.
absl::StatusOr<v1::Directory> WithoutAccount(v1::Directory directory, const AccountName& account,
                                             const std::string& owner) {
  for (v1::Person& person : *directory.mutable_people()) {
    if (!owner.empty() && person.name() != owner) continue;
    auto* accounts = person.mutable_chat_accounts();
    const auto kept =
        std::remove_if(accounts->begin(), accounts->end(),
                       [&](const v1::ChatAccount& one) { return Same(one, account); });
    if (kept == accounts->end()) continue;
    accounts->erase(kept, accounts->end());
    return directory;
  }
  return ErrorBuilder(absl::StatusCode::kNotFound, "ACCOUNT_NOT_LINKED",
                      owner.empty() ? "this chat account is linked to nobody"
                                    : "this chat account is not linked to you")
      .Build();
}

// The first incident of the place that whoever has the account may read; empty when there is none.
// An account that is nobody's finds none, not even one it reported.
absl::StatusOr<std::string> VisibleIncident(const Call& call, storage::Store& store,
                                            const v1::LookupPlaceRequest& request) {
  const v1::MessageRef& place = request.place();
  const v1::ChatAccount& account = request.account();
  const auto directory = call.engine().directory();
  const v1::Person* person =
      directory->FindPersonByAccount(account.platform(), account.workspace(), account.user_id());
  if (person == nullptr) return std::string();
  core::Caller reader;
  reader.actor.set_principal(person->name());
  reader.entity = person->entity();
  std::vector<std::string> messages = {""};  // the whole channel
  if (!place.id().empty()) messages.insert(messages.begin(), place.id());
  for (const std::string& message : messages) {
    BELFRY_ASSIGN_OR_RETURN(
        const std::vector<storage::PlaceRow> rows,
        store.FindPlaces(place.platform(), place.workspace(), place.channel(), message));
    for (const storage::PlaceRow& row : rows) {
      const absl::StatusOr<StatePtr> state = call.engine().LoadState(row.incident);
      if (absl::IsNotFound(state.status())) continue;
      BELFRY_RETURN_IF_ERROR(state.status());
      if (core::MayRead(call.engine().PolicyOf(**state), *directory, reader, **state)) {
        return absl::StrCat("incidents/", row.incident);
      }
    }
    // What is written under the messages of one incident is not about the channel's.
    if (!rows.empty()) return std::string();
  }
  return std::string();
}

// Whose channel it is in the directory; nobody's when it is several entities'.
std::string EntityOf(const core::Directory& directory, const v1::MessageRef& place) {
  std::string entity;
  for (const v1::Channel& channel : directory.proto().channels()) {
    if (channel.platform() != place.platform() || channel.workspace() != place.workspace() ||
        channel.address() != place.channel()) {
      continue;
    }
    const bool another = !entity.empty() && channel.scope() != entity;
    if (another || !absl::StartsWith(channel.scope(), "entities/")) return "";
    entity = channel.scope();
  }
  return entity;
}

v1::Conversation ToConversation(storage::ConversationRow row) {
  v1::Conversation conversation;
  conversation.set_platform(std::move(row.platform));
  conversation.set_workspace(std::move(row.workspace));
  conversation.set_address(std::move(row.address));
  conversation.set_reference(std::move(row.reference));
  conversation.set_gone(row.gone);
  return conversation;
}

absl::Status ListConversationsOf(storage::Store& store, const v1::ListConversationsRequest& request,
                                 v1::ListConversationsResponse& response) {
  if (request.platform().empty()) return InvalidField("platform", "is needed");
  if (!request.address().empty()) {
    BELFRY_ASSIGN_OR_RETURN(
        std::optional<storage::ConversationRow> row,
        store.FindConversation(request.platform(), request.workspace(), request.address()));
    if (row.has_value()) *response.add_conversations() = ToConversation(*std::move(row));
    return absl::OkStatus();
  }
  const std::string same = absl::StrCat(request.platform(), "\n", request.workspace());
  PagePosition position;
  if (!request.page_token().empty()) {
    BELFRY_ASSIGN_OR_RETURN(position, ReadPageToken(request.page_token(), same));
  }
  BELFRY_ASSIGN_OR_RETURN(std::vector<storage::ConversationRow> rows,
                          store.ListConversations(request.platform(), request.workspace(),
                                                  position.text, kConversationsPerPage + 1));
  size_t bytes = 0;
  int count = 0;
  for (storage::ConversationRow& row : rows) {
    bytes += row.address.size() + row.reference.size();
    if (count == kConversationsPerPage || (count > 0 && bytes > kPageBytesMax)) {
      response.set_next_page_token(
          MakePageToken({0, response.conversations(count - 1).address()}, same));
      return absl::OkStatus();
    }
    *response.add_conversations() = ToConversation(std::move(row));
    ++count;
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* ChatServiceImpl::StartAccountLink(
    grpc::CallbackServerContext* context, const v1::StartAccountLinkRequest* request,
    v1::StartAccountLinkResponse* response) {
  return RunCall(services_, context, "StartAccountLink", [&](CallPtr call) {
    absl::StatusOr<std::string> asker = AskerOf(*call, *request);
    if (!asker.ok()) {
      call->Finish(asker.status());
      return;
    }
    call->engine().StartLink(*std::move(asker),
                             [call, response](const absl::StatusOr<engine::StartedLink>& started) {
                               if (started.ok()) {
                                 response->set_code(started->code);
                                 *response->mutable_expire_time() = ToProto(started->expire_time);
                               }
                               call->Finish(started.status());
                             });
  });
}

grpc::ServerUnaryReactor* ChatServiceImpl::CompleteAccountLink(
    grpc::CallbackServerContext* context, const v1::CompleteAccountLinkRequest* request,
    v1::CompleteAccountLinkResponse* response) {
  return RunCall(services_, context, "CompleteAccountLink", [&](CallPtr call) {
    absl::StatusOr<engine::LinkRedemption> redemption = RedemptionOf(*call, *request);
    if (!redemption.ok()) {
      call->Finish(redemption.status());
      return;
    }
    call->engine().CompleteLink(*std::move(redemption),
                                [call, response](absl::StatusOr<engine::LinkedAccount> linked) {
                                  if (linked.ok()) {
                                    *response->mutable_person() = std::move(linked->person);
                                    *response->mutable_account() = std::move(linked->account);
                                    if (linked->receipt.has_value()) {
                                      *response->mutable_receipt() = *std::move(linked->receipt);
                                    }
                                  }
                                  call->Finish(linked.status());
                                });
  });
}

grpc::ServerUnaryReactor* ChatServiceImpl::UnlinkAccount(grpc::CallbackServerContext* context,
                                                         const v1::UnlinkAccountRequest* request,
                                                         v1::UnlinkAccountResponse* response) {
  return RunCall(services_, context, "UnlinkAccount", [&](CallPtr call) {
    const Identity& identity = call->identity();
    absl::Status status = CheckRequest(*request, "");
    if (status.ok() && !identity.admin) {
      status = CheckIsPerson(identity, *call->engine().directory());
    }
    const absl::StatusOr<AccountName> account = ReadAccount("account", request->account());
    if (status.ok()) status = account.status();
    if (!status.ok()) {
      call->Finish(status);
      return;
    }
    const std::string owner = identity.admin ? "" : identity.caller.actor.principal();
    call->engine().ChangeDirectory(
        identity.caller.actor.principal(),
        [account = *account, owner](v1::Directory directory) {
          return WithoutAccount(std::move(directory), account, owner);
        },
        [call, response](absl::StatusOr<std::optional<v1::Receipt>> changed) {
          if (changed.ok() && changed->has_value()) {
            *response->mutable_receipt() = **std::move(changed);
          }
          call->Finish(changed.status());
        });
  });
}

grpc::ServerUnaryReactor* ChatServiceImpl::LookupPlace(grpc::CallbackServerContext* context,
                                                       const v1::LookupPlaceRequest* request,
                                                       v1::LookupPlaceResponse* response) {
  return RunCall(services_, context, "LookupPlace", [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) -> absl::Status {
      BELFRY_RETURN_IF_ERROR(core::CheckPlace("place", request->place()));
      BELFRY_ASSIGN_OR_RETURN(const AccountName account,
                              ReadAccount("account", request->account()));
      const BotReach& reach = call->identity().reach;
      BELFRY_RETURN_IF_ERROR(reach.Check(account.platform, account.workspace));
      BELFRY_RETURN_IF_ERROR(
          reach.Check(request->place().platform(), request->place().workspace()));
      BELFRY_ASSIGN_OR_RETURN(std::string incident, VisibleIncident(*call, store, *request));
      response->set_incident(std::move(incident));
      response->set_entity(EntityOf(*call->engine().directory(), request->place()));
      return absl::OkStatus();
    });
  });
}

grpc::ServerUnaryReactor* ChatServiceImpl::SaveConversation(
    grpc::CallbackServerContext* context, const v1::SaveConversationRequest* request,
    v1::SaveConversationResponse*) {
  return RunCall(services_, context, "SaveConversation", [&](CallPtr call) {
    const v1::Conversation& conversation = request->conversation();
    absl::Status status = CheckRequest(*request, "");
    if (status.ok()) status = CheckConversation(conversation);
    if (status.ok()) {
      status = call->identity().reach.Check(conversation.platform(), conversation.workspace());
    }
    if (!status.ok()) {
      call->Finish(status);
      return;
    }
    call->engine().SaveConversation(
        {conversation.platform(), conversation.workspace(), conversation.address(),
         conversation.reference(), conversation.gone()},
        [call](const absl::Status& saved) { call->Finish(saved); });
  });
}

grpc::ServerUnaryReactor* ChatServiceImpl::ListConversations(
    grpc::CallbackServerContext* context, const v1::ListConversationsRequest* request,
    v1::ListConversationsResponse* response) {
  return RunCall(services_, context, "ListConversations", [&](CallPtr call) {
    ReadLater(call, [call, request, response](storage::Store& store) -> absl::Status {
      if (!request->platform().empty()) {
        BELFRY_RETURN_IF_ERROR(
            call->identity().reach.Check(request->platform(), request->workspace()));
      }
      return ListConversationsOf(store, *request, *response);
    });
  });
}

}  // namespace belfry::frontend
