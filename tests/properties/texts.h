// Texts that people write. Each carries a mark, so that a checker can say where it must not stand.
#ifndef BELFRY_TESTS_PROPERTIES_TEXTS_H_
#define BELFRY_TESTS_PROPERTIES_TEXTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tests/properties/random.h"

namespace belfry::properties {

// In everything that is written about an incident, and in nothing else.
inline constexpr char kMark[] = "zqmark";

std::string Text(Random& random);

// A letter to residents that says what the statute asks for; with `tells_nature` also what
// happened, with `tells_number` also to how many.
std::string Letter(Random& random, bool tells_nature, bool tells_number);

// Does a letter say what happened, or to how many? Knows the phrases that Letter() uses.
bool TellsNature(absl::string_view letter);
bool TellsNumber(absl::string_view letter);

}  // namespace belfry::properties

#endif  // BELFRY_TESTS_PROPERTIES_TEXTS_H_
