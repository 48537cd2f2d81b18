// Every maximum the core enforces, in one place, with its reason.
#ifndef BELFRY_SERVER_CORE_LIMITS_H_
#define BELFRY_SERVER_CORE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace belfry::core {

// Counted in characters (code points), as the public comments do.
inline constexpr size_t kTitleCharactersMax = 200;    // fits a headline on every platform
inline constexpr size_t kTextCharactersMax = 20'000;  // a page or two; longer texts are documents
inline constexpr size_t kReasonCharactersMax = 2'000;
inline constexpr size_t kAuthorityCharactersMax = 500;
inline constexpr size_t kFactCharactersMax = 1'000;
inline constexpr size_t kNoticeCharactersMax = 4'000;  // what chat platforms show in one message
inline constexpr size_t kTicketCharactersMax = 100;
inline constexpr int kFactsPerRequestMax = 50;
inline constexpr int kCategoriesMax = 20;
inline constexpr int kEntitiesMax = 200;  // a statewide incident names them all
inline constexpr int kTicketsMax = 50;
inline constexpr size_t kDeviceCharactersMax = 100;
inline constexpr int kDevicesPerRequestMax = 200;
inline constexpr int kDevicesMax = 5'000;  // a state is folded in memory at every act
inline constexpr int kCostsMax = 1'000;
inline constexpr int64_t kCostCentsMax = 10'000'000'000;  // 100 million dollars a line
inline constexpr int kSpendRequestsMax = 1'000;
inline constexpr int kNotedMessagesMax = 2'000;   // looked through at every note
inline constexpr size_t kChatNameBytesMax = 512;  // longer than any platform's names of messages
inline constexpr int kPeopleMax = 50;             // subjects, readers
inline constexpr int kEvidenceMax = 2'000;        // items of one incident
inline constexpr int kCustodyMax = 10'000;        // links of one item
inline constexpr size_t kEvidenceFieldCharactersMax = 200;  // a serial number, a place, a name
inline constexpr int kReviewsPerRequestMax = 200;
inline constexpr int kRecordReviewsMax = 20'000;  // items of one record that people decided about
inline constexpr int kPhrasesPerItemMax = 100;
inline constexpr size_t kPhraseCharactersMin = 2;  // one letter would take the text apart
inline constexpr size_t kPhraseCharactersMax = 1'000;
inline constexpr int kRecordsRequestsMax = 500;
inline constexpr int kRecordReleasesMax = 1'000;
inline constexpr size_t kReferenceCharactersMax = 100;

// Labels of the Traffic Light Protocol. The default: known to the organisation only, until somebody
// decides otherwise.
inline constexpr char kDefaultTlp[] = "TLP:AMBER+STRICT";
inline constexpr char kRestrictedTlp[] = "TLP:RED";

// A reported time may be this far in the future: clocks of callers are not ours.
inline constexpr absl::Duration kFutureTolerance = absl::Minutes(5);
// What fell due this much before it was decided is called late.
inline constexpr absl::Duration kLateTolerance = absl::Seconds(5);
// Readings of a restricted incident by one person within this time are one, unless the pack says
// otherwise.
inline constexpr absl::Duration kReadingPause = absl::Minutes(10);
// Nobody is left without reminders for longer than this.
inline constexpr absl::Duration kSnoozeMax = absl::Hours(24);
// Duties shown on a headline.
inline constexpr int kHeadlineDutiesMax = 5;
// One decision never takes more steps than this; more means that the pack feeds itself.
inline constexpr int kReconcileRoundsMax = 100;

}  // namespace belfry::core

#endif  // BELFRY_SERVER_CORE_LIMITS_H_
