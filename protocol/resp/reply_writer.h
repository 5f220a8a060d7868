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
// It also counts: elements still owed to open aggregates, and finished top-level replies, so that the
// dispatcher can check that a request got exactly one (pushes are not replies).
//
// Lifetime: borrows the buffer. Cost: a bounds check and a copy for each reply.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/output_buffer.h"

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
  // `line` begins with its code ("ERR ...", "WRONGTYPE ..."), without '-'. CR, LF and NUL are replaced by
  // spaces: bytes of a user must not be able to fake a second reply.
  void Error(std::string_view line);
  void Integer(int64_t value);
  void Bulk(std::string_view bytes);
  // A bulk string whose bytes are owned elsewhere and not copied. Small ones are copied and released.
  void BulkShared(SharedSlice slice);
  void BulkInteger(int64_t value);  // $2\r\n42
  void Null();
  void NullArray();
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

  // Aggregates whose size is known afterwards. EndArray/EndMap/EndSet insert the header where Begin stood.
  struct Deferred {
    size_t offset;
    int64_t owed;
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

 private:
  void Count() {
    if (owed_ == 0) {
      ++replies_;
    } else {
      // The last element closes its aggregate; a deferred one stays open until its End.
      if (--owed_ == 0) ++replies_;
    }
  }
  void Aggregate(char type, size_t count, size_t elements);
  void End(char type, Deferred begin, size_t count);

  OutputBuffer& out_;
  Version version_;
  int64_t owed_ = 0;
  int64_t replies_ = 0;
};

}  // namespace protocol::resp
