// A network that cuts, stalls and delays at every boundary of every message: uploads
// end with the right bytes and send little twice, watchers see each row once. By the
// client library, which is what mends such breaks.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/tensor.pb.h"
#include "client/jobs/job_calls.h"
#include "client/jobs/watch.h"
#include "client/tensors/upload.h"
#include "gtest/gtest.h"
#include "tests/durability/network/tcp_proxy.h"
#include "tests/durability/network/time_limit.h"
#include "tests/durability/stage/proof.h"
#include "tests/durability/stage/questions.h"
#include "tests/durability/stage/random_tensor.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

struct Settings {
  int cuts = 200;  // half of them under uploads, half of them under watches
};
Settings settings;

// More than what HTTP/2's flow control lets be under way (16 MiB) when a connection
// breaks, as the default is: that much was sent and never reached the server's code.
constexpr std::int64_t kSyncInterval = 24 << 20;
constexpr std::int64_t kChunk = 1 << 20;
constexpr int kChunks = 6;
constexpr int kManyChunks = 64;  // some sync intervals
// A chunk's message holds the upload's id, the offset and the checksum besides.
constexpr std::int64_t kMostBesideAChunk = 64;
// What is not a chunk is smaller.
constexpr std::int64_t kLeastChunk = 4 << 10;

const std::vector<Place::Where> kPlaces = {Place::kAfterHead, Place::kMiddle,
                                           Place::kBeforeLastByte, Place::kAfterLastByte,
                                           Place::kOneByteLater};

// What takes longer, with all its breaks and stalls, hangs.
constexpr std::chrono::seconds kTimeLimit{120};

std::unique_ptr<Connection> Connect(
    const std::string& address, const std::stop_token& stop,
    double first_delay_seconds = RetryOptions().first_delay_seconds) {
  ConnectionOptions options;
  options.address = address;
  options.stop = stop;
  options.retry.first_delay_seconds = first_delay_seconds;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
  EXPECT_TRUE(connection.ok()) << connection.status();
  return connection.ok() ? *std::move(connection) : nullptr;
}

// Where a chunk lies, by the first bytes of its message.
struct Chunk {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Chunk ReadChunk(const std::string& front) {
  namespace wire = google::protobuf::internal;
  google::protobuf::io::CodedInputStream input(
      static_cast<const std::uint8_t*>(static_cast<const void*>(front.data())),
      static_cast<int>(front.size()));
  Chunk chunk;
  for (std::uint32_t tag = input.ReadTag(); tag != 0; tag = input.ReadTag()) {
    std::uint64_t value = 0;
    EXPECT_TRUE(input.ReadVarint64(&value)) << "not the front of a chunk's message";
    const int field = wire::WireFormatLite::GetTagFieldNumber(tag);
    if (field == v1::WriteUploadRequest::kUploadIdFieldNumber) {
      input.Skip(static_cast<int>(value));
    } else if (field == v1::WriteUploadRequest::kOffsetBytesFieldNumber) {
      chunk.begin = static_cast<std::int64_t>(value);
    } else {
      chunk.end = chunk.begin + static_cast<std::int64_t>(value);
      break;
    }
  }
  return chunk;
}

class NetworkProof : public testing::Test {
 protected:
  void SetUp() override {
    server_ = RunningServer::Start(
        scratch_ / "data", "127.0.0.1:0",
        {"--sync-interval", absl::StrCat(kSyncInterval), "--log-level", "warn", "--disk-reserve",
         "0", "--disk-hard-mark", "0", "--heartbeat-seconds", "0.1"});
    ASSERT_NE(server_, nullptr);
    direct_ = Connect(server_->address(), std::stop_token());
    ASSERT_NE(direct_, nullptr);
  }

  // Every place of messages 0 .. messages - 1 with every kind of trouble, shuffled;
  // those that do not break the connection are the fewer.
  std::deque<Trouble> EveryTrouble(int messages, bool from_client) {
    std::deque<Trouble> all;
    for (int message = 0; message < messages; ++message) {
      for (const Place::Where where : kPlaces) {
        for (const auto kind : {Trouble::kClose, Trouble::kReset}) {
          all.push_back({kind, from_client, {message, where}});
        }
      }
      const auto kind = message % 2 == 0 ? Trouble::kStall : Trouble::kDelay;
      all.push_back({kind, from_client, {message, kPlaces[random_() % kPlaces.size()]}});
    }
    std::shuffle(all.begin(), all.end(), random_);
    return all;
  }

