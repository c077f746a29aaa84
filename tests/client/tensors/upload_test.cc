#include "client/tensors/upload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/mapped_faults.h"
#include "tests/client/fakes/fake_clock.h"
#include "tests/client/fakes/fake_server.h"
#include "tests/core/tensor/scratch_folder.h"
#include "tests/fakes/refused_threads.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Plan = FakeTensorService::StreamPlan;

constexpr std::int64_t kChunk = 64;

// `count` bytes that differ from each other and between seeds.
Tensor Bytes(std::int64_t count, int seed = 0) {
  std::vector<std::byte> bytes;
  for (std::int64_t i = 0; i < 2 * count; ++i) {
    bytes.push_back(static_cast<std::byte>((i * 131 + i / 256 + seed * 17) & 0xFF));
  }
  bytes.resize(static_cast<std::size_t>(count));
  // An odd number of bytes is no whole number of i16.
  const TensorSpec spec{.dtype = DType::kI16, .shape = {count / 2}, .order = Order::kC};
  bytes.resize(static_cast<std::size_t>(count / 2 * 2));
  return *Tensor::FromBytes(spec, std::move(bytes));
}

std::string Content(const Tensor& tensor) {
  return std::string(reinterpret_cast<const char*>(tensor.data()),
                     static_cast<std::size_t>(tensor.size_bytes()));
}

absl::StatusOr<StoredTensor> UploadOne(Connection& connection, const Tensor& tensor) {
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(connection, {{.name = "x", .tensor = tensor}}, nullptr);
  if (!stored.ok()) return stored.status();
  return stored->front();
}

// Sizes on the boundaries: empty, one element, a chunk less one, exactly, and one more.
class UploadSizeTest : public testing::TestWithParam<std::int64_t> {};

TEST_P(UploadSizeTest, ArrivesWhole) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  const Tensor tensor = Bytes(GetParam());
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, tensor);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_FALSE(stored->was_there);
  EXPECT_TRUE(server.tensors.Has(stored->digest));
  EXPECT_EQ(server.tensors.Stored(stored->digest), Content(tensor));
  EXPECT_EQ(server.tensors.streams(), 1);
}

TEST_P(UploadSizeTest, GoesOnAfterABreakAtEveryChunkBoundary) {
  const Tensor tensor = Bytes(GetParam());
  const std::int64_t chunks = std::max<std::int64_t>(1, (GetParam() + kChunk - 1) / kChunk);
  for (int cut = 0; cut <= chunks; ++cut) {
    FakeServer server(kChunk);
    FakeClock clock;
    const std::unique_ptr<Connection> connection = server.Connect(clock);
    server.tensors.Plan({.chunks = cut});
    const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, tensor);
    ASSERT_TRUE(stored.ok()) << "cut after " << cut << " chunks: " << stored.status();
    EXPECT_EQ(server.tensors.Stored(stored->digest), Content(tensor));
    // No chunk that the server had taken in is sent again (the fake refuses that), and
    // there was a wait before the second try.
    EXPECT_EQ(server.tensors.streams(), 2);
    EXPECT_EQ(clock.sleeps_seconds.size(), 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Boundaries, UploadSizeTest,
                         testing::Values(0, 2, kChunk - 2, kChunk, kChunk + 2, 2 * kChunk - 2,
                                         2 * kChunk, 5 * kChunk + 2));

TEST(UploadTest, BreaksInEveryStreamAreSurvivedAsLongAsBytesArrive) {
  FakeServer server(kChunk);
  FakeClock clock;
  ConnectionOptions options = server.OptionsFor(clock);
  options.retry.max_attempts = 2;
  const std::unique_ptr<Connection> connection = *Connection::Open(options);
  for (int i = 0; i < 10; ++i) server.tensors.Plan({.chunks = 1});
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(12 * kChunk));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(server.tensors.streams(), 11);
}

TEST(UploadTest, WhereTheSystemStartsNoMoreThreadsItSendsWithFewerOrSaysSo) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  const std::vector<TensorToUpload> tensors = {{.name = "a", .tensor = Bytes(kChunk, 1)},
                                               {.name = "b", .tensor = Bytes(kChunk, 2)}};
  {
    const RefusedThreads refused(0);
    const auto stored = UploadTensors(*connection, tensors, nullptr);
    EXPECT_EQ(stored.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(stored.status().message()), HasSubstr("no thread can be started"));
    EXPECT_EQ(server.tensors.streams(), 0);
  }
  // The thread that hashes has the only place, and keeps it until a sender was refused one.
  const RefusedThreads refused(1);
  const auto stored = UploadTensors(*connection, tensors, [](const UploadProgress&) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (RefusedThreads::refused() == 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(RefusedThreads::refused(), 1);
  EXPECT_TRUE(server.tensors.Has(stored->back().digest));
}

TEST(UploadTest, GoesOnAfterTheServerEndedTheStreamOfAClientThatSlept) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.Plan({.chunks = 1, .code = grpc::StatusCode::CANCELLED});
  server.tensors.RefuseStart(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "slept"));
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(3 * kChunk));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64, 128));
}

