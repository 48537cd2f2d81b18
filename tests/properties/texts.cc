#include "tests/properties/texts.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::properties {
namespace {

const std::vector<std::string>& NaturePhrases() {
  static const auto* const phrases =
      new std::vector<std::string>{"our server was encrypted by ransomware",
                                   "malware was found on our systems",
                                   "a hacker entered our network",
                                   "a stolen laptop held your data",
                                   "an employee was phished",
                                   "a virus spread through our offices",
                                   "the data were exfiltrated",
                                   "our systems were hacked"};
  return *phrases;
}

const std::vector<std::string>& NumberPhrases() {
  static const auto* const phrases =
      new std::vector<std::string>{"1,840 residents are concerned", "312 people are concerned",
                                   "this concerns 12400 individuals", "we wrote to 25 customers",
                                   "1 200 000 residents received this letter"};
  return *phrases;
}

}  // namespace

std::string Text(Random& random) {
  static const auto* const texts =
      new std::vector<std::string>{"seen on the console", "told by phone",       "as agreed",
                                   "see the log",         "done at the counter", "none"};
  return absl::StrCat(kMark, " ", random.Of(*texts));
}

std::string Letter(Random& random, bool tells_nature, bool tells_number) {
  std::string letter =
      "You have the right to obtain a police report. You may ask for a security freeze; it is free "
      "of charge. Credit monitoring is offered for 18 months.";
  if (tells_nature) absl::StrAppend(&letter, " On Tuesday ", random.Of(NaturePhrases()), ".");
  if (tells_number) absl::StrAppend(&letter, " Note that ", random.Of(NumberPhrases()), ".");
  return letter;
}

bool TellsNature(absl::string_view letter) {
  return std::any_of(NaturePhrases().begin(), NaturePhrases().end(),
                     [&](const std::string& phrase) { return absl::StrContains(letter, phrase); });
}

bool TellsNumber(absl::string_view letter) {
  return std::any_of(NumberPhrases().begin(), NumberPhrases().end(),
                     [&](const std::string& phrase) { return absl::StrContains(letter, phrase); });
}

}  // namespace belfry::properties
