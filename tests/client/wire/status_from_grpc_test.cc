#include "client/wire/status_from_grpc.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/error.pb.h"
#include "client/connection/refusal.h"
#include "client/wire/transport_failure.h"

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

TEST(StatusFromGrpcTest, ACallForWhichTheServerHasNoThreadIsRefusedAsOneTooMany) {
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "Server Threadpool Exhausted"));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(std::string(status.message()),
            "The server has no thread for another call at the moment; try again in a few seconds.");
  const std::optional<Refusal> refusal = RefusalOf(status);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason, "TOO_MANY_CALLS");
  EXPECT_EQ(refusal->retry_delay_seconds, 5);
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

// What gRPC 1.51 with OpenSSL says, word for word.
TEST(StatusFromGrpcTest, WhatTheTransportSaysIsPutIntoWords) {
  const std::string failed = "failed to connect to all addresses; last error: ";
  const std::vector<std::pair<std::string, TransportFailure>> messages = {
      {failed + "UNKNOWN: ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused",
       TransportFailure::kRefused},
      {"DNS resolution failed for lab:7733: C-ares status is not ARES_SUCCESS qtype=A name=lab "
       "is_balancer=0: Domain name not found",
       TransportFailure::kUnknownName},
      {failed + "UNKNOWN: ipv4:127.0.0.1:2: Peer name 127.0.0.1 is not in peer certificate",
       TransportFailure::kOtherName},
      {failed +
           "UNKNOWN: ipv4:127.0.0.1:2: Ssl handshake failed: SSL_ERROR_SSL: error:0A000086:SSL "
           "routines::certificate verify failed",
       TransportFailure::kUnknownAuthority},
      {failed +
           "UNKNOWN: ipv4:127.0.0.1:2: Ssl handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL "
           "routines::wrong version number",
       TransportFailure::kNoTls},
      {failed + "UNAVAILABLE: ipv4:127.0.0.1:2: Socket closed", TransportFailure::kBroken},
      {"recvmsg:Connection reset by peer", TransportFailure::kBroken},
      {"Received http2 header with status: 502", TransportFailure::kProxy},
  };
  for (const auto& [message, failure] : messages) {
    const absl::Status status =
        StatusFromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, message));
    EXPECT_EQ(TransportFailureOf(status), failure) << message;
    EXPECT_EQ(std::string(status.message()), DescribeTransport(failure));
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  }
  const absl::Status late =
      StatusFromGrpc(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"));
  EXPECT_EQ(TransportFailureOf(late), TransportFailure::kTimedOut);
}

TEST(StatusFromGrpcTest, TheServersOwnWordsAreKept) {
  v1::ErrorStatus error;
  error.set_message("the disk's socket closed");
  const grpc::Status told(grpc::StatusCode::UNAVAILABLE, "the disk's socket closed",
                          error.SerializeAsString());
  EXPECT_EQ(StatusFromGrpc(told), absl::UnavailableError("the disk's socket closed"));
  EXPECT_EQ(TransportFailureOf(StatusFromGrpc(told)), TransportFailure::kNone);
}

TEST(StatusFromGrpcTest, EveryTransportFailureIsDescribedInWords) {
  for (int i = 1; i <= static_cast<int>(TransportFailure::kProxy); ++i) {
    const std::string text = DescribeTransport(static_cast<TransportFailure>(i));
    EXPECT_GT(text.size(), 10u) << i;
    EXPECT_NE(text.back(), '.') << i;
  }
}

TEST(StatusFromGrpcTest, RetryDelayIsCarried) {
  v1::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(3);
  info.mutable_retry_delay()->set_nanos(250'000'000);
  v1::ErrorStatus error;
  AddDetail("RetryInfo", info, error);
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "Busy.", error.SerializeAsString()));
  ASSERT_TRUE(RefusalOf(status).has_value());
  EXPECT_EQ(RefusalOf(status)->retry_delay_seconds, 3.25);
  EXPECT_FALSE(RefusalOf(absl::ResourceExhaustedError("Busy.")).has_value());
}

TEST(StatusFromGrpcTest, CallerReadsEveryDetail) {
  v1::ErrorStatus error;
  v1::ErrorInfo info;
  info.set_reason("QUOTA_UPLOADS");
  info.set_domain("brainalign");
  (*info.mutable_metadata())["limit"] = "8";
  (*info.mutable_metadata())["usage"] = "8";
  AddDetail("ErrorInfo", info, error);
  v1::QuotaFailure quota;
  v1::QuotaFailure::Violation& exceeded = *quota.add_violations();
  exceeded.set_subject("project lab");
  exceeded.set_description("8 uploads are under way.");
  AddDetail("QuotaFailure", quota, error);
  v1::PreconditionFailure precondition;
  v1::PreconditionFailure::Violation& missing = *precondition.add_violations();
  missing.set_type("TENSOR_MISSING");
  missing.set_subject("abc");
  AddDetail("PreconditionFailure", precondition, error);
  v1::BadRequest bad_request;
  v1::BadRequest::FieldViolation& field = *bad_request.add_field_violations();
  field.set_field("spec.options.folds");
  field.set_description("is 1; give at least 2");
  AddDetail("BadRequest", bad_request, error);
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "Refused.", error.SerializeAsString()));
  const std::optional<Refusal> refusal = RefusalOf(status);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason, "QUOTA_UPLOADS");
  EXPECT_EQ(refusal->domain, "brainalign");
  EXPECT_EQ(refusal->metadata.at("limit"), "8");
  EXPECT_EQ(refusal->metadata.size(), 2U);
  ASSERT_EQ(refusal->quotas.size(), 1U);
  EXPECT_EQ(refusal->quotas[0].subject, "project lab");
  EXPECT_EQ(refusal->quotas[0].description, "8 uploads are under way.");
  EXPECT_EQ(refusal->missing_tensors, std::vector<std::string>{"abc"});
  ASSERT_EQ(refusal->fields.size(), 1U);
  EXPECT_EQ(refusal->fields[0].subject, "spec.options.folds");
  EXPECT_FALSE(refusal->retry_delay_seconds.has_value());
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