  // The next few of `troubles`, which is filled again by `refill` when it is empty.
  template <typename Refill>
  std::deque<Trouble> TakeSome(std::deque<Trouble>& troubles, const Refill& refill) {
    std::deque<Trouble> some;
    for (auto count = 1 + random_() % 3; count > 0; --count) {
      if (troubles.empty()) troubles = refill();
      some.push_back(troubles.front());
      troubles.pop_front();
    }
    return some;
  }

  // Counts what was made and returns how many breaks are among it.
  int Count(const std::vector<Trouble>& made) {
    int breaks = 0;
    for (const Trouble& trouble : made) {
      ++made_[trouble.kind];
      places_.insert({trouble.place.message, trouble.place.where, trouble.kind});
      breaks += trouble.breaks() ? 1 : 0;
    }
    return breaks;
  }

  // Only after a break may anything be sent again: in one stream the chunks follow each
  // other.
  static void CheckChunksOfStreams(const TcpProxy& proxy) {
    for (const auto& [stream, fronts] : proxy.sent_by_clients()) {
      std::int64_t end = -1;
      for (const std::string& front : fronts) {
        const Chunk chunk = ReadChunk(front);
        EXPECT_TRUE(end < 0 || chunk.begin == end)
            << "after the chunk that ends at " << end << " came the one from " << chunk.begin
            << " to " << chunk.end << " on the same stream";
        end = chunk.end;
      }
    }
  }

  int breaks() { return made_[Trouble::kClose] + made_[Trouble::kReset]; }

  void Report(const std::string& what) {
    std::cout << what << ": " << made_[Trouble::kClose] << " closed, " << made_[Trouble::kReset]
              << " reset, " << made_[Trouble::kStall] << " stalled, " << made_[Trouble::kDelay]
              << " delayed, at " << places_.size() << " different places" << std::endl;
  }

