#include "client/experiment/session_folders.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/experiment/layer_order.h"
#include "client/experiment/unfetched_file.h"
#include "client/experiment/vector_files.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

constexpr char kSessionsFolder[] = "sessions";
constexpr char kSessionsList[] = "sessions.txt";

// Names of the folders in `all`, sorted. Entries whose name begins with a dot are the system's.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& all,
                                                 std::vector<std::string>& notes) {
  if (absl::Status status = CheckFetched(all); !status.ok()) return status;
  std::error_code error;
  if (!fs::is_directory(all, error)) {
    return absl::InvalidArgumentError(absl::StrCat(
        all, " is not a folder; it must hold one folder for each session (or be absent)"));
  }
  std::vector<std::string> entries;
  fs::directory_iterator entry(all, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    entries.push_back(entry->path().filename().string());
  }
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", all));
  std::sort(entries.begin(), entries.end());
  std::vector<std::string> names;
  for (const std::string& name : entries) {
    if (absl::StartsWith(name, ".")) continue;
    const std::string path = FilePath(all, name);
    if (absl::Status status = CheckFetched(path); !status.ok()) return status;
    const bool is_folder = fs::is_directory(path, error);
    if (error) {
      return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path,
                                                             "; mend it, or move it and its words "
                                                             "out of the experiment"));
    }
    if (is_folder) {
      names.push_back(name);
    } else {
      notes.push_back(absl::StrCat(path, " is not a folder and was not read."));
    }
  }
  if (!names.empty()) return names;
  return absl::NotFoundError(
      absl::StrCat(all,
                   " holds no folder; it must hold one for each session, with continuous.npy "
                   "and onsets.npy"));
}

// All of `names`, in the order of the lines of sessions.txt.
absl::StatusOr<std::vector<std::string>> InListedOrder(const std::string& dir,
                                                       const std::vector<std::string>& names) {
  absl::StatusOr<std::vector<std::string>> listed = ReadLines(
      dir, kSessionsList, "the names of the sessions' folders in their order, one per line");
  if (!listed.ok()) return listed.status();
  const std::string path = FilePath(dir, kSessionsList);
  std::set<std::string> seen;
  for (const std::string& name : *listed) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return absl::InvalidArgumentError(absl::StrCat(path, " lists ", QuoteName(name), ", but ",
                                                     FilePath(dir, kSessionsFolder),
                                                     " holds no folder of that name"));
    }
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat(path, " lists ", QuoteName(name), " twice"));
    }
  }
  for (const std::string& name : names) {
    if (seen.contains(name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(path, " does not list ", QuoteName(name),
                     "; list every folder, or move the ones to leave out, and their words, "
                     "out of the experiment"));
  }
  return listed;
}

}  // namespace

bool HasSessionFolders(const std::string& dir) { return HasFile(dir, kSessionsFolder); }

absl::StatusOr<std::vector<SessionFolder>> FindSessionFolders(const std::string& dir,
                                                              std::vector<std::string>& notes) {
  const std::string all = FilePath(dir, kSessionsFolder);
  absl::StatusOr<std::vector<std::string>> names = NamesIn(all, notes);
  if (!names.ok()) return names.status();
  std::string how = absl::StrCat("as listed in ", kSessionsList);
  if (HasFile(dir, kSessionsList)) {
    names = InListedOrder(dir, *names);
    if (!names.ok()) return names.status();
  } else {
    const absl::StatusOr<LayerOrder> order = OrderByNumbers(*names);
    if (!order.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the order of the sessions in ", all,
                       " does not follow from their names: ", order.status().message(),
                       "; list the names from the first session to the last, one per "
                       "line, in ",
                       FilePath(dir, kSessionsList)));
    }
    how = order->how;
    std::vector<std::string> ordered;
    for (const std::size_t i : order->layers) ordered.push_back((*names)[i]);
    names = std::move(ordered);
  }
  std::vector<SessionFolder> folders;
  for (const std::string& name : *names) folders.push_back({.path = FilePath(all, name)});
  if (names->size() > 1) {
    notes.push_back(absl::StrCat("The recording has ", names->size(), " sessions, in order ", how,
                                 ": ",
                                 absl::StrJoin(*names, ", ",
                                               [](std::string* out, const std::string& name) {
                                                 absl::StrAppend(out, QuoteName(name));
                                               }),
                                 "."));
  }
  return folders;
}

absl::Status CheckWordsOfSessions(const std::vector<SessionFolder>& folders, std::int64_t words,
                                  const std::string& whose) {
  std::int64_t all = 0;
  std::vector<std::string> each;
  for (const SessionFolder& folder : folders) {
    all += folder.words;
    each.push_back(absl::StrCat(folder.path, " has ", folder.words));
  }
  if (folders.empty() || words == all) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      whose, " ", words, " words, but the sessions have ", all, " (", absl::StrJoin(each, ", "),
      "); one row is needed for each word of every session, in their order"));
}

std::vector<std::int64_t> SessionsOfWords(const std::vector<SessionFolder>& folders) {
  std::vector<std::int64_t> sessions;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    sessions.insert(sessions.end(), static_cast<std::size_t>(folders[i].words),
                    static_cast<std::int64_t>(i));
  }
  return sessions;
}

absl::StatusOr<std::optional<Preparation>> ReadPreparations(
    const std::vector<SessionFolder>& folders, const std::vector<std::int64_t>& session_starts,
    std::vector<std::string>& notes) {
  std::optional<Preparation> all;
  std::size_t found = 0;
  bool is_one = true;
  for (const SessionFolder& folder : folders) {
    if (!HasFile(folder.path, kPreparationFile)) continue;
    absl::StatusOr<Preparation> own = ReadPreparation(folder.path);
    if (!own.ok()) return own.status();
    own->session_starts = session_starts;
    if (found++ == 0) {
      all = *own;
      continue;
    }
    // It follows from the length of the session.
    all->largest_shift_seconds = std::max(all->largest_shift_seconds, own->largest_shift_seconds);
    own->largest_shift_seconds = all->largest_shift_seconds;
    is_one = is_one && *own == *all;
  }
  if (found == 0 || (is_one && found == folders.size())) return all;
  notes.push_back(absl::StrCat(
      kPreparationFile, " is in ", found, " of ", folders.size(), " folders of sessions",
      found < folders.size() ? "" : ", and they differ",
      ": the sessions were prepared in different ways, so that the result does not contain the "
      "preparation."));
  return std::optional<Preparation>();
}

}  // namespace brainalign
