// What the terminal can show.
#ifndef BELFRY_CLIENT_LIB_CLI_TERMINAL_H_
#define BELFRY_CLIENT_LIB_CLI_TERMINAL_H_

#include <cstddef>
#include <istream>
#include <string>

#include "absl/strings/string_view.h"

namespace belfry::cli {

struct Terminal {
  // Columns; 0: no limit, for files and pipes.
  size_t width = 0;
  bool color = false;
  // Shows block characters; otherwise ASCII is drawn with.
  bool unicode = true;
};

// Of standard output: block characters where the locale is UTF-8, also in files; colour only on a
// terminal, not with NO_COLOR set and not on a dumb one.
Terminal DetectTerminal();

// Standard input and standard error are both a terminal: somebody reads a question and can answer.
bool CanAsk();

// Reads one line; true for "y" and "yes". The end of the input is a no.
bool ReadYes(std::istream& in);

// Replaces what could steer a terminal: text from other people is shown, never obeyed.
std::string Harmless(absl::string_view text);

}  // namespace belfry::cli

#endif  // BELFRY_CLIENT_LIB_CLI_TERMINAL_H_
