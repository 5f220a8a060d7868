// RequestScanner: what the records of an append-only file are: requests.
#pragma once

#include <string_view>

#include "protocol/resp/stored_request.h"
#include "storage/aof/record_scanner.h"

namespace server {

class RequestScanner : public storage::aof::RecordScanner {
 public:
  storage::aof::ScannedRecord Scan(std::string_view bytes) override;

 protected:
  // A whole record was read.
  virtual void OnRequest(std::span<const std::string_view> arguments) { (void)arguments; }

 private:
  protocol::resp::StoredRequest request_;
};

}  // namespace server
