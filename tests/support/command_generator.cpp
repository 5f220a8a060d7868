#include "tests/support/command_generator.h"

#include <algorithm>
#include <iterator>

#include "server/config/directive_table.h"

namespace tests {
namespace {

using server::Argument;
using server::CommandInTable;

// What DUMP of redis-server 7.0 replies for a string and a list.
using namespace std::string_view_literals;
constexpr std::string_view kPayloads[] = {"\x00\x05value\n\x00\x81\xf6\xc1\x38\xc1\xaa\x9bn"sv,
                                          "\x12\x01\x02\x0f\x0f\x00\x00\x00\x03\x00\x81"
                                          "a\x02\x81"
                                          "b\x02\x03\x01\xff\n\x00\xdc\xa1\xe6}P\x05PH"sv};
constexpr std::string_view kStringKeys[] = {"a", "b", "c", "n", "bits", "big", "k:1", ""};
constexpr std::string_view kListKeys[] = {"l:1", "l:2", "l:3"};
constexpr std::string_view kSetKeys[] = {"s:1", "s:2", "s:3"};
constexpr std::string_view kHashKeys[] = {"h:1", "h:2", "h:3"};
constexpr std::string_view kSortedSetKeys[] = {"z:1", "z:2", "z:3"};
constexpr std::string_view kHyperLogLogKeys[] = {"hll:1", "hll:2"};
constexpr std::string_view kHyperLogLogForms[] = {"GETREG", "DECODE", "ENCODING", "TODENSE"};
constexpr std::string_view kStreamKeys[] = {"x:1", "x:2"};
constexpr std::span<const std::string_view> kKeysOfTypes[] = {
    kStringKeys, kListKeys, kSetKeys, kHashKeys, kSortedSetKeys, kHyperLogLogKeys, kStreamKeys};
// Fields, members, elements: few, so that they are found again.
constexpr std::string_view kElements[] = {"m1", "m2", "m3", "m4", "m5", "1", "2", "-3", "70000"};
// Of ranges by score and by name.
constexpr std::string_view kRangeEnds[] = {"-inf", "+inf", "(1", "0",  "5",  "2.5", "-1",
                                           "-",    "+",    "[a", "(m", "[z", "[m3"};
constexpr std::string_view kNumbers[] = {"0", "1",  "2",   "3",  "5",  "7",
                                         "8", "10", "100", "-1", "-2", "12"};
// Where parsers, sizes and signs break. The last ones are no numbers at all.
constexpr std::string_view kNumberEdges[] = {"-0",
                                             "01",
                                             "127",
                                             "255",
                                             "65536",
                                             "999999",
                                             "8388607",
                                             "8388608",
                                             "2147483647",
                                             "2147483648",
                                             "-2147483648",
                                             "-2147483649",
                                             "4294967295",
                                             "4294967296",
                                             "4611686018427387904",
                                             "-4611686018427387904",
                                             "9223372036854775806",
                                             "9223372036854775807",
                                             "9223372036854775808",
                                             "-9223372036854775807",
                                             "-9223372036854775808",
                                             "-9223372036854775809",
                                             "18446744073709551615",
                                             "18446744073709551616",
                                             "99999999999999999999999999",
                                             "1.5",
                                             "-0.0",
                                             "1e308",
                                             "1e-400",
                                             "1e5000",
                                             "inf",
                                             "-inf",
                                             "nan",
                                             "0x10",
                                             "",
                                             " 1",
                                             "+1",
                                             "1 ",
                                             "#1",
                                             "#9223372036854775807",
                                             "abc"};
constexpr std::string_view kTexts[] = {"v", "hello", "Hello World", "12", "3.5", "foobar", "-7"};
constexpr std::string_view kPatterns[] = {"*",  "?", "k:*", "[a-d]", "[^a]*", "k:\\*",
                                          "**", "[", "\\",  "*a*",   "max*"};
constexpr std::string_view kEncodings[] = {"u8", "i8", "u1", "i1", "u16", "i64", "u63", "i5"};
constexpr std::string_view kBadEncodings[] = {"u64", "i65", "u0", "i0",
                                              "8",   "u-1", "u",  "i999999999999"};
constexpr std::string_view kTypes[] = {"string", "list", "set", "zset", "hash", "none", "STRING"};
constexpr std::string_view kSettingValues[] = {
    "yes", "no",           "0",           "1",          "100", "1mb",    "-1",
    "",    "normal 0 0 0", "allkeys-lfu", "noeviction", "10%", "3600 1", "default"};
constexpr size_t kRepeatsMax = 3;
constexpr size_t kManyRepeats = 150;  // more elements than a pack holds
constexpr size_t kLongBytes = 5000;
constexpr int64_t kNowSeconds = 1'790'000'000;  // where ManualClock begins

void AddWords(std::span<const Argument> arguments, std::vector<std::string>& words) {
  for (const Argument& argument : arguments) {
    if (!argument.token.empty()) words.emplace_back(argument.token);
    AddWords(argument.children, words);
  }
}

std::span<const std::string_view> KeysOf(server::CommandGroup group) {
  using server::CommandGroup;
  switch (group) {
    case CommandGroup::kList:
      return kListKeys;
    case CommandGroup::kSet:
      return kSetKeys;
    case CommandGroup::kHash:
      return kHashKeys;
    case CommandGroup::kSortedSet:
    case CommandGroup::kGeo:
      return kSortedSetKeys;
    case CommandGroup::kStream:
      return kStreamKeys;
    case CommandGroup::kString:
    case CommandGroup::kBitmap:
      return kStringKeys;
    case CommandGroup::kHyperLogLog:
      return kHyperLogLogKeys;
    case CommandGroup::kGeneric:
    case CommandGroup::kPubsub:
    case CommandGroup::kTransactions:
    case CommandGroup::kConnection:
    case CommandGroup::kServer:
    case CommandGroup::kScripting:
    case CommandGroup::kCluster:
      return {};
  }
  return {};
}

}  // namespace

CommandGenerator::CommandGenerator(const server::CommandTable& table, uint64_t seed,
                                   std::span<const std::string_view> left_out)
    : random_(seed) {
  const auto add = [&](const CommandInTable* command) {
    const bool is_left_out =
        std::any_of(left_out.begin(), left_out.end(), [&](std::string_view name) {
          return command->full_name == name ||
                 (command->container != nullptr && command->container->full_name == name);
        });
    if (command->entry.run != nullptr && !is_left_out) commands_.push_back(command);
    AddWords(command->spec->arguments, words_);
  };
  for (const CommandInTable* command : table.commands()) {
    words_.emplace_back(command->spec->name);
    add(command);
    for (const CommandInTable* subcommand : command->subcommands) add(subcommand);
  }
  words_.emplace_back("WITHOUT");
}

std::vector<std::string> CommandGenerator::Next() {
  return Make(*OneOf(commands_));
}

std::vector<std::string> CommandGenerator::Make(const CommandInTable& command) {
  is_edge_ = OneIn(3);
  group_ = command.spec->group;
  Arguments request;
  if (command.container != nullptr) request.emplace_back(command.container->spec->name);
  request.emplace_back(command.spec->name);
  const size_t words = request.size();
  AddTree(command.spec->arguments, request);
  if (OneIn(4)) Spoil(request, words);
  return request;
}

void CommandGenerator::AddTree(std::span<const Argument> arguments, Arguments& request) {
  size_t number_at = 0;  // of a number that says how many of the next argument there are
  for (const Argument& argument : arguments) {
    if (argument.is_optional && OneIn(2)) continue;
    const size_t at = request.size();
    AddArgument(argument, request);
    if (number_at != 0 && argument.is_multiple && !OneIn(8)) {
      const size_t added = request.size() - at - (argument.token.empty() ? 0 : 1);
      request[number_at] = std::to_string(added);
    }
    const bool is_number = argument.kind == Argument::Kind::kInteger &&
                           argument.name.starts_with("num") && request.size() > at;
    number_at = is_number ? request.size() - 1 : 0;
  }
}

void CommandGenerator::AddArgument(const Argument& argument, Arguments& request) {
  size_t repeats = argument.is_multiple ? 1 + random_.Below(kRepeatsMax) : 1;
  if (argument.is_multiple && argument.token.empty() && OneIn(40)) repeats = kManyRepeats;
  for (size_t i = 0; i < repeats; ++i) {
    const bool has_token = i == 0 || argument.is_multiple_token;
    if (!argument.token.empty() && has_token) request.emplace_back(argument.token);
    AddValue(argument, request);
  }
}

void CommandGenerator::AddValue(const Argument& argument, Arguments& request) {
  switch (argument.kind) {
    case Argument::Kind::kPureToken:
      return;
    case Argument::Kind::kOneOf:
      return AddArgument(OneOf(argument.children), request);
    case Argument::Kind::kBlock:
      return AddTree(argument.children, request);
    case Argument::Kind::kString:
    case Argument::Kind::kInteger:
    case Argument::Kind::kDouble:
    case Argument::Kind::kKey:
    case Argument::Kind::kPattern:
    case Argument::Kind::kUnixTime:
      request.push_back(Value(argument.kind, argument.name));
  }
}

std::string CommandGenerator::Value(Argument::Kind kind, std::string_view name) {
  if (kind == Argument::Kind::kKey) return Key();
  if (kind == Argument::Kind::kPattern) return std::string(OneOf(kPatterns));
  if (kind == Argument::Kind::kUnixTime) {
    if (is_edge_) return Number();
    const int64_t seconds = kNowSeconds + static_cast<int64_t>(random_.Below(2000)) - 100;
    return std::to_string(seconds) + (name.starts_with("unix-time-milli") ? "000" : "");
  }
  return kind == Argument::Kind::kString ? String(name) : Number();
}

std::string CommandGenerator::Key() {
  if (large_bytes_ != 0 && OneIn(20)) return std::string(large_bytes_, 'k');
  const auto own = KeysOf(group_);
  return std::string(own.empty() || OneIn(10) ? OneOf(OneOf(kKeysOfTypes)) : OneOf(own));
}

// Of few or of many.
std::string CommandGenerator::Element() {
  switch (random_.Below(4)) {
    case 0:
      return Text();
    case 1:
      return "m" + std::to_string(random_.Below(500));
    default:
      return std::string(OneOf(kElements));
  }
}

// Strings of which only some mean something.
std::string CommandGenerator::String(std::string_view name) {
  if (name == "encoding") return std::string(OneIn(6) ? OneOf(kBadEncodings) : OneOf(kEncodings));
  if (name == "type" && OneIn(2)) return std::string(OneOf(kTypes));
  if (name == "serialized-value" && !OneIn(3)) return std::string(OneOf(kPayloads));
  if (name == "subcommand") return std::string(OneOf(kHyperLogLogForms));
  if (name == "parameter") return std::string(OneOf(server::AllDirectives()).name);
  if (name == "command" || name.starts_with("command-name")) return OneOf(commands_)->full_name;
  if (name == "min" || name == "max" || name == "start" || name == "stop") {
    return is_edge_ && OneIn(3) ? Text() : std::string(OneOf(kRangeEnds));
  }
  if (name == "field" || name == "element" || name.starts_with("member") || name == "pivot") {
    return Element();
  }
  if (name == "value" && group_ == server::CommandGroup::kServer && OneIn(2)) {
    return std::string(OneOf(kSettingValues));
  }
  return Text();
}

std::string CommandGenerator::Number() {
  if (is_edge_ && OneIn(2)) return std::string(OneOf(kNumberEdges));
  return OneIn(4) ? std::to_string(random_.Below(2000)) : std::string(OneOf(kNumbers));
}

std::string CommandGenerator::Text() {
  if (large_bytes_ != 0 && OneIn(3)) {
    return std::string(large_bytes_, static_cast<char>('a' + random_.Below(3)));
  }
  if (!is_edge_ || OneIn(2)) return std::string(OneOf(kTexts));
  switch (random_.Below(5)) {
    case 0:
      return std::string(OneOf(kNumberEdges));
    case 1:
      return std::string(kLongBytes, 'x');
    case 2:
      return std::string("\0\r\n\xff", 4);
    case 3:
      return OneOf(words_);
    default: {
      std::string bytes(random_.Below(100), '\0');
      for (char& byte : bytes) byte = static_cast<char>(random_.Next());
      return bytes;
    }
  }
}

// `words` are the names in front, which stay.
void CommandGenerator::Spoil(Arguments& request, size_t words) {
  const auto some = [&] {
    return request.begin() + static_cast<ptrdiff_t>(words + random_.Below(request.size() - words));
  };
  if (request.size() == words) {
    request.push_back(Text());
    return;
  }
  switch (random_.Below(7)) {
    case 0:
      request.erase(some());
      break;
    case 1:
      request.insert(some(), *some());
      break;
    case 2:
      std::iter_swap(some(), some());
      break;
    case 3:
      request.erase(some(), request.end());
      break;
    case 4:
      *some() = OneOf(words_);
      break;
    case 5:
      request.push_back(OneOf(words_));
      break;
    default:
      *some() = std::string(OneOf(kNumberEdges));
  }
}

}  // namespace tests
