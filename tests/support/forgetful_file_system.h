// ForgetfulFileSystem: a disk that loses what was not synced, as a power cut would.
//
//   ForgetfulFileSystem files;
//   ...a server writes...
//   auto disk = files.AfterPowerLoss(seed);      // one of the states that the cut may leave
//   auto disk = files.AfterProcessDeath();       // what kill -9 leaves: everything
//
// Of the changes to a file since its last Sync, the cut keeps all, none, a beginning whose last
// piece is torn, or any of them (so a later one may be there without an earlier one, and the hole
// between holds zeros or garbage). Of the changes of names in a folder since its last SyncFolder,
// it keeps a beginning: none of the file systems in use reorders those. A file's Sync does not keep
// its name. The same seed gives the same state; the original stays as it is, so that many states
// can be made of one moment.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/random.h"
#include "tests/support/memory_file_system.h"

namespace tests {

class ForgetfulFileSystem final : public MemoryFileSystem {
 public:
  std::unique_ptr<ForgetfulFileSystem> AfterPowerLoss(uint64_t seed) const;
  std::unique_ptr<ForgetfulFileSystem> AfterProcessDeath() const;
  // Everything is on the disk: what a test has set up by hand.
  void SyncAll();

 protected:
  InodePtr MakeInode() override { return std::make_shared<DiskInode>(); }
  void OnAppend(Inode& inode, std::string_view bytes) override;
  void OnTruncate(Inode& inode, uint64_t bytes) override;
  void OnSync(Inode& inode) override;
  void OnName(const std::string& path, const Entry& entry, bool is_gone) override;
  void OnRename(const std::string& from, const std::string& to, const Entry& entry) override;
  void OnSyncFolder(const std::string& folder) override;

 private:
  struct Change {
    enum class Kind : uint8_t { kWrite, kTruncate } kind;
    uint64_t offset;
    std::string bytes;
  };
  struct DiskInode : Inode {
    std::string synced;
    std::vector<Change> changes;  // since then
  };
  struct NameChange {
    std::string gone;  // "" when none
    std::string made;  // "" when none
    Entry entry;
  };

  static DiskInode& DiskInodeOf(Inode& inode) { return static_cast<DiskInode&>(inode); }
  static bool Touches(const NameChange& change, const std::string& folder);
  static void Apply(const NameChange& change, Names& names);
  static void Apply(const Change& change, std::string& bytes, char filler);
  static std::string BytesAfter(const DiskInode& inode, storage::Random& random);
  Names NamesAfter(storage::Random& random) const;

  Names durable_names_;
  std::vector<NameChange> name_changes_;  // since the SyncFolder of a folder they touch
};

}  // namespace tests
