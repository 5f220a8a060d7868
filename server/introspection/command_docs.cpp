#include "server/introspection/command_docs.h"

#include <fmt/format.h>

#include <utility>

namespace server {
namespace {

using protocol::resp::ReplyWriter;

template <class Bits, size_t kCount>
std::vector<std::string_view> NamesOf(Bits bits,
                                      const std::pair<Bits, std::string_view> (&names)[kCount]) {
  std::vector<std::string_view> found;
  for (const auto& [bit, name] : names) {
    if ((bits & bit) != 0) found.push_back(name);
  }
  return found;
}

std::vector<std::string_view> CommandFlagNames(const CommandSpec& spec) {
  static constexpr std::pair<uint32_t, std::string_view> kNames[] = {
      {kWriteCommand, "write"},
      {kReadonlyCommand, "readonly"},
      {kDenyOom, "denyoom"},
      {kAdmin, "admin"},
      {kPubsubCommand, "pubsub"},
      {kNoScript, "noscript"},
      {kBlockingCommand, "blocking"},
      {kLoading, "loading"},
      {kStale, "stale"},
      {kSkipMonitor, "skip_monitor"},
      {kSkipSlowlog, "skip_slowlog"},
      {kAsking, "asking"},
      {kFast, "fast"},
      {kNoAuth, "no_auth"},
      {kMayReplicate, "may_replicate"},
      {kNoAsyncLoading, "no_async_loading"},
      {kNoMulti, "no_multi"},
      {kNoMandatoryKeys, "no_mandatory_keys"},
      {kAllowBusy, "allow_busy"},
  };
  // Redis does not show it of PUBLISH, although a pause of writes holds that too.
  const bool is_publishing = (spec.flags & kPubsubCommand) != 0;
  auto names = NamesOf(is_publishing ? spec.flags & ~uint32_t{kMayReplicate} : spec.flags, kNames);
  for (const KeySpec& keys : spec.keys) {
    const bool is_movable =
        keys.begin == KeySpec::Begin::kKeyword || keys.begin == KeySpec::Begin::kUnknown ||
        (keys.begin == KeySpec::Begin::kIndex && keys.find != KeySpec::Find::kRange) ||
        (keys.flags & kKeyIncomplete) != 0;
    if (!is_movable) continue;
    names.push_back("movablekeys");
    break;
  }
  return names;
}

void ReplyNames(ReplyWriter& reply, const std::vector<std::string_view>& names,
                std::string_view prefix = {}) {
  reply.SetHeader(names.size());
  for (const std::string_view name : names) reply.Simple(fmt::format("{}{}", prefix, name));
}

void ReplyBeginSearch(ReplyWriter& reply, const KeySpec& keys) {
  reply.MapHeader(2);
  reply.Bulk("type");
  switch (keys.begin) {
    case KeySpec::Begin::kIndex:
      reply.Bulk("index");
      reply.Bulk("spec");
      reply.MapHeader(1);
      reply.Bulk("index");
      reply.Integer(keys.index);
      return;
    case KeySpec::Begin::kKeyword:
      reply.Bulk("keyword");
      reply.Bulk("spec");
      reply.MapHeader(2);
      reply.Bulk("keyword");
      reply.Bulk(keys.keyword);
      reply.Bulk("startfrom");
      reply.Integer(keys.index);
      return;
    case KeySpec::Begin::kNone:
    case KeySpec::Begin::kUnknown:
      reply.Bulk("unknown");
      reply.Bulk("spec");
      reply.MapHeader(0);
      return;
  }
}

void ReplyFindKeys(ReplyWriter& reply, const KeySpec& keys) {
  const auto number = [&reply](std::string_view name, int value) {
    reply.Bulk(name);
    reply.Integer(value);
  };
  reply.MapHeader(2);
  reply.Bulk("type");
  switch (keys.find) {
    case KeySpec::Find::kRange:
      reply.Bulk("range");
      reply.Bulk("spec");
      reply.MapHeader(3);
      number("lastkey", keys.last);
      number("keystep", keys.step);
      number("limit", keys.limit);
      return;
    case KeySpec::Find::kKeyNumber:
      reply.Bulk("keynum");
      reply.Bulk("spec");
      reply.MapHeader(3);
      number("keynumidx", keys.number_index);
      number("firstkey", keys.first_index);
      number("keystep", keys.step);
      return;
    case KeySpec::Find::kUnknown:
      reply.Bulk("unknown");
      reply.Bulk("spec");
      reply.MapHeader(0);
      return;
  }
}

void ReplyKeySpecs(ReplyWriter& reply, const CommandSpec& spec) {
  size_t count = 0;
  for (const KeySpec& keys : spec.keys) count += keys.begin != KeySpec::Begin::kNone ? 1 : 0;
  reply.SetHeader(count);
  for (const KeySpec& keys : spec.keys) {
    if (keys.begin == KeySpec::Begin::kNone) continue;
    reply.MapHeader(3);
    reply.Bulk("flags");
    ReplyNames(reply, KeyFlagNames(keys.flags));
    reply.Bulk("begin_search");
    ReplyBeginSearch(reply, keys);
    reply.Bulk("find_keys");
    ReplyFindKeys(reply, keys);
  }
}

// The three numbers of old: first key, last key, step. Several ranges are spanned by one.
struct KeyTriple {
  int first = 0;
  int last = 0;
  int step = 0;
};

KeyTriple OldKeyTriple(const CommandSpec& spec) {
  KeyTriple triple;
  for (const KeySpec& keys : spec.keys) {
    if (keys.begin != KeySpec::Begin::kIndex || keys.find != KeySpec::Find::kRange) continue;
    const int last = keys.last >= 0 ? keys.index + keys.last : keys.last;
    if (triple.first == 0) {
      triple = {keys.index, last, keys.step};
    } else if (triple.last >= 0 && keys.index == triple.last + 1) {
      triple.last = last;
    }
  }
  return triple;
}

std::string_view ArgumentKindName(Argument::Kind kind) {
  switch (kind) {
    case Argument::Kind::kString:
      return "string";
    case Argument::Kind::kInteger:
      return "integer";
    case Argument::Kind::kDouble:
      return "double";
    case Argument::Kind::kKey:
      return "key";
    case Argument::Kind::kPattern:
      return "pattern";
    case Argument::Kind::kUnixTime:
      return "unix-time";
    case Argument::Kind::kPureToken:
      return "pure-token";
    case Argument::Kind::kOneOf:
      return "oneof";
    case Argument::Kind::kBlock:
      return "block";
  }
  return {};
}

void ReplyArguments(ReplyWriter& reply, std::span<const Argument> arguments);

// Counts its pairs while it writes them.
class PairsReply {
 public:
  explicit PairsReply(ReplyWriter& reply) : reply_(reply), begin_(reply.Begin()) {}
  void Text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    Name(name);
    reply_.Bulk(value);
  }
  void Name(std::string_view name) {
    reply_.Bulk(name);
    ++pairs_;
  }
  void End() { reply_.EndMap(begin_, pairs_); }

