#ifndef BRAINALIGN_SERVER_RPC_RPC_CALL_H_
#define BRAINALIGN_SERVER_RPC_RPC_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include <utility>

#include "absl/status/statusor.h"
#include "server/calls/credentials.h"
#include "server/calls/streams.h"
#include "server/rpc/status.h"

namespace brainalign {

// The credentials of a gRPC call. The client receives the request id.
Credentials TakeCredentials(grpc::ServerContext* context);

// Runs a function of server/calls for a gRPC call.
template <typename Calls, typename Request, typename Response>
grpc::Status Answer(grpc::ServerContext* context, Calls& calls,
                    absl::StatusOr<Response> (Calls::*method)(const Credentials&, const Request&),
                    const Request* request, Response* response) {
  auto answer = (calls.*method)(TakeCredentials(context), *request);
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

// The same for one that answers with a stream.
template <typename Calls, typename Request, typename Message>
grpc::Status Answer(grpc::ServerContext* context, Calls& calls,
                    absl::Status (Calls::*method)(const Credentials&, const Request&,
                                                  Sink<Message>),
                    const Request* request, grpc::ServerWriter<Message>* writer) {
  return ToGrpc((calls.*method)(TakeCredentials(context), *request,
                                [&](const Message& message) { return writer->Write(message); }));
}

// The same for one whose requests are a stream.
template <typename Calls, typename Message, typename Response>
grpc::Status Answer(grpc::ServerContext* context, Calls& calls,
                    absl::StatusOr<Response> (Calls::*method)(const Credentials&, Source<Message>),
                    grpc::ServerReader<Message>* reader, Response* response) {
  auto answer = (calls.*method)(TakeCredentials(context),
                                [&](Message& message) { return reader->Read(&message); });
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_RPC_CALL_H_
