// Several tensors: hashed in one thread, sent from others.
#include "client/tensors/upload.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/connection/stubs.h"
#include "client/tensors/digest.h"
#include "core/start_thread.h"

namespace brainalign {
namespace {

// One stream waits for the server's disk now and then; more than a few gain nothing.
constexpr std::size_t kTensorsAtOnce = 3;

// Progress that several threads update. The observer is called under the lock.
class SharedProgress {
 public:
  SharedProgress(const std::vector<TensorToUpload>& tensors, const UploadObserver& observer)
      : observer_(observer) {
    progress_.tensors_total = static_cast<int>(tensors.size());
    for (const TensorToUpload& t : tensors) progress_.bytes_total += t.tensor.size_bytes();
  }

  template <typename Change>
  void Update(const Change& change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    change(progress_);
    if (observer_) observer_(progress_);
  }

 private:
  const UploadObserver& observer_;
  std::mutex mutex_;
  UploadProgress progress_;  // guarded by mutex_
};

// Digests of `tensors` in order, computed ahead of their use.
class Hasher {
 public:
  // `tensors` and `progress` must outlive it. RESOURCE_EXHAUSTED if no thread can be started.
  static absl::StatusOr<std::unique_ptr<Hasher>> Start(const std::vector<TensorToUpload>& tensors,
                                                       SharedProgress& progress,
                                                       const std::stop_token& outer_stop) {
    std::unique_ptr<Hasher> hasher(new Hasher(outer_stop));
    absl::StatusOr<std::jthread> thread = StartThread(
        "to hash what is uploaded", [at = hasher.get(), &tensors, &progress](
                                        const std::stop_token&) { at->Hash(tensors, progress); });
    if (!thread.ok()) return thread.status();
    hasher->thread_ = *std::move(thread);
    return hasher;
  }

  ~Hasher() { stop_.request_stop(); }

  // The next tensor's digest. To be called once for each, until one fails.
  absl::StatusOr<std::string> Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !digests_.empty(); });
    absl::StatusOr<std::string> digest = std::move(digests_.front());
    digests_.pop_front();
    return digest;
  }

 private:
  explicit Hasher(const std::stop_token& outer_stop)
      : forward_stop_(outer_stop, [this] { stop_.request_stop(); }) {}

  void Hash(const std::vector<TensorToUpload>& tensors, SharedProgress& progress) {
    for (const TensorToUpload& t : tensors) {
      absl::StatusOr<std::string> digest = Sha256OfData(
          t.tensor,
          [&progress](std::int64_t bytes) {
            progress.Update([bytes](UploadProgress& p) { p.bytes_hashed += bytes; });
          },
          stop_.get_token());
      const bool failed = !digest.ok();
      Put(std::move(digest));
      if (failed) return;
    }
  }

  void Put(absl::StatusOr<std::string> digest) {
    const std::lock_guard<std::mutex> lock(mutex_);
    digests_.push_back(std::move(digest));
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<absl::StatusOr<std::string>> digests_;  // guarded by mutex_
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> forward_stop_;
  std::jthread thread_;  // last: joined before the rest goes
};

absl::Status WithName(const std::string& name, const absl::Status& status) {
  absl::Status named(status.code(), absl::StrCat(name, ": ", std::string(status.message())));
  status.ForEachPayload([&named](absl::string_view type, const absl::Cord& payload) {
    named.SetPayload(type, payload);
  });
  return named;
}

// Brings one tensor to the server.
absl::StatusOr<bool> BringTensor(Connection& connection, const TensorToUpload& t,
                                 const std::string& digest, SharedProgress& progress) {
  std::int64_t position = 0;
  const auto move_to = [&](UploadProgress& p, std::int64_t there) {
    p.bytes_there += there - position;
    position = there;
  };
  absl::StatusOr<bool> was_there = UploadTensor(
      connection, t.tensor, digest,
      TensorObserver{
          .on_found =
              [&](std::int64_t bytes) {
                progress.Update([bytes](UploadProgress& p) { p.bytes_skipped += bytes; });
              },
          .on_position =
              [&](std::int64_t there) {
                progress.Update([&](UploadProgress& p) {
                  move_to(p, there);
                  p.interruption.clear();
                });
              },
          .on_break =
              [&](const absl::Status& failure, double seconds) {
                progress.Update([&](UploadProgress& p) {
                  p.interruption = std::string(failure.message());
                  p.retry_in_seconds = seconds;
                });
              },
      });
  if (!was_there.ok()) return was_there.status();
  progress.Update([&](UploadProgress& p) {
    move_to(p, t.tensor.size_bytes());
    ++p.tensors_there;
  });
  return was_there;
}

