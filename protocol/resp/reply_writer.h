// ReplyWriter: typed replies as RESP2 or RESP3. The only place that knows the difference.
//
//   what             RESP2                 RESP3
//   Null             $-1                   _
//   NullArray        *-1                   _
//   Boolean          :1 / :0               #t / #f
//   Double           bulk string           ,<double>
//   BigNumber        bulk string           (<digits>
//   Verbatim         bulk string           =<n>\r\ntxt:<text>
//   MapHeader(n)     *2n                   %n
//   SetHeader(n)     *n                    ~n
//   PushHeader(n)    *n                    >n
//
// It also counts: elements still owed to open aggregates, and finished top-level replies, so that
// the dispatcher can check that a request got exactly one (pushes and attributes are not replies).
// When an aggregate got more or fewer elements than it announced, owed() is not 0 where it should
// be.
//
// Lifetime: borrows the buffer. Cost: a bounds check and a copy for each reply.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocol/output_buffer.h"
#include "protocol/resp/wire_integer.h"

namespace protocol::resp {

enum class Version : uint8_t { kResp2 = 2, kResp3 = 3 };

class ReplyWriter {
 public:
  ReplyWriter(OutputBuffer& out, Version version) : out_(out), version_(version) {}

  Version version() const { return version_; }
  void set_version(Version version) { version_ = version; }
  OutputBuffer& out() { return out_; }

  void Ok() { Raw("+OK\r\n"); }
  // `text` must not contain CR or LF; they are replaced by spaces.
  void Simple(std::string_view text);
  // `line` begins with its code ("ERR ...", "WRONGTYPE ..."), without '-'. CR, LF and NUL are
  // replaced by spaces: bytes of a user must not be able to fake a second reply.
  void Error(std::string_view line);
  void Integer(int64_t value) {
    char* const begin = out_.Reserve(kLineBytesMax);
    out_.Commit(static_cast<size_t>(WriteLine(begin, ':', value) - begin));
    Count();
  }
  void Bulk(std::string_view bytes) {
    if (bytes.size() > kAtOnceMax) [[unlikely]]
      return BulkLarge(bytes);
    char* const begin = out_.Reserve(bytes.size() + kLineBytesMax + 2);
    char* to = WriteLine(begin, '$', static_cast<int64_t>(bytes.size()));
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    to += bytes.size();
    std::memcpy(to, "\r\n", 2);
    out_.Commit(static_cast<size_t>(to + 2 - begin));
    Count();
  }
  // A bulk string whose bytes are owned elsewhere and not copied. Those below kSharedBytesMin are
  // copied and released, since a piece of a gathered write costs more than their copy.
  static constexpr size_t kSharedBytesMin = 16 * 1024;
  void BulkShared(SharedSlice slice);
  void BulkInteger(int64_t value);  // $2\r\n42
  void Null() { Raw(version_ == Version::kResp3 ? "_\r\n" : "$-1\r\n"); }
  void NullArray() { Raw(version_ == Version::kResp3 ? "_\r\n" : "*-1\r\n"); }
  void Boolean(bool value);
  // The shortest form that reads back the same, as Redis prints: 1e-7, inf, -inf, nan, 3.
  void Double(double value);
  void BigNumber(std::string_view digits);
  // `format` has three letters: "txt" or "mkd".
  void Verbatim(std::string_view format, std::string_view text);

  void ArrayHeader(size_t elements);
  void MapHeader(size_t pairs);
  void SetHeader(size_t elements);
  void PushHeader(size_t elements);
  void AttributeHeader(size_t pairs);  // RESP3 only; the caller writes no attribute in RESP2

  // Aggregates whose size is known afterwards. EndArray/EndMap/EndSet insert the header where Begin
  // stood. They may be nested, and End comes in the opposite order of Begin.
  struct Deferred {
    size_t offset;
    int64_t owed;  // before Begin
  };
  Deferred Begin();
  void EndArray(Deferred begin, size_t elements);
  void EndMap(Deferred begin, size_t pairs);
  void EndSet(Deferred begin, size_t elements);

  // Copies an encoded reply as it is; it counts as one element.
  void Raw(std::string_view encoded) {
    out_.Append(encoded);
    Count();
  }

  // Top-level replies finished since the last ResetCount.
  int64_t replies() const { return replies_; }
  // Elements that open aggregates still wait for; 0 between replies.
  int64_t owed() const { return owed_; }
  void ResetCount() { replies_ = owed_ = 0; }
  // What was written since ResetCount is one reply, however it was counted: EXEC's array of
  // replies.
  void CountAsOne() {
    owed_ = 0;
    replies_ = 1;
  }

 private:
  static constexpr size_t kLineBytesMax = 1 + kWireIntegerBytesMax + 2;
  // Bytes that are reserved together with what stands around them.
  static constexpr size_t kAtOnceMax = OutputBuffer::kReserveMax - kLineBytesMax - 2;
  // What an aggregate of unknown size owes until its End: more than any size.
  static constexpr int64_t kOwedUntilEnd = int64_t{1} << 48;

  static char* WriteLine(char* to, char type, int64_t value) {
    *to = type;
    to = WriteWireInteger(to + 1, value);
    std::memcpy(to, "\r\n", 2);
    return to + 2;
  }
  // One element, or a whole reply, was written.
  void Count() {
    if (owed_ == 0 || --owed_ == 0) ++replies_;
  }
  void BulkLarge(std::string_view bytes);
  void Line(char type, std::string_view text);
  void Header(char type, size_t count);
  void Aggregate(char type, size_t count, size_t elements);
  void End(char type, Deferred begin, size_t count, size_t elements);

  OutputBuffer& out_;
  Version version_;
  int64_t owed_ = 0;
  int64_t replies_ = 0;
};

}  // namespace protocol::resp
