// Manifest: which files make up the append-only log, in which order. The text is Redis 7's
// (observed), so that either server starts from the other's folder:
//
//   file appendonly.aof.2.base.rdb seq 2 type b        the data as it was when the log below began
//   file appendonly.aof.1.incr.aof seq 1 type h        history: replaced, to be removed
//   file appendonly.aof.2.incr.aof seq 2 type i        what happened since, oldest first
//   file appendonly.aof.3.incr.aof seq 3 type i        the last one is written to
//
// A name with blanks or bytes beyond ASCII stands in double quotes, with backslash escapes. Words
// of newer versions behind the three pairs are skipped; lines that begin with # are comments.
//
// Invariants that Parse checks: one base at most, increments in ascending order, no name that leads
// out of the folder.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storage::aof {

struct ManifestEntry {
  std::string name;
  uint64_t sequence = 0;
  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

enum class BaseForm : uint8_t { kRdb, kAof };

class Manifest {
 public:
  // The error says what is wrong in which line.
  static std::expected<Manifest, std::string> Parse(std::string_view text);
  std::string Format() const;

  bool empty() const { return !base && history.empty() && increments.empty(); }
  uint64_t last_increment_sequence() const {
    return increments.empty() ? 0 : increments.back().sequence;
  }

  std::optional<ManifestEntry> base;
  std::vector<ManifestEntry> history;
  std::vector<ManifestEntry> increments;
  friend bool operator==(const Manifest&, const Manifest&) = default;

 private:
  std::expected<void, std::string> AddLine(std::string_view line);
};

// The names that Redis gives, `name` being the directive appendfilename.
std::string ManifestName(std::string_view name);
std::string BaseName(std::string_view name, uint64_t sequence, BaseForm form);
std::string IncrementName(std::string_view name, uint64_t sequence);
// The sequence number of an increment's name, if it is one.
std::optional<uint64_t> SequenceOfIncrement(std::string_view file, std::string_view name);
// Whether a base holds RDB or requests: by its name.
BaseForm FormOfBase(std::string_view file);

}  // namespace storage::aof
