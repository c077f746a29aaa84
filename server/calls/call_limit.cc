#include "server/calls/call_limit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

int CountOf(const std::map<std::string, int>& counts, const std::string& whose) {
  const auto found = counts.find(whose);
  return found == counts.end() ? 0 : found->second;
}

void TakeAway(std::map<std::string, int>& counts, const std::string& whose) {
  const auto found = counts.find(whose);
  if (--found->second == 0) counts.erase(found);
}

}  // namespace

CallLimit::CallLimit(std::string what, int most, UseShares shares)
    : what_(std::move(what)),
      most_(most),
      most_of_person_(static_cast<int>(ShareOf(most, shares.person))),
      most_of_project_(static_cast<int>(ShareOf(most, shares.project))) {}

CallLimit::Place::Place(CallLimit& limit, const Caller& caller)
    : limit_(limit),
      person_(caller.person),
      project_(caller.project),
      status_(limit.Take(person_, project_)) {}

CallLimit::Place::~Place() {
  if (status_.ok()) limit_.GiveBack(person_, project_);
}

absl::Status CallLimit::Take(const std::string& person, const std::string& project) {
  MutexLock lock(mutex_);
  if (open_ >= most_) return Refuse("the server", open_, most_);
  if (!person.empty()) {
    const int of_person = CountOf(of_person_, person);
    if (of_person >= most_of_person_) return Refuse(person, of_person, most_of_person_);
    const int of_project = CountOf(of_project_, project);
    if (of_project >= most_of_project_) {
      return Refuse("project " + project, of_project, most_of_project_);
    }
    ++of_person_[person];
    ++of_project_[project];
  }
  ++open_;
  return absl::OkStatus();
}

void CallLimit::GiveBack(const std::string& person, const std::string& project) {
  MutexLock lock(mutex_);
  --open_;
  if (person.empty()) return;
  TakeAway(of_person_, person);
  TakeAway(of_project_, project);
}

absl::Status CallLimit::Refuse(const std::string& whose, int open, int most) const {
  return WithRetryDelay(
      QuotaError(what_,
                 absl::StrCat(whose, " has ", open, " ", what_, " open, and may have ", most,
                              "; try again in a moment"),
                 "TOO_MANY_CALLS",
                 {{"what", what_},
                  {"whose", whose},
                  {"limit", absl::StrCat(most)},
                  {"usage", absl::StrCat(open)}}),
      absl::Seconds(5));
}

}  // namespace brainalign
