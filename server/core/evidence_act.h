// Acts on evidence: one kind of act among others for whoever only passes commands on.
#ifndef BELFRY_SERVER_CORE_EVIDENCE_ACT_H_
#define BELFRY_SERVER_CORE_EVIDENCE_ACT_H_

#include <cstdint>
#include <string>
#include <variant>

#include "belfry/v1/evidence_service.pb.h"

namespace belfry::core {

// All the bytes of an item have arrived and are in the vault.
struct StoreEvidence {
  int64_t size_bytes = 0;
  std::string sha256;  // lower-case hex, of what arrived
  std::string object;  // the file's name in the vault
};

// What is in the vault was read.
struct EvidenceChecked {
  bool intact = false;
  std::string found;  // SHA-256 in lower-case hex; empty when it could not be read to the end
  // Found in passing, while somebody read it: no act of theirs.
  bool in_passing = false;
};

struct EvidenceAct {
  // The item within the incident; zero for a new one, and for all of them.
  int32_t number = 0;
  std::variant<v1::CreateEvidenceRequest, v1::RecordCustodyRequest, v1::ConfirmTransferRequest,
               v1::SetLegalHoldRequest, v1::DestroyEvidenceRequest, v1::DecideDestructionRequest,
               v1::DownloadEvidenceRequest, StoreEvidence, EvidenceChecked>
      deed;
};

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_EVIDENCE_ACT_H_