 private:
  ReplyWriter& reply_;
  ReplyWriter::Deferred begin_;
  size_t pairs_ = 0;
};

void ReplyArgument(ReplyWriter& reply, const Argument& argument) {
  PairsReply pairs(reply);
  const bool is_leaf =
      argument.kind != Argument::Kind::kOneOf && argument.kind != Argument::Kind::kBlock;
  pairs.Text("name", argument.name);
  pairs.Text("type", ArgumentKindName(argument.kind));
  if (is_leaf) {
    pairs.Text("display_text", argument.display.empty() ? argument.name : argument.display);
  }
  if (argument.kind == Argument::Kind::kKey) {
    pairs.Name("key_spec_index");
    reply.Integer(argument.key_spec);
  }
  pairs.Text("token", argument.token);
  pairs.Text("since", argument.since);
  pairs.Text("deprecated_since", argument.deprecated_since);
  std::vector<std::string_view> flags;
  if (argument.is_optional) flags.push_back("optional");
  if (argument.is_multiple) flags.push_back("multiple");
  if (argument.is_multiple_token) flags.push_back("multiple_token");
  if (!flags.empty()) {
    pairs.Name("flags");
    ReplyNames(reply, flags);
  }
  if (!is_leaf) {
    pairs.Name("arguments");
    ReplyArguments(reply, argument.children);
  }
  pairs.End();
}

void ReplyArguments(ReplyWriter& reply, std::span<const Argument> arguments) {
  reply.ArrayHeader(arguments.size());
  for (const Argument& argument : arguments) ReplyArgument(reply, argument);
}

}  // namespace

std::string_view GroupName(CommandGroup group) {
  static constexpr std::string_view kNames[] = {"generic",    "string", "list",      "set",
                                                "sorted-set", "hash",   "pubsub",    "transactions",
                                                "connection", "server", "scripting", "hyperloglog",
                                                "cluster",    "geo",    "stream",    "bitmap"};
  return kNames[static_cast<size_t>(group)];
}

