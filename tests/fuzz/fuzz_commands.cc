// What people type, under the shipped pack: words, keys, times, money, quotes.
#include <memory>

#include "client-lib/chat/grammar.h"
#include "client-lib/chat/lexer.h"
#include "client-lib/chat/parser.h"
#include "client-lib/chat/utf8.h"
#include "server/core/policy/read.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/shipped_pack.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace belfry;
  static const auto* const with_pack = new chat::Grammar(fuzz::ShippedPack());
  static const auto* const without_pack = new chat::Grammar(nullptr);
  const absl::string_view line = fuzz::Text(data, size);
  for (const chat::Grammar* grammar : {with_pack, without_pack}) {
    const absl::StatusOr<chat::ParsedCommand> command = chat::Parse(line, *grammar);
    if (!command.ok()) {
      fuzz::RequireRefusal(command.status());
      fuzz::Require(chat::IsUtf8(std::string(command.status().message())),
                    "an error can be shown, whatever was typed");
    }
  }
  return 0;
}
