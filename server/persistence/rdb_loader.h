// RdbLoader: reads an RDB file into the keyspace, step by step.
//
// Keys whose time has come are dropped, as Redis does. Nothing is dropped without a word: what we
// cannot keep ends the loading, and so does a key that the keyspace has already (unless kReplace).
// Libraries of functions are kept as they are, for the next dump, until there are functions.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "server/persistence/loading.h"
#include "storage/files/file_system.h"
#include "storage/keyspace/database.h"
#include "storage/rdb/file_reader.h"

namespace server {

class RdbLoader final : public Loader {
 public:
  enum class Duplicates : uint8_t { kRefuse, kReplace };
  struct Counts {
    uint64_t loaded = 0;
    uint64_t expired = 0;
    uint64_t empty = 0;  // collections without elements, which are no keys
  };

  // Opens the file. The error says why it cannot be read.
  static std::expected<std::unique_ptr<RdbLoader>, std::string> Open(
      EngineState& engine, const std::string& path, Duplicates duplicates = Duplicates::kRefuse);

  std::expected<bool, std::string> Step() override;
  Progress progress() const override { return {size_, reader_.offset()}; }
  const Counts& counts() const { return counts_; }

 private:
  RdbLoader(EngineState& engine, std::unique_ptr<storage::File> file, uint64_t size,
            Duplicates duplicates);
  std::unexpected<std::string> Fail(uint64_t offset, const std::string& why) const;
  std::expected<void, std::string> Fill();
  // What a step of the reader found; the error says why it cannot be kept.
  std::expected<void, std::string> Take(storage::rdb::FileReader::Step step);
  void Expect(uint64_t keys);
  // A record waits for some others, so that the cache misses of their keys overlap.
  std::expected<void, std::string> Gather(uint64_t offset);
  std::expected<void, std::string> StoreGathered();
  std::expected<void, std::string> Store(const storage::rdb::FileReader::FoundRecord& record,
                                         const storage::Key& key);
  void LogAux(std::string_view name, std::string_view value) const;
  void End();

  EngineState& engine_;
  std::unique_ptr<storage::File> file_;
  uint64_t size_;
  Duplicates duplicates_;
  storage::rdb::FileReader reader_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // of what is not consumed, in the buffer
  size_t end_ = 0;
  uint64_t read_ = 0;  // bytes of the file
  struct Gathered {
    uint64_t offset = 0;
    uint64_t hash = 0;
    storage::rdb::FileReader::FoundRecord record;
  };
  std::array<Gathered, 16> gathered_;
  size_t gathered_count_ = 0;
  Counts counts_;
};

}  // namespace server
