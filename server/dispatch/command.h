// Command: what a command is, in one place: a struct with its spec and its handler. From the specs
// come dispatch, COMMAND (INFO, DOCS, GETKEYS), ACL categories and redis-cli's hints.
//
//   struct Get {
//     static constexpr CommandSpec kSpec{.name = "GET", .summary = "...", .arity = 2, ...};
//     static RunResult Run(CommandContext& context);
//   };
//   constexpr auto kCommands = CommandList<Get, Set>();
//
// A container's subcommand names its container: {.container = "CONFIG", .name = "GET"}.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/dispatch/command_error.h"

namespace server {

class CommandContext;

// What a handler did: it replied, it handed the client to the blocking part, it ends the client's
// connection without a reply (or answers by pushes alone), or it failed with an error to send,
// having replied nothing.
class [[nodiscard]] RunResult {
 public:
  enum class Kind : uint8_t { kReplied, kBlocked, kNoReply, kError };

  RunResult(CommandError error)  // NOLINT: `return error;` is the point
      : kind_(Kind::kError), error_(std::make_unique<std::string>(error.line())) {}
  Kind kind() const { return kind_; }
  const std::string& error_line() const { return *error_; }

 private:
  friend constexpr RunResult Replied();
  friend constexpr RunResult Blocked();
  friend constexpr RunResult NoReply();
  explicit constexpr RunResult(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::unique_ptr<std::string> error_;
};
constexpr RunResult Replied() {
  return RunResult(RunResult::Kind::kReplied);
}
constexpr RunResult Blocked() {
  return RunResult(RunResult::Kind::kBlocked);
}
constexpr RunResult NoReply() {
  return RunResult(RunResult::Kind::kNoReply);
}

// The flags of COMMAND INFO, with their names there.
enum CommandFlag : uint32_t {
  kWriteCommand = 1u << 0,       // write
  kReadonlyCommand = 1u << 1,    // readonly
  kDenyOom = 1u << 2,            // denyoom
  kAdmin = 1u << 3,              // admin
  kPubsubCommand = 1u << 4,      // pubsub
  kNoScript = 1u << 5,           // noscript
  kBlockingCommand = 1u << 6,    // blocking
  kLoading = 1u << 7,            // loading
  kStale = 1u << 8,              // stale
  kSkipMonitor = 1u << 9,        // skip_monitor
  kSkipSlowlog = 1u << 10,       // skip_slowlog
  kAsking = 1u << 11,            // asking
  kFast = 1u << 12,              // fast
  kNoAuth = 1u << 13,            // no_auth
  kMayReplicate = 1u << 14,      // may_replicate
  kNoAsyncLoading = 1u << 15,    // no_async_loading
  kNoMulti = 1u << 16,           // no_multi
  kNoMandatoryKeys = 1u << 17,   // no_mandatory_keys
  kAllowBusy = 1u << 18,         // allow_busy
  kProtectedCommand = 1u << 19,  // not shown: needs enable-debug-command and the like
  kRunsInMulti = 1u << 20,       // not shown: runs at once between MULTI and EXEC
  kRunsQueue = 1u << 21,         // not shown: EXEC
  kRunsSubscribed = 1u << 22,    // not shown: also while a RESP2 client has subscriptions
};

// ACL categories beyond those that the flags and the group imply (write, read, fast, slow, admin,
// ...).
enum AclCategory : uint32_t {
  kAclKeyspace = 1u << 0,
  kAclRead = 1u << 1,
  kAclWrite = 1u << 2,
  kAclSet = 1u << 3,
  kAclSortedSet = 1u << 4,
  kAclList = 1u << 5,
  kAclHash = 1u << 6,
  kAclString = 1u << 7,
  kAclBitmap = 1u << 8,
  kAclHyperLogLog = 1u << 9,
  kAclGeo = 1u << 10,
  kAclStream = 1u << 11,
  kAclPubsub = 1u << 12,
  kAclAdmin = 1u << 13,
  kAclFast = 1u << 14,
  kAclSlow = 1u << 15,
  kAclBlocking = 1u << 16,
  kAclDangerous = 1u << 17,
  kAclConnection = 1u << 18,
  kAclTransaction = 1u << 19,
  kAclScripting = 1u << 20,
};

enum class CommandGroup : uint8_t {
  kGeneric,
  kString,
  kList,
  kSet,
  kSortedSet,
  kHash,
  kPubsub,
  kTransactions,
  kConnection,
  kServer,
  kScripting,
  kHyperLogLog,
  kCluster,
  kGeo,
  kStream,
  kBitmap,
};

// What a command does with the keys of a key spec, as COMMAND INFO names it.
enum KeyFlag : uint16_t {
  kKeyReadOnly = 1u << 0,   // RO
  kKeyReadWrite = 1u << 1,  // RW
  kKeyOverwrite = 1u << 2,  // OW
  kKeyRemove = 1u << 3,     // RM
  kKeyAccess = 1u << 4,     // access
  kKeyUpdate = 1u << 5,     // update
  kKeyInsert = 1u << 6,     // insert
  kKeyDelete = 1u << 7,     // delete
  kKeyNotKey = 1u << 8,
  kKeyIncomplete = 1u << 9,
  kKeyVariable = 1u << 10,  // variable_flags
};

// Where keys stand among the arguments (argument 0 is the command's name).
struct KeySpec {
  enum class Begin : uint8_t { kNone, kIndex, kKeyword, kUnknown };
  enum class Find : uint8_t { kRange, kKeyNumber, kUnknown };
  Begin begin = Begin::kNone;
  int index =
      0;  // kIndex: the first key's; kKeyword: where to start looking, negative from the end
  std::string_view keyword = {};  // kKeyword
  Find find = Find::kRange;
  int last = 0;  // kRange: relative to the first; -1: the last argument, -2: the one before ...
  int step = 1;
  int limit = 0;         // kRange with last -1: 2 means half of the arguments, ...
  int number_index = 0;  // kKeyNumber: where the count stands, relative to begin
  int first_index = 0;   // kKeyNumber: where the first key stands, relative to begin
  uint16_t flags = 0;    // KeyFlag
};
constexpr KeySpec OneKey(int index, uint16_t flags) {
  return {.begin = KeySpec::Begin::kIndex, .index = index, .flags = flags};
}
// Keys from `index` to `last` (relative to the end when negative), every `step`th argument.
constexpr KeySpec KeyRange(int index, int last, int step, uint16_t flags) {
  return {
      .begin = KeySpec::Begin::kIndex, .index = index, .last = last, .step = step, .flags = flags};
}

// One node of the argument tree of COMMAND DOCS.
struct Argument {
  enum class Kind : uint8_t {
    kString,
    kInteger,
    kDouble,
    kKey,
    kPattern,
    kUnixTime,
    kPureToken,
    kOneOf,
    kBlock,
  };
  std::string_view name = {};
  Kind kind = Kind::kString;
  std::string_view token = {};
  bool is_optional = false;
  bool is_multiple = false;
  bool is_multiple_token = false;           // the token is repeated with each value
  int key_spec = 0;                         // kKey: index into CommandSpec::keys
  std::span<const Argument> children = {};  // kOneOf, kBlock
  std::string_view since = {};
  std::string_view deprecated_since = {};
  std::string_view display = {};  // what a hint shows, where that is not the name
};

// What a command does with the PubSubChannels among its arguments.
enum class ChannelUse : uint8_t {
  kNone,
  kPublish,           // to its first argument
  kSubscribe,         // to all of its arguments
  kSubscribePattern,  // likewise; they are patterns
};

// What changed in which version: [version, what].
struct HistoryEntry {
  std::string_view version;
  std::string_view change;
};

// What a request does with its keys (KeyFlag), where that depends on its other arguments.
using KeyFlagsOf = uint16_t (*)(std::span<const std::string_view> arguments);

struct CommandSpec {
  std::string_view container = {};  // the container's name, for a subcommand
  std::string_view name = {};       // upper case
  std::string_view summary = {};
  std::string_view since = {};
  CommandGroup group = CommandGroup::kGeneric;
  std::string_view complexity = {};
  int arity = 0;  // including the name (and the container's): exactly n, or at least -n
  uint32_t flags = 0;
  uint32_t categories = 0;
  std::array<KeySpec, 3> keys = {};
  // The argument that names an element of the collection at the first key, negative from the end: a
  // turn fetches ahead what a large collection keeps of it. 0: none.
  int element = 0;
  std::span<const Argument> arguments = {};
  std::span<const std::string_view> tips = {};
  std::span<const HistoryEntry> history = {};
  std::string_view deprecated_since = {};
  std::string_view replaced_by = {};
  KeyFlagsOf key_flags_of = nullptr;  // for the keys with kKeyVariable
  ChannelUse channels = ChannelUse::kNone;

  // Whether a request may have so many arguments.
  constexpr bool Takes(size_t count) const {
    const int signed_count = static_cast<int>(count);
    return arity >= 0 ? signed_count == arity : signed_count >= -arity;
  }
};

// A row of the command table. A container that is never run by itself has no handler.
struct CommandEntry {
  const CommandSpec* spec = nullptr;
  RunResult (*run)(CommandContext&) = nullptr;
};

template <class T>
concept Command = requires(CommandContext& context) {
  { T::kSpec } -> std::same_as<const CommandSpec&>;
  { T::Run(context) } -> std::same_as<RunResult>;
};
// Only a name for its subcommands.
template <class T>
concept Container = requires {
  { T::kSpec } -> std::same_as<const CommandSpec&>;
} && !Command<T>;

template <class T>
constexpr CommandEntry MakeEntry() {
  if constexpr (Command<T>) {
    return {&T::kSpec, &T::Run};
  } else {
    static_assert(Container<T>, "a command needs a kSpec, and a Run unless it is a container");
    return {&T::kSpec, nullptr};
  }
}

template <class... Commands>
constexpr std::array<CommandEntry, sizeof...(Commands)> CommandList() {
  return {MakeEntry<Commands>()...};
}

}  // namespace server
