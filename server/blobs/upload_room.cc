#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/size_text.h"
#include "server/blobs/upload_sessions.h"
#include "server/blobs/uploads.h"
#include "server/rows/status_details.h"

// Whether there is room for one more upload: on the disk, in the project's quotas, and within the
// shares.

namespace brainalign {

absl::Status Uploads::CheckUploads(const std::string& project) const {
  if (!limits_.limits_of) return absl::OkStatus();
  const int limit = limits_.limits_of(project).uploads;
  const int open = sessions_->OfProject(project).open;
  if (limit == 0 || open < limit) return absl::OkStatus();
  absl::Time next_expiry = absl::InfiniteFuture();
  for (const auto& [id, session] : sessions_->open()) {
    if (session->upload.project == project) {
      next_expiry = std::min(next_expiry, ExpireTime(session->upload));
    }
  }
  return WithRetryDelay(
      QuotaError(
          "project " + project,
          absl::StrCat("project ", project, " has ", open,
                       " uploads under way, its limit; try again when one has ended, or cancel one "
                       "(one without writes ends at ",
                       absl::FormatTime(absl::RFC3339_sec, next_expiry, absl::UTCTimeZone()), ")"),
          "QUOTA_UPLOADS",
          {{"project", project}, {"limit", absl::StrCat(limit)}, {"usage", absl::StrCat(open)}}),
      absl::Seconds(10));
}

absl::Status Uploads::CheckHoldings(const Upload& wanted, std::int64_t coming_bytes) const {
  const std::string& project = wanted.project;
  if (!limits_.limits_of) return absl::OkStatus();
  const ProjectLimits limits = limits_.limits_of(project);
  if (limits.stored_bytes == 0) return absl::OkStatus();
  auto held = store_->SumHoldings();
  if (!held.ok()) return held.status();
  const std::int64_t held_bytes = (*held)[project];
  if (wanted.size_bytes <= limits.stored_bytes - held_bytes - coming_bytes) {
    return absl::OkStatus();
  }
  return WithRetryDelay(
      QuotaError(
          "project " + project,
          absl::StrCat("project ", project, " may hold ", limits.stored_bytes, " bytes: it holds ",
                       held_bytes, ", ", coming_bytes, " are on their way, and this tensor has ",
                       wanted.size_bytes,
                       "; wait until the server removes tensors that no job needs and no client "
                       "asks for (brainalignd --unused-tensor-seconds; it looks for them once an "
                       "hour), or ask the administrator of the server for more"),
          "QUOTA_STORED_BYTES",
          {{"project", project},
           {"limit_bytes", absl::StrCat(limits.stored_bytes)},
           {"usage_bytes", absl::StrCat(held_bytes)},
           {"coming_bytes", absl::StrCat(coming_bytes)},
           {"requested_bytes", absl::StrCat(wanted.size_bytes)}}),
      absl::Hours(1));
}

absl::Status Uploads::CheckSpace(std::int64_t size_bytes, std::int64_t free_bytes) const {
  const std::int64_t promised = sessions_->promised_bytes();
  const std::int64_t mark = blobs_->marks().soft_bytes;
  if (free_bytes - promised - mark >= size_bytes) return absl::OkStatus();
  const std::string no_room =
      absl::StrCat("the server's disk has no room for ", SizeText(size_bytes), ": ");
  const std::string stay = absl::StrCat(
      SizeText(mark), " stay free for results (the soft mark, brainalignd --disk-reserve)");
  return DiskFullError(
      absl::StrCat(no_room, SizeText(free_bytes), " are free, ", SizeText(promised),
                   " of them reserved for open uploads, and ", stay),
      absl::StrCat(no_room, "the free space is reserved for open uploads, and ", stay), mark,
      size_bytes);
}

absl::Status Uploads::CheckShares(const Upload& wanted, std::int64_t free_bytes) const {
  if (wanted.person.empty()) return absl::OkStatus();
  absl::Status status = CheckShare(wanted, wanted.person, sessions_->OfPerson(wanted.person),
                                   limits_.shares.person, free_bytes);
  if (!status.ok()) return status;
  return CheckShare(wanted, "project " + wanted.project, sessions_->OfProject(wanted.project),
                    limits_.shares.project, free_bytes);
}

absl::Status Uploads::CheckShare(const Upload& wanted, const std::string& whose,
                                 const SessionSum& sum, double share,
                                 std::int64_t free_bytes) const {
  const std::int64_t most = ShareOf(limits_.max_open_uploads, share);
  if (sum.open >= most) {
    return WithRetryDelay(
        QuotaError(
            "uploads",
            absl::StrCat(whose, " has ", sum.open, " uploads under way, and may have ", most,
                         "; try again when some have ended"),
            "TOO_MANY_UPLOADS",
            {{"whose", whose}, {"limit", absl::StrCat(most)}, {"usage", absl::StrCat(sum.open)}}),
        absl::Seconds(10));
  }
  const std::int64_t space = free_bytes - blobs_->marks().soft_bytes;
  const std::int64_t share_bytes = ShareOf(space, share);
  if (sum.promised_bytes + wanted.size_bytes <= share_bytes) return absl::OkStatus();
  // The exact number would reveal the uploads of others.
  const auto told_bytes = std::bit_floor(static_cast<std::uint64_t>(share_bytes));
  return WithRetryDelay(
      QuotaError(
          "disk",
          absl::StrCat(
              "the uploads of ", whose, " wait for ", sum.promised_bytes, " bytes; with ",
              wanted.size_bytes,
              " more they would exceed their share of the free space (brainalignd --person-share, "
              "--project-share): finish or cancel some, or ask the administrator of the server"),
          "QUOTA_PROMISED_BYTES",
          {{"whose", whose},
           {"limit_bytes", absl::StrCat(told_bytes)},
           {"usage_bytes", absl::StrCat(sum.promised_bytes)},
           {"requested_bytes", absl::StrCat(wanted.size_bytes)}}),
      absl::Minutes(1));
}

}  // namespace brainalign
