#include "storage/aof/manifest.h"

#include <algorithm>
#include <cstdio>

#include "storage/base/number.h"

namespace storage::aof {
namespace {

constexpr size_t kLineBytesMax = 1024;

bool IsPlain(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\' && c != '#';
}

std::string Quoted(std::string_view name) {
  if (!name.empty() && std::all_of(name.begin(), name.end(), IsPlain)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c >= ' ' && c < 0x7f) {
      quoted += c;
    } else {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
      quoted += escaped;
    }
  }
  return quoted + '"';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What a backslash and the bytes behind it stand for; takes them from the line.
char TakeEscaped(std::string_view& line) {
  const char c = line.front();
  line.remove_prefix(1);
  constexpr std::string_view kNames = "nrtba";
  constexpr std::string_view kBytes = "\n\r\t\b\a";
  if (const size_t index = kNames.find(c); index != std::string_view::npos) return kBytes[index];
  if (c != 'x' || line.size() < 2) return c;
  const int high = HexDigit(line[0]);
  const int low = HexDigit(line[1]);
  if (high < 0 || low < 0) return c;
  line.remove_prefix(2);
  return static_cast<char>(high * 16 + low);
}

// The next word of the line, quoted or not; nullopt: a quote is open.
std::optional<std::string> TakeWord(std::string_view& line) {
  std::string word;
  if (line.front() != '"') {
    const size_t end = std::min(line.find(' '), line.size());
    word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
  }
  line.remove_prefix(1);
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c == '"') return word;
    word += c == '\\' && !line.empty() ? TakeEscaped(line) : c;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> WordsOf(std::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.empty()) return words;
    auto word = TakeWord(line);
    if (!word) return std::nullopt;
    words.push_back(std::move(*word));
  }
}

void AppendLine(const ManifestEntry& entry, char type, std::string& text) {
  text += "file " + Quoted(entry.name) + " seq " + std::to_string(entry.sequence) + " type " + type;
  text += '\n';
}

bool StaysInFolder(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

}  // namespace

std::expected<void, std::string> Manifest::AddLine(std::string_view line) {
  const auto words = WordsOf(line);
  if (!words || words->size() < 6 || words->size() % 2 != 0) {
    return std::unexpected("it is not of the form \"file NAME seq NUMBER type LETTER\"");
  }
  ManifestEntry entry;
  std::string type;
  for (size_t i = 0; i + 1 < words->size(); i += 2) {
    const std::string key = ToLower((*words)[i]);
    const std::string& value = (*words)[i + 1];
    if (key == "file") entry.name = value;
    if (key == "seq") entry.sequence = ParseUint64(value).value_or(0);
    if (key == "type") type = value;
  }
  if (!StaysInFolder(entry.name)) return std::unexpected("its file name is none of this folder");
  if (entry.sequence == 0) return std::unexpected("its sequence number is none");
  if (type == "h") {
    history.push_back(std::move(entry));
  } else if (type == "b") {
    if (base) return std::unexpected("it names a second base file");
    base = std::move(entry);
  } else if (type == "i") {
    if (entry.sequence <= last_increment_sequence()) {
      return std::unexpected("its sequence number does not go on from the one before");
    }
    increments.push_back(std::move(entry));
  } else {
    return std::unexpected("its type is unknown");
  }
  return {};
}

std::expected<Manifest, std::string> Manifest::Parse(std::string_view text) {
  Manifest manifest;
  size_t number = 0;
  const auto wrong = [&](const std::string& what) {
    return std::unexpected("line " + std::to_string(number) + ": " + what);
  };
  while (!text.empty()) {
    ++number;
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return wrong("it has no end");
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) continue;
    if (line.size() > kLineBytesMax) return wrong("it is too long");
    if (auto added = manifest.AddLine(line); !added) return wrong(added.error());
  }
  if (manifest.empty()) return std::unexpected("it names no file");
  return manifest;
}

std::string Manifest::Format() const {
  std::string text;
  if (base) AppendLine(*base, 'b', text);
  for (const ManifestEntry& entry : history) AppendLine(entry, 'h', text);
  for (const ManifestEntry& entry : increments) AppendLine(entry, 'i', text);
  return text;
}

std::string ManifestName(std::string_view name) {
  return std::string(name) + ".manifest";
}

std::string BaseName(std::string_view name, uint64_t sequence, BaseForm form) {
  const std::string_view ending = form == BaseForm::kRdb ? ".base.rdb" : ".base.aof";
  return std::string(name) + "." + std::to_string(sequence) + std::string(ending);
}

std::string IncrementName(std::string_view name, uint64_t sequence) {
  return std::string(name) + "." + std::to_string(sequence) + ".incr.aof";
}

std::optional<uint64_t> SequenceOfIncrement(std::string_view file, std::string_view name) {
  constexpr std::string_view kEnding = ".incr.aof";
  if (!file.starts_with(name) || !file.ends_with(kEnding)) return std::nullopt;
  if (file.size() <= name.size() + 1 + kEnding.size()) return std::nullopt;
  const std::string_view middle =
      file.substr(name.size(), file.size() - name.size() - kEnding.size());
  if (!middle.starts_with('.')) return std::nullopt;
  return ParseUint64(middle.substr(1));
}

BaseForm FormOfBase(std::string_view file) {
  return file.ends_with(".rdb") ? BaseForm::kRdb : BaseForm::kAof;
}

}  // namespace storage::aof
