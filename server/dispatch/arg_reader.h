// ArgReader: a request's arguments, from left to right. It keeps the first error and ignores what
// is read after it, so that one check at the end is enough:
//
//   ArgReader args = context.args();
//   const storage::Key key = args.Key();
//   const int64_t offset = args.Int64();
//   if (const auto error = args.Finish()) return *error;
//
// The number of arguments has been checked against the arity before; reading past the end is a
// syntax error.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "server/dispatch/command_error.h"
#include "storage/keyspace/keyspace.h"

namespace server {

class ArgReader {
 public:
  // `hashed` is a key whose hash is known already; its bytes are those of one of the arguments.
  ArgReader(std::span<const std::string_view> arguments, size_t next,
            const storage::Keyspace& keyspace, storage::Key hashed)
      : arguments_(arguments), next_(next), keyspace_(keyspace), hashed_(hashed) {}

  bool AtEnd() const { return next_ >= arguments_.size() || error_.has_value(); }
  size_t remaining() const { return arguments_.size() - next_; }
  // The next argument, not taken; empty at the end.
  std::string_view Peek() const {
    return next_ < arguments_.size() ? arguments_[next_] : std::string_view();
  }
  // All arguments that are left, and takes them.
  std::span<const std::string_view> Rest();
  // The next `count` ones, of which there must be as many.
  std::span<const std::string_view> Several(size_t count);

  std::string_view Bytes();
  storage::Key Key();
  int64_t Int64();
  // Redis's "int": numbers outside have an error of their own.
  int32_t Int32();
  // Refuses what is no integer with its usual error, and numbers outside with `text` after "ERR ".
  int64_t Int64Between(int64_t least, int64_t most, std::string_view text);
  double Double();
  long double LongDouble();
  // Takes the next argument if it is this word, in any letter case.
  bool Take(std::string_view word);

  // Sets the error, unless there is one.
  void Fail(CommandError error) {
    if (!error_) error_ = std::move(error);
  }
  bool ok() const { return !error_.has_value(); }
  // The first error. Arguments that were not read are a syntax error.
  std::optional<CommandError> Finish();

 private:
  std::span<const std::string_view> arguments_;
  size_t next_;
  const storage::Keyspace& keyspace_;
  storage::Key hashed_;
  std::optional<CommandError> error_;
};

inline std::string_view ArgReader::Bytes() {
  if (next_ < arguments_.size()) [[likely]]
    return arguments_[next_++];
  Fail(CommandError::Syntax());
  return {};
}

inline storage::Key ArgReader::Key() {
  const std::string_view bytes = Bytes();
  if (bytes.data() == hashed_.bytes.data() && bytes.size() == hashed_.bytes.size()) [[likely]] {
    return hashed_;
  }
  return keyspace_.MakeKey(bytes);
}

inline std::optional<CommandError> ArgReader::Finish() {
  if (!error_ && next_ < arguments_.size()) Fail(CommandError::Syntax());
  return error_;
}

}  // namespace server
