// Every export is a recorded act: format, label, what was left out, for whom, and the hash of what
// was handed out.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_RECORD_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "belfry/client.h"
#include "belfry/exchange/v1/export.pb.h"
#include "client-lib/exchange/format.h"

namespace belfry::exchange {

// The sentence that stands in the timeline of each exported incident.
std::string ExportSentence(Format format, const v1::Export& file, absl::string_view bytes);

// Writes it into the timeline of every incident in `file`, as the caller. To be done before the
// bytes are handed out: what could not be recorded does not leave. The API has no act of its own
// for this yet; when it gets one, this is the place.
absl::Status RecordExport(const client::Client& client, Format format, const v1::Export& file,
                          absl::string_view bytes);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_RECORD_H_
