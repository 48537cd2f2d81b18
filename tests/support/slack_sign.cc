// Signs what it is given with the bot's own code, for a peer to judge.
//
// Standard input, one request a line: secret TAB timestamp TAB base64(body).
// Standard output, one line for each: the signature, "v0=…".
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "bot/platform/slack/signature.h"

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  for (int number = 1; std::getline(std::cin, line); ++number) {
    const std::vector<std::string> parts = absl::StrSplit(line, '\t');
    std::string body;
    if (parts.size() != 3 || !absl::Base64Unescape(parts[2], &body)) {
      std::cerr << "line " << number << ": must be secret TAB timestamp TAB base64(body)\n";
      return 2;
    }
    std::cout << belfry::bot::slack::Sign(parts[0], parts[1], body) << '\n';
  }
  return 0;
}