// Takes tensors as they are hashed and brings them to the server, from several
// threads at a time.
class Senders {
 public:
  Senders(Connection& connection, const std::vector<TensorToUpload>& tensors, Hasher& hasher,
          SharedProgress& progress)
      : connection_(connection),
        tensors_(tensors),
        hasher_(hasher),
        progress_(progress),
        stored_(tensors.size()) {}

  absl::StatusOr<std::vector<StoredTensor>> Run(std::size_t threads) {
    {
      std::vector<std::jthread> pool;
      for (std::size_t i = 1; i < std::min(threads, tensors_.size()); ++i) {
        absl::StatusOr<std::jthread> thread =
            StartThread("to upload", [this](const std::stop_token&) { Send(); });
        if (!thread.ok()) break;  // fewer do
        pool.push_back(*std::move(thread));
      }
      Send();
    }
    if (!failure_.ok()) return failure_;
    return std::move(stored_);
  }

 private:
  // One tensor after another. After a failure none is begun any more.
  void Send() {
    while (true) {
      std::size_t mine = 0;
      std::string digest;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        if (next_ == tensors_.size() || !failure_.ok()) return;
        mine = next_++;
        // Digests come in order, so they are taken in order.
        absl::StatusOr<std::string> hashed = hasher_.Next();
        if (!hashed.ok()) {
          failure_ = WithName(tensors_[mine].name, hashed.status());
          return;
        }
        digest = *std::move(hashed);
        // The same bytes under two names are sent once: the second waits, and finds them.
        sent_.wait(lock, [&] { return !under_way_.contains(digest); });
        under_way_.insert(digest);
      }
      const TensorToUpload& t = tensors_[mine];
      progress_.Update([&](UploadProgress& p) { p.name = t.name; });
      const absl::StatusOr<bool> was_there = BringTensor(connection_, t, digest, progress_);
      const std::lock_guard<std::mutex> lock(mutex_);
      under_way_.erase(digest);
      sent_.notify_all();
      if (!was_there.ok()) {
        if (failure_.ok()) failure_ = WithName(t.name, was_there.status());
        return;
      }
      stored_[mine] = StoredTensor{.name = t.name,
                                   .digest = std::move(digest),
                                   .spec = t.tensor.spec(),
                                   .size_bytes = t.tensor.size_bytes(),
                                   .was_there = *was_there};
    }
  }

  Connection& connection_;
  const std::vector<TensorToUpload>& tensors_;
  Hasher& hasher_;
  SharedProgress& progress_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable sent_;
  std::size_t next_ = 0;
  std::set<std::string> under_way_;
  std::vector<StoredTensor> stored_;
  absl::Status failure_;
};

}  // namespace

absl::StatusOr<std::vector<StoredTensor>> UploadTensors(Connection& connection,
                                                        const std::vector<TensorToUpload>& tensors,
                                                        const UploadObserver& observer) {
  SharedProgress progress(tensors, observer);
  absl::StatusOr<std::unique_ptr<Hasher>> hasher =
      Hasher::Start(tensors, progress, connection.options().stop);
  if (!hasher.ok()) return hasher.status();
  return Senders(connection, tensors, **hasher, progress).Run(kTensorsAtOnce);
}

absl::StatusOr<std::vector<std::string>> FindMissing(Connection& connection,
                                                     const std::vector<std::string>& digests,
                                                     const RetryOptions& retry) {
  const int limit = connection.server_info().max_digests_per_call;
  const std::size_t step = limit > 0 ? static_cast<std::size_t>(limit) : digests.size();
  std::vector<std::string> missing;
  for (std::size_t begin = 0; begin < digests.size(); begin += step) {
    v1::FindMissingTensorsRequest request;
    const std::size_t end = std::min(begin + step, digests.size());
    for (std::size_t i = begin; i < end; ++i) request.add_digests(digests[i]);
    absl::StatusOr<v1::FindMissingTensorsResponse> response = Call<v1::FindMissingTensorsResponse>(
        connection.options(), retry, connection.options().call_timeout_seconds,
        [&](grpc::ClientContext* context, auto* answer) {
          return connection.stubs().tensors->FindMissingTensors(context, request, answer);
        });
    if (!response.ok()) return response.status();
    missing.insert(missing.end(), response->missing_digests().begin(),
                   response->missing_digests().end());
  }
  return missing;
}

}  // namespace brainalign
