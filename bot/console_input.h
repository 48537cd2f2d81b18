// Command lines from a terminal or a pipe.
#ifndef BELFRY_BOT_CONSOLE_INPUT_H_
#define BELFRY_BOT_CONSOLE_INPUT_H_

#include <functional>
#include <string>

#include "bot/commands/dispatcher.h"
#include "bot/platform/console/console.h"

namespace belfry::bot {

// Reads lines until the end of the input or "/quit" and runs each as `person`; "/as people/…" lets
// another person type, which is for trying things out: whoever has this terminal has the bot's
// rights. A pipe (`input_file`) is opened again when its writer goes away. Blocks; `stopping` is
// asked now and then.
void ReadConsole(const std::string& person, const std::string& input_file, Console& console,
                 CommandDispatcher& dispatcher, const std::function<bool()>& stopping);

}  // namespace belfry::bot

#endif  // BELFRY_BOT_CONSOLE_INPUT_H_
