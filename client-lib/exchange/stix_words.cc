#include "client-lib/exchange/stix_words.h"

namespace belfry::exchange {

absl::string_view TlpMarkingId(Tlp tlp) {
  switch (tlp) {
    case Tlp::kClear:
      return "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
    case Tlp::kGreen:
      return "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    case Tlp::kAmber:
      return "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
    case Tlp::kAmberStrict:
      return "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003";
    case Tlp::kRed:
      break;
  }
  return "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
}

std::optional<Tlp> TlpOfMarking(absl::string_view id) {
  for (const Tlp tlp : kAllTlp) {
    if (TlpMarkingId(tlp) == id) return tlp;
  }
  // The marks that STIX 2.1 itself defines, for TLP 1.
  if (id == "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9") return Tlp::kClear;
  if (id == "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da") return Tlp::kGreen;
  if (id == "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82") return Tlp::kAmber;
  if (id == "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed") return Tlp::kRed;
  return std::nullopt;
}

absl::string_view TlpStixWord(Tlp tlp) {
  switch (tlp) {
    case Tlp::kClear:
      return "clear";
    case Tlp::kGreen:
      return "green";
    case Tlp::kAmber:
      return "amber";
    case Tlp::kAmberStrict:
      return "amber+strict";
    case Tlp::kRed:
      break;
  }
  return "red";
}

}  // namespace belfry::exchange
