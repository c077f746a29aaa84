#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_KNOWN_JOBS_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_KNOWN_JOBS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "brainalign/v1/job.pb.h"
#include "tests/durability/stage/questions.h"

namespace brainalign {

// A submission, and all that the server has acknowledged of it.
struct KnownJob {
  std::string request_id;  // also the job's name
  std::size_t question = 0;
  bool skip_cache = false;
  bool cancel_asked = false;
  // Its end is to be deleted: nobody else asks for it, who could find it gone.
  bool to_delete = false;
  bool delete_asked = false;  // from then on it may be gone
  bool deleted = false;       // that was acknowledged
  int kills_before = 0;       // of the server, before it was submitted

  std::string job_id;            // empty until the server told it
  v1::Job last;                  // the newest state seen
  std::int64_t heard_up_to = 0;  // events 1..n were heard, without a gap
  std::int64_t checked_at = -1;  // sequence at the last check of everything

  bool ended() const;
};

// The model outside the server: every submission, and what was acknowledged of it.
// Whatever the server says is held against that; a contradiction is a test failure.
// From any thread.
class KnownJobs {
 public:
  // `kills` counts the server's deaths so far. Both outlive the object.
  KnownJobs(const Questions& questions, std::function<int()> kills);

  // A submission is about to be sent.
  // `deletable`: one in five is to be deleted, and so is not picked for anything else.
  KnownJob NewSubmission(std::mt19937_64& random, bool deletable);

  // The server told of `job`, which says what it is by its name. `floor` is what
  // Sequence() said before the call: the answer may not be older.
  void Saw(const v1::Job& job, std::int64_t floor);

  // The server told an event of the job.
  void Heard(const std::string& job_id, const v1::WatchJobResponse& event);

  // The server listed these, newest first, while nobody submitted any: those of the
  // list before keep their order.
  void Listed(const std::vector<v1::Job>& newest_first);

  // A cancel is about to be sent.
  void CancelAsked(const std::string& job_id);

  // One that has ended and is to be deleted, for the caller alone until DeleteAnswered: a
  // delete is about to be sent. Nothing if there is none.
  std::optional<KnownJob> TakeToDelete(std::mt19937_64& random);
  void DeleteAnswered(const std::string& job_id, bool acknowledged);

  // Everything about the job was checked, up to `sequence`.
  void Checked(const std::string& job_id, std::int64_t sequence);

  std::int64_t Sequence(const std::string& job_id) const;
  std::optional<KnownJob> Find(const std::string& job_id) const;

  // Those with a job id that are not deleted, oldest first.
  std::vector<KnownJob> Acknowledged() const;

  // One of them by chance that is not to be deleted, of those that `wanted` holds for;
  // nothing if none.
  std::optional<KnownJob> Pick(std::mt19937_64& random,
                               const std::function<bool(const KnownJob&)>& wanted) const;

  // Acknowledged and not known to have ended.
  std::size_t open_count() const;

  // Whose deletion was acknowledged.
  int deleted_count() const;

 private:
  KnownJob* ById(const std::string& job_id);
  void CheckEnd(const KnownJob& known, const v1::Job& job) const;

  // Fixed after construction.
  const Questions& questions_;
  const std::function<int()> kills_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<KnownJob> submissions_;
  std::map<std::string, std::size_t> by_request_;
  std::map<std::string, std::size_t> by_job_;
  std::set<std::size_t> in_deletion_;  // of submissions_
  std::uint64_t next_request_ = 1;
  std::vector<std::string> oldest_first_;  // job ids, as last listed
  // A digest of the bytes of each event and of each state, by job and sequence:
  // what was told once is told the same ever after.
  std::map<std::pair<std::string, std::int64_t>, std::size_t> events_;
  std::map<std::pair<std::string, std::int64_t>, std::size_t> states_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_KNOWN_JOBS_H_