TEST(UploadTest, BytesLostInACrashAreSentAgain) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.Plan({.chunks = 2, .lose_chunks = true});
  const Tensor tensor = Bytes(3 * kChunk);
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, tensor);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(server.tensors.Stored(stored->digest), Content(tensor));
  EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64, 0, 64, 128));
}

TEST(UploadTest, ExpiredUploadStartsAfresh) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.Plan({.chunks = 2, .lose_upload = true});
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(3 * kChunk));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64, 0, 64, 128));
}

TEST(UploadTest, SecondWriterIsWaitedForAndDamageIsSentAgain) {
  for (const grpc::StatusCode code : {grpc::StatusCode::ABORTED, grpc::StatusCode::DATA_LOSS}) {
    FakeServer server(kChunk);
    FakeClock clock;
    const std::unique_ptr<Connection> connection = server.Connect(clock);
    server.tensors.Plan({.chunks = 1, .code = code});
    server.tensors.Plan({.chunks = 0, .code = code});
    const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(3 * kChunk));
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64, 128));
  }
}

TEST(UploadTest, DamageWithoutEndIsGivenUp) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  for (int i = 0; i < 100; ++i) {
    server.tensors.Plan({.chunks = 0, .code = grpc::StatusCode::DATA_LOSS});
  }
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(kChunk));
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(stored.status().message()), HasSubstr("x: "));
  EXPECT_LT(server.tensors.streams(), 10);
}

TEST(UploadTest, FileThatIsMadeShorterIsNotSentAsZerosNorTriedAgain) {
  InstallMappedFaultHandler();
  const ScratchFolder folder;
  const std::string path = folder.Path("tensor.npy");
  ASSERT_TRUE(WriteNpy(path, Bytes(12 * kChunk)).ok());
  const Tensor tensor = *OpenNpy(path);
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  const absl::StatusOr<std::vector<StoredTensor>> stored = UploadTensors(
      *connection, {{.name = "x", .tensor = tensor}}, [&](const UploadProgress& progress) {
        if (progress.bytes_there == 2 * kChunk) std::filesystem::resize_file(path, 0);
      });
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(stored.status().message()), HasSubstr("x: " + path));
  EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64));
  EXPECT_EQ(server.tensors.streams(), 1);
}

TEST(UploadTest, RefusalIsNotTriedAgain) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.RefuseStart(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "The disk has no room."));
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(kChunk));
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(std::string(stored.status().message()), "x: The disk has no room.");
  EXPECT_TRUE(clock.sleeps_seconds.empty());
}

TEST(UploadTest, WhatTheServerHasToSayIsHeardThoughTheTransportEndedTheStream) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  const std::string full = "the disk of the server's data folder is full";
  server.tensors.Plan({.chunks = 1,
                       .code = grpc::StatusCode::INTERNAL,
                       .message = "Received RST_STREAM with error code 1"});
  server.tensors.Plan({.chunks = 1, .code = grpc::StatusCode::RESOURCE_EXHAUSTED, .message = full});
  const absl::StatusOr<StoredTensor> stored = UploadOne(*connection, Bytes(4 * kChunk));
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(std::string(stored.status().message()), "x: " + full);
  // From where the server stood.
  EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64));
  EXPECT_EQ(clock.sleeps_seconds.size(), 1u);
}

TEST(UploadTest, WhatIsThereIsNotSent) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  const Tensor there = Bytes(3 * kChunk, 1);
  const Tensor missing = Bytes(2 * kChunk, 2);
  ASSERT_TRUE(UploadOne(*connection, there).ok());
  ASSERT_EQ(server.tensors.streams(), 1);

  UploadProgress last;
  const absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(*connection,
                    {{.name = "a", .tensor = there},
                     {.name = "b", .tensor = missing},
                     {.name = "b again", .tensor = missing}},
                    [&last](const UploadProgress& progress) { last = progress; });
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(server.tensors.streams(), 2);
  EXPECT_TRUE((*stored)[0].was_there);
  EXPECT_FALSE((*stored)[1].was_there);
  EXPECT_TRUE((*stored)[2].was_there);
  EXPECT_EQ(last.bytes_total, 7 * kChunk);
  EXPECT_EQ(last.bytes_hashed, 7 * kChunk);
  EXPECT_EQ(last.bytes_there, 7 * kChunk);
  EXPECT_EQ(last.bytes_skipped, 5 * kChunk);
  EXPECT_EQ(last.tensors_there, 3);
}

