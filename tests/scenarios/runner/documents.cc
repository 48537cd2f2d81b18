#include "tests/scenarios/runner/documents.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "server/base/status_macros.h"

namespace belfry::scenario {
namespace {

using Documents = v1::DocumentService::Stub;

absl::Status WriteFile(const std::string& directory, const std::string& name,
                       const std::string& bytes) {
  std::ofstream file(std::filesystem::path(directory) / name, std::ios::binary);
  if (file << bytes) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", name, " in ", directory));
}

absl::Status WriteDocument(Site& site, const v1::SubmittedDocument& document,
                           const std::string& directory) {
  for (const v1::DocumentFormat format :
       {v1::DOCUMENT_FORMAT_TEXT, v1::DOCUMENT_FORMAT_HTML, v1::DOCUMENT_FORMAT_PDF}) {
    v1::RenderDocumentRequest request;
    request.set_name(document.name());
    request.set_format(format);
    v1::RenderDocumentResponse response;
    BELFRY_RETURN_IF_ERROR(site.Call(site.documents(), &Documents::RenderDocument,
                                     document.author(), request, &response));
    BELFRY_RETURN_IF_ERROR(WriteFile(directory, response.file_name(), response.content()));
    if (format != v1::DOCUMENT_FORMAT_TEXT) continue;
    response.clear_content();
    std::string json;
    static_cast<void>(google::protobuf::util::MessageToJsonString(response, &json));
    BELFRY_RETURN_IF_ERROR(WriteFile(
        directory, std::filesystem::path(response.file_name()).replace_extension("json").string(),
        json));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteDocuments(Site& site, Reader& reader, const Incidents& incidents,
                            const std::string& directory) {
  std::filesystem::create_directories(directory);
  for (const std::string& name : incidents.names()) {
    BELFRY_ASSIGN_OR_RETURN(const v1::Incident incident, reader.Incident(name));
    v1::ListDocumentsRequest request;
    request.set_name(name);
    v1::ListDocumentsResponse response;
    absl::Status listed;
    for (const std::string& who : {std::string("people/csirt.handler"), incident.reporter()}) {
      listed = site.Call(site.documents(), &Documents::ListDocuments, who, request, &response);
      if (listed.ok()) break;
    }
    BELFRY_RETURN_IF_ERROR(listed);
    for (const v1::SubmittedDocument& document : response.documents()) {
      BELFRY_RETURN_IF_ERROR(WriteDocument(site, document, directory));
    }
  }
  return absl::OkStatus();
}

}  // namespace belfry::scenario