uint32_t AclCategoriesOf(const CommandSpec& spec) {
  uint32_t categories = spec.categories;
  if ((spec.flags & kWriteCommand) != 0) categories |= kAclWrite;
  // Scripts are left out by Redis too: what they read is not known.
  if ((spec.flags & kReadonlyCommand) != 0 && (categories & kAclScripting) == 0) {
    categories |= kAclRead;
  }
  if ((spec.flags & kAdmin) != 0) categories |= kAclAdmin | kAclDangerous;
  if ((spec.flags & kPubsubCommand) != 0) categories |= kAclPubsub;
  if ((spec.flags & kBlockingCommand) != 0) categories |= kAclBlocking;
  categories |= (spec.flags & kFast) != 0 ? kAclFast : kAclSlow;
  return categories;
}

std::vector<std::string_view> AclCategoryNames(uint32_t categories) {
  static constexpr std::pair<uint32_t, std::string_view> kNames[] = {
      {kAclKeyspace, "keyspace"},
      {kAclRead, "read"},
      {kAclWrite, "write"},
      {kAclSet, "set"},
      {kAclSortedSet, "sortedset"},
      {kAclList, "list"},
      {kAclHash, "hash"},
      {kAclString, "string"},
      {kAclBitmap, "bitmap"},
      {kAclHyperLogLog, "hyperloglog"},
      {kAclGeo, "geo"},
      {kAclStream, "stream"},
      {kAclPubsub, "pubsub"},
      {kAclAdmin, "admin"},
      {kAclFast, "fast"},
      {kAclSlow, "slow"},
      {kAclBlocking, "blocking"},
      {kAclDangerous, "dangerous"},
      {kAclConnection, "connection"},
      {kAclTransaction, "transaction"},
      {kAclScripting, "scripting"},
  };
  return NamesOf(categories, kNames);
}

std::vector<std::string_view> KeyFlagNames(uint16_t flags) {
  static constexpr std::pair<uint16_t, std::string_view> kNames[] = {
      {kKeyReadOnly, "RO"},
      {kKeyReadWrite, "RW"},
      {kKeyOverwrite, "OW"},
      {kKeyRemove, "RM"},
      {kKeyAccess, "access"},
      {kKeyUpdate, "update"},
      {kKeyInsert, "insert"},
      {kKeyDelete, "delete"},
      {kKeyNotKey, "not_key"},
      {kKeyIncomplete, "incomplete"},
      {kKeyVariable, "variable_flags"},
  };
  return NamesOf(flags, kNames);
}

void ReplyCommandInfo(ReplyWriter& reply, const CommandInTable& command) {
  const CommandSpec& spec = *command.spec;
  const KeyTriple keys = OldKeyTriple(spec);
  reply.ArrayHeader(10);
  reply.Bulk(command.full_name);
  reply.Integer(spec.arity);
  ReplyNames(reply, CommandFlagNames(spec));
  reply.Integer(keys.first);
  reply.Integer(keys.last);
  reply.Integer(keys.step);
  ReplyNames(reply, AclCategoryNames(AclCategoriesOf(spec)), "@");
  reply.SetHeader(spec.tips.size());
  for (const std::string_view tip : spec.tips) reply.Bulk(tip);
  ReplyKeySpecs(reply, spec);
  reply.SetHeader(command.subcommands.size());
  for (const CommandInTable* subcommand : command.subcommands) ReplyCommandInfo(reply, *subcommand);
}

void ReplyCommandDocs(ReplyWriter& reply, const CommandInTable& command) {
  const CommandSpec& spec = *command.spec;
  PairsReply pairs(reply);
  pairs.Text("summary", spec.summary);
  pairs.Text("since", spec.since);
  pairs.Text("group", GroupName(spec.group));
  pairs.Text("complexity", spec.complexity);
  if (!spec.deprecated_since.empty()) {
    pairs.Name("doc_flags");
    ReplyNames(reply, {"deprecated"});
  }
  pairs.Text("deprecated_since", spec.deprecated_since);
  pairs.Text("replaced_by", spec.replaced_by);
  if (!spec.history.empty()) {
    pairs.Name("history");
    reply.SetHeader(spec.history.size());
    for (const HistoryEntry& entry : spec.history) {
      reply.ArrayHeader(2);
      reply.Bulk(entry.version);
      reply.Bulk(entry.change);
    }
  }
  if (!spec.arguments.empty()) {
    pairs.Name("arguments");
    ReplyArguments(reply, spec.arguments);
  }
  if (!command.subcommands.empty()) {
    pairs.Name("subcommands");
    reply.MapHeader(command.subcommands.size());
    for (const CommandInTable* subcommand : command.subcommands) {
      reply.Bulk(subcommand->full_name);
      ReplyCommandDocs(reply, *subcommand);
    }
  }
  pairs.End();
}

}  // namespace server
