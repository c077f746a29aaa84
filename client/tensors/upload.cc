// Several tensors: hashed in one thread, sent from another.
#include "client/tensors/upload.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/stubs.h"
#include "client/tensors/digest.h"

namespace brainalign {
namespace {

// Progress that two threads add to; the observer hears of it under the lock.
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

// Digests of `tensors` in order, worked out ahead of whoever takes them.
class Hasher {
 public:
  Hasher(const std::vector<TensorToUpload>& tensors, SharedProgress& progress,
         const std::stop_token& outer_stop)
      : forward_stop_(outer_stop, [this] { stop_.request_stop(); }),
        thread_([this, &tensors, &progress] {
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
        }) {}

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
  return absl::Status(status.code(), absl::StrCat(name, ": ", std::string(status.message())));
}

// Brings one tensor to the server. Its bytes count as there from the start
// (`base`) of the tensors before it.
absl::StatusOr<bool> BringTensor(Connection& connection, const TensorToUpload& t,
                                 const std::string& digest, std::int64_t base,
                                 SharedProgress& progress) {
  absl::StatusOr<bool> was_there = UploadTensor(
      connection, t.tensor, digest,
      TensorObserver{
          .on_found =
              [&](std::int64_t bytes) {
                progress.Update([bytes](UploadProgress& p) { p.bytes_skipped += bytes; });
              },
          .on_position =
              [&](std::int64_t position) {
                progress.Update([&](UploadProgress& p) {
                  p.bytes_there = base + position;
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
    p.bytes_there = base + t.tensor.size_bytes();
    ++p.tensors_there;
  });
  return was_there;
}

}  // namespace

absl::StatusOr<std::vector<StoredTensor>> UploadTensors(Connection& connection,
                                                        const std::vector<TensorToUpload>& tensors,
                                                        const UploadObserver& observer) {
  SharedProgress progress(tensors, observer);
  Hasher hasher(tensors, progress, connection.options().stop);
  std::vector<StoredTensor> stored;
  std::int64_t base = 0;
  for (const TensorToUpload& t : tensors) {
    progress.Update([&](UploadProgress& p) { p.name = t.name; });
    absl::StatusOr<std::string> digest = hasher.Next();
    if (!digest.ok()) return WithName(t.name, digest.status());
    absl::StatusOr<bool> was_there = BringTensor(connection, t, *digest, base, progress);
    if (!was_there.ok()) return WithName(t.name, was_there.status());
    base += t.tensor.size_bytes();
    stored.push_back(StoredTensor{.name = t.name,
                                  .digest = *std::move(digest),
                                  .spec = t.tensor.spec(),
                                  .size_bytes = t.tensor.size_bytes(),
                                  .was_there = *was_there});
  }
  return stored;
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
