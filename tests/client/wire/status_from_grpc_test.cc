#include "client/wire/status_from_grpc.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/error.pb.h"

namespace brainalign {
namespace {

void AddDetail(const std::string& name, const google::protobuf::Message& detail,
               v1::ErrorStatus& error) {
  google::protobuf::Any& any = *error.add_details();
  any.set_type_url("type.googleapis.com/google.rpc." + name);
  any.set_value(detail.SerializeAsString());
}

TEST(StatusFromGrpcTest, CodeAndSentenceAreKept) {
  EXPECT_TRUE(StatusFromGrpc(grpc::Status::OK).ok());
  EXPECT_EQ(StatusFromGrpc(grpc::Status(grpc::StatusCode::NOT_FOUND, "No such job.")),
            absl::NotFoundError("No such job."));
}

TEST(StatusFromGrpcTest, FieldsAreListedUnlessTheSentenceSaysThem) {
  v1::BadRequest bad_request;
  v1::BadRequest::FieldViolation& folds = *bad_request.add_field_violations();
  folds.set_field("spec.options.folds");
  folds.set_description("1 is too few: at least 2 are needed.");
  v1::BadRequest::FieldViolation& pca = *bad_request.add_field_violations();
  pca.set_field("spec.options.pca");
  pca.set_description("-1 is negative.");
  v1::ErrorStatus error;
  AddDetail("BadRequest", bad_request, error);
  const grpc::Status status(grpc::StatusCode::INVALID_ARGUMENT, "The job is wrong: -1 is negative.",
                            error.SerializeAsString());
  EXPECT_EQ(std::string(StatusFromGrpc(status).message()),
            "The job is wrong: -1 is negative.\n"
            "spec.options.folds: 1 is too few: at least 2 are needed.");
}

TEST(StatusFromGrpcTest, MissingTensorsAreListed) {
  v1::PreconditionFailure failure;
  v1::PreconditionFailure::Violation& violation = *failure.add_violations();
  violation.set_subject("abc");
  violation.set_description("is not stored.");
  v1::ErrorStatus error;
  AddDetail("PreconditionFailure", failure, error);
  EXPECT_EQ(
      std::string(StatusFromGrpc(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                                              "Tensors are missing.", error.SerializeAsString()))
                      .message()),
      "Tensors are missing.\nabc: is not stored.");
}

TEST(StatusFromGrpcTest, RetryDelayIsCarried) {
  v1::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(3);
  info.mutable_retry_delay()->set_nanos(250'000'000);
  v1::ErrorStatus error;
  AddDetail("RetryInfo", info, error);
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "Busy.", error.SerializeAsString()));
  EXPECT_EQ(RetryDelaySeconds(status), 3.25);
  EXPECT_EQ(RetryDelaySeconds(absl::ResourceExhaustedError("Busy.")), std::nullopt);
}

TEST(StatusFromGrpcTest, StreamThatTheTransportEndsMayBeTriedAgain) {
  // As gRPC translates HTTP/2's ENHANCE_YOUR_CALM, PROTOCOL_ERROR, INTERNAL_ERROR and NO_ERROR.
  for (const auto& [code, reason] : {std::pair{grpc::StatusCode::RESOURCE_EXHAUSTED, 11},
                                     {grpc::StatusCode::INTERNAL, 1},
                                     {grpc::StatusCode::INTERNAL, 2},
                                     {grpc::StatusCode::UNKNOWN, 0}}) {
    const absl::Status status = StatusFromGrpc(
        grpc::Status(code, absl::StrCat("Received RST_STREAM with error code ", reason)));
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  }
  // What the server's own code refuses stays refused.
  EXPECT_TRUE(absl::IsResourceExhausted(
      StatusFromGrpc(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "The queue is full."))));
  v1::ErrorStatus told;
  told.set_message("Received RST_STREAM with error code 1");
  EXPECT_TRUE(absl::IsInternal(StatusFromGrpc(
      grpc::Status(grpc::StatusCode::INTERNAL, told.message(), told.SerializeAsString()))));
}

TEST(StatusFromGrpcTest, DetailsThatAreNoneAreLeftOut) {
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::StatusCode::INTERNAL, "Broken.", std::string("\xff\xff\xff", 3)));
  EXPECT_EQ(status, absl::InternalError("Broken."));
}

TEST(StatusFromGrpcTest, SilenceIsSaid) {
  EXPECT_EQ(std::string(StatusFromGrpc(grpc::Status(grpc::StatusCode::UNKNOWN, "")).message()),
            "The server gave no reason.");
}

}  // namespace
}  // namespace brainalign
