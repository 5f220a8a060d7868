// Writes a libFuzzer dictionary: the name of every command and every word of its options, so that a
// fuzzer can put together requests without having to find them letter by letter.

#include <cstdio>
#include <set>
#include <string>

#include "server/commands/all_commands.h"
#include "server/dispatch/command.h"

namespace {

void AddTokens(std::span<const server::Argument> arguments, std::set<std::string>& words) {
  for (const server::Argument& argument : arguments) {
    if (!argument.token.empty()) words.emplace(argument.token);
    AddTokens(argument.children, words);
  }
}

// A word with a blank, as it stands in an inline request, and as the argument of a RESP request.
void Print(const std::string& word) {
  std::string quoted;
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  std::printf("\"%s \"\n", quoted.c_str());
  std::printf("\"$%zu\\x0d\\x0a%s\\x0d\\x0a\"\n", word.size(), quoted.c_str());
}

}  // namespace

int main() {
  std::set<std::string> words = {"k", "1", "0", "-1", "inf", "9223372036854775807"};
  for (const server::CommandEntry& entry : server::AllCommands()) {
    words.emplace(entry.spec->name);
    if (!entry.spec->container.empty()) {
      words.insert(std::string(entry.spec->container) + " " + std::string(entry.spec->name));
    }
    AddTokens(entry.spec->arguments, words);
  }
  for (const std::string& word : words) Print(word);
  std::puts("\"\\x0d\\x0a\"\n\"*1\\x0d\\x0a\"\n\"*3\\x0d\\x0a\"");
}
