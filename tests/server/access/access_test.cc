// Who reaches what over the wire, on a server that wants tokens.
#include "tests/server/access/access_test.h"

#include <bit>
#include <thread>

#include "gmock/gmock.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(AccessTest, NobodyComesInWithoutAGoodToken) {
  As("");
  grpc::Status refused = Ask();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(refused), "TOKEN_MISSING");
  As(ada_ + "x");
  refused = Ask();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(refused), "TOKEN_UNKNOWN");
  As(ada_);
  EXPECT_TRUE(Ask().ok());
}

TEST_F(AccessTest, OneConnectionServesWhoEachCallIs) {
  // What was found out about a connection must not serve its next call.
  As(ada_);
  EXPECT_TRUE(Ask().ok());
  As("");
  EXPECT_EQ(Ask().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, ExpiredTokenIsRefused) {
  As(Add("guest", "lab", Role::kReader, false, absl::Hours(1)));
  AwaitIn();
  now_seconds_ += 3600;
  const grpc::Status refused = Ask();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(refused), "ACCESS_EXPIRED");
}

TEST_F(AccessTest, RevokingEndsAlsoWhatIsOpen) {
  As(ada_);
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(2));
  grpc::Status ended;
  std::thread watcher([&] { Watch(job.job_id(), 0, &ended); });
  EXPECT_TRUE(workshop_.AwaitBegun(1));
  Revoke("ada");
  watcher.join();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(ended), "ACCESS_REVOKED");
  EXPECT_EQ(ReasonOf(Ask()), "ACCESS_REVOKED");
  workshop_.LetAllGo();
}