  std::mt19937_64 random_{ProofSeed()};
  ScratchFolder scratch_;
  std::unique_ptr<RunningServer> server_;
  std::unique_ptr<Connection> direct_;
  std::map<Trouble::Kind, int> made_;
  std::set<std::tuple<int, int, int>> places_;
};

TEST_F(NetworkProof, EveryUploadEndsWithItsBytesAndSendsLittleTwice) {
  TcpProxy proxy(server_->address(), kLeastChunk);
  const auto refill = [this] { return EveryTrouble(kChunks, /*from_client=*/true); };
  std::deque<Trouble> troubles = refill();
  std::int64_t most_again = 0;
  int uploads = 0;
  for (; breaks() < settings.cuts / 2 && !HasFailure(); ++uploads) {
    std::deque<Trouble> script = TakeSome(troubles, refill);
    // Now and then a long one that breaks late: it must not start again.
    const int chunks = uploads % 8 == 7 ? kManyChunks : kChunks;
    script.front().place.message += chunks - kChunks;
    // The last chunk is a short one, now and then of two bytes or whole.
    const std::vector<std::int64_t> ends = {
        2, kChunk, 2 + 2 * static_cast<std::int64_t>(random_() % (kChunk / 2))};
    const std::int64_t size = (chunks - 1) * kChunk + ends[random_() % ends.size()];
    const Tensor tensor = RandomTensor(random_(), size);

    proxy.SetScript(script);
    const TimeLimit limit(kTimeLimit);
    const std::unique_ptr<Connection> connection = Connect(proxy.address(), limit.token());
    ASSERT_NE(connection, nullptr);
    const auto stored = UploadTensors(*connection, {{"random", tensor}}, nullptr);
    ASSERT_FALSE(limit.is_over()) << "an upload of " << size << " bytes does not end";
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ((*stored)[0].digest, DigestOf(tensor));
    const auto missing = FindMissing(*direct_, {DigestOf(tensor)}, {});
    ASSERT_TRUE(missing.ok()) << missing.status();
    EXPECT_TRUE(missing->empty());

    CheckChunksOfStreams(proxy);
    const int broken = Count(proxy.made());
    for (Trouble left : proxy.left()) {
      left.place.message %= kChunks;
      troubles.push_back(left);
    }
    const std::int64_t again = proxy.content_from_clients() - size;
    EXPECT_LE(again, broken * kSyncInterval + (1 + broken) * chunks * kMostBesideAChunk)
        << "sent again of " << size << " bytes after " << broken << " breaks";
    if (broken > 0) most_again = std::max(most_again, again / broken);
  }
  Report(absl::StrCat(uploads, " uploads"));
  std::cout << "at most " << most_again << " bytes sent again a break" << std::endl;
  EXPECT_GE(breaks(), settings.cuts / 2);
}

TEST_F(NetworkProof, EveryWatcherSeesEachRowOnce) {
  const Questions questions = SmallQuestions(/*words=*/220);
  const auto stored = UploadTensors(*direct_, questions.tensors, nullptr);
  ASSERT_TRUE(stored.ok()) << stored.status();
  TcpProxy proxy(server_->address(), /*least_bytes=*/1);
  // Two for the states before the first tile, one for each tile, one for the end.
  const int messages = 2 + questions.all[0].answer.times + 1;
  const auto refill = [&] { return EveryTrouble(messages, /*from_client=*/false); };
  std::deque<Trouble> troubles = refill();
  int watches = 0;
  for (; breaks() < settings.cuts / 2 && !HasFailure(); ++watches) {
    const Question& question = questions.all[random_() % questions.all.size()];
    JobRequest request = question.request;
    request.skip_cache = random_() % 4 == 0;  // some are computed meanwhile
    const absl::StatusOr<Job> job = CreateJob(*direct_, request);
    ASSERT_TRUE(job.ok()) << job.status();

    std::deque<Trouble> script = TakeSome(troubles, refill);
    ++script.front().place.message;  // the first answer is about the server itself
    proxy.SetScript(script);
    const TimeLimit limit(kTimeLimit);
    const std::unique_ptr<Connection> connection =
        Connect(proxy.address(), limit.token(), /*first_delay_seconds=*/0.01);
    ASSERT_NE(connection, nullptr);
    std::set<int> tiles;
    int ends = 0;
    WatchCallbacks callbacks;
    callbacks.on_tile = [&](const TileScores& tile) {
      EXPECT_TRUE(tiles.insert(tile.index).second) << "tile " << tile.index << " came twice";
      EXPECT_EQ(DifferenceFromAnswer(question, tile), "");
    };
    absl::Status last_break;
    callbacks.on_break = [&](const absl::Status& why, double /*seconds*/) { last_break = why; };
    callbacks.on_job = [&](const Job& told) { ends += HasEnded(told.state) ? 1 : 0; };
    const absl::StatusOr<Job> ended =
        WatchJob(*connection, job->job_id, /*after_sequence=*/0, callbacks);
    ASSERT_FALSE(limit.is_over()) << "a watch does not end; it saw " << tiles.size()
                                  << " tiles, and its last break was: " << last_break;
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(ended->state, JobState::kSucceeded);
    EXPECT_EQ(static_cast<int>(tiles.size()), ended->tiles_total);
    EXPECT_EQ(ends, 1);
    const absl::StatusOr<JobResult> result = GetJobResult(*connection, job->job_id);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(DifferenceFromAnswer(question, *result), "");
    Count(proxy.made());
    for (const Trouble& left : proxy.left()) troubles.push_back(left);
  }
  Report(absl::StrCat(watches, " watches"));
  EXPECT_GE(breaks(), settings.cuts / 2);
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  CLI::App options("Cuts, stalls and delays connections at every boundary of every message.");
  using brainalign::settings;
  options.add_option("--cuts", settings.cuts, "How often a connection is cut")
      ->capture_default_str();
  return brainalign::RunProof(argc, argv, options, [] { settings.cuts = 5000; });
}
