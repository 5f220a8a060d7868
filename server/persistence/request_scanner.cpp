#include "server/persistence/request_scanner.h"

#include "storage/base/number.h"

namespace server {
namespace {

using Role = storage::aof::ScannedRecord::Role;

Role RoleOf(std::string_view name) {
  if (storage::EqualsIgnoreCase(name, "SELECT")) return Role::kSelects;
  if (storage::EqualsIgnoreCase(name, "MULTI")) return Role::kOpens;
  if (storage::EqualsIgnoreCase(name, "EXEC")) return Role::kCloses;
  return Role::kSingle;
}

}  // namespace

storage::aof::ScannedRecord RequestScanner::Scan(std::string_view bytes) {
  using Read = protocol::resp::StoredRequest::Status;
  using storage::aof::ScannedRecord;
  const Read status = request_.Read(bytes);
  const auto arguments = request_.arguments();
  ScannedRecord record;
  if (!arguments.empty()) record.name = arguments[0];
  switch (status) {
    case Read::kIncomplete:
      record.status = ScannedRecord::Status::kIncomplete;
      return record;
    case Read::kMalformed:
      record.status = ScannedRecord::Status::kMalformed;
      return record;
    case Read::kWhole:
      break;
  }
  record.bytes = request_.bytes();
  // All names with a role have four to six letters.
  if (record.name.size() >= 4 && record.name.size() <= 6) record.role = RoleOf(record.name);
  OnRequest(arguments);
  return record;
}

}  // namespace server
