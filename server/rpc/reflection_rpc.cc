#include "server/rpc/reflection_rpc.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "server/rows/status_details.h"
#include "server/rpc/rpc_call.h"
#include "server/rpc/status.h"

namespace brainalign {
namespace {

namespace reflection = grpc::reflection::v1alpha;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

// Each may hold a thread for as long as its client is quick enough for the stall guard.
constexpr int kMaxStreams = 16;

// A file and those that it imports, each once.
void AddFile(const FileDescriptor& file, std::set<std::string>& added,
             reflection::FileDescriptorResponse& response) {
  if (!added.insert(file.name()).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  response.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, response);
}

void TellError(grpc::StatusCode code, const std::string& message,
               reflection::ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

// Null: there is none of that name.
void TellFile(const FileDescriptor* file, reflection::ServerReflectionResponse& response) {
  if (file == nullptr) {
    TellError(grpc::StatusCode::NOT_FOUND, "this server has no such file or symbol", response);
    return;
  }
  std::set<std::string> added;
  AddFile(*file, added, *response.mutable_file_descriptor_response());
}

// Null: the port does not listen yet.
void TellServices(const std::vector<std::string>* names,
                  reflection::ServerReflectionResponse& response) {
  if (names == nullptr) {
    TellError(grpc::StatusCode::UNAVAILABLE, "the server is starting; try again", response);
    return;
  }
  for (const std::string& name : *names) {
    response.mutable_list_services_response()->add_service()->set_name(name);
  }
}

}  // namespace

ReflectionRpc::ReflectionRpc(const CallGate* gate, StallGuard* guard,
                             const std::atomic<bool>* stopping, UseShares shares)
    : gate_(gate),
      guard_(guard),
      stopping_(stopping),
      streams_("reflection streams", kMaxStreams, shares) {
  // Names the file so that the linker keeps it: gRPC's own health service is described by it.
  grpc::health::v1::HealthCheckRequest::descriptor();
}

void ReflectionRpc::Answer(const reflection::ServerReflectionRequest& request,
                           reflection::ServerReflectionResponse& response) const {
  using Request = reflection::ServerReflectionRequest;
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  response.Clear();
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kListServices:
      TellServices(service_names_, response);
      break;
    case Request::kFileByFilename:
      TellFile(pool.FindFileByName(request.file_by_filename()), response);
      break;
    case Request::kFileContainingSymbol:
      TellFile(pool.FindFileContainingSymbol(request.file_containing_symbol()), response);
      break;
    default:
      TellError(grpc::StatusCode::UNIMPLEMENTED,
                "ask for services, files or symbols: the protocol has no extensions", response);
  }
}

grpc::Status ReflectionRpc::ServerReflectionInfo(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<reflection::ServerReflectionResponse,
                             reflection::ServerReflectionRequest>* stream) {
  const auto body = [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(streams_, call.caller());
    if (!place.status().ok()) return place.status();
    StallGuard::Stream guarded(*guard_, call.peer(), call.cancel());
    reflection::ServerReflectionRequest request;
    reflection::ServerReflectionResponse response;
    while (guarded.Await([&] { return stream->Read(&request); })) {
      if (*stopping_) return ShuttingDownError();
      if (absl::Status access = call.CheckAccess(); !access.ok()) return access;
      Answer(request, response);
      if (!guarded.Await([&] { return stream->Write(response); })) break;
    }
    if (call.is_gone()) return absl::CancelledError("the call was cancelled");
    return absl::OkStatus();
  };
  return ToGrpc(gate_->Run(TakeCredentials(context), Method::kServerReflectionInfo, body));
}

}  // namespace brainalign
