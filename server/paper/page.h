// What surrounds a document wherever it is shown.
#ifndef BELFRY_SERVER_PAPER_PAGE_H_
#define BELFRY_SERVER_PAPER_PAGE_H_

#include <string>

#include "absl/time/time.h"

namespace belfry::paper {

struct Page {
  // "Follow-up report".
  std::string title;
  // "DOP-2026-0007/documents/41", or "DRAFT".
  std::string number;
  // "TLP:AMBER"; on every page, at its head and foot, as TLP 2.0 asks.
  std::string tlp;
  // Who sends it: author of the PDF.
  std::string sender;
  // SHA-256 of the content in lower-case hex; empty for drafts.
  std::string content_sha256;
  // A draft says so on every page.
  bool draft = false;
  absl::Time time;
};

}  // namespace belfry::paper

#endif  // BELFRY_SERVER_PAPER_PAGE_H_
