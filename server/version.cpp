#include "server/version.h"

#include <elf.h>
#include <link.h>

#include <cstdio>
#include <cstring>

#ifdef CINNABAR_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

namespace server {
namespace {

std::string ToHex(const unsigned char* bytes, size_t size) {
  std::string hex;
  for (size_t i = 0; i < size; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
    hex += digits;
  }
  return hex;
}

constexpr size_t AlignNote(size_t size) {
  return (size + 3) & ~size_t{3};
}

// Notes lie end to end: a header, its name and its description, each padded to four bytes (gabi,
// "Note Section").
std::string FindBuildIdNote(const char* notes, size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes, sizeof header);
    const size_t name_bytes = AlignNote(header.n_namesz);
    const size_t note_bytes = sizeof header + name_bytes + AlignNote(header.n_descsz);
    if (note_bytes > size) break;
    const char* name = notes + sizeof header;
    if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
        std::memcmp(name, "GNU", 4) == 0) {
      return ToHex(reinterpret_cast<const unsigned char*>(name + name_bytes), header.n_descsz);
    }
    notes += note_bytes;
    size -= note_bytes;
  }
  return "";
}

// The first object that dl_iterate_phdr shows is the program itself; returning 1 ends the walk.
int ReadProgramNotes(dl_phdr_info* program, size_t, void* build_id) {
  for (size_t i = 0; i < program->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = program->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const char*>(program->dlpi_addr + segment.p_vaddr);
    const std::string found = FindBuildIdNote(notes, segment.p_memsz);
    if (!found.empty()) *static_cast<std::string*>(build_id) = found;
  }
  return 1;
}

}  // namespace

const char* CinnabarVersion() {
  return CINNABAR_VERSION;
}

const std::string& BuildId() {
  static const std::string build_id = [] {
    std::string found;
    dl_iterate_phdr(ReadProgramNotes, &found);
    return found;
  }();
  return build_id;
}

std::string AllocatorName() {
#ifdef CINNABAR_JEMALLOC
  return "jemalloc-" + std::to_string(JEMALLOC_VERSION_MAJOR) + "." +
         std::to_string(JEMALLOC_VERSION_MINOR) + "." + std::to_string(JEMALLOC_VERSION_BUGFIX);
#else
  return "libc";
#endif
}

std::string VersionLine() {
  return std::string("Cinnabar server v=") + kRedisVersion + " sha=" + BuildId().substr(0, 8) +
         ":0 malloc=" + AllocatorName() + " bits=" + std::to_string(8 * sizeof(void*)) +
         " build=" + BuildId().substr(0, 16) + " cinnabar=" + CinnabarVersion();
}

}  // namespace server
