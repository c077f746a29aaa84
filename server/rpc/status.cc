#include "server/rpc/status.h"

#include <string>

#include "absl/strings/match.h"
#include "brainalign/v1/error.pb.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

// Trailers over about 7 KiB lose the whole error. The message travels twice, the
// second time as part of the details.
constexpr std::size_t kMaxDetailBytes = 1024;
constexpr std::size_t kMaxDetailsBytes = 4096;

// At most `size` bytes, not ending inside a UTF-8 sequence.
std::string Cut(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  const std::string mark = " ...";
  std::size_t end = size - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + mark;
}

// Takes the last violation out; false if there is none.
template <typename Detail, typename List>
bool Shorten(google::protobuf::Any& any, List* (Detail::*violations)()) {
  Detail detail;
  if (!detail.ParseFromString(any.value())) return false;
  List* list = (detail.*violations)();
  if (list->empty()) return false;
  list->RemoveLast();
  any.set_value(detail.SerializeAsString());
  return true;
}

bool ShortenOne(v1::ErrorStatus& details) {
  for (google::protobuf::Any& any : *details.mutable_details()) {
    const std::string& type = any.type_url();
    if (type == "type.googleapis.com/google.rpc.BadRequest" &&
        Shorten(any, &v1::BadRequest::mutable_field_violations)) {
      return true;
    }
    if (type == "type.googleapis.com/google.rpc.PreconditionFailure" &&
        Shorten(any, &v1::PreconditionFailure::mutable_violations)) {
      return true;
    }
  }
  return false;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  v1::ErrorStatus details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(Cut(ClientMessage(status), kMaxDetailBytes));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    if (!absl::StartsWith(type_url, "type.googleapis.com/")) return;
    google::protobuf::Any& any = *details.add_details();
    any.set_type_url(std::string(type_url));
    any.set_value(std::string(payload));
  });
  while (details.ByteSizeLong() > kMaxDetailsBytes && ShortenOne(details)) {
  }
  if (details.ByteSizeLong() > kMaxDetailsBytes) details.clear_details();
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), details.message(),
                      details.SerializeAsString());
}

}  // namespace brainalign