TEST(UploadTest, SeveralTensorsAreSentAtATime) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.RequireTogether(2);
  UploadProgress last;
  const absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(*connection,
                    {{.name = "a", .tensor = Bytes(3 * kChunk, 1)},
                     {.name = "b", .tensor = Bytes(4 * kChunk, 2)},
                     {.name = "c", .tensor = Bytes(5 * kChunk, 3)}},
                    [&last](const UploadProgress& progress) { last = progress; });
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ((*stored)[0].name, "a");
  EXPECT_EQ((*stored)[2].name, "c");
  EXPECT_EQ((*stored)[2].size_bytes, 5 * kChunk);
  for (const StoredTensor& tensor : *stored) EXPECT_TRUE(server.tensors.Has(tensor.digest));
  EXPECT_EQ(last.bytes_there, 12 * kChunk);
  EXPECT_EQ(last.tensors_there, 3);
}

TEST(UploadTest, NothingMoreIsBegunAfterARefusal) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  std::vector<TensorToUpload> tensors;
  for (int i = 0; i < 12; ++i) {
    server.tensors.RefuseStart(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "as planned"));
    tensors.push_back({.name = absl::StrCat("t", i), .tensor = Bytes(kChunk, i)});
  }
  const auto stored = UploadTensors(*connection, tensors, nullptr);
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(stored.status().message()), HasSubstr("as planned"));
  EXPECT_EQ(server.tensors.streams(), 0);
}

TEST(UploadTest, BytesOfAnEarlierRunAreFoundAndNotSentAgain) {
  FakeServer server(kChunk);
  FakeClock clock;
  ConnectionOptions impatient = server.OptionsFor(clock);
  impatient.retry.max_attempts = 1;
  server.tensors.Plan({.chunks = 2});
  const Tensor tensor = Bytes(3 * kChunk);
  ASSERT_FALSE(UploadOne(**Connection::Open(impatient), tensor).ok());

  UploadProgress last;
  ASSERT_TRUE(UploadTensors(*server.Connect(clock), {{.name = "x", .tensor = tensor}},
                            [&last](const UploadProgress& progress) { last = progress; })
                  .ok());
  EXPECT_THAT(server.tensors.offsets(), ElementsAre(0, 64, 128));
  EXPECT_EQ(last.bytes_skipped, 2 * kChunk);
}

TEST(UploadTest, BreakIsToldToTheObserver) {
  FakeServer server(kChunk);
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.Plan({.chunks = 1});
  std::vector<std::string> interruptions;
  UploadProgress last;
  ASSERT_TRUE(UploadTensors(*connection, {{.name = "x", .tensor = Bytes(2 * kChunk)}},
                            [&](const UploadProgress& progress) {
                              if (!progress.interruption.empty()) {
                                interruptions.push_back(progress.interruption);
                              }
                              last = progress;
                            })
                  .ok());
  EXPECT_THAT(interruptions, ElementsAre("as planned"));
  EXPECT_EQ(last.interruption, "");
}

TEST(UploadTest, StopEndsIt) {
  FakeServer server(kChunk);
  FakeClock clock;
  std::stop_source stop;
  ConnectionOptions options = server.OptionsFor(clock);
  options.stop = stop.get_token();
  const std::unique_ptr<Connection> connection = *Connection::Open(options);
  for (int i = 0; i < 100; ++i) server.tensors.Plan({.chunks = 0});
  const absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(*connection, {{.name = "x", .tensor = Bytes(kChunk)}},
                    [&stop](const UploadProgress& progress) {
                      if (!progress.interruption.empty()) stop.request_stop();
                    });
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kCancelled);
}

TEST(FindMissingTest, AsksInPortionsOfTheServersLimit) {
  FakeServer server;
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.tensors.Put("b", "");
  server.tensors.Put("d", "");
  const absl::StatusOr<std::vector<std::string>> missing =
      FindMissing(*connection, {"a", "b", "c", "d", "e"}, RetryOptions());
  ASSERT_TRUE(missing.ok()) << missing.status();
  EXPECT_THAT(*missing, ElementsAre("a", "c", "e"));
}

}  // namespace
}  // namespace brainalign
