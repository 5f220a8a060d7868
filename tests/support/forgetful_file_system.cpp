#include "tests/support/forgetful_file_system.h"

#include <algorithm>
#include <utility>

namespace tests {

using storage::Random;

void ForgetfulFileSystem::OnAppend(Inode& inode, std::string_view bytes) {
  const uint64_t offset = inode.bytes.size() - bytes.size();
  DiskInodeOf(inode).changes.push_back({Change::Kind::kWrite, offset, std::string(bytes)});
}

void ForgetfulFileSystem::OnTruncate(Inode& inode, uint64_t bytes) {
  DiskInodeOf(inode).changes.push_back({Change::Kind::kTruncate, bytes, ""});
}

void ForgetfulFileSystem::OnSync(Inode& inode) {
  DiskInode& disk_inode = DiskInodeOf(inode);
  disk_inode.synced = inode.bytes;
  disk_inode.changes.clear();
}

void ForgetfulFileSystem::OnName(const std::string& path, const Entry& entry, bool is_gone) {
  name_changes_.push_back({is_gone ? path : "", is_gone ? "" : path, entry});
}

void ForgetfulFileSystem::OnRename(const std::string& from, const std::string& to,
                                   const Entry& entry) {
  name_changes_.push_back({from, to, entry});
}

bool ForgetfulFileSystem::Touches(const NameChange& change, const std::string& folder) {
  const auto is_in = [&](const std::string& path) {
    return !path.empty() && Normal(storage::FolderOf(path)) == folder;
  };
  return is_in(change.gone) || is_in(change.made);
}

void ForgetfulFileSystem::Apply(const NameChange& change, Names& names) {
  if (!change.gone.empty()) names.erase(change.gone);
  if (!change.made.empty()) names[change.made] = change.entry;
}

void ForgetfulFileSystem::OnSyncFolder(const std::string& folder) {
  std::vector<NameChange> left;
  for (NameChange& change : name_changes_) {
    if (Touches(change, folder)) {
      Apply(change, durable_names_);
    } else {
      left.push_back(std::move(change));
    }
  }
  name_changes_ = std::move(left);
}

void ForgetfulFileSystem::SyncAll() {
  for (auto& [path, entry] : names_) {
    if (entry.inode != nullptr) OnSync(*entry.inode);
  }
  durable_names_ = names_;
  name_changes_.clear();
}

// What lies in a hole is of the filler.
void ForgetfulFileSystem::Apply(const Change& change, std::string& bytes, char filler) {
  if (change.kind == Change::Kind::kTruncate) {
    if (bytes.size() > change.offset) bytes.resize(change.offset);
    return;
  }
  const size_t end = change.offset + change.bytes.size();
  if (bytes.size() < end) bytes.resize(end, filler);
  bytes.replace(change.offset, change.bytes.size(), change.bytes);
}

std::string ForgetfulFileSystem::BytesAfter(const DiskInode& inode, Random& random) {
  enum class Fate { kAll, kNone, kBeginning, kAny };
  const Fate fate = static_cast<Fate>(random.Below(4));
  const char filler = random.Below(2) == 0 ? '\0' : static_cast<char>(random.Below(256));
  if (fate == Fate::kAll) return inode.bytes;
  std::string bytes = inode.synced;
  if (fate == Fate::kNone || inode.changes.empty()) return bytes;
  if (fate == Fate::kAny) {
    for (const Change& change : inode.changes) {
      if (random.Below(2) == 0) Apply(change, bytes, filler);
    }
    return bytes;
  }
  const size_t kept = random.Below(inode.changes.size());
  for (size_t i = 0; i < kept; ++i) Apply(inode.changes[i], bytes, filler);
  Change torn = inode.changes[kept];
  if (torn.kind == Change::Kind::kTruncate) return bytes;
  const size_t whole = torn.bytes.size();
  torn.bytes.resize(random.Below(whole + 1));
  // The size may have reached the disk before the bytes did.
  if (random.Below(2) == 0) torn.bytes.resize(whole, filler);
  Apply(torn, bytes, filler);
  return bytes;
}

MemoryFileSystem::Names ForgetfulFileSystem::NamesAfter(Random& random) const {
  Names names = durable_names_;
  std::vector<std::string> cut;  // folders of which nothing more is kept
  for (const NameChange& change : name_changes_) {
    const std::string folders[] = {Normal(storage::FolderOf(change.gone)),
                                   Normal(storage::FolderOf(change.made))};
    const auto is_cut = [&](const std::string& folder) {
      return std::find(cut.begin(), cut.end(), folder) != cut.end() && Touches(change, folder);
    };
    if (is_cut(folders[0]) || is_cut(folders[1]) || random.Below(3) == 0) {
      for (const std::string& folder : folders) {
        if (Touches(change, folder)) cut.push_back(folder);
      }
      continue;
    }
    Apply(change, names);
  }
  return names;
}

std::unique_ptr<ForgetfulFileSystem> ForgetfulFileSystem::AfterPowerLoss(uint64_t seed) const {
  Random random(seed);
  auto disk = std::make_unique<ForgetfulFileSystem>();
  disk->free_bytes = free_bytes;
  std::map<const Inode*, InodePtr> made;  // a file of two names stays one
  for (const auto& [path, entry] : NamesAfter(random)) {
    if (entry.inode == nullptr) {
      disk->names_[path] = {};
      continue;
    }
    InodePtr& inode = made[entry.inode.get()];
    if (inode == nullptr) {
      inode = disk->MakeInode();
      inode->bytes = BytesAfter(DiskInodeOf(*entry.inode), random);
    }
    disk->names_[path] = {inode};
  }
  disk->SyncAll();
  return disk;
}

std::unique_ptr<ForgetfulFileSystem> ForgetfulFileSystem::AfterProcessDeath() const {
  auto disk = std::make_unique<ForgetfulFileSystem>();
  disk->free_bytes = free_bytes;
  std::map<const Inode*, InodePtr> made;
  for (const auto& [path, entry] : names_) {
    if (entry.inode == nullptr) {
      disk->names_[path] = {};
      continue;
    }
    InodePtr& inode = made[entry.inode.get()];
    if (inode == nullptr) {
      inode = disk->MakeInode();
      inode->bytes = entry.inode->bytes;
    }
    disk->names_[path] = {inode};
  }
  disk->SyncAll();
  return disk;
}

}  // namespace tests
