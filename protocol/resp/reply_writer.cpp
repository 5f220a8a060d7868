#include "protocol/resp/reply_writer.h"

#include <cmath>

#include "protocol/resp/double_text.h"

namespace protocol::resp {

void ReplyWriter::Simple(std::string_view text) {
  Line('+', text);
  Count();
}

void ReplyWriter::Error(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  Line('-', line);
  Count();
}

void ReplyWriter::BulkShared(SharedSlice slice) {
  if (slice.size < kSharedBytesMin) {
    Bulk({slice.data, slice.size});
    if (slice.release != nullptr) slice.release(slice.owner);
    return;
  }
  Header('$', slice.size);
  out_.AppendShared(slice);
  out_.Append("\r\n");
  Count();
}

void ReplyWriter::BulkLarge(std::string_view bytes) {
  Header('$', bytes.size());
  out_.Append(bytes);
  out_.Append("\r\n");
  Count();
}

void ReplyWriter::BulkInteger(int64_t value) {
  char digits[kWireIntegerBytesMax];
  Bulk({digits, static_cast<size_t>(WriteWireInteger(digits, value) - digits)});
}

void ReplyWriter::Boolean(bool value) {
  if (version_ == Version::kResp3) {
    Raw(value ? "#t\r\n" : "#f\r\n");
  } else {
    Integer(value ? 1 : 0);
  }
}

void ReplyWriter::Double(double value) {
  char digits[kDoubleTextBytesMax];
  const std::string_view text(digits, static_cast<size_t>(WriteDouble(digits, value) - digits));
  if (version_ == Version::kResp3) {
    Line(',', text);
    Count();
  } else {
    Bulk(text);
  }
}

void ReplyWriter::BigNumber(std::string_view digits) {
  if (version_ == Version::kResp3) {
    Line('(', digits);
    Count();
  } else {
    Bulk(digits);
  }
}

void ReplyWriter::Verbatim(std::string_view format, std::string_view text) {
  if (version_ == Version::kResp2) return Bulk(text);
  Header('=', text.size() + format.size() + 1);
  out_.Append(format);
  out_.Append(':');
  out_.Append(text);
  out_.Append("\r\n");
  Count();
}

void ReplyWriter::ArrayHeader(size_t elements) {
  Aggregate('*', elements, elements);
}

void ReplyWriter::MapHeader(size_t pairs) {
  if (version_ == Version::kResp3) {
    Aggregate('%', pairs, pairs * 2);
  } else {
    Aggregate('*', pairs * 2, pairs * 2);
  }
}

void ReplyWriter::SetHeader(size_t elements) {
  Aggregate(version_ == Version::kResp3 ? '~' : '*', elements, elements);
}

void ReplyWriter::PushHeader(size_t elements) {
  // On its own a push is no reply: what its last element will count is taken back beforehand.
  if (owed_ == 0) --replies_;
  Aggregate(version_ == Version::kResp3 ? '>' : '*', elements, elements);
}

void ReplyWriter::AttributeHeader(size_t pairs) {
  // It stands before the element or reply that it describes, and is none itself.
  Header('|', pairs);
  if (pairs == 0) return;
  if (owed_ == 0) --replies_;
  owed_ += static_cast<int64_t>(pairs * 2);
}

ReplyWriter::Deferred ReplyWriter::Begin() {
  const Deferred begin{out_.mark().bytes, owed_};
  owed_ = kOwedUntilEnd;
  return begin;
}

void ReplyWriter::EndArray(Deferred begin, size_t elements) {
  End('*', begin, elements, elements);
}

void ReplyWriter::EndMap(Deferred begin, size_t pairs) {
  if (version_ == Version::kResp3) {
    End('%', begin, pairs, pairs * 2);
  } else {
    End('*', begin, pairs * 2, pairs * 2);
  }
}

void ReplyWriter::EndSet(Deferred begin, size_t elements) {
  End(version_ == Version::kResp3 ? '~' : '*', begin, elements, elements);
}

void ReplyWriter::Line(char type, std::string_view text) {
  out_.Append(type);
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kAtOnceMax);
    char* to = out_.Reserve(piece.size());
    for (const char byte : piece) {
      *to++ = byte == '\r' || byte == '\n' || byte == '\0' ? ' ' : byte;
    }
    out_.Commit(piece.size());
    text.remove_prefix(piece.size());
  }
  out_.Append("\r\n");
}

void ReplyWriter::Header(char type, size_t count) {
  char* const begin = out_.Reserve(kLineBytesMax);
  out_.Commit(static_cast<size_t>(WriteLine(begin, type, static_cast<int64_t>(count)) - begin));
}

void ReplyWriter::Aggregate(char type, size_t count, size_t elements) {
  Header(type, count);
  if (elements == 0) return Count();
  // Inside another one it stands for one element of it.
  if (owed_ > 0) --owed_;
  owed_ += static_cast<int64_t>(elements);
}

void ReplyWriter::End(char type, Deferred begin, size_t count, size_t elements) {
  char header[kLineBytesMax];
  const char* end = WriteLine(header, type, static_cast<int64_t>(count));
  out_.Insert(begin.offset, {header, static_cast<size_t>(end - header)});
  const int64_t missing = static_cast<int64_t>(elements) - (kOwedUntilEnd - owed_);
  owed_ = begin.owed;
  Count();
  owed_ += missing;
}

}  // namespace protocol::resp