TEST_F(AccessTest, RevokingEndsAnUpload) {
  As(ada_);
  const std::string bytes = Bytes(1000, 'u');
  const std::string upload_id = StartUpload(bytes).upload_id();
  Context context;
  v1::WriteUploadResponse response;
  auto writer = tensors_->WriteUpload(&context, &response);
  EXPECT_TRUE(writer->Write(Chunk(upload_id, bytes, 0, 100)));
  Revoke("ada");
  AwaitOut();
  for (std::size_t offset = 100;
       offset < 900 && writer->Write(Chunk(upload_id, bytes, offset, 100)); offset += 100) {
  }
  writer->WritesDone();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessTest, AnotherProjectsJobIsAsIfItDidNotExist) {
  As(ada_);
  const v1::Job job = Create(MakeRequest(2));
  EXPECT_EQ(job.project(), "lab");
  EXPECT_EQ(job.person(), "ada");
  Watch(job.job_id());
  As(other_);
  const std::string nobodys = std::string(job.job_id().size(), '0');
  const auto same = [&](const grpc::Status& theirs, const grpc::Status& none) {
    EXPECT_EQ(theirs.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(ReasonOf(theirs), ReasonOf(none));
    std::string text = theirs.error_message();
    text.replace(text.find(job.job_id()), job.job_id().size(), nobodys);
    EXPECT_EQ(text, none.error_message());
  };
  same(TryGet(job.job_id()), TryGet(nobodys));
  same(TryCancel(job.job_id()), TryCancel(nobodys));
  v1::AlignmentResult result;
  same(Result(job.job_id(), &result), Result(nobodys, &result));
  grpc::Status theirs, none;
  Watch(job.job_id(), 0, &theirs);
  Watch(nobodys, 0, &none);
  same(theirs, none);
  EXPECT_TRUE(TryDelete(job.job_id()).ok());  // as for one that never was
  EXPECT_THAT(Listed(), IsEmpty());
  As(ada_);
  EXPECT_TRUE(TryGet(job.job_id()).ok());
  EXPECT_THAT(Listed(), ElementsAre(job.job_id()));
}

TEST_F(AccessTest, TensorsOfAnotherProjectAreMissing) {
  const std::string bytes = Bytes(1000, 's');
  As(ada_);
  const auto ref = StoreBytes({250}, bytes);
  EXPECT_FALSE(IsMissing(ref.digest()));
  EXPECT_TRUE(TryRead(ref.digest()).ok());
  As(bob_);  // of the same project
  EXPECT_FALSE(IsMissing(ref.digest()));
  As(other_);
  EXPECT_TRUE(IsMissing(ref.digest()));
  EXPECT_EQ(TryRead(ref.digest()).error_code(), grpc::StatusCode::NOT_FOUND);
  // Who knows the digest alone has to send every byte.
  EXPECT_FALSE(StartUpload(bytes).complete());
  StoreBytes({250}, bytes);
  EXPECT_FALSE(IsMissing(ref.digest()));
  EXPECT_TRUE(TryRead(ref.digest()).ok());
  Restart();
  EXPECT_TRUE(TryRead(ref.digest()).ok());
  As(ada_);
  EXPECT_TRUE(TryRead(ref.digest()).ok());
}

TEST_F(AccessTest, UploadOfAnotherProjectIsUnknown) {
  As(ada_);
  const std::string bytes = Bytes(1000, 'u');
  const std::string upload_id = StartUpload(bytes).upload_id();
  As(other_);
  EXPECT_NE(StartUpload(bytes).upload_id(), upload_id);
  Context context;
  v1::QueryUploadRequest request;
  request.set_upload_id(upload_id);
  v1::QueryUploadResponse response;
  EXPECT_EQ(tensors_->QueryUpload(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(AccessTest, WhatOneProjectComputedIsComputedAgainForAnother) {
  As(ada_);
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job first = Create(request);
  Watch(first.job_id());
  As(bob_);
  v1::CreateJobRequest again = request;
  again.set_request_id("bob's");
  EXPECT_EQ(Create(again).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  As(other_);
  MakeRequest(2);  // sends its tensors
  const int created = workshop_.created();
  // The same request id, too: it is another project's request.
  const v1::Job others = Create(request);
  EXPECT_NE(others.job_id(), first.job_id());
  EXPECT_NE(others.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_GT(workshop_.created(), created);
  EXPECT_EQ(Watch(others.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(AccessTest, RolesLimitWhatIsDoneInAProject) {
  As(ada_);
  workshop_.Hold();
  const v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job job = Create(request);
  As(reader_);
  EXPECT_TRUE(TryGet(job.job_id()).ok());
  v1::CreateJobRequest readers = request;
  readers.set_request_id("reader's");
  grpc::Status refused = TryCreate(readers);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(refused), "ROLE_TOO_LOW");
  As(bob_);
  refused = TryCancel(job.job_id());
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Get(job.job_id()).state(), v1::JOB_STATE_RUNNING);
  As(head_);
  EXPECT_TRUE(TryCancel(job.job_id()).ok());
  workshop_.LetAllGo();
}

TEST_F(AccessTest, WhoRunsTheServerEndsJobsButReadsNoResults) {
  As(ada_);
  const v1::Job done = Create(MakeRequest(1));
  Watch(done.job_id());
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(2, 30));
  As(operator_);
  EXPECT_THAT(Listed(), ElementsAre(job.job_id(), done.job_id()));
  EXPECT_TRUE(TryCancel(job.job_id()).ok());
  v1::AlignmentResult result;
  EXPECT_EQ(Result(done.job_id(), &result).error_code(), grpc::StatusCode::NOT_FOUND);
  workshop_.LetAllGo();
}

TEST_F(AccessTest, WhoCallsIsTold) {
  const std::string guest = Add("guest", "other", Role::kReader, false, absl::Hours(2));
  const auto told = [&](const std::string& token) {
    As(token);
    Context context;
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
    return info.caller();
  };
  const v1::CallerIdentity ada = told(ada_);
  EXPECT_EQ(ada.person(), "ada");
  EXPECT_EQ(ada.project(), "lab");
  EXPECT_EQ(ada.role(), v1::CALLER_ROLE_SUBMITTER);
  EXPECT_FALSE(ada.all_projects());
  EXPECT_FALSE(ada.has_expire_time());
  const v1::CallerIdentity root = told(operator_);
  EXPECT_EQ(root.role(), v1::CALLER_ROLE_ADMIN);
  EXPECT_TRUE(root.all_projects());
  const v1::CallerIdentity expiring = told(guest);
  EXPECT_EQ(expiring.project(), "other");
  EXPECT_EQ(expiring.role(), v1::CALLER_ROLE_READER);
  EXPECT_EQ(expiring.expire_time().seconds(), now_seconds_ + 7200);
}

TEST_F(AccessTest, FreeSpaceIsToldExactlyToWhoRunsTheServerAlone) {
  const auto told = [&](const std::string& token) {
    As(token);
    Context context;
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
    return static_cast<std::uint64_t>(info.disk_free_bytes());
  };
  const std::uint64_t exact = told(operator_);
  for (const std::string& token : {reader_, ada_, head_}) {
    const std::uint64_t rounded = told(token);
    EXPECT_TRUE(std::has_single_bit(rounded)) << rounded;
    EXPECT_LE(rounded, 2 * exact);
    EXPECT_GT(rounded, exact / 4);
  }
}

TEST_F(AccessTest, RequestIdComesBackWithEveryAnswer) {
  As(ada_);
  const auto told = [&](const std::string& given) {
    Context context;
    if (!given.empty()) context.AddMetadata("x-request-id", given);
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
    const auto found = context.GetServerTrailingMetadata().find("x-request-id");
    EXPECT_NE(found, context.GetServerTrailingMetadata().end());
    return std::string(found->second.data(), found->second.size());
  };
  EXPECT_EQ(told("my-request-7"), "my-request-7");
  EXPECT_EQ(told("").size(), 16U);
  EXPECT_NE(told("two words"), "two words");  // would not stand in a log
}

}  // namespace
}  // namespace brainalign
